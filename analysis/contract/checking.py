"""Checks a dataset against a contract: reads each column once, then judges rule after rule."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from analysis.contract.contract import Acceptance, Contract
from analysis.contract.fitting import Fitted, fit
from analysis.contract.judging import judge, unknown
from analysis.contract.looking import Looked, every_row, sampled_rows
from analysis.contract.measuring import judge_number
from analysis.contract.results import ContractResult, RuleResult
from analysis.counted import count
from analysis.dataset import Dataset
from analysis.errors import WinnowError
from analysis.signal import ROW_ID, Signal

NAMED_ROWS = 3
ComputeSignal = Callable[[Dataset, Signal], None]
AcceptedRows = Callable[[str], Collection[str]]


def _not_computed(dataset: Dataset, signal: Signal) -> None:
    """Computes nothing."""


def _none_accepted(finding: str) -> Collection[str]:
    return ()


def check(
    dataset: Dataset,
    contract: Contract,
    compute: ComputeSignal = _not_computed,
    accepted: AcceptedRows = _none_accepted,
    today: datetime.date | None = None,
) -> ContractResult:
    """What each rule of the contract comes to. `compute` makes the columns of a signal that are missing.

    `accepted` gives the ids of the rows that a person accepted for a finding, elsewhere than in the contract. A signal
    that cannot be computed leaves the rules that need it unknown. Raises ContractError where a rule names what does not
    exist.
    """
    today = today or datetime.datetime.now(datetime.UTC).date()
    fitted = fit(contract, dataset)
    failures = _computed(fitted, compute)
    _read_columns(fitted, failures)
    results = tuple(_result(each, contract, failures, accepted, today) for each in fitted)
    return ContractResult(contract, dataset.name, dataset.height, results, today.isoformat(), tuple(_notes(contract)))


def _computed(fitted: Iterable[Fitted], compute: ComputeSignal) -> dict[str, str]:
    """Computes what is missing, each signal once; why those are not there that cannot be, by their key."""
    failures: dict[str, str] = {}
    for each in fitted:
        for signal in each.signals if not each.why else ():
            is_for_sample = _is_sampled(each) and signal.scope == "row"
            if each.dataset.has(signal) or signal.key in failures or is_for_sample:
                continue
            try:
                compute(each.dataset, signal)
            except WinnowError as error:
                failures[signal.key] = f"{signal.name} could not be computed: {error}"
            if not each.dataset.has(signal):
                failures.setdefault(signal.key, f"{signal.name} is not computed.")
    return failures


def _is_sampled(fitted: Fitted) -> bool:
    return 0 < fitted.rule.sample < fitted.dataset.height


def _missing(fitted: Fitted, failures: dict[str, str]) -> str:
    """Why a signal that the rule reads is not there, as a sentence; "" where all are."""
    return next((failures[signal.key] for signal in fitted.signals if signal.key in failures), "")


def _read_columns(fitted: Iterable[Fitted], failures: dict[str, str]) -> None:
    """Answers the filters of all rules column by column, so that no column is read twice where memory is short."""
    ready = [each for each in fitted if not (each.why or _is_sampled(each) or _missing(each, failures))]
    asked = {(f.column, each.rule.reading, str(f)): (each, f) for each in ready for f in each.filters}
    for _, (each, f) in sorted(asked.items(), key=lambda item: item[0]):
        each.dataset.mask(f)


def _result(
    fitted: Fitted, contract: Contract, failures: dict[str, str], accepted: AcceptedRows, today: datetime.date
) -> RuleResult:
    if fitted.why:
        return unknown(fitted, fitted.why, fitted.to_do)
    if why := _missing(fitted, failures):
        return unknown(fitted, why, "Compute it: winnow compute DATASET SIGNAL.")
    try:
        looked = _looked(fitted)
    except WinnowError as error:
        return unknown(fitted, str(error), "Remove sample from the rule, or correct what it reads.")
    if fitted.measure is not None:
        return judge_number(fitted, looked)
    of_contract = [each for each in contract.accepted if each.rule == fitted.rule.name]
    valid = [row for each in of_contract if not each.is_over(today) for row in each.rows]
    elsewhere = accepted(fitted.rule.finding) if fitted.rule.finding else ()
    result = judge(fitted, looked, [*valid, *elsewhere])
    notes = (*result.notes, *_notes_of_accepted(fitted, of_contract, result, today))
    return replace(result, notes=notes)


def _looked(fitted: Fitted) -> Looked:
    rule = fitted.rule
    if not _is_sampled(fitted):
        return every_row(fitted.dataset, fitted.signals)
    return sampled_rows(fitted.dataset, _columns_of_sample(fitted), rule.sample, rule.seed)


def _columns_of_sample(fitted: Fitted) -> set[str]:
    """The columns that the filters of a rule ask for, and those that say which rows are looked at."""
    columns = fitted.columns | set(fitted.check.looked_at_by(fitted.dataset.roles) if fitted.check else ())
    return columns | (set(fitted.dataset.texts()) if any(f.column == "*" for f in fitted.filters) else set())


# What must be known


def _notes_of_accepted(
    fitted: Fitted, accepted: list[Acceptance], result: RuleResult, today: datetime.date
) -> list[str]:
    """What became of the rows that the contract accepts: past their day, gone, or without fault by now."""
    notes = [_over(each) for each in accepted if each.is_over(today)]
    ids = list(dict.fromkeys(row for each in accepted if not each.is_over(today) for row in each.rows))
    if not ids:
        return notes
    present = set(fitted.dataset.column(ROW_ID).filter(fitted.dataset.column(ROW_ID).is_in(ids)))
    gone = [row for row in ids if row not in present]
    if gone:
        is_one = len(gone) == 1
        verb = "is" if is_one else "are"
        notes.append(
            f"{count(len(gone), 'accepted row')} {verb} not in the data any more: edited or removed ({_named(gone)})."
        )
    if result.accepted_rows is not None and not _is_sampled(fitted):
        shown = set(fitted.dataset.column(ROW_ID).gather(result.accepted_rows))
        idle = [row for row in ids if row in present and row not in shown]
        if idle:
            notes.append(f"{count(len(idle), 'accepted row')} no longer counted as faulty ({_named(idle)}).")
    return notes


def _over(acceptance: Acceptance) -> str:
    rows = count(len(acceptance.rows))
    return f"{rows} accepted by {acceptance.by} until {acceptance.until} {_count_again(len(acceptance.rows))} again."


def _count_again(rows: int) -> str:
    return "counts" if rows == 1 else "count"


def _named(ids: list[str]) -> str:
    more = f" and {len(ids) - NAMED_ROWS:,} more" if len(ids) > NAMED_ROWS else ""
    return ", ".join(ids[:NAMED_ROWS]) + more


def _notes(contract: Contract) -> list[str]:
    notes = [] if contract.rules else ["The contract has no rules: nothing was checked."]
    return notes + [f"No rule is about the characteristic {name}." for name in contract.uncovered]
