"""How much of an answer is repetition?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from analysis.duplicates.duplicate_checks import REPEATING_CHECKS
from analysis.duplicates.repetition import RULES
from analysis.duplicates.texts import check_choice
from analysis.signal import Signal

Read = Literal["response", "prompt", "rejected", "text"]


@dataclass(frozen=True)
class Repetition(
    Signal,
    name="repetition",
    version=1,
    reads=("prompt", "response", "rejected", "text"),
    adds={
        **{column: pl.Float32 for column in RULES},
        "repetition_share": pl.Float32,
        "repetition_rule": pl.String,
        "is_endless_loop": pl.Boolean,
    },
    finds=REPEATING_CHECKS,
):
    """The shares of Rae et al. 2021 (Gopher), each 0 to 1, with the highest value that the paper accepts:

    lines, and paragraphs, that occurred before in the text (share of their number 0.30, of their characters 0.20);
    characters of the most frequent sequence of 2, 3, 4 words, times its frequency (0.20, 0.18, 0.16); characters in
    sequences of 5, 6, … 10 words that occurred before, each character counted once (0.15, 0.14, … 0.10). A word is a
    sequence of letters and digits, case folded, or one character of a script without spaces. Shares of word sequences
    count only characters of words, in the part and in the whole.

    `repetition_share` is the greatest of three shares: characters in repeated lines, in repeated paragraphs, in
    repeated sequences of 5 words. `repetition_rule` names the column that exceeds its limit by the largest factor; null
    where none does. As in the paper, the most frequent sequences are not judged in a text of under 50 words.
    `is_endless_loop`: the text ends in a phrase of up to 100 words, four times or more and at least 12 words in all;
    the last repetition may be incomplete. `over`: the response, or the raw text where there is neither prompt nor
    response; or another text. All are null where there is no text, and where it has no letter or digit.
    """

    over: Read = "response"

    def __post_init__(self) -> None:
        check_choice(self.over, Read, "The text read")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        from analysis.duplicates.repetition import repetition

        raw = pl.when(pl.col("prompt").is_null()).then("text")
        text = pl.coalesce("response", raw) if self.over == "response" else pl.col(self.over)
        return repetition(rows.select(text.alias("text"))["text"]).select(*self.adds)
