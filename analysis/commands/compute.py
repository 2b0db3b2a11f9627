"""The command `compute`: computes the columns of signals."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from analysis.catalogue import CATALOGUE
from analysis.commands.shared import DatasetArgument, Json, answer, pairs, say
from analysis.computing import compute, try_out
from analysis.computing.choosing import quick, with_parameters
from analysis.computing.failures import failed_inputs, failure_sentence
from analysis.computing.runners import Runner, runner
from analysis.dataset import Dataset
from analysis.errors import SignalError, UsageError, WinnowError
from analysis.signal import Signal
from analysis.workspace import Workspace


def compute_command(
    name: DatasetArgument,
    signals: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SIGNAL]...", help=f"Any of: {', '.join(CATALOGUE)}; without a name, those that take seconds."
        ),
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="The engine: here, processes or ray; chosen by size if not given.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="PARAMETER=VALUE", help="A parameter; kept with the dataset.")
    ] = None,
    trial: Annotated[bool, typer.Option("--trial", help="Only estimate the seconds, on 500 rows.")] = False,
    as_json: Json = False,
) -> None:
    """Compute the signals' columns; resumable; columns that exist are not computed again."""
    if set_ and not signals:
        raise UsageError(f"--set {set_[0]} needs a signal; name one of: {', '.join(CATALOGUE)}.")
    for unchecked in signals or ():
        CATALOGUE.signal(unchecked)
    engine = runner(on) if on else None
    workspace = Workspace()
    dataset = workspace.dataset(name)
    if parameters := dict(pairs(set_ or [], "parameter")):
        dataset = workspace.describe(dataset, parameters=with_parameters(dataset, signals or (), parameters))
    computed: list[dict[str, Any]] = []
    for wanted in map(dataset.signal, signals) if signals else quick(dataset):
        started = time.perf_counter()
        try:
            answers = _tried_out(dataset, wanted) if trial else _computed(dataset, wanted, engine, _failed(computed))
        except WinnowError as error:
            answers = {"error": str(error)}
        seconds = {"seconds": round(time.perf_counter() - started, 3)}
        computed.append({"name": wanted.name, "key": wanted.key, "rows": dataset.height, **seconds, **answers})
    answer({"signals": computed}, as_json, "\n".join(map(_line, computed)))
    if failed := _failed(computed):
        errors = [result["error"] for result in computed if "error" in result]
        named = " ".join(f"{name}: {error}" for name, error in zip(failed, errors, strict=True))
        raise SignalError(
            errors[0] if len(computed) == 1 else f"{len(failed)} of {len(computed)} signals failed. {named}"
        )


def _tried_out(dataset: Dataset, signal: Signal) -> dict[str, Any]:
    return {"seconds": try_out(dataset, signal)}


def _computed(dataset: Dataset, signal: Signal, engine: Runner | None, failed: list[str]) -> dict[str, Any]:
    """Computes the signal, unless it needs one that failed; its file, and how many rows have no value and why.

    Raises SignalError, RunnerError, ModelError.
    """
    if needed := failed_inputs(dataset, signal, failed):
        raise SignalError(f"It needs {', '.join(needed)}, which failed; it is not computed.")
    say(f"{signal.name}: {dataset.height:,} rows")
    path = compute(dataset, signal, engine)
    if sentence := failure_sentence(dataset, signal):
        say(sentence)
    failures = dataset.failures(signal)
    reasons = failures.group_by("failure").len("rows").sort("rows", "failure", descending=[True, False])
    return {"path": str(path), "failed_rows": failures.height, "failures": reasons.to_dicts()}


def _failed(computed: list[dict[str, Any]]) -> list[str]:
    """The names of the signals that failed."""
    return [result["name"] for result in computed if "error" in result]


def _line(result: dict[str, Any]) -> str:
    """What a person reads about one signal."""
    if "error" in result:
        return f"{result['name']}: failed. {result['error']}"
    failed = result.get("failed_rows")
    without = f"; {failed:,} of {result['rows']:,} rows failed and have no value" if failed else ""
    return f"{result['name']}: {result['seconds']:.1f} s{without}"
