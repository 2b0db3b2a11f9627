"""Which rows have nearly the same values in some columns?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.duplicates.fields import LEAST_SIMILARITY, Scorer, field_columns
from analysis.duplicates.groups import groups, pairs_of
from analysis.duplicates.texts import check_choice
from analysis.errors import SignalError
from analysis.signal import Signal

NEIGHBOUR = pl.Struct({"row": pl.UInt32, "similarity": pl.Float32})


@dataclass(frozen=True)
class FieldPairs(
    Signal,
    name="field_pairs",
    version=1,
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
    """For tables and short texts: the values of `columns` (several joined by "~") are compared letter by letter, in
    NFC, lower case and with white space evened out; of several columns the one least alike decides. Only rows with the
    same value of `block` are compared, where one is named.

    `scorer`: `letters`, the normalised Indel similarity (rapidfuzz's ratio); `words`, the same with the words of a
    field in alphabetical order; `edits`, the normalised Levenshtein similarity; `names`, Jaro and Winkler's.

    `field_neighbours` lists the rows further down with a similarity of 0.7 or more. `field_status`: `compared`;
    `repeats`, equal to an earlier row, whose pair with that row alone is listed; `capped`, compared only with its
    neighbours in alphabetical order, since its block is too wide, or alike to more than the 64 values listed; `empty`,
    no letter or digit. `field_group`, `field_similarity` and `is_field_extra` are those of near_groups, at `threshold`,
    keeping the first. All are null where no columns are named, and where a row lacks one of them or the block.
    """

    columns: str = ""
    block: str = ""
    scorer: Scorer = "letters"
    threshold: float = 0.9

    def __post_init__(self) -> None:
        check_choice(self.scorer, Scorer, "The way of comparing")
        if not isinstance(self.threshold, float | int) or not LEAST_SIMILARITY <= self.threshold <= 1:
            raise SignalError(f"A threshold lies from {LEAST_SIMILARITY} to 1 here, {self.threshold!r} does not.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        found = field_columns(rows["columns"], rows["block"], self.scorer)
        made = groups(pairs_of(found["field_neighbours"]), None, self.threshold)
        return found.with_columns(made.columns("field", found["field_status"].is_not_null()))
