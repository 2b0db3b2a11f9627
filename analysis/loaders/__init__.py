"""Loaders of tokenizers, language pipelines and the language identifier; offline unless told otherwise."""

__all__ = ["language_id", "pipelines", "tokenizers"]
