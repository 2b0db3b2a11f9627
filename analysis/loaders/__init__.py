"""Loaders of tokenizers, language pipelines and the language identifier; offline unless `WINNOW_ONLINE=1` is set."""

__all__ = ["language_id", "pipelines", "tokenizers"]
