"""Which rows are equal but for case, white space and punctuation?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.duplicates.normalised import Digits, Level, Order
from analysis.duplicates.texts import Over, check_choice
from analysis.errors import SignalError
from analysis.signal import Signal


@dataclass(frozen=True)
class NormalisedDuplicates(
    Signal,
    name="normalised_duplicates",
    version=1,
    reads=("prompt", "response", "messages", "text"),
    roles=("column",),
    adds={"normalised_group": pl.UInt32, "normalised_group_size": pl.UInt32, "is_normalised_extra": pl.Boolean},
    scope="dataset",
    cheap=True,
):
    """Rows whose words are the same in the same order: NFC, case folded, all but letters and digits away. So “a + b”
    equals “a - b”: what is equal to the letter is found by exact_duplicates.

    `normalised_group` is the position of the group's first row, null for a row that stands alone;
    `normalised_group_size` counts the group's rows, 1 when alone; `is_normalised_extra` marks all but the first. All
    are null where there is no word. `digits="zero"` takes every digit for 0; `order="any"` lets the lines of a text
    come in any order.

    By `level` paragraph (parted by empty lines) or sentence, a row is grouped by the longest one, of at least five
    words, that another row has too: `normalised_group` is the first row that has it, the size counts all, and
    `is_normalised_extra` marks rows of which every part stands in an earlier row.
    """

    over: Over = "prompt+response"
    level: Level = "document"
    digits: Digits = "kept"
    order: Order = "kept"
    column: str = ""

    def __post_init__(self) -> None:
        check_choice(self.over, Over, "The texts compared")
        check_choice(self.level, Level, "The level")
        check_choice(self.digits, Digits, "Digits")
        check_choice(self.order, Order, "The order of lines")
        if (self.over == "column") != bool(self.column):
            raise SignalError('A column is named where, and only where, over is "column".')

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        from analysis.duplicates.normalised import normalised_columns

        found = normalised_columns(rows, self.over, self.level, self.digits, self.order)
        return found.select(pl.col(name).cast(dtype) for name, dtype in self.adds.items())
