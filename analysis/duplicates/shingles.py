"""The set of shingles of each row, by which rows are compared: sequences of n words or n characters."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.duplicates.texts import Texts

Unit = Literal["auto", "words", "characters"]
WORDS_PER_SHINGLE, CHARACTERS_PER_SHINGLE = 2, 5


class Shingles(NamedTuple):
    """The distinct shingles of row r, ascending: `values[place[r] : place[r] + counts[r]]`.

    `units` is the number of words or characters of the row, `size` how many of them make a shingle: a row with fewer
    is one shingle, a row with none has no shingle. `whole` is a hash of the set, 0 for an empty set.
    """

    values: NDArray[np.uint64]
    place: NDArray[np.int64]
    counts: NDArray[np.int64]
    whole: NDArray[np.uint64]
    units: NDArray[np.int64]
    size: NDArray[np.int64]

    def of_rows(self, rows: NDArray[np.int64]) -> Shingles:
        """The sets of some rows; the values stay where they are."""
        whole, units = self.whole[rows], self.units[rows]
        return Shingles(self.values, self.place[rows], self.counts[rows], whole, units, self.size[rows])


def shingles_of(
    texts: Texts, unit: Unit = "auto", words: int = WORDS_PER_SHINGLE, characters: int = CHARACTERS_PER_SHINGLE
) -> Shingles:
    """The sets of all rows; `auto` uses characters where most letters are of scripts without spaces."""
    from analysis.duplicates.kernels import shingles as loops
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.duplicates.kernels.words import tables

    height = len(texts.first) - 1
    code = {"words": loops.WORDS, "characters": loops.CHARACTERS, "auto": loops.BY_SCRIPT}[unit]
    kind, fold = tables()
    sizes = np.array([words, characters], np.int64)
    units, by_letters = np.zeros(height, np.int64), np.zeros(height, np.uint8)
    source = (texts.data, texts.starts, texts.ends, texts.first, kind)
    in_threads(height, lambda low, high: loops.measure_rows(*source, code, low, high, units, by_letters))
    place = np.concatenate([[0], np.cumsum(units)]).astype(np.int64)
    values, count, whole = np.empty(place[-1], np.uint64), np.zeros(height, np.int64), np.zeros(height, np.uint64)
    in_threads(
        height,
        lambda low, high: loops.shingle_rows(*source, fold, by_letters, sizes, low, high, place, values, count, whole),
    )
    return Shingles(values, place, count, whole, units, sizes[by_letters])
