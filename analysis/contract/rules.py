"""Reads one rule of a contract from its TOML table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from analysis.catalogue import CATALOGUE
from analysis.check import CHARACTERISTICS, Characteristic
from analysis.contract.comparisons import NOT_NONE, Comparison, Of, comparison
from analysis.contract.contract import SLICE_ROWS, Limits, Rule, RuleSeverity
from analysis.contract.fields import Fields, fault, nearest_first
from analysis.errors import ContractError, ViewError
from analysis.view import Filter

ABOUT = ("where", "finding", "measure")
SEVERITIES = get_args(RuleSeverity)
OF_ROWS: dict[str, tuple[str, Of]] = {
    "max_rows": (">", "rows"),
    "min_rows": ("<", "rows"),
    "max_share": (">", "share"),
    "min_share": ("<", "share"),
}
OF_NUMBERS: dict[str, tuple[str, Of]] = {"at_least": ("<", "value"), "at_most": (">", "value")}
AS_DBT = ("error_if", "warn_if")


def rule_of(table: Mapping[str, Any], line: int, path: Path, owner: str = "", folder: Path | None = None) -> Rule:
    """The rule of a table that begins on this line of the file; `owner`: who owns rules that name no owner.

    Raises ContractError where something in it is wrong, missing or not known.
    """
    name = table.get("name")
    place = f"rule {name[:80]!r}" if isinstance(name, str) else "rule"
    fields = Fields(table, f"{path.name}, line {line}, {place}")
    name, about = fields.required("name"), _about(fields)
    where, finding, measure = fields.texts("where"), fields.text("finding"), fields.text("measure")
    if about == "where" and not where:
        raise fault(fields, "where names no filter; write one such as response_tokens~ge~2048")
    _check_where(fields, where)
    severity = fields.choice("severity", SEVERITIES, "error")
    by = fields.text("by")
    if by and about != "measure":
        raise fault(fields, "by goes with measure; for rows of one value, add a filter to where")
    slice_rows = fields.whole("min_rows", SLICE_ROWS, 1) if about == "measure" else SLICE_ROWS
    rule = Rule(
        name=name,
        characteristic=_characteristic(fields, finding),
        severity="warn" if severity == "warn" else "error",
        limits=_limits(fields, about, severity == "warn"),
        line=line,
        where=where,
        finding=finding,
        measure=measure,
        by=by,
        slice_rows=slice_rows,
        owner=fields.text("owner", owner),
        to_do=fields.text("to_do"),
        ignore_tags=fields.texts("ignore_tags"),
        allow_unknown=fields.truth("allow_unknown"),
        parameters=fields.tables("signal"),
        folder=folder or path.resolve().parent,
        needs=fields.texts("needs"),
        sample=fields.whole("sample", 0, 1) if about != "measure" else 0,
        seed=fields.whole("seed") if about != "measure" else 0,
    )
    fields.names += [*OF_ROWS, *OF_NUMBERS, *AS_DBT]
    fields.finish()
    return rule


def _about(fields: Fields) -> str:
    """What the rule is about: where, finding or measure."""
    written = [name for name in ABOUT if fields.has(name)]
    if len(written) == 1:
        return written[0]
    has = f"it has {' and '.join(written)}" if written else "it says neither which rows nor which number it is about"
    raise fault(fields, f"{has}; write one of where, finding and measure")


def _characteristic(fields: Fields, finding: str) -> Characteristic:
    """The characteristic that is written; else that of the finding."""
    by_finding = {check.name: check.characteristic for check in CATALOGUE.checks}
    default = by_finding.get(finding, "")
    name = fields.choice("characteristic", CHARACTERISTICS, default)
    if not name and finding:
        raise fault(fields, f"there is no finding {finding[:80]!r}; known: {nearest_first(finding, by_finding)}")
    if not name:
        raise fault(fields, f"it has no characteristic; write one of: {', '.join(CHARACTERISTICS)}")
    return next(each for each in CHARACTERISTICS if each == name)


def _check_where(fields: Fields, where: tuple[str, ...]) -> None:
    for text in where:
        try:
            f = Filter.parse(text)
        except ViewError as error:
            raise fault(fields, str(error).rstrip(".")) from None
        if not f.enabled:
            raise fault(
                fields, f"the filter {text[:200]!r} is switched off by its !, and lets every row through; remove it"
            )


# Limits


def _limits(fields: Fields, about: str, only_warns: bool) -> Limits:
    """When the rule fails and warns, by its limits; without any, a single row is too many."""
    fitting = OF_NUMBERS if about == "measure" else OF_ROWS
    other = OF_ROWS if about == "measure" else OF_NUMBERS
    if wrong := next((key for key in (*other, *(AS_DBT if about == "measure" else ())) if fields.has(key)), None):
        raise fault(fields, f"{wrong} does not go with {about}; write one of: {', '.join(fitting)}")
    written = {key: _plain(fields, key) for key in fitting if fields.has(key)}
    conditions = {key: _condition(fields, key) for key in AS_DBT if fields.has(key)}
    if written and conditions:
        raise fault(fields, f"it has both {next(iter(written))} and {next(iter(conditions))}; write one kind of limit")
    if conditions:
        return _as_dbt(conditions, only_warns)
    if not written:
        if about == "measure":
            raise fault(fields, "it has no limit; write at_least or at_most")
        written = {"max_rows": 0}
    breaches = tuple(Comparison(fitting[key][0], (number,), fitting[key][1]) for key, number in written.items())
    text = ", ".join(
        f"{key} = {number:g}" if key != "max_rows" else f"{key} = {number}" for key, number in written.items()
    )
    return Limits((), breaches, text) if only_warns else Limits(breaches, (), text)


def _plain(fields: Fields, key: str) -> float:
    if key.endswith("_share"):
        return fields.share(key)
    return fields.whole(key) if key.endswith("_rows") else fields.number(key)


def _condition(fields: Fields, key: str) -> tuple[str, Comparison]:
    text = fields.text(key)
    try:
        return text, comparison(text)
    except ContractError as error:
        raise fault(fields, f"{key}: {str(error).rstrip('.')}") from None


def _as_dbt(conditions: Mapping[str, tuple[str, Comparison]], only_warns: bool) -> Limits:
    """As dbt reads them: the condition that is not written is "not 0"; a rule that only warns has no error_if."""
    text = ", ".join(f"{key} = {condition[0].strip()}" for key, condition in conditions.items())
    warns = (conditions["warn_if"][1] if "warn_if" in conditions else NOT_NONE,)
    fails = (conditions["error_if"][1] if "error_if" in conditions else NOT_NONE,)
    return Limits(() if only_warns else fails, warns, text)
