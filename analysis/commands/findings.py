"""The command `findings`: what to look at first, and which checks looked at it."""

from __future__ import annotations

from typing import Annotated

import typer

from analysis.commands.shared import DatasetArgument, Json, answer_about, compute_missing, load, no_rows, say, set_roles
from analysis.dataset import Dataset
from analysis.errors import NotLookedAtError, UsageError, WinnowError
from analysis.findings import CHECKS, Outcome, findings_in, outcomes, tally
from analysis.view import View


def findings_command(
    name: DatasetArgument,
    as_json: Json = False,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Exit with 1 if some row shows this finding, with 2 if it was not checked."),
    ] = None,
) -> None:
    """What to look at first, and what was not checked."""
    names = [check.name for check in CHECKS]
    if unknown := sorted(set(fail_on or []) - set(names)):
        raise UsageError(f"No finding is called {', '.join(unknown)}; known: {', '.join(names)}.")
    dataset, _ = load(name)
    failures = _compute(dataset, set(fail_on or []))
    all_outcomes = outcomes(dataset)
    shown = findings_in(all_outcomes)
    done = [outcome for outcome in all_outcomes if outcome.state == "done"]
    result = {
        "findings": [finding.as_dict() for finding in shown],
        "checks": [{**outcome.as_dict(), "why": _why(outcome, failures)} for outcome in all_outcomes],
        "checks_done": len(done),
        "checks_that_apply": sum(outcome.state != "does not apply" for outcome in all_outcomes),
    }
    lines = [f"{finding.sentence}  [{finding.name}]" for finding in shown]
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


def _why(outcome: Outcome, failures: dict[str, str]) -> str:
    """Why a check is not done; the error, where a signal that it needs could not be computed."""
    return next((failures[signal] for signal in outcome.missing if signal in failures), outcome.why)


def _not_run(all_outcomes: list[Outcome], failures: dict[str, str]) -> list[str]:
    """A line per check that could be run and was not: why, and what to do."""
    undone = [outcome for outcome in all_outcomes if outcome.state == "not run"]
    return [f"Not run: {outcome.check.name}. {_why(outcome, failures)} {outcome.to_do}" for outcome in undone]
