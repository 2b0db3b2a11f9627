"""Loaders of tokenizers, pipelines, a language identifier, lists of words; offline unless `WINNOW_ONLINE=1` is set."""

__all__ = ["language_id", "offsets", "pipelines", "tokenizers", "wheels", "word_lists"]
