"""The status of one rule, from the rows that it looks at and from its limits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import polars as pl

from analysis.check import Check
from analysis.contract.comparisons import Of
from analysis.contract.contract import Limits, Rule
from analysis.contract.fitting import Fitted
from analysis.contract.looking import Looked
from analysis.contract.results import RuleResult, Status
from analysis.counted import count
from analysis.joined_values import join_values
from analysis.statistics.effects import wilson
from analysis.view import ANY_TEXT, Filter
from analysis.view.operators import OPERATORS


class Counted(NamedTuple):
    """Rows that are counted against the limits, of those that were looked at; `total` rows are those of the dataset
    that would be looked at, and `is_sample` says whether that is an estimate."""

    rows: int
    of: int
    total: float
    is_sample: bool

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the share; the share itself where every row was looked at."""
        if not self.is_sample:
            return self.rows / self.of, self.rows / self.of
        low, high = wilson(self.rows, self.of)
        return float(low), float(high)

    def between(self, of: Of) -> tuple[float, float]:
        """The least and the most that the share or the number of rows can be."""
        low, high = self.interval
        if of == "share":
            return low, high
        return (max(self.rows, low * self.total), high * self.total) if self.is_sample else (self.rows, self.rows)


def status_of(limits: Limits, counted: Counted) -> Status:
    """Fail, warn or pass by the limits; unknown where the interval of a sample does not decide."""
    fails = [c.holds_between(*counted.between(c.of)) for c in limits.fails]
    if True in fails:
        return "fail"
    warns = [c.holds_between(*counted.between(c.of)) for c in limits.warns]
    if None in fails:
        return "unknown"
    if True in warns:
        return "warn"
    return "unknown" if None in warns else "pass"


class Masks(NamedTuple):
    """Which rows show a rule, which of them are accepted, which were looked at, and which tags take out."""

    faulty: pl.Series
    accepted: pl.Series
    looked_at: pl.Series
    ignored: int


def judge(fitted: Fitted, looked: Looked, accepted: Sequence[str]) -> RuleResult:
    """The result of a rule about rows. `accepted`: the ids of rows that it does not count."""
    rule = fitted.rule
    masks = masks_of(fitted, looked, accepted)
    of, faulty, forgiven = (int(mask.sum()) for mask in (masks.looked_at, masks.faulty, masks.accepted))
    signals = tuple(signal.key for signal in fitted.signals)
    notes = _notes(looked, masks, of)
    if not of:
        why, to_do = _nothing(fitted, looked, masks)
        return unknown(fitted, why, to_do, notes)
    total = of / looked.height * looked.dataset.height
    status = _status(rule, of, faulty, forgiven, total, looked.is_sample)
    interval = Counted(faulty, of, total, True).interval if looked.is_sample else None
    return RuleResult(
        rule,
        status,
        rows=faulty,
        of=of,
        accepted=forgiven,
        ignored=masks.ignored,
        interval=interval,
        why=_undecided(looked, of) if status == "unknown" else "",
        to_do=_to_do(fitted, status),
        notes=tuple(notes),
        signals=signals,
        faulty=looked.places(masks.faulty),
        accepted_rows=looked.places(masks.accepted),
    )


def unknown(fitted: Fitted, why: str, to_do: str, notes: Sequence[str] = ()) -> RuleResult:
    """The result of a rule that looked at no row."""
    signals = tuple(signal.key for signal in fitted.signals)
    rows, of = (0, 0) if fitted.rule.counts_rows else (None, 0)
    return RuleResult(fitted.rule, "unknown", rows, of, why=why, to_do=to_do, notes=tuple(notes), signals=signals)


def _status(rule: Rule, of: int, faulty: int, forgiven: int, total: float, is_sample: bool) -> Status:
    """The status without the accepted rows; "accepted" where it passes only because of them."""
    with_all = status_of(rule.limits, Counted(faulty, of, total, is_sample))
    if not forgiven or with_all == "pass":
        return with_all
    status = status_of(rule.limits, Counted(faulty - forgiven, of, total, is_sample))
    return "accepted" if status == "pass" else status


