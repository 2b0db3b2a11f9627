"""Which rows are equal byte for byte?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.duplicates.equal import hashes, row_text, whole_record
from analysis.duplicates.judgements import ROLES, Judgements, copies_of, is_separate
from analysis.duplicates.texts import ROW_TEXTS, check_choice
from analysis.signal import Signal


@dataclass(frozen=True)
class IdenticalDuplicates(
    Signal,
    name="identical_duplicates",
    version=1,
    reads=ROW_TEXTS,
    roles=("whole", *ROLES),
    adds={
        "identical_group": pl.UInt32,
        "identical_group_size": pl.UInt32,
        "is_identical_extra": pl.Boolean,
        "is_identical_judgement": pl.Boolean,
    },
    scope="dataset",
):
    """Rows whose texts are equal byte for byte: case, white space and Unicode form count, and so does every field of a
    message. exact_duplicates compares the same texts after normalisation.

    The texts are those of every role that makes the row; where no column has such a role, all columns of the source,
    which `whole` names. `identical_group` is the position of the group's first row, null for a row in no group;
    `identical_group_size` counts the rows of the group, 1 for a row in no group; `is_identical_extra` is true for all
    but the first row. All are null where there is nothing to compare. `judgements` and `is_identical_judgement`
    are as in exact_duplicates.
    """

    judgements: Judgements = "separate"
    whole: str = ""
    item: str = ""
    annotator: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        check_choice(self.judgements, Judgements, "Judgements")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        keys = hashes(rows, whole_record(rows["whole"], None) if self.whole else row_text(rows, None))
        separate = is_separate(self.judgements, self.item, self.annotator, self.label)
        copies = copies_of(keys, rows, separate=separate)
        return copies.rename(dict(zip(copies.columns, self.adds, strict=True)))
