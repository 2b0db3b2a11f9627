"""Is a rate worse than in an earlier result? A dataset that grows is never punished for its size."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.contract.results import ContractResult, RuleResult
from analysis.errors import ContractError
from analysis.whole_files import write_text_whole

P_VALUE = 0.01
MARGIN = 0.005
BASELINE_NAME = "winnow-baseline.json"
METHOD = (
    f"a rate is worse where the one-sided test of two proportions has p < {P_VALUE} "
    f"and the difference is at least {MARGIN * 100:g} percentage points"
)


@dataclass(frozen=True)
class Change:
    """The rate of a rule before and now, each with its rows; `p`: that so large a change is by chance."""

    name: str
    rows_before: int
    of_before: int
    rows: int
    of: int
    p: float
    is_worse: bool

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "before": {"rows": self.rows_before, "of": self.of_before},
            "now": {"rows": self.rows, "of": self.of},
            "p": float(f"{self.p:.3g}"),
            "is_worse": self.is_worse,
        }

    @property
    def sentence(self) -> str:
        before, now = self.rows_before / self.of_before, self.rows / self.of
        rates = f"{before:.2%} of {self.of_before:,} rows before, {now:.2%} of {self.of:,} now"
        return f"{self.name}: {rates} (p {self.p:.2g})."


@dataclass(frozen=True)
class Compared:
    """The rates that were compared with a baseline, and why other rules were not: a sentence each."""

    changes: tuple[Change, ...]
    not_compared: tuple[str, ...]

    @property
    def regressions(self) -> list[Change]:
        return [change for change in self.changes if change.is_worse]

    def as_dict(self) -> dict[str, object]:
        return {
            "method": METHOD,
            "regressions": [change.as_dict() for change in self.regressions],
            "compared": len(self.changes),
            "not_compared": list(self.not_compared),
        }


def p_of_worse(rows_before: int, of_before: int, rows: int, of: int) -> float:
    """The chance of so much higher a rate where both are the same: the pooled z test of two proportions, one-sided.

    >>> round(p_of_worse(50, 1000, 102, 2000), 2), p_of_worse(50, 1000, 180, 2000) < 0.001
    (0.45, True)
    """
    pooled = (rows_before + rows) / (of_before + of)
    error = math.sqrt(pooled * (1 - pooled) * (1 / of_before + 1 / of))
    difference = rows / of - rows_before / of_before
    if error == 0:
        return 1.0
    return 0.5 * math.erfc(difference / error / math.sqrt(2))


def compare(result: ContractResult, baseline: dict[str, Any]) -> Compared:
    """The rates of a result beside those of an earlier one, rule by rule by its name."""
    before = {rule["name"]: rule for rule in baseline["rules"]}
    changes, whys = [], []
    for rule in result.rules:
        if why := _not_comparable(rule, before.get(rule.rule.name)):
            whys.append(f"{rule.rule.name}: {why}")
        else:
            changes.append(_change(rule, before[rule.rule.name]))
    names = {rule.rule.name for rule in result.rules}
    whys += [f"{name}: the contract has no such rule any more." for name in before if name not in names]
    return Compared(tuple(changes), tuple(whys))


def _not_comparable(rule: RuleResult, before: dict[str, Any] | None) -> str:
    """Why a rule has no two rates, as a sentence, or ""."""
    if before is None:
        return "it is not in the baseline."
    if not rule.rule.counts_rows:
        return "it is about a number, which has no rate."
    if not rule.of:
        return "it looked at no row now."
    if not before["of"] or before["rows"] is None:
        return "it looked at no row in the baseline."
    return ""


def _change(rule: RuleResult, before: dict[str, Any]) -> Change:
    """Accepted rows are not counted on either side. For a rule with a minimum, fewer rows are worse."""
    rows_before, of_before, of = before["rows"] - before["accepted"], before["of"], rule.of or 1
    counts = (rows_before, of_before, rule.counted, of)
    if rule.rule.limits.is_about_too_few:
        counts = (of_before - rows_before, of_before, of - rule.counted, of)
    p = p_of_worse(*counts)
    difference = counts[2] / of - counts[0] / of_before
    is_worse = p < P_VALUE and difference >= MARGIN
    return Change(rule.rule.name, rows_before, of_before, rule.counted, of, p, is_worse)


# The file


def read_baseline(path: Path) -> dict[str, Any]:
    """An earlier result, as `check --format json` prints it. Raises ContractError where it is none."""
    try:
        baseline = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ContractError(
            f"The baseline {path} cannot be read ({error.strerror}); write one with --write-baseline."
        ) from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ContractError(
            f"The baseline {path} is no JSON ({str(error)[:120]}); write it again with --write-baseline."
        ) from None
    if not isinstance(baseline, dict) or not isinstance(baseline.get("rules"), list):
        raise ContractError(
            f"{path} is no result of `winnow check`: it has no list of rules; write one with --write-baseline."
        )
    for rule in baseline["rules"]:
        if fault := _fault(rule):
            raise ContractError(f"The baseline {path} is damaged: {fault}; write it again with --write-baseline.")
    return baseline


def _fault(rule: object) -> str:
    """What is wrong with a rule of a baseline, or ""."""
    if not isinstance(rule, dict) or not isinstance(rule.get("name"), str):
        return "a rule has no name"
    numbers = [rule.get(key) for key in ("rows", "of")]
    if not all(number is None or (type(number) is int and number >= 0) for number in numbers):
        return f"rows and of of the rule {rule['name'][:80]!r} are no whole numbers"
    rule.setdefault("accepted", 0)
    if type(rule["accepted"]) is not int or not 0 <= rule["accepted"] <= (rule["rows"] or 0):
        return f"accepted of the rule {rule['name'][:80]!r} is no number of its rows"
    if (rule["rows"] or 0) > (rule["of"] or 0):
        return f"the rule {rule['name'][:80]!r} has more rows than it looked at"
    return ""


def write_baseline(result: dict[str, Any], path: Path) -> None:
    """Writes a result whole; it holds counts and no text of rows."""
    write_text_whole(path, json.dumps(result, ensure_ascii=False, indent=1) + "\n")
