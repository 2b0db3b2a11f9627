"""The command `findings`: what to look at first, and which checks looked at it."""

from __future__ import annotations

from typing import Annotated

import typer

from analysis.annotations import open_annotations
from analysis.commands.shared import DatasetArgument, Json, answer_about, compute_missing, load, no_rows, say, set_roles
from analysis.dataset import Dataset
from analysis.errors import NotLookedAtError, UsageError, WinnowError
from analysis.findings import Outcome, outcomes, tally
from analysis.inbox import Line, inbox, ranked, record_counts
from analysis.view import View
from analysis.workspace import Workspace


def findings_command(
    name: DatasetArgument,
    as_json: Json = False,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Exit with 1 if some row shows this finding, with 2 if it was not checked."),
    ] = None,
) -> None:
    """What to look at first, and what was not checked."""
    dataset, _ = load(name)
    names = [check.name for check in dataset.catalogue.checks]
    if unknown := sorted(set(fail_on or []) - set(names)):
        raise UsageError(f"No finding is called {', '.join(unknown)}; known: {', '.join(names)}.")
    failures = _compute(dataset, set(fail_on or []))
    all_outcomes = outcomes(dataset)
    lines_of = _lines(dataset, all_outcomes, failures)
    shown = [line.outcome.finding for line in ranked(lines_of) if line.outcome.finding]
    people = {line.check.name: line.as_dict() for line in lines_of}
    done = [outcome for outcome in all_outcomes if outcome.state == "done"]
    result = {
        "findings": [{**finding.as_dict(), **people[finding.name]} for finding in shown],
        "checks": [{**outcome.as_dict(), "why": _why(outcome, failures)} for outcome in all_outcomes],
        "checks_done": len(done),
        "checks_that_apply": sum(outcome.state != "does not apply" for outcome in all_outcomes),
    }
    lines = [f"{finding.sentence}  [{_beside(finding.name, people)}]" for finding in shown]
    lines = lines or [f"Nothing found in {dataset.height:,} rows."]
    lines += ["", f"{tally(all_outcomes)}.", *_not_run(all_outcomes, failures)]
    why = no_rows(dataset, View()) or f"no check applies to {dataset.name}. {set_roles(dataset)}"
    answer_about(max((outcome.looked_at or 0 for outcome in done), default=0), why, result, as_json, "\n".join(lines))
    asked = [outcome for outcome in all_outcomes if outcome.check.name in set(fail_on or [])]
    unchecked = [f"{o.check.name}: {_why(o, failures)} {o.to_do}" for o in asked if o.state != "done"]
    not_checked = f"Not looked at: --fail-on names what was not checked. {' '.join(unchecked)}"
    if any(outcome.finding for outcome in asked):
        if unchecked:
            say(not_checked)
        raise typer.Exit(1)
    if unchecked:
        raise NotLookedAtError(not_checked)


def _compute(dataset: Dataset, named: set[str]) -> dict[str, str]:
    """Computes what the checks need, without what runs only on request, unless --fail-on names it.

    A signal that cannot be computed leaves its checks undone, and its error is given under its name.
    """
    failures: dict[str, str] = {}
    wanted = {"tokens"} | {
        signal
        for outcome in outcomes(dataset)
        for signal in outcome.missing
        if outcome.check.name in named or not set(outcome.missing) & dataset.catalogue.on_request
    }
    for signal in dataset.catalogue:
        if signal in wanted:
            try:
                compute_missing(dataset, dataset.signal(signal))
            except WinnowError as error:
                failures[signal] = str(error)
                say(f"{signal} could not be computed: {error}")
    return failures


def _lines(dataset: Dataset, all_outcomes: list[Outcome], failures: dict[str, str]) -> list[Line]:
    """The outcomes with what people made of the findings; keeps the counts, for the trend of the next version."""
    with open_annotations(Workspace().home) as notes:
        if not failures:
            record_counts(dataset, all_outcomes, notes)
        return inbox(dataset, all_outcomes, notes)


def _beside(name: str, people: dict[str, dict[str, object]]) -> str:
    """The name of a finding, and its state where that is not open."""
    state = people[name]["state"]
    return name if state == "open" else f"{name}, {state}"


def _why(outcome: Outcome, failures: dict[str, str]) -> str:
    """Why a check is not done; the error, where a signal that it needs could not be computed."""
    return next((failures[signal] for signal in outcome.missing if signal in failures), outcome.why)


def _not_run(all_outcomes: list[Outcome], failures: dict[str, str]) -> list[str]:
    """The checks that could be run and were not: why, and what to do; those with the same reason on one line."""
    names: dict[str, list[str]] = {}
    for outcome in all_outcomes:
        if outcome.state == "not run":
            names.setdefault(f"{_why(outcome, failures)} {outcome.to_do}", []).append(outcome.check.name)
    return [f"Not run: {', '.join(those)}. {reason}" for reason, those in names.items()]
