"""What people make of the findings: answers on rows, precision, state, owner, trend, rank, examples, a rule."""

from analysis.inbox.accepted import accepted_rows
from analysis.inbox.groups import Group, grouped
from analysis.inbox.judged import Judged, Precision
from analysis.inbox.lines import Line, first_to_read, inbox, ranked, untouched, versions_of
from analysis.inbox.states import STATES, FindingState
from analysis.inbox.trends import Trend, record_counts

__all__ = [
    "STATES",
    "FindingState",
    "Group",
    "Judged",
    "Line",
    "Precision",
    "Trend",
    "accepted_rows",
    "examples",
    "first_to_read",
    "grouped",
    "inbox",
    "marks",
    "ranked",
    "record_counts",
    "rules",
    "untouched",
    "versions_of",
]
