"""What a check of a contract came to: the status of each rule with its numbers, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from analysis.contract.contract import Contract, Rule

Status = Literal["pass", "warn", "fail", "accepted", "unknown"]
Verdict = Literal["pass", "warn", "fail"]
WORST_FIRST: tuple[Status, ...] = ("fail", "unknown", "warn", "accepted", "pass")
DIGITS = 6


@dataclass(frozen=True)
class SliceResult:
    """The number of one slice, of how many rows with a value, and its status."""

    name: str
    value: float | None
    of: int
    status: Status

    def as_dict(self) -> dict[str, object]:
        return {"slice": self.name, "value": rounded(self.value), "of": self.of, "status": self.status}


@dataclass(frozen=True)
class RuleResult:
    """What one rule came to.

    `rows` show the rule, `accepted` of them by a decision of a person, `of` the rows that were looked at. `rows` is
    null where the rule is about a number, `value`. `interval`: of the share, where only a sample was looked at. `why`:
    the reason where the status is unknown, as a sentence. `notes`: what else a person must know. `faulty`: positions of
    the rows that show it.
    """

    rule: Rule
    status: Status
    rows: int | None = None
    of: int | None = None
    accepted: int = 0
    ignored: int = 0
    value: float | None = None
    interval: tuple[float, float] | None = None
    slices: tuple[SliceResult, ...] = ()
    why: str = ""
    to_do: str = ""
    notes: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    faulty: pl.Series | None = None
    accepted_rows: pl.Series | None = None

    @property
    def share(self) -> float | None:
        """The share of rows that show the rule, of those that were looked at; null where none was."""
        return None if self.rows is None or not self.of else self.rows / self.of

    @property
    def counted(self) -> int:
        """The rows that show the rule and are not accepted: those that the limits are about."""
        return (self.rows or 0) - self.accepted

    @property
    def does_fail(self) -> bool:
        """Whether it fails the contract; what is not known does so too, unless the rule allows it."""
        return self.status == "fail" or (self.status == "unknown" and not self.rule.allow_unknown)

    def as_dict(self) -> dict[str, object]:
        about = {"where": list(self.rule.where), "finding": self.rule.finding, "measure": self.rule.measure}
        return {
            "name": self.rule.name,
            "characteristic": self.rule.characteristic,
            "severity": self.rule.severity,
            "status": self.status,
            "rows": self.rows,
            "of": self.of,
            "share": rounded(self.share),
            "limit": self.rule.limits.text,
            "accepted": self.accepted,
            "signal": ", ".join(self.signals) or None,
            "value": rounded(self.value),
            "interval": None if self.interval is None else [rounded(end) for end in self.interval],
            "slices": [each.as_dict() for each in self.slices],
            "owner": self.rule.owner,
            "why": self.why,
            "to_do": self.to_do,
            "notes": list(self.notes),
            "ignored": self.ignored,
            "allow_unknown": self.rule.allow_unknown,
            "line": self.rule.line,
            **{name: value for name, value in about.items() if value},
        }


@dataclass(frozen=True)
class ContractResult:
    """What the rules of a contract came to in a dataset of `height` rows. `notes`: about the contract as a whole."""

    contract: Contract
    dataset: str
    height: int
    rules: tuple[RuleResult, ...]
    checked_on: str
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Fail if a rule fails, or is not known and must be; else warn if one warns or is not known; else pass."""
        if any(result.does_fail for result in self.rules):
            return "fail"
        return "warn" if any(result.status in ("warn", "unknown") for result in self.rules) else "pass"

    def count(self, status: Status) -> int:
        return sum(result.status == status for result in self.rules)

    def as_dict(self) -> dict[str, Any]:
        return {
            "contract": self.contract.name,
            "verdict": self.verdict,
            "rules": [result.as_dict() for result in self.rules],
            "dataset": self.dataset,
            "dataset_rows": self.height,
            "file": self.contract.path.name,
            "owner": self.contract.owner,
            "checked_on": self.checked_on,
            "uncovered": self.contract.uncovered,
            "notes": list(self.notes),
        }


def worst(statuses: Sequence[Status]) -> Status:
    """The status that weighs most.

    >>> worst(["pass", "unknown", "warn"])
    'unknown'
    """
    return min(statuses, key=WORST_FIRST.index)


def rounded(number: float | None) -> float | None:
    """The number as JSON has it."""
    return None if number is None else round(number, DIGITS)
