"""What to look at first: what each check looked at, and the rows that show a finding."""

from analysis.findings.outcomes import (
    Finding,
    Outcome,
    State,
    findings,
    findings_in,
    obstacle,
    outcomes,
    tally,
    tokens_of,
)
from analysis.findings.reads import columns_of, signals_of, view_of
from analysis.findings.reasons import lacking

__all__ = [
    "Finding",
    "Outcome",
    "State",
    "columns_of",
    "findings",
    "findings_in",
    "lacking",
    "obstacle",
    "outcomes",
    "signals_of",
    "tally",
    "tokens_of",
    "view_of",
]
