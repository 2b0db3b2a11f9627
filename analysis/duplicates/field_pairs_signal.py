"""Which rows have nearly the same values in some columns?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.duplicates.fields import LEAST_SIMILARITY, EmptyCells, Scorer, field_columns, values_of
from analysis.duplicates.groups import groups, pairs_of
from analysis.duplicates.texts import check_choice
from analysis.errors import SignalError
from analysis.signal import Signal

NEIGHBOUR = pl.Struct({"row": pl.UInt32, "similarity": pl.Float32})


@dataclass(frozen=True)
class FieldPairs(
    Signal,
    name="field_pairs",
    version=2,
    reads=(),
    roles=("columns", "block"),
    adds={
        "field_neighbours": pl.List(NEIGHBOUR),
        "field_status": pl.String,
        "field_group": pl.UInt32,
        "field_similarity": pl.Float32,
        "is_field_extra": pl.Boolean,
    },
    scope="dataset",
):
    """For tables and short texts: the values of `columns` (several joined by "~") are compared letter by letter after
    normalisation (NFC, lower case, white space); the similarity is that of the least similar column. If `block` is
    named, only rows with the same value of it are compared.

    `scorer`: `letters`, the normalised Indel similarity (rapidfuzz's ratio); `words`, the same with the words of a
    field in alphabetical order; `edits`, the normalised Levenshtein similarity; `names`, Jaro-Winkler similarity.

    `empty_cells`: with "equal" an empty cell equals an empty cell, and a missing block is a block; with "left_out" a
    row is not compared where one of its cells or its block is missing.

    `field_neighbours` lists the later rows with a similarity of 0.7 or more. `field_status`: `compared`; `repeats`,
    equal to an earlier row: only the pair with that row is listed; `capped`, compared only with its neighbours in
    alphabetical order because its block is too large, or similar to more than the 64 values listed; `empty`, no letter
    or digit: in a pair only where it is equal to an earlier row. `field_group`, `field_similarity` and `is_field_extra`
    are as in near_groups, at `threshold`, keeping the first row. All are null where no columns are named, and where the
    row is left out.
    """

    columns: str = ""
    block: str = ""
    scorer: Scorer = "letters"
    empty_cells: EmptyCells = "equal"
    threshold: float = 0.9

    def __post_init__(self) -> None:
        check_choice(self.scorer, Scorer, "The way of comparing")
        check_choice(self.empty_cells, EmptyCells, "Empty cells")
        if not isinstance(self.threshold, float | int) or not LEAST_SIMILARITY <= self.threshold <= 1:
            raise SignalError(f"A threshold is from {LEAST_SIMILARITY} to 1 here, not {self.threshold!r}.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        values = values_of(rows["columns"], self.empty_cells) if self.columns else rows["columns"]
        columns = field_columns(values, rows["block"], self.scorer, self.empty_cells)
        grouped = groups(pairs_of(columns["field_neighbours"]), None, self.threshold)
        return columns.with_columns(grouped.columns("field", columns["field_status"].is_not_null()))
