"""What is lost at every maximum length, without looking at the rows again.

It needs two things that are stored with each row: its length in tokens, and where the trained tokens of its turns are,
as runs without a gap (`first_trained` to `last_trained` of the table `turns`). From them every number here is exact,
for every way of `analysis.training.truncation`. Where a turn has a gap (more places than trained tokens in its run) the
number is exact for all turns but the one that is cut inside such a run; `inexact_turns` counts the turns with a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from analysis.errors import TrainingError
from analysis.training.compiled import compiled
from analysis.training.truncation import known_way

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Losses:
    """What a maximum length costs: tokens, trained tokens, and rows that are left without a trained token.

    `untrained` counts all rows that end without one, also those that had none before.
    """

    max_length: int
    lost_tokens: int
    lost_trained_tokens: int
    untrained: int
    rows_cut: int


class Cuts:
    """The rows of a dataset or a view, ready for any maximum length.

    `lengths`: tokens of each row, without nulls. `turns`: a line for each turn with trained tokens, in the order of the
    text: `row` (the position in `lengths`), `first_trained`, `last_trained`, `trained`.
    """

    def __init__(self, lengths: pl.Series, turns: pl.DataFrame) -> None:
        runs = turns.filter(pl.col("trained") > 0)
        self.lengths: Counts = lengths.cast(pl.Int64).to_numpy()
        self._row: Counts = runs["row"].cast(pl.Int64).to_numpy()
        self._first: Counts = runs["first_trained"].cast(pl.Int64).to_numpy()
        self._end: Counts = runs["last_trained"].cast(pl.Int64).to_numpy() + 1
        self.inexact_turns = int(
            (self._end - self._first - runs["trained"].cast(pl.Int64).to_numpy()).astype(bool).sum()
        )
        self.trained = int((self._end - self._first).sum())
        if np.any(np.diff(self._row) < 0):
            raise TrainingError("The turns of a row must follow each other, in the order of the rows.")

    @property
    def longest(self) -> int:
        """Tokens of the longest row; 0 where there is none."""
        return int(self.lengths.max(initial=0))

    def at(self, max_length: int, way: str = "keep_start") -> Losses:
        """What this maximum length costs; 0 cuts nothing. Raises TrainingError where the way is unknown."""
        known_way(way)
        limit = min(max_length, self.longest) if max_length else self.longest
        if way == "llamafactory":
            room = max_length or 2 * self.longest + 1  # with so much room, no share is rounded down
            lost, trained, untrained, cut = _pairs(self.lengths, self._row, self._first, self._end, room)
            return Losses(max_length, int(lost), int(trained), int(untrained), int(cut))
        above, tokens_above = self._by_length
        rows_cut = int(above[limit])
        if way == "drop":
            trained, untrained = int(self._trained_above[limit]), rows_cut + int(self._untrained_up_to[limit])
            return Losses(max_length, int(tokens_above[limit]), trained, untrained, rows_cut)
        from_start = way == "keep_start"
        lost_trained = self._from_start if from_start else self._from_end
        kept_from = self._rows_from_start if from_start else self._rows_from_end
        lost_tokens = int(tokens_above[limit]) - limit * rows_cut
        untrained = len(self.lengths) - int(kept_from[limit])
        return Losses(max_length, lost_tokens, int(lost_trained[limit]), untrained, rows_cut)

    @cached_property
    def _by_length(self) -> tuple[Counts, Counts]:
        """For each maximum the rows that are longer, and all tokens of these rows."""
        counts = np.bincount(self.lengths, minlength=1)
        return _above(counts), _above(counts * np.arange(counts.size))

    @cached_property
    def _trained_above(self) -> Counts:
        """For each maximum the trained tokens of the rows that are longer."""
        size = self.longest + 1
        return _above(_sums(self.lengths[self._row], self._end - self._first, size))

    @cached_property
    def _untrained_up_to(self) -> Counts:
        """For each maximum the rows without a trained token that are not longer."""
        has_some = np.zeros(self.lengths.size, np.bool_)
        has_some[self._row] = True
        return np.cumsum(np.bincount(self.lengths[~has_some], minlength=self.longest + 1))

    @cached_property
    def _from_start(self) -> Counts:
        """For each maximum the trained tokens behind it."""
        return _behind(self._first, self._end, self.longest)

    @cached_property
    def _from_end(self) -> Counts:
        """For each maximum the trained tokens before the last tokens that stay."""
        of_row = self.lengths[self._row]
        return _behind(of_row - self._end, of_row - self._first, self.longest)

    @cached_property
    def _rows_from_start(self) -> Counts:
        """For each maximum the rows with a trained token among the first that stay."""
        return self._reached(self._first)

    @cached_property
    def _rows_from_end(self) -> Counts:
        """For each maximum the rows with a trained token among the last that stay."""
        return self._reached(self.lengths[self._row] - self._end)

    def _reached(self, places: Counts) -> Counts:
        """For each maximum the rows of which the nearest of these places is below it."""
        nearest = np.full(self.lengths.size, np.iinfo(np.int64).max)
        np.minimum.at(nearest, self._row, places)
        reached = nearest[nearest <= self.longest]
        return np.concatenate([[0], np.cumsum(np.bincount(reached, minlength=self.longest + 1))])[: self.longest + 1]


def _sums(places: Counts, values: Counts, size: int) -> Counts:
    """The sum of the values at each place."""
    return np.bincount(places, weights=values, minlength=size).astype(np.int64)


def _above(counts: Counts) -> Counts:
    """The sum of all counts behind each place."""
    return np.concatenate([np.cumsum(counts[::-1])[::-1][1:], [0]])


def _behind(first: Counts, end: Counts, longest: int) -> Counts:
    """For each place the tokens at or behind it, in runs from `first` to before `end`."""
    steps = np.bincount(first, minlength=longest + 1) - np.bincount(end, minlength=longest + 1)
    per_place = np.cumsum(steps[: longest + 1])
    return np.cumsum(per_place[::-1])[::-1]


@compiled
def _pairs(lengths: Counts, rows: Counts, first: Counts, end: Counts, limit: int) -> tuple[int, int, int, int]:
    """Tokens lost, trained tokens lost, rows without a trained token, rows cut, by LLaMA-Factory's pairs.

    A pair is the tokens before a run of trained tokens, and the run.
    """
    lost, lost_trained, untrained, cut, run = 0, 0, 0, 0, 0
    for row in range(lengths.size):
        room, place, kept_all, kept_trained = limit, 0, 0, 0
        while run < rows.size and rows[run] == row:
            source, target = first[run] - place, end[run] - first[run]
            if room > 0:
                if 2 * target < room:
                    most = room
                elif 2 * source < room:
                    most = room - source
                else:
                    most = int(room * (target / (source + target)))
                kept_target = min(most, target)
                kept = kept_target + min(max(room - kept_target, 0), source)
                kept_all += kept
                kept_trained += kept_target
                room -= kept
            lost_trained += target
            place = end[run]
            run += 1
        lost_trained -= kept_trained
        kept_all += min(max(room, 0), lengths[row] - place)
        lost += lengths[row] - kept_all
        cut += kept_all < lengths[row]
        untrained += kept_trained == 0
    return lost, lost_trained, untrained, cut
