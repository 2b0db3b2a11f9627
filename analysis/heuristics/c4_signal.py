"""Which of C4's rules for the text of web pages does a text break?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.heuristics.heuristics_checks import C4_CHECKS
from analysis.heuristics.judged_text import ROLES, Role, check_role
from analysis.loaders.word_lists import word_list
from analysis.signal import Signal


@dataclass(frozen=True)
class C4(
    Signal,
    name="c4",
    version=1,
    reads=ROLES,
    adds={
        "c4_faults": pl.List(pl.String),
        "c4_line_faults": pl.List(pl.String),
        "c4_lines": pl.UInt32,
        "c4_kept_lines": pl.UInt32,
        "c4_sentences": pl.UInt32,
        "has_bad_word": pl.Boolean,
    },
    finds=C4_CHECKS,
):
    """`c4_faults` lists the rules of Raffel et al. 2020 by which the text of `role` is left out, as
    `analysis.heuristics.c4.RULES` says them; it is empty where the text is kept.

    C4 first leaves out lines, by the rules of `LINE_RULES`. `c4_line_faults` lists those that leave out a line of this
    text, in alphabetical order. `c4_lines`: lines that are not blank; `c4_kept_lines`: those that are kept;
    `c4_sentences`: the sentences of the lines that are kept, as spaCy's sentencizer of English ends them.

    `bad_words` is the path of a list of words, one in each line; `bad_words_digest` is the hash of that file. Without a
    list the rule `bad_word` is not judged, and `has_bad_word` is null. All columns are null where the row has no text
    of the role.
    """

    role: Role = "text"
    bad_words: str = ""
    bad_words_digest: str = ""

    def __post_init__(self) -> None:
        check_role(self.role)

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        from analysis.heuristics.c4 import c4_columns

        words = word_list(self.bad_words, self.bad_words_digest) if self.bad_words else ()
        return c4_columns(rows[self.role], words).select(*self.adds)
