"""Which of Gopher's rules for the text of web pages does a text break?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.heuristics.gopher import NUMBERS
from analysis.heuristics.heuristics_checks import GOPHER_CHECKS
from analysis.heuristics.judged_text import ROLES, Role, check_role
from analysis.signal import Signal


@dataclass(frozen=True)
class Gopher(
    Signal,
    name="gopher",
    version=1,
    reads=ROLES,
    adds={"gopher_faults": pl.List(pl.String), **NUMBERS},
    finds=GOPHER_CHECKS,
):
    """`gopher_faults` lists the rules of Rae et al. 2021 that the text of `role` breaks, in the order of
    `analysis.heuristics.gopher`: first `QUALITY`, then `REPETITION`. It is empty where the text breaks none.

    `gopher_words`: words that are more than punctuation, as spaCy's tokenizer of English splits them.
    `gopher_word_chars`: their mean length in characters. `gopher_hashes_per_word` and `gopher_ellipses_per_word`:
    how many "#", and "…" or "...", come on one word; `gopher_letter_word_share`: the share of words with a letter; in
    these three punctuation counts as words. `gopher_bullet_line_share` and `gopher_ellipsis_line_share`: the share of
    lines that begin with "•" or "-", and of lines that end with "…" or "...". `gopher_common_words`: how many of the 8
    common words occur. `gopher_repetition_of_limit`: the share of repetition that is highest in relation to its limit,
    divided by that limit; above 1 it breaks a rule.

    The rules were made for raw text: judged by them, half of the good answers of chats are faulty. All columns are null
    where the row has no text of the role; a share is null where there is nothing to divide by.
    """

    role: Role = "text"

    def __post_init__(self) -> None:
        check_role(self.role)

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        from analysis.heuristics.gopher import gopher_columns

        return gopher_columns(rows[self.role]).select(*self.adds)
