"""From rows to their near neighbours, as columns."""

from __future__ import annotations

import numpy as np
import polars as pl

from analysis.duplicates.shingles import Unit, shingles_of
from analysis.duplicates.similarity import Near, near_pairs
from analysis.duplicates.spans import without_boilerplate
from analysis.duplicates.texts import Over, pieces_of, texts_of


def near_columns(
    rows: pl.DataFrame, over: Over, unit: Unit, words: int, characters: int, *, aside: bool = False
) -> pl.DataFrame:
    """`near_neighbours` and `near_status` of rows, as the signal near_pairs describes them."""
    pieces = pieces_of(rows, over)
    texts = texts_of(pieces, rows.height)
    if aside:
        texts = without_boilerplate(texts, rows.height)
    near = near_pairs(shingles_of(texts, unit, words, characters))
    there = pl.Series(np.diff(texts.first) > 0)
    status = pl.Series(near.status).cast(pl.String)
    return pl.DataFrame({"near_neighbours": _lists(near, rows.height), "near_status": status}).select(
        pl.when(there).then(column).alias(column) for column in ("near_neighbours", "near_status")
    )


def _lists(near: Near, height: int) -> pl.Series:
    """The pairs as one list per row, made from offsets, without a group per row."""
    import pyarrow as pa

    offsets = np.concatenate([[0], np.cumsum(np.bincount(near.a, minlength=height))]).astype(np.int64)
    entries = pa.StructArray.from_arrays([pa.array(near.b), pa.array(near.similarity)], ["row", "similarity"])
    lists = pl.from_arrow(pa.LargeListArray.from_arrays(pa.array(offsets), entries))
    assert isinstance(lists, pl.Series)
    return lists
