"""What a contract is: its rules, their limits, and the rows that a person accepts in spite of a rule."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analysis.check import Characteristic
from analysis.contract.comparisons import Comparison

RuleSeverity = Literal["error", "warn"]
SLICE_ROWS = 30
"""The rows that a slice must have to be judged, unless the rule says another number."""


@dataclass(frozen=True)
class Limits:
    """When a rule fails and when it warns: if any of these comparisons holds. `text`: as they are written."""

    fails: tuple[Comparison, ...]
    warns: tuple[Comparison, ...]
    text: str

    @property
    def words(self) -> str:
        """The same for people.

        >>> Limits((Comparison(">", (10,)),), (Comparison(">", (0,)),), "").words
        'fails at over 10 rows, warns at over 0 rows'
        """
        parts = [f"fails at {' or at '.join(c.words for c in self.fails)}"] if self.fails else []
        parts += [f"warns at {' or at '.join(c.words for c in self.warns)}"] if self.warns else []
        return ", ".join(parts)

    def with_severity(self, severity: str) -> Limits:
        """The limits of a rule whose severity is changed: what failed warns, or what warned fails."""
        if severity == "warn":
            return Limits((), self.warns or self.fails, self.text)
        return Limits(self.fails or self.warns, self.warns if self.fails else (), self.text)

    @property
    def is_about_too_few(self) -> bool:
        """Whether the rule wants many rows and not few: each of its comparisons is a minimum."""
        every = (*self.fails, *self.warns)
        return bool(every) and all(c.op in ("<", "<=") for c in every)


@dataclass(frozen=True)
class Rule:
    """One rule: rows by `where` or `finding`, or a number by `measure`, and the limits it must keep.

    `where`: filters; a row that passes all of them shows the rule. `finding`: the name of a check. `measure`: such as
    "p95(row_tokens)", by the values of the column `by`, each of which must have `slice_rows` rows to be judged.
    `parameters`: those of signals, by the signal's name, as they are written; a path in them is relative to `folder`.
    `needs`: roles that the dataset must have; of roles joined by | one is enough. `sample`: at most so many rows are
    looked at, 0 for all. `line`: the line of the contract on which the rule begins.
    """

    name: str
    characteristic: Characteristic
    severity: RuleSeverity
    limits: Limits
    line: int
    where: tuple[str, ...] = ()
    finding: str = ""
    measure: str = ""
    by: str = ""
    slice_rows: int = SLICE_ROWS
    owner: str = ""
    to_do: str = ""
    ignore_tags: tuple[str, ...] = ()
    allow_unknown: bool = False
    parameters: Mapping[str, Mapping[str, object]] | None = None
    folder: Path = Path()
    needs: tuple[str, ...] = ()
    sample: int = 0
    seed: int = 0

    @property
    def reading(self) -> str:
        """The parameters as text: rules with the same text read the same columns."""
        return json.dumps([self.parameters or {}, str(self.folder)], sort_keys=True, default=str)

    @property
    def counts_rows(self) -> bool:
        return not self.measure


@dataclass(frozen=True)
class Acceptance:
    """Rows that a rule does not count: who decided so, why, and until which day; without a day, for good."""

    rule: str
    rows: tuple[str, ...]
    by: str
    reason: str
    until: datetime.date | None = None

    def is_over(self, today: datetime.date) -> bool:
        """Whether its last day is past."""
        return self.until is not None and today > self.until


@dataclass(frozen=True)
class Contract:
    """A contract as it was read from `path`. `dataset`: the name of the only dataset that it is about, or "".

    `characteristics`: those that it must cover by at least one rule each.
    """

    name: str
    path: Path
    owner: str = ""
    dataset: str = ""
    characteristics: tuple[Characteristic, ...] = ()
    rules: tuple[Rule, ...] = ()
    accepted: tuple[Acceptance, ...] = ()

    @property
    def uncovered(self) -> list[str]:
        """The characteristics that it must cover and has no rule about."""
        covered = {rule.characteristic for rule in self.rules}
        return [name for name in self.characteristics if name not in covered]
