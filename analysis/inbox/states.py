"""In which state is a finding, and who owns it? From what people gave it, and from the rows that show it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.annotations.finding_states import FindingEvent, Kind
from analysis.counted import count
from analysis.findings import Outcome
from analysis.inbox.judged import Judged

StateName = Literal["open", "accepted", "being fixed", "fixed", ""]

STATES: dict[str, str] = {
    "open": "Some row shows it, and no decision holds for all of them.",
    "accepted": "A person accepted every row that shows it.",
    "being fixed": "A person works on it.",
    "fixed": "A person fixed it, or no row shows it any more after it was being fixed.",
}
Events = Mapping[tuple[str, str, Kind], FindingEvent]


@dataclass(frozen=True)
class FindingState:
    """`name` is "" where no row shows the finding and no person gave it a state. `note` is a sentence on why, or "".

    `event` is what a person gave, if any; `is_inherited`: in another version of the data.
    """

    name: StateName
    note: str = ""
    event: FindingEvent | None = None
    is_inherited: bool = False


def event_of(
    events: Events, dataset: str, versions: Sequence[str], finding: str, kind: Kind
) -> tuple[FindingEvent | None, bool]:
    """What people gave a finding, and whether in another version: an event of the dataset itself counts first."""
    if (own_event := events.get((dataset, finding, kind))) is not None:
        return own_event, False
    inherited = [event for version in versions if (event := events.get((version, finding, kind)))]
    return max(inherited, key=lambda event: event.number, default=None), True


def state_of(outcome: Outcome, judged: Judged, event: FindingEvent | None, is_inherited: bool) -> FindingState:
    """The state of a finding. The later one counts: what a person gave it, or that all its rows were accepted."""
    rows = outcome.finding.rows if outcome.finding else 0
    if outcome.state != "done":
        if event is None:
            return FindingState("")
        return FindingState(event.state or "", "The check is not done here.", event, is_inherited)
    if not rows:
        return _without_rows(event, is_inherited)
    is_later = event is None or (judged.accepted_at is not None and judged.accepted_at >= event.at)
    if judged.accepted == rows and is_later:
        return FindingState("accepted", f"All {count(rows)} are accepted." if rows > 1 else "The row is accepted.")
    if event is None or event.state == "open":
        return FindingState("open", _partly(judged, rows), event, is_inherited and event is not None)
    if event.state == "fixed":
        return _fixed(event, rows, is_inherited)
    return FindingState("being fixed", _partly(judged, rows), event, is_inherited)


def _without_rows(event: FindingEvent | None, is_inherited: bool) -> FindingState:
    if event is None or event.state == "open":
        return FindingState("")
    return FindingState("fixed", "No row shows it any more.", event, is_inherited)


def _fixed(event: FindingEvent, rows: int, is_inherited: bool) -> FindingState:
    show = "1 row shows" if rows == 1 else f"{rows:,} rows show"
    if is_inherited:
        note = f"It was fixed in another version, but {show} it in these data."
        return FindingState("open", note, event, is_inherited)
    if rows > event.rows:
        return FindingState("open", f"It was fixed when {count(event.rows)} showed it; now {show} it.", event)
    return FindingState("fixed", f"In these data {show} it still. Open the new version to see that it is gone.", event)


def _partly(judged: Judged, rows: int) -> str:
    if not judged.accepted:
        return ""
    left = rows - judged.accepted
    return f"{judged.accepted:,} of {count(rows)} are accepted, {left:,} {'is' if left == 1 else 'are'} not."
