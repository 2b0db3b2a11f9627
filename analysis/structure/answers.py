"""What an answer is: text, a tool call, a thought alone, other content, or nothing."""

from __future__ import annotations

import polars as pl

ANSWERS = ("text", "tool_call", "reasoning", "parts")
"""Kinds of answers that are something."""


def is_blank(text: pl.Expr) -> pl.Expr:
    """Whether a text is missing, or nothing but white space."""
    return ~text.str.contains(r"\S").fill_null(False)


def kind_of_answer() -> pl.Expr:
    """The kind of an assistant's message, by its fields: "text", "tool_call", "reasoning", "parts" or "blank".

    A message with text and calls is a "text"; "parts" are images and other content without a text.
    """
    return (
        pl.when(~is_blank(pl.col("content")))
        .then(pl.lit("text"))
        .when(~is_blank(pl.col("tool_calls")))
        .then(pl.lit("tool_call"))
        .when(~is_blank(pl.col("parts")))
        .then(pl.lit("parts"))
        .when(~is_blank(pl.col("reasoning")))
        .then(pl.lit("reasoning"))
        .otherwise(pl.lit("blank"))
    )


def kind_of_text(column: str) -> pl.Expr:
    """The kind of an answer that is a text of its own: "text", "blank" or "missing"."""
    text = pl.col(column)
    return (
        pl.when(text.is_null())
        .then(pl.lit("missing"))
        .when(is_blank(text))
        .then(pl.lit("blank"))
        .otherwise(pl.lit("text"))
    )