def masks_of(fitted: Fitted, looked: Looked, accepted: Sequence[str]) -> Masks:
    """The rows of each kind; `accepted` are the ids of rows that the rule does not count."""
    faulty = reduce(lambda a, b: a & b, map(looked.mask, fitted.filters), looked.every())
    looked_at = _of_check(fitted.check, looked) if fitted.check else _compared(fitted, looked)
    looked_at = faulty | looked_at if looked_at.any() else looked_at
    if looked.failed is not None:
        looked_at = looked_at & ~looked.failed
    tagged = _tagged(fitted.rule, looked)
    ignored = 0
    if tagged is not None:
        ignored = int((looked_at & tagged).sum())
        looked_at = looked_at & ~tagged
    faulty = faulty & looked_at
    forgiven = faulty & looked.listed(accepted) if accepted and faulty.any() else looked.every(False)
    return Masks(faulty, forgiven, looked_at, ignored)


def _of_check(check: Check, looked: Looked) -> pl.Series:
    """The rows that a finding looked at, as its declaration says."""
    columns = check.looked_at_by(looked.dataset.roles)
    return _has_any(columns, looked) if columns else looked.every()


def _compared(fitted: Fitted, looked: Looked) -> pl.Series:
    """The rows that have a value in every column that a filter compares; one that asks for a value looks at all."""
    masks = [_has_value(f, fitted, looked) for f in fitted.filters if OPERATORS[f.op].takes != "nothing"]
    if not all(mask.any() for mask in masks):
        return looked.every(False)
    return reduce(lambda a, b: a & b, masks, looked.every())


def _has_value(f: Filter, fitted: Fitted, looked: Looked) -> pl.Series:
    columns = fitted.dataset.texts() if f.column == ANY_TEXT else [f.column]
    return _has_any(columns, looked)


def _has_any(columns: Sequence[str], looked: Looked) -> pl.Series:
    """The rows that have a value in one of these columns at least."""
    return reduce(lambda a, b: a | b, [looked.mask(Filter(c, "notnull")) for c in columns], looked.every(False))


def _tagged(rule: Rule, looked: Looked) -> pl.Series | None:
    """The rows with a tag that takes them out; null where the rule names none."""
    return looked.mask(Filter("tags", "in", join_values(rule.ignore_tags))) if rule.ignore_tags else None


# Why, and what to do


def _notes(looked: Looked, masks: Masks, of: int) -> list[str]:
    failed = 0 if looked.failed is None else int(looked.failed.sum())
    rest = looked.height - of - masks.ignored - failed
    notes = [f"Only a sample of {count(looked.height)} was looked at."] if looked.is_sample else []
    notes += notes_on(failed, masks.ignored)
    return notes + ([f"{count(rest)} {_have(rest)} nothing to look at."] if rest > 0 and of else [])


def notes_on(failed: int, ignored: int) -> list[str]:
    """Sentences about rows on which a signal failed, and rows that a tag takes out."""
    notes = [f"{count(failed)} could not be computed and {_were(failed)} not looked at."] if failed else []
    return notes + ([f"{count(ignored)} with an ignored tag {_do(ignored)} not count."] if ignored else [])


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _do(number: int) -> str:
    return "does" if number == 1 else "do"


def _nothing(fitted: Fitted, looked: Looked, masks: Masks) -> tuple[str, str]:
    """Why no row was looked at, and what to do."""
    if not looked.height:
        return "The dataset has no rows.", "Open a file with rows."
    if masks.ignored:
        return "Every row has an ignored tag.", "Remove a tag from ignore_tags."
    if looked.failed is not None and looked.failed.all():
        return "The signal failed on every row.", "See: winnow compute DATASET."
    if fitted.check is not None:
        return f"No row has {fitted.check.subject or 'a value'}.", "If a column holds it, give the column its role."
    columns = sorted({f.column for f in fitted.filters if OPERATORS[f.op].takes != "nothing"})
    names = ", ".join("any text" if column == ANY_TEXT else column for column in columns)
    return f"No row has a value in {names}.", "Check another column, or set the roles of the columns."


def _undecided(looked: Looked, of: int) -> str:
    return (
        f"The limit is inside the interval of the {count(of)} that {_were(of)} looked at." if looked.is_sample else ""
    )


def _to_do(fitted: Fitted, status: Status) -> str:
    """What a person can do about a rule that does not pass."""
    if status == "unknown":
        return "Look at more rows: raise sample, or remove it."
    if status not in ("fail", "warn"):
        return ""
    return fitted.rule.to_do or (fitted.check.to_do if fitted.check else "")
