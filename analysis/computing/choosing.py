"""Which signals are computed where nobody names one, and with which parameters those are that somebody names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from analysis.computing.computing import AT_OPENING_S, missing_inputs, try_out
from analysis.dataset import Dataset
from analysis.errors import SignalError
from analysis.loaders.pipelines import pipeline_version
from analysis.loaders.tokenizers import tokenizer_digest
from analysis.signal import Signal


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


def with_parameters(
    dataset: Dataset, signals: Sequence[str], parameters: Mapping[str, object]
) -> dict[str, Mapping[str, object]]:
    """What `Workspace.describe(dataset, parameters=...)` keeps, so that each of these signals has these parameters.

    Its other parameters are as by default; other signals stay as they are. A tokenizer and a pipeline are kept with
    what pins their files down. Errors: SignalError for a parameter that a signal does not have, ModelError.
    """
    pinned = dict(parameters)
    if "tokenizer" in pinned:
        pinned["digest"] = tokenizer_digest(str(pinned["tokenizer"]))
    if "pipeline" in pinned:
        pinned["pipeline_version"] = pipeline_version(str(pinned["pipeline"]))
    catalogue = dataset.catalogue
    changed = {name: catalogue.signal(name, typed(catalogue[name], pinned)).parameters for name in signals}
    return {**dataset.meta.get("parameters", {}), **changed}


def typed(signal: Signal, given: Mapping[str, object]) -> dict[str, object]:
    """Values, or their texts, as values of the types that the signal's parameters have; raises SignalError."""
    values = dict(given)
    for name, value in given.items():
        known = signal.parameters.get(name)
        try:
            if isinstance(known, bool):
                values[name] = {"true": True, "false": False}[str(value).lower()]
            elif isinstance(known, int | float):
                values[name] = type(known)(str(value))
        except (KeyError, ValueError):
            raise SignalError(f"{name} of {signal.name} cannot be {value!r}; write a value such as {known}.") from None
    return values
