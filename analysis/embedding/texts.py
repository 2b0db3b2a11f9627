"""What is embedded of a row: its prompt, its response, both, or named columns."""

from __future__ import annotations

from typing import Literal

import polars as pl

Over = Literal["prompt", "response", "prompt+response", "columns"]


def text_over(over: Over) -> pl.Expr:
    """The text of a row by `over`, null where there is none; raw text takes the place of a missing prompt.

    For "columns" it is the column `texts`, which the signal joins from the named columns.
    """
    prompt, response = pl.coalesce("prompt", "text"), pl.col("response")
    if over == "columns":
        return pl.col("texts")
    if over == "prompt":
        return prompt
    if over == "response":
        return response
    return (
        pl.concat_str([prompt, response], separator="\n", ignore_nulls=True)
        .replace("", None)
        .fill_null(pl.when(prompt.is_not_null() | response.is_not_null()).then(pl.lit("")))
    )


def is_blank(text: pl.Expr) -> pl.Expr:
    """Whether a text holds nothing but white space; null where there is no text."""
    return ~text.str.contains(r"\S")
