"""The thought at the beginning of an answer, `<think>…</think>`, and the answer without it."""

from __future__ import annotations

import polars as pl

THOUGHT = r"(?s)^(?:(?:\s*<think>.*?(?:</think>|\z))+|.*?</think>)"
"""One or several thoughts at the start; one that never ends; or one whose first mark is missing, as where a
template has already written it."""
MARKS = r"</?think>"


def thought(text: pl.Expr) -> pl.Expr:
    """The thought that a text begins with, without its marks; null where it begins with none."""
    return text.str.extract(f"({THOUGHT})", 1).str.replace_all(MARKS, "")


def answer(text: pl.Expr) -> pl.Expr:
    """The text without the thought that it begins with."""
    return text.str.replace(THOUGHT, "")
