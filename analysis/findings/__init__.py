"""What to look at first: checks, what each looked at, and the rows that show a finding."""

from analysis.findings.checks import CHECKS, LONG_ROW_TOKENS, Check
from analysis.findings.outcomes import Finding, Outcome, State, findings, findings_in, outcomes, tally, tokens_of

__all__ = [
    "CHECKS",
    "LONG_ROW_TOKENS",
    "Check",
    "Finding",
    "Outcome",
    "State",
    "findings",
    "findings_in",
    "outcomes",
    "tally",
    "tokens_of",
]
