"""The command `compute`: computes the columns of signals."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from analysis.catalogue import CATALOGUE
from analysis.commands.shared import DatasetArgument, Json, answer, answer_about, no_rows, pairs, say, set_roles
from analysis.computing import compute, try_out
from analysis.computing.choosing import quick, with_parameters
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
    chosen = map(dataset.signal, signals) if signals else quick(dataset)
    if trial:
        tried = [_tried(dataset, wanted) for wanted in chosen]
        answer({"signals": tried}, as_json, "\n".join(f"{m['name']}: {m['seconds']:.1f} s" for m in tried))
        return
    computed, errors = [], {}
    for wanted in chosen:
        try:
            computed.append(_computed(dataset, wanted, engine))
        except WinnowError as error:  # the others are computed all the same
            errors[wanted.name] = str(error)
    if errors and not computed:
        raise SignalError(" ".join(errors.values()))
    lines = [f"{m['name']}: {m['seconds']:.1f} s, {m['looked_at']:,} of {m['rows']:,} rows" for m in computed]
    to_do = no_rows(dataset, View()) or set_roles(dataset)
    why = f"no row of {dataset.name} has what {', '.join(m['name'] for m in computed)} reads. {to_do}"
    looked_at = max((m["looked_at"] for m in computed), default=0)
    answer_about(looked_at, why, {"signals": computed, "errors": errors}, as_json, "\n".join(lines))
    if errors:
        reasons = " ".join(f"{name}: {error}" for name, error in errors.items())
        raise SignalError(f"{len(errors)} of {len(computed) + len(errors)} signals could not be computed. {reasons}")


def _tried(dataset: Dataset, wanted: Signal) -> dict[str, Any]:
    seconds = try_out(dataset, wanted)
    return {"name": wanted.name, "key": wanted.key, "seconds": seconds, "rows": dataset.height}


def _computed(dataset: Dataset, wanted: Signal, engine: Runner | None) -> dict[str, Any]:
    started = time.perf_counter()
    say(f"{wanted.name}: {dataset.height:,} rows")
    path = compute(dataset, wanted, engine)
    return {
        "name": wanted.name,
        "key": wanted.key,
        "rows": dataset.height,
        "looked_at": _looked_at(wanted, path),
        "seconds": round(time.perf_counter() - started, 3),
        "path": str(path),
    }


def _looked_at(signal: Signal, path: Path) -> int:
    """The rows for which the signal has a value: of the others there was nothing to read."""
    nested = {name for name, dtype in signal.adds.items() if isinstance(dtype, pl.DataType) and dtype.is_nested()}
    columns = [c for c in signal.adds if c not in nested and not c.endswith("_status")] or list(signal.adds)
    some = pl.any_horizontal(pl.col(columns).is_not_null())
    return int(pl.scan_parquet(path).select(some.sum()).collect().item())
