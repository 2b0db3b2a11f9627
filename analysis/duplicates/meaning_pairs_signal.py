"""Which rows have nearly the same meaning, and which of them use other words?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.duplicates.duplicate_checks import MEANING_CHECKS
from analysis.duplicates.groups import groups, pairs_of
from analysis.duplicates.meaning import MEANING_THRESHOLD, NEIGHBOUR, in_other_words, meaning_columns
from analysis.embedding.texts import Over, text_over
from analysis.errors import SignalError
from analysis.map.pairs import LOWEST_COSINE, READS, pairs_with_repeats
from analysis.signal import Signal


@dataclass(frozen=True)
class MeaningPairs(
    Signal,
    name="meaning_pairs",
    version=2,
    reads=("prompt", "response", "text", *READS),
    roles=("texts",),
    adds={
        "meaning_neighbours": pl.List(NEIGHBOUR),
        "meaning_status": pl.String,
        "meaning_group": pl.UInt32,
        "meaning_similarity": pl.Float32,
        "is_meaning_extra": pl.Boolean,
    },
    scope="dataset",
    finds=MEANING_CHECKS,
):
    """`meaning_neighbours` lists the later rows that the signal neighbours keeps and whose vectors have a cosine of 0.7
    or more with the vector of this row. `shared_words_share` is the Jaccard index of the sequences of two words in the
    embedded texts (`over`, `texts`), 1 where the texts are equal. A row with the same vector as an earlier row is
    listed only there, with similarity 1. Texts with different numbers are no pair, because vectors hardly distinguish
    numbers.

    `meaning_status`: `compared`; `repeats`, the same vector as an earlier row; `crowded`, all its neighbours have a
    similarity of `threshold` or more, so that there may be others. `meaning_group`, `meaning_similarity` and
    `is_meaning_extra` are as in near_groups, at `threshold`, keeping the first row: with words="other" only for pairs
    that share less than 0.7 of their word sequences, because the others are exact or near duplicates; with words="any"
    for all pairs. All are null where a row has no vector. The dataset fills in `of_neighbours`.
    """

    over: Over = "prompt"
    texts: str = ""
    threshold: float = MEANING_THRESHOLD
    words: str = "other"
    of_neighbours: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.threshold, float | int) or not LOWEST_COSINE <= self.threshold <= 1:
            raise SignalError(f"A threshold is from {LOWEST_COSINE} to 1 here, not {self.threshold!r}.")
        if self.words not in ("other", "any"):
            raise SignalError(f"Words cannot be {self.words!r}; known: other, any.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        texts = rows.select(text=text_over(self.over)).to_series()
        columns = meaning_columns(texts, pairs_with_repeats(rows), rows.select(READS), self.threshold)
        listed = columns["meaning_neighbours"]
        grouped = groups(pairs_of(in_other_words(listed) if self.words == "other" else listed), None, self.threshold)
        return columns.with_columns(grouped.columns("meaning", columns["meaning_status"].is_not_null()))
