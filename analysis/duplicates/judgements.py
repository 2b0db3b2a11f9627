"""Which equal rows are judgements of one item by several people, and so no copies of each other?"""

from __future__ import annotations

from typing import Literal

import polars as pl

from analysis.duplicates.equal import groups_of

Judgements = Literal["separate", "copies"]
ROLES = ("item", "annotator", "label")
"""The roles that say that rows are judgements; a signal that keeps judgements separate declares them."""


def are_judged(item: str | None, annotator: str | None, label: str | None) -> bool:
    """Whether the columns of these roles, as far as there are any, say which rows are judgements of one item.

    Without a column of items, equal texts are one item where people labelled them.
    """
    return bool(annotator and (item or label))


def judgement_numbers(keys: pl.DataFrame, rows: pl.DataFrame) -> pl.Series:
    """The number of the row's annotator among those of the same text and item, from 0 in file order, as UInt32.

    `keys` are the hashes of the row's text; `rows` has `item` and `annotator`. A missing annotator counts as one
    person. Two rows of one text are copies of each other where their numbers are equal: a text that is there as two
    items, each judged by three people, is three rows, and each of the other three is a copy of one of them.
    """
    text = keys.columns
    several = pl.len().over(text) > 1
    judged = keys.with_columns(rows["item"], rows["annotator"]).with_row_index("row").filter(several)
    first = pl.col("row").min().over(*text, "item", "annotator")
    numbered = judged.with_columns(first=first).select(
        "row", number=pl.col("first").rank("dense").over(*text, "item").cast(pl.UInt32) - 1
    )
    numbers = pl.repeat(0, rows.height, dtype=pl.UInt32, eager=True)
    return numbers.scatter(numbered["row"], numbered["number"]).alias("number")


def copies_of(keys: pl.DataFrame, rows: pl.DataFrame, *, separate: bool) -> pl.DataFrame:
    """`group`, `size` and `is_extra` of rows with equal `keys`, as `groups_of` gives them; and `is_judgement`, whether
    an earlier row of the item has the text, by another annotator. With `separate` such rows are no copies."""
    number = judgement_numbers(keys, rows) if separate else pl.repeat(0, rows.height, dtype=pl.UInt32, eager=True)
    groups = groups_of(keys.with_columns(number.alias("number")) if separate else keys)
    return groups.with_columns(is_judgement=pl.when(keys.to_series().is_not_null()).then(number > 0))


def is_separate(judgements: Judgements, item: str, annotator: str, label: str) -> bool:
    """Whether a signal with these parameters keeps judgements of one item separate."""
    return judgements == "separate" and are_judged(item, annotator, label)
