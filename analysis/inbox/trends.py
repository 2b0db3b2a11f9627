"""Do more rows show a finding than in the version before, or fewer?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from analysis.annotations import Annotations
from analysis.annotations.finding_counts import Counted, Record
from analysis.check import Check
from analysis.dataset import Dataset
from analysis.findings import Outcome, signals_of
from analysis.signal import ROW_ID


@dataclass(frozen=True)
class Trend:
    """How many rows showed a finding before, and when that was counted: in another version, or in the same data.

    `is_comparable` is False where other signals, or other parameters, counted it.
    """

    rows: int
    looked_at: int
    at: datetime
    is_version: bool
    is_comparable: bool

    @property
    def share(self) -> float:
        return self.rows / self.looked_at if self.looked_at else 0.0


def counted_by(dataset: Dataset, check: Check) -> str:
    """A short text that changes with the signals which a check reads, and with the check's filters."""
    keys = [dataset.signal(name).key for name in signals_of(check, dataset.catalogue)]
    return hashlib.sha256(" ".join((*check.where, *keys)).encode()).hexdigest()[:8]


def record_counts(dataset: Dataset, outcomes: Sequence[Outcome], notes: Annotations) -> None:
    """Keeps what every check that is done came to, once for each computed state, with a sketch of the dataset."""
    counts = {
        outcome.check.name: Counted(
            outcome.finding.rows if outcome.finding else 0, outcome.looked_at or 0, counted_by(dataset, outcome.check)
        )
        for outcome in outcomes
        if outcome.state == "done"
    }
    if not counts:
        return
    done = " ".join(f"{name}={counted.by}" for name, counted in sorted(counts.items()))
    notes.versions.keep(dataset.fingerprint, dataset.column(ROW_ID))
    notes.counts.record(dataset.fingerprint, hashlib.sha256(done.encode()).hexdigest(), counts)


def trends(
    dataset: Dataset, outcomes: Sequence[Outcome], notes: Annotations, versions: Sequence[str]
) -> dict[str, Trend]:
    """By finding: its latest count in an earlier version, or else its count in these data before something changed."""
    records = notes.counts.listed([dataset.fingerprint, *versions])
    here = [record for record in records if record.dataset == dataset.fingerprint]
    first = here[0].number if here else None
    earlier = [r for r in records if r.dataset != dataset.fingerprint and (first is None or r.number < first)]
    of_check = {o.check.name: counted_by(dataset, o.check) for o in outcomes if o.state == "done"}
    return {name: trend for name, by in of_check.items() if (trend := _trend(name, by, earlier, here))}


def _trend(name: str, by: str, earlier: Sequence[Record], here: Sequence[Record]) -> Trend | None:
    if last := _last(earlier, name):
        record, counted = last
        return Trend(counted.rows, counted.looked_at, record.at, True, counted.by == by)
    if last := _last([record for record in here if name in record.counts and record.counts[name].by != by], name):
        record, counted = last
        return Trend(counted.rows, counted.looked_at, record.at, False, False)
    return None


def _last(records: Sequence[Record], name: str) -> tuple[Record, Counted] | None:
    with_count: list[tuple[Record, Mapping[str, Counted]]] = [(r, r.counts) for r in records if name in r.counts]
    return (with_count[-1][0], with_count[-1][1][name]) if with_count else None
