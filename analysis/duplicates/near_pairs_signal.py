"""Which rows are near duplicates? Pairs with their exact similarity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.duplicates.shingles import Unit, shingles_of
from analysis.duplicates.similarity import Near, near_pairs
from analysis.duplicates.spans import without_boilerplate
from analysis.duplicates.texts import Over, check_choice, pieces_of, texts_of
from analysis.errors import SignalError
from analysis.signal import Signal

NEIGHBOUR = pl.Struct({"row": pl.UInt32, "similarity": pl.Float32})


@dataclass(frozen=True)
class NearPairs(
    Signal,
    name="near_pairs",
    version=1,
    reads=("prompt", "response", "messages", "text"),
    roles=("column",),
    adds={"near_neighbours": pl.List(NEIGHBOUR), "near_status": pl.String},
    scope="dataset",
):
    """`near_neighbours` lists the later rows whose shingles have a Jaccard index of 0.5 or more with those of this row,
    with that index. The index is exact; MinHash only proposes which rows are compared (`analysis.duplicates.minhash`).

    A shingle is a sequence of `words` words, or of `characters` characters (letters, digits, and one blank between
    words), case folded and without punctuation. `unit="auto"` uses characters for a text of which more than half is
    written in scripts without spaces. `over`: the whole row, one side, raw text, or the `column` named. With
    `boilerplate="aside"` a long beginning or end that many rows share is not compared, unless the row has nothing else.

    `near_status`: `compared`; `repeats`, the same shingles as an earlier row: only its pair with the first such row is
    listed, at that row; `too_short`, fewer words than a shingle has; `capped`, similar to so many rows that it was
    compared only with some; `empty`, no letter or digit. Both columns are null where there is no text.
    """

    over: Over = "prompt+response"
    unit: Unit = "auto"
    words: int = 2
    characters: int = 5
    boilerplate: str = "kept"
    column: str = ""

    def __post_init__(self) -> None:
        check_choice(self.over, Over, "The texts compared")
        check_choice(self.unit, Unit, "The unit of a shingle")
        if self.boilerplate not in ("kept", "aside"):
            raise SignalError(f"Boilerplate cannot be {self.boilerplate!r}; known: kept, aside.")
        if min(self.words, self.characters) < 1:
            raise SignalError("A shingle has at least one word or character.")
        if (self.over == "column") != bool(self.column):
            raise SignalError('A column is named if, and only if, over is "column".')

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        return near_columns(rows, self.over, self.unit, self.words, self.characters, aside=self.boilerplate == "aside")


def near_columns(
    rows: pl.DataFrame, over: Over, unit: Unit, words: int, characters: int, *, aside: bool = False
) -> pl.DataFrame:
    """`near_neighbours` and `near_status` of rows, as NearPairs describes them."""
    pieces = pieces_of(rows, over)
    texts = texts_of(pieces, rows.height)
    if aside:
        texts = without_boilerplate(texts, rows.height)
    near = near_pairs(shingles_of(texts, unit, words, characters))
    has_text = pl.Series(np.diff(texts.first) > 0)
    status = pl.Series(near.status).cast(pl.String)
    return pl.DataFrame({"near_neighbours": _lists(near, rows.height), "near_status": status}).select(
        pl.when(has_text).then(column).alias(column) for column in ("near_neighbours", "near_status")
    )


def _lists(near: Near, height: int) -> pl.Series:
    """The pairs as one list per row, built from offsets, which is faster than a group per row."""
    import pyarrow as pa

    offsets = np.concatenate([[0], np.cumsum(np.bincount(near.a, minlength=height))]).astype(np.int64)
    entries = pa.StructArray.from_arrays([pa.array(near.b), pa.array(near.similarity)], ["row", "similarity"])
    lists = pl.from_arrow(pa.LargeListArray.from_arrays(pa.array(offsets), entries))
    assert isinstance(lists, pl.Series)
    return lists
