"""The lines of the inbox by characteristic of quality, and how many rows show a finding of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import polars as pl

from analysis.check import CHARACTERISTICS, Characteristic
from analysis.dataset import Dataset
from analysis.inbox.lines import Line, first_to_read, rank, ranked


@dataclass(frozen=True)
class Group:
    """The lines of one characteristic: `shown` with a finding, by rank; `clear` without; `undone` not looked at.

    `rows` is how many rows of the dataset show at least one of these findings.
    """

    characteristic: Characteristic
    shown: Sequence[Line]
    clear: Sequence[Line]
    undone: Sequence[Line]
    rows: int

    @property
    def open(self) -> int:
        """How many findings are open."""
        return sum(line.state.name == "open" for line in self.shown)


def grouped(dataset: Dataset, lines: Sequence[Line]) -> list[Group]:
    """The groups as a person should read them; one without any check is left out.

    First those with an open finding, by the rank of the first of these; then those whose findings are all accepted,
    being fixed or fixed, by rank; then those without a finding. Equal ones are in the order of `CHARACTERISTICS`.
    """
    groups = []
    for characteristic in CHARACTERISTICS:
        those = [line for line in lines if line.check.characteristic == characteristic]
        if those:
            groups.append(_group(dataset, characteristic, those))
    return sorted(groups, key=_place)


def _place(group: Group) -> tuple[bool, bool, tuple[int, float, int]]:
    first = first_to_read(group.shown)
    return first is None, not group.open, rank(first) if first else (0, 0.0, 0)


def _group(dataset: Dataset, characteristic: Characteristic, lines: Sequence[Line]) -> Group:
    shown = ranked(lines)
    clear = [line for line in lines if line.outcome.state == "done" and not line.outcome.finding]
    undone = [line for line in lines if line.outcome.state != "done"]
    return Group(characteristic, shown, clear, undone, _rows(dataset, shown))


def _rows(dataset: Dataset, shown: Sequence[Line]) -> int:
    masks = [_mask(dataset, line) for line in shown]
    return int(reduce(lambda a, b: a | b, masks).sum()) if masks else 0


def _mask(dataset: Dataset, line: Line) -> pl.Series:
    assert line.outcome.finding is not None
    return reduce(lambda a, b: a & b, map(dataset.mask, line.outcome.finding.view.active))
