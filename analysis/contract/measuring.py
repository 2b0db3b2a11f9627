"""The status of a rule about a number: of all rows, or of each slice."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from analysis.contract.comparisons import Comparison
from analysis.contract.contract import Limits
from analysis.contract.fitting import Fitted
from analysis.contract.judging import notes_on, unknown
from analysis.contract.looking import Looked
from analysis.contract.measures import Measured
from analysis.contract.results import RuleResult, SliceResult, Status, worst
from analysis.counted import count
from analysis.joined_values import join_values
from analysis.view import Filter

NAMED_SLICES = 5
MOST_SLICES = 1_000
MISSING = "(missing)"


def judge_number(fitted: Fitted, looked: Looked) -> RuleResult:
    """The result of a rule about a number."""
    rows, ignored = _rows(fitted, looked)
    notes = notes_on(0 if looked.failed is None else int(looked.failed.sum()), ignored)
    result = _by_slice(fitted, rows, notes) if fitted.by else _of_all(fitted, rows, notes)
    return replace(result, ignored=ignored)


def _rows(fitted: Fitted, looked: Looked) -> tuple[pl.Series, int]:
    """The positions of the rows that count, and how many are left out for their tags."""
    every = pl.int_range(looked.height, dtype=pl.UInt32, eager=True)
    if not fitted.rule.ignore_tags:
        return every, 0
    is_tagged = looked.mask(Filter("tags", "in", join_values(fitted.rule.ignore_tags)))
    return every.filter(~is_tagged), int(is_tagged.sum())


def _compute(fitted: Fitted, rows: pl.Series) -> Measured:
    if fitted.measure is None:
        return Measured(None, 0)
    return fitted.measure.compute(fitted.dataset, fitted.column, rows)


def _of_all(fitted: Fitted, rows: pl.Series, notes: list[str]) -> RuleResult:
    measured = _compute(fitted, rows)
    if measured.value is None:
        return unknown(fitted, measured.why, "Check what the measure reads: its columns and roles.", notes)
    status = status_of_number(fitted.rule.limits, measured.value)
    return _result(fitted, status, measured.of, notes, value=measured.value)


def _result(
    fitted: Fitted,
    status: Status,
    of: int,
    notes: list[str],
    value: float | None = None,
    slices: tuple[SliceResult, ...] = (),
    why: str = "",
) -> RuleResult:
    return RuleResult(
        fitted.rule,
        status,
        of=of,
        value=value,
        slices=slices,
        why=why,
        to_do=fitted.rule.to_do if status in ("fail", "warn") else "",
        notes=tuple(notes),
        signals=tuple(signal.key for signal in fitted.signals),
    )


def status_of_number(limits: Limits, value: float) -> Status:
    """Fail, warn or pass."""
    if _any_holds(limits.fails, value):
        return "fail"
    return "warn" if _any_holds(limits.warns, value) else "pass"


def _any_holds(comparisons: tuple[Comparison, ...], value: float) -> bool:
    return any(comparison.holds(value) for comparison in comparisons)


# Slices


def _by_slice(fitted: Fitted, rows: pl.Series, notes: list[str]) -> RuleResult:
    values = fitted.dataset.column(fitted.by).gather(rows).cast(pl.String)
    groups = pl.DataFrame({"slice": values, "row": rows}).group_by("slice").agg("row", rows=pl.len()).sort("slice")
    least = fitted.rule.slice_rows
    large, small = groups.filter(pl.col("rows") >= least), groups.filter(pl.col("rows") < least)
    if small.height:
        notes = [*notes, _too_small(fitted, small, least)]
    if large.is_empty():
        why = f"No slice by {fitted.by} has {count(least)}."
        return unknown(fitted, why, "Lower min_rows, or choose another column for by.", notes)
    if large.height > MOST_SLICES:
        why = f"{fitted.by} has {large.height:,} slices; at most {MOST_SLICES:,} are judged."
        return unknown(fitted, why, "Choose a column with fewer values for by.", notes)
    judged = [_slice(fitted, name, large["row"][i]) for i, name in enumerate(large["slice"])]
    slices = tuple(each for each, _ in judged)
    whys = [f"{each.name}: {why}" for each, why in judged if why]
    status = worst([each.status for each in slices])
    notes = [*notes, *([] if status == "unknown" else whys[:NAMED_SLICES])]
    why = " ".join(whys[:NAMED_SLICES]) if status == "unknown" else ""
    return _result(fitted, status, sum(each.of for each in slices), notes, slices=slices, why=why)


def _slice(fitted: Fitted, name: str | None, rows: pl.Series) -> tuple[SliceResult, str]:
    """The result of one slice, and why it is not known."""
    measured = _compute(fitted, rows)
    shown = _name(fitted, name)
    if measured.value is None:
        return SliceResult(shown, None, measured.of, "unknown"), measured.why
    status = status_of_number(fitted.rule.limits, measured.value)
    return SliceResult(shown, measured.value, measured.of, status), ""


def _name(fitted: Fitted, name: str | None) -> str:
    """The name of a slice; hidden where its column holds personal data or texts to read."""
    if name is None:
        return MISSING
    return "(hidden)" if fitted.dataset.is_long(fitted.by) else name


def _too_small(fitted: Fitted, small: pl.DataFrame, least: int) -> str:
    names = [_name(fitted, name) for name in small["slice"].head(NAMED_SLICES)]
    more = f" and {small.height - NAMED_SLICES:,} more" if small.height > NAMED_SLICES else ""
    return f"Not judged, under {count(least)}: {', '.join(names)}{more}."
