"""Which rows of two sides are about the same task: the same item, or else the same prompt?"""

from __future__ import annotations

import polars as pl

from analysis.dataset import Dataset


def key_columns(dataset: Dataset, other: Dataset) -> list[str]:
    """What can join the rows of both: the column of the items, if both have one of that name, and the prompt."""
    item = dataset.role("item")
    items = [item] if item and item == other.role("item") else []
    return items + [name for name in ("prompt",) if name in dataset.canonical and name in other.canonical]


def same_tasks(
    dataset: Dataset, rows: pl.Series, other: Dataset, other_rows: pl.Series, column: str = "prompt"
) -> pl.DataFrame:
    """`row` and `other_row` (UInt32): the first row of each side for every task that both have, in the order of `rows`.

    A task is a value of the column, one of `key_columns`; a row without a value, or with a blank one, has none.
    """
    keyed, other_keyed = _keyed(dataset, column, rows, "row"), _keyed(other, column, other_rows, "other_row")
    both = keyed.join(other_keyed, on="key", maintain_order="left")
    return both.select("row", "other_row").filter(
        pl.lit(dataset.id != other.id) | (pl.col("row") != pl.col("other_row"))
    )


def _keyed(dataset: Dataset, column: str, rows: pl.Series, name: str) -> pl.DataFrame:
    keys = dataset.frame([column], rows)[column].cast(pl.String).alias("key")
    keyed = pl.DataFrame([keys, rows.cast(pl.UInt32).alias(name)])
    has_key = pl.col("key").str.strip_chars().str.len_bytes() > 0
    return keyed.filter(has_key).unique("key", keep="first", maintain_order=True)
