"""Does each rule of a contract fit a dataset, and which columns does it read? What does not exist is an error here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property

import polars as pl

from analysis.check import Check
from analysis.contract.contract import Contract, Rule
from analysis.contract.fields import nearest_first
from analysis.contract.measures import MEASURES, Measure, measure_of, parts_of, written_measures
from analysis.contract.readings import read_by
from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL, TEXTS
from analysis.errors import ContractError, WinnowError
from analysis.findings import columns_of, lacking, obstacle, view_of
from analysis.printable import printable
from analysis.signal import Signal
from analysis.training.keeping import is_chosen
from analysis.view import ANY_TEXT, Filter, View
from analysis.view.operators import kind_of

SET_ROLE = "If a column has it, give it that role on the page Open, or open the file with --role."
NO_TEMPLATE = 'Choose one: winnow trainer DATASET --template NAME, or write signal.trainer = {template = "NAME"}.'


@dataclass(frozen=True)
class Fitted:
    """A rule with the dataset as the rule reads it. `why`: why its rows cannot be looked at, whatever is computed.

    `filters` select the rows that show it; `check` is that of a finding; `measure` with its `column` and `by`.
    """

    rule: Rule
    dataset: Dataset
    filters: tuple[Filter, ...] = ()
    check: Check | None = None
    measure: Measure | None = None
    column: str = ""
    by: str = ""
    why: str = ""
    to_do: str = ""

    @property
    def columns(self) -> set[str]:
        """Every column that it reads."""
        read = {f.column for f in self.filters} - {ANY_TEXT} | {self.column, self.by} - {""}
        read |= columns_of(self.check) if self.check else set()
        return read | (set(self.measure.reads) if self.measure else set())

    @cached_property
    def signals(self) -> tuple[Signal, ...]:
        """The signals that add these columns."""
        names = self.dataset.catalogue.writers_of(self.columns - set(self.dataset.originals))
        return tuple(self.dataset.signal(name) for name in names)


def fit(contract: Contract, dataset: Dataset) -> list[Fitted]:
    """Each rule of the contract, fitted to the dataset. Raises ContractError where one names what does not exist."""
    if contract.dataset and not _is_meant(contract.dataset, dataset):
        raise ContractError(
            f"{contract.path.name} is the contract of {contract.dataset!r}, and this is {dataset.name!r}; "
            "name the contract of this dataset with --contract, or remove dataset from the table [contract]."
        )
    readings: dict[str, Dataset] = {}
    return [_fitted(contract, rule, dataset, readings) for rule in contract.rules]


def _is_meant(name: str, dataset: Dataset) -> bool:
    """Whether a name, a pattern or an id is that of the dataset."""
    return any(fnmatchcase(each, name) for each in (dataset.name, dataset.id, dataset.fingerprint))


def _fitted(contract: Contract, rule: Rule, dataset: Dataset, readings: dict[str, Dataset]) -> Fitted:
    try:
        if rule.reading not in readings:
            readings[rule.reading] = read_by(dataset, rule)
        fitted = _with_parts(rule, readings[rule.reading])
    except WinnowError as error:
        place = f"{contract.path.name}, line {rule.line}, rule {rule.name!r}"
        raise ContractError(printable(f"{place}: {error}")) from None
    return _with_obstacle(fitted)


def _with_parts(rule: Rule, dataset: Dataset) -> Fitted:
    if rule.measure:
        return _measured(rule, dataset)
    if rule.finding:
        check = _check(rule.finding, dataset)
        return Fitted(rule, dataset, view_of(check).active, check)
    view = View.from_params(rule.where)
    _check_columns(view.columns(), dataset)
    dataset.check(view)
    return Fitted(rule, dataset, view.active)


def _check(name: str, dataset: Dataset) -> Check:
    checks = {check.name: check for check in dataset.catalogue.checks}
    if name not in checks:
        raise ContractError(f"there is no finding {name[:80]!r}; known: {nearest_first(name, checks)}.")
    return checks[name]


def _check_columns(columns: Iterable[str], dataset: Dataset) -> None:
    """Raises ContractError where the dataset has no such column, and no signal adds it."""
    for column in sorted(columns):
        if column not in dataset.schema and dataset.catalogue.writer_of(column) is None:
            added = [name for signal in dataset.signals() for name in signal.adds]
            names = nearest_first(column, [*dataset.shown_columns, *added])
            raise ContractError(
                f"{dataset.name} has no column {column[:80]!r}, and no signal adds it; nearest: {names}."
            )


def _measured(rule: Rule, dataset: Dataset) -> Fitted:
    name, column = parts_of(rule.measure)
    measure = measure_of(name)
    if measure is None:
        names = nearest_first(f"{name}(COLUMN)" if column else name, written_measures())
        raise ContractError(f"there is no measure {rule.measure[:80]!r}; known: {names}.")
    if column and not measure.kinds:
        raise ContractError(f"the measure {name} takes no column; write it without ({column}).")
    if measure.kinds and not column and not measure.is_optional:
        raise ContractError(f"the measure {name} needs a column; write {measure.written}.")
    by = _slicing_column(rule.by, dataset)
    _check_columns({column, by} - {""}, dataset)
    if column and (kind := kind_of(_type(column, dataset))) not in measure.kinds:
        raise ContractError(
            f"{column} holds {kind} values, and the measure {name} takes {' or '.join(measure.kinds)} values. "
            f"Measures of {kind} values: {_fitting(kind)}."
        )
    return Fitted(rule, dataset, measure=measure, column=column, by=by)


def _fitting(kind: str) -> str:
    return ", ".join(m.name for m in MEASURES.values() if kind in m.kinds) or "none"


def _slicing_column(name: str, dataset: Dataset) -> str:
    """The column of that name, or else the one with that role. Raises ContractError where it cannot be cut by value."""
    if not name:
        return ""
    column = name if name in dataset.originals else dataset.roles.get(name, name)
    exists = column in dataset.schema or dataset.catalogue.writer_of(column) is not None
    if exists and (kind := kind_of(_type(column, dataset))) not in ("text", "bool", "number"):
        raise ContractError(f"by = {name!r}: the column holds {kind} values; choose one of texts or numbers.")
    return column


def _type(column: str, dataset: Dataset) -> pl.DataType:
    if column in dataset.schema:
        return dataset.schema[column]
    added = dataset.signal(dataset.catalogue.writer_of(column) or "").adds[column]
    return added() if isinstance(added, type) else added


# What is in the way


def _with_obstacle(fitted: Fitted) -> Fitted:
    why, to_do = _obstacle(fitted)
    return replace(fitted, why=why, to_do=to_do) if why else fitted


def _obstacle(fitted: Fitted) -> tuple[str, str]:
    """Why the rule cannot be looked at, and what to do; two empty texts where nothing is in the way."""
    dataset, rule = fitted.dataset, fitted.rule
    if why := lacking(dataset, rule.needs):
        return why, SET_ROLE
    if fitted.check is not None:
        outcome = obstacle(dataset, fitted.check)
        return (outcome.why, outcome.to_do) if outcome else ("", "")
    absent = sorted(filter(None, (_absent(column, dataset) for column in fitted.columns)))
    if absent:
        return absent[0], SET_ROLE
    if any(signal.name == "trainer" for signal in fitted.signals) and not is_chosen(dataset):
        return "No template is chosen.", NO_TEMPLATE
    return "", ""


def _absent(column: str, dataset: Dataset) -> str:
    """The sentence about the role without which a column has no value, or ""."""
    if column in dataset.originals:
        return ""
    if column in CANONICAL:
        return lacking(dataset, [column])
    role = next((text for text in TEXTS if column.startswith(f"{text}_")), "")
    return lacking(dataset, [role]) if role and dataset.catalogue.writer_of(column) else ""
