"""The command `compute`: computes the columns of signals."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from analysis.catalogue import CATALOGUE
from analysis.commands.shared import (
    DatasetArgument,
    Json,
    answer,
    answer_about,
    no_rows,
    pairs,
    say,
    say_stand_in,
    set_roles,
)
from analysis.computing import budget, compute, try_out
from analysis.computing.choosing import quick, with_parameters
from analysis.computing.failures import failed_inputs, failure_sentence
from analysis.computing.runners import Runner, runner
from analysis.dataset import Dataset
from analysis.errors import SignalError, UsageError, WinnowError
from analysis.signal import Signal
from analysis.view import View
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
    within: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0, help="Only what fits into so many seconds, the cheapest first."),
    ] = None,
    trial: Annotated[bool, typer.Option("--trial", help="Only estimate the seconds, on 500 rows.")] = False,
    as_json: Json = False,
) -> None:
    """Compute the signals' columns; resumable; columns that exist are not computed again."""
    if set_ and not signals:
        raise UsageError(f"--set {set_[0]} needs a signal; name one of: {', '.join(CATALOGUE)}.")
    if trial and within is not None:
        raise UsageError("--trial computes nothing, so --within has no meaning; leave out one of them.")
    for unchecked in signals or ():
        CATALOGUE.signal(unchecked)
    engine = runner(on) if on else None
    workspace = Workspace()
    dataset = workspace.dataset(name)
    if parameters := dict(pairs(set_ or [], "parameter")):
        dataset = workspace.describe(dataset, parameters=with_parameters(dataset, signals or (), parameters))
    if "trainer" in (signals or ()):
        say_stand_in(dataset)
    results: list[dict[str, Any]] = []
    for wanted in _wanted(dataset, signals or (), within):
        started = time.perf_counter()
        try:
            columns = _tried_out(dataset, wanted) if trial else _computed(dataset, wanted, engine, _failed(results))
        except WinnowError as error:  # the others are computed all the same
            columns = {"error": str(error)}
        seconds = {"seconds": round(time.perf_counter() - started, 3)}
        results.append({"name": wanted.name, "key": wanted.key, "rows": dataset.height, **seconds, **columns})
    left_out = _left_out(dataset, signals or ()) if within is not None else {}
    lines = "\n".join([*map(_line, results), *map(_line_left_out, left_out.get("left_out", ()))])
    looked_at = max((result.get("looked_at", 0) for result in results), default=0)
    if failed := _failed(results):
        answer({"signals": results, **left_out, "looked_at": looked_at, "not_looked_at": None}, as_json, lines)
        raise SignalError(_why_failed(results, failed))
    if trial:
        answer({"signals": results}, as_json, lines)
    else:
        why = _why_nothing(dataset, results) if results else f"nothing fits into {within:g} seconds; allow more."
        answer_about(looked_at, why, {"signals": results, **left_out}, as_json, lines)


def _wanted(dataset: Dataset, names: Sequence[str], within: float | None) -> Iterable[Signal]:
    """The signals to compute: those that are named, or those that are computed without a name; `within` so many
    seconds."""
    named = [dataset.signal(name) for name in names]
    if within is not None:
        return budget.within(dataset, named or budget.by_itself(dataset), within)
    return named or quick(dataset)


def _left_out(dataset: Dataset, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The signals that did not fit, with their seconds, None where that is not known."""
    costs = budget.costs_of(dataset, [dataset.signal(name) for name in names] or budget.by_itself(dataset))
    left = [(name, cost.seconds) for name, cost in costs.items() if not dataset.has(dataset.signal(name))]
    return {"left_out": [{"name": name, "seconds": seconds} for name, seconds in left]}


def _line_left_out(left: dict[str, Any]) -> str:
    seconds = left["seconds"]
    return f"{left['name']}: left out" + (f", about {seconds:.0f} s" if seconds is not None else "")


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
    return {
        "looked_at": _looked_at(signal, path),
        "path": str(path),
        "failed_rows": failures.height,
        "failures": reasons.to_dicts(),
    }


def _looked_at(signal: Signal, path: Path) -> int:
    """The rows for which the signal has a value: in the others there was nothing to read, or the signal failed."""
    nested = {name for name, dtype in signal.adds.items() if isinstance(dtype, pl.DataType) and dtype.is_nested()}
    columns = [c for c in signal.adds if c not in nested and not c.endswith("_status")] or list(signal.adds)
    some = pl.any_horizontal(pl.col(columns).is_not_null())
    return int(pl.scan_parquet(path).select(some.sum()).collect().item())


def _failed(results: list[dict[str, Any]]) -> list[str]:
    """The names of the signals that failed."""
    return [result["name"] for result in results if "error" in result]


def _why_failed(results: list[dict[str, Any]], failed: list[str]) -> str:
    errors = [result["error"] for result in results if "error" in result]
    if len(results) == 1:
        return str(errors[0])
    named = " ".join(f"{name}: {error}" for name, error in zip(failed, errors, strict=True))
    return f"{len(failed)} of {len(results)} signals failed. {named}"


def _why_nothing(dataset: Dataset, results: list[dict[str, Any]]) -> str:
    """Why no signal has a value for any row, and what to do."""
    names = ", ".join(result["name"] for result in results)
    if failed := max((result.get("failed_rows", 0) for result in results), default=0):
        return f"{names} failed on {failed:,} of {dataset.height:,} rows. The lines above name the place of the error."
    to_do = no_rows(dataset, View()) or set_roles(dataset)
    return f"no row of {dataset.name} has what {names} reads. {to_do}"


def _line(result: dict[str, Any]) -> str:
    """What a person reads about one signal."""
    if "error" in result:
        return f"{result['name']}: failed. {result['error']}"
    rows = f", {result['looked_at']:,} of {result['rows']:,} rows" if "looked_at" in result else ""
    failed = result.get("failed_rows")
    without = f"; {failed:,} of {result['rows']:,} rows failed and have no value" if failed else ""
    return f"{result['name']}: {result['seconds']:.1f} s{rows}{without}"
