"""The command `compute`: signals become columns."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from analysis.catalogue import CATALOGUE
from analysis.commands.shared import DatasetArgument, Json, answer, pairs, say
from analysis.computing import AT_OPENING_S, compute, missing_inputs, try_out
from analysis.computing.runners import runner
from analysis.dataset import Dataset
from analysis.errors import UsageError
from analysis.loaders.pipelines import pipeline_version
from analysis.loaders.tokenizers import tokenizer_digest
from analysis.signal import Signal
from analysis.workspace import Workspace


def typed(signal: Signal, texts: dict[str, str]) -> dict[str, object]:
    """Texts as values of the types that the signal's parameters have. Raises UsageError where one cannot be."""
    return {name: _typed(text, signal.parameters.get(name), f"{name} of {signal.name}") for name, text in texts.items()}


def _typed(text: str, known: object, name: str) -> object:
    """A text as a value of the type of `known`; `name` stands in the message. Raises UsageError where it is none."""
    if isinstance(known, bool):
        if text.lower() not in ("true", "false"):
            raise UsageError(f"{name} cannot be {text!r}; write true or false.")
        return text.lower() == "true"
    if not isinstance(known, int | float):
        return text
    try:
        return int(text) if isinstance(known, int) else float(text)
    except ValueError:
        raise UsageError(f"{name} cannot be {text!r}; write a number such as {known}.") from None


def quick(dataset: Dataset) -> Iterator[Signal]:
    """The cheap signals, then those heavy ones whose trial says that they take less than half a minute.

    Last those that read other signals' columns, where these were made on the way; those of `Catalogue.on_request` are
    left out where they are not there yet.
    """
    for known in sorted(dataset.signals(), key=lambda s: (bool(missing_inputs(dataset, s)), not s.cheap)):
        if missing_inputs(dataset, known) or (known.name in dataset.catalogue.on_request and not dataset.has(known)):
            continue
        if known.cheap or dataset.has(known) or try_out(dataset, known) <= AT_OPENING_S:
            yield known


def compute_command(
    name: DatasetArgument,
    signals: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SIGNAL]...", help=f"Any of: {', '.join(CATALOGUE)}; none: those that take seconds."),
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
    """Make the signals' columns; resumable, and at no cost where they are there already."""
    if set_ and not signals:
        raise UsageError(f"--set {set_[0]} says nothing without a signal; name one of: {', '.join(CATALOGUE)}.")
    for unchecked in signals or ():
        CATALOGUE.signal(unchecked)
    engine = runner(on) if on else None
    workspace = Workspace()
    dataset = workspace.dataset(name)
    parameters: dict[str, Any] = dict(pairs(set_ or [], "parameter"))
    if "tokenizer" in parameters:
        parameters["digest"] = tokenizer_digest(parameters["tokenizer"])
    if "pipeline" in parameters:
        parameters["pipeline_version"] = pipeline_version(parameters["pipeline"])
    if parameters:
        changed = {s: CATALOGUE.signal(s, typed(CATALOGUE[s], parameters)).parameters for s in signals or ()}
        dataset = workspace.describe(dataset, parameters={**dataset.meta.get("parameters", {}), **changed})
    made = []
    for wanted in map(dataset.signal, signals) if signals else quick(dataset):
        started = time.perf_counter()
        if trial:
            seconds = try_out(dataset, wanted)
            made.append({"name": wanted.name, "key": wanted.key, "seconds": seconds, "rows": dataset.height})
            continue
        say(f"{wanted.name}: {dataset.height:,} rows")
        path = compute(dataset, wanted, engine)
        seconds = round(time.perf_counter() - started, 3)
        made.append(
            {"name": wanted.name, "key": wanted.key, "rows": dataset.height, "seconds": seconds, "path": str(path)}
        )
    answer({"signals": made}, as_json, "\n".join(f"{m['name']}: {m['seconds']:.1f} s" for m in made))
