"""The lines of the inbox: every check of a dataset with its finding, answers, state, owner, trend and rank."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.annotations import Annotations
from analysis.check import SEVERITIES, Check
from analysis.dataset import Dataset
from analysis.findings import Outcome
from analysis.inbox.judged import NOT_JUDGED, Judged, judged_rows
from analysis.inbox.states import FindingState, event_of, state_of
from analysis.inbox.trends import Trend, trends
from analysis.signal import ROW_ID


@dataclass(frozen=True)
class Line:
    """One check: what it came to, and what people made of it. `owner` is "" where it has none."""

    outcome: Outcome
    judged: Judged
    state: FindingState
    owner: str
    trend: Trend | None

    @property
    def check(self) -> Check:
        return self.outcome.check

    @property
    def rows(self) -> int:
        """The rows that show the finding; 0 also where the check is not done."""
        return self.outcome.finding.rows if self.outcome.finding else 0

    @property
    def weight(self) -> float:
        """Tokens of the rows that show it, times the precision to expect; 0 before tokens are counted."""
        tokens = self.outcome.finding.tokens if self.outcome.finding else 0
        return (tokens or 0) * self.judged.expected

    def as_dict(self) -> dict[str, object]:
        """What the command `findings` says of a finding beside its rows."""
        precision = self.judged.precision
        return {
            "state": self.state.name,
            "owner": self.owner or None,
            "accepted": self.judged.accepted,
            "precision": None
            if precision is None
            else {
                "share": round(precision.share, 6),
                "low": round(precision.low, 6),
                "high": round(precision.high, 6),
                "judged": precision.judged,
            },
        }


def inbox(
    dataset: Dataset, outcomes: Sequence[Outcome], notes: Annotations, versions: Sequence[str] | None = None
) -> list[Line]:
    """A line for each outcome, in the same order; `versions` are those of `versions_of`, if these are at hand.

    Raises AnnotationError.
    """
    versions = versions_of(dataset, notes) if versions is None else versions
    events = notes.states.in_force([dataset.fingerprint, *versions])
    judged = judged_rows(dataset, {o.check.name: o.finding for o in outcomes}, notes, versions)
    before = trends(dataset, outcomes, notes, versions)
    lines = []
    for outcome in outcomes:
        name = outcome.check.name
        given, is_inherited = event_of(events, dataset.fingerprint, versions, name, "state")
        owned, _ = event_of(events, dataset.fingerprint, versions, name, "owner")
        answers = judged.get(name, NOT_JUDGED)
        state = state_of(outcome, answers, given, is_inherited)
        lines.append(Line(outcome, answers, state, (owned and owned.value) or "", before.get(name)))
    return lines


def untouched(outcomes: Sequence[Outcome]) -> list[Line]:
    """The lines without what people made of them, for when that cannot be read."""
    return [Line(outcome, NOT_JUDGED, state_of(outcome, NOT_JUDGED, None, False), "", None) for outcome in outcomes]


def versions_of(dataset: Dataset, notes: Annotations) -> list[str]:
    """The fingerprints of the other versions of a dataset, recognised by content."""
    return notes.versions.of(dataset.fingerprint, dataset.column(ROW_ID))


def rank(line: Line) -> tuple[int, float, int]:
    """What lines are sorted by: the most serious first, then those of most weight, then of most rows."""
    return list(SEVERITIES).index(line.check.severity), -line.weight, -line.rows


def ranked(lines: Iterable[Line]) -> list[Line]:
    """The lines with a finding, by rank."""
    return sorted((line for line in lines if line.outcome.finding), key=rank)


def first_to_read(lines: Iterable[Line]) -> Line | None:
    """The first open finding by rank, or the first of any state where none is open; None without any finding."""
    shown = ranked(lines)
    return next((line for line in shown if line.state.name == "open"), next(iter(shown), None))
