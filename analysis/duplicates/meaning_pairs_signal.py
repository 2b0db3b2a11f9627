"""Which rows mean the same, and which of them in other words?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

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
):
    """`meaning_neighbours` lists the rows further down whose vectors have a cosine of 0.7 or more with this row's, of
    the nearest that the signal neighbours keeps, and what they share in words: the Jaccard index of the runs of two
    words of what was embedded (`over`, `texts`), 1 where that is equal. A row whose vector an earlier one has is listed
    there with similarity 1, and nowhere else. Texts that name other numbers are no pair: vectors hardly tell numbers
    apart.

    `meaning_status`: `compared`; `repeats`, the vector of an earlier row; `crowded`, all rows kept as its nearest are
    nearer than `threshold`, so that more may be. `meaning_group`, `meaning_similarity` and `is_meaning_extra` are as in
    near_groups, at `threshold`, keeping the first: with words="other" only of pairs that share less than 0.7 of their
    runs, since rows of the same words are found as exact or near duplicates; with words="any" of all. All are null
    where a row has no vector. The key `of_neighbours` is filled in by the dataset.
    """

    over: Over = "prompt"
    texts: str = ""
    threshold: float = MEANING_THRESHOLD
    words: str = "other"
    of_neighbours: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.threshold, float | int) or not LOWEST_COSINE <= self.threshold <= 1:
            raise SignalError(f"A threshold lies from {LOWEST_COSINE} to 1 here, {self.threshold!r} does not.")
        if self.words not in ("other", "any"):
            raise SignalError(f"Words cannot be {self.words!r}; known: other, any.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        texts = rows.select(text=text_over(self.over)).to_series()
        found = meaning_columns(texts, pairs_with_repeats(rows), rows.select(READS), self.threshold)
        listed = found["meaning_neighbours"]
        made = groups(pairs_of(in_other_words(listed) if self.words == "other" else listed), None, self.threshold)
        return found.with_columns(made.columns("meaning", found["meaning_status"].is_not_null()))
