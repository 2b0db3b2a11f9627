"""Which signals are computed where none is named, and with which parameters are the named ones computed?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from analysis.computing.computing import AT_OPENING_S, missing_inputs, try_out
from analysis.dataset import Dataset
from analysis.errors import UsageError, WinnowError
from analysis.loaders.pipelines import pipeline_version
from analysis.loaders.tokenizers import tokenizer_digest
from analysis.loaders.word_lists import word_list_digest
from analysis.signal import Signal


def quick(dataset: Dataset) -> Iterator[Signal]:
    """The cheap signals, then the heavy ones with an estimate of at most half a minute.

    Signals that read other signals' columns come last, if these are computed by then. Signals of
    `Catalogue.on_request` are left out unless they are computed already.
    """
    for signal in sorted(dataset.signals(), key=lambda s: (bool(missing_inputs(dataset, s)), not s.cheap)):
        if missing_inputs(dataset, signal) or (signal.name in dataset.catalogue.on_request and not dataset.has(signal)):
            continue
        if signal.cheap or dataset.has(signal) or _is_quick(dataset, signal):
            yield signal


def _is_quick(dataset: Dataset, signal: Signal) -> bool:
    """Whether it takes at most half a minute, or fails at once: computing it then says why."""
    try:
        return try_out(dataset, signal) <= AT_OPENING_S
    except WinnowError:
        return True


def with_parameters(
    dataset: Dataset, signals: Sequence[str], parameters: Mapping[str, object]
) -> dict[str, Mapping[str, object]]:
    """What `Workspace.describe(dataset, parameters=...)` keeps, so that each of these signals has these parameters.

    Its other parameters have their defaults; other signals keep theirs. A tokenizer and a list of bad words are stored
    with their digests, a pipeline with its version.

    Raises SignalError where a signal does not have a parameter, ModelError, UsageError.
    """
    if "trainer" in signals:
        raise UsageError(
            "What the trainer does is chosen on the page Training, or with: winnow trainer DATASET --template NAME; "
            "--help lists its other options."
        )
    pinned = dict(parameters)
    if "tokenizer" in pinned:
        pinned["digest"] = tokenizer_digest(str(pinned["tokenizer"]))
    if pinned.get("bad_words"):
        pinned["bad_words_digest"] = word_list_digest(str(pinned["bad_words"]))
    if "pipeline" in pinned:
        pinned["pipeline_version"] = pipeline_version(str(pinned["pipeline"]))
    catalogue = dataset.catalogue
    changed = {name: catalogue.signal(name, typed(catalogue[name], pinned)).parameters for name in signals}
    return {**dataset.meta.get("parameters", {}), **changed}


def typed(signal: Signal, given: Mapping[str, object]) -> dict[str, object]:
    """Values, or their texts, as values of the types of the signal's parameters.

    Raises UsageError where a value does not fit its type.
    """
    defaults = signal.parameters
    return {name: _typed(value, defaults.get(name), f"{name} of {signal.name}") for name, value in given.items()}


def _typed(value: object, default: object, name: str) -> object:
    """A value as one of the type of `default`; `name` is its name in the message. Raises UsageError."""
    text = str(value)
    if isinstance(default, bool):
        if text.lower() not in ("true", "false"):
            raise UsageError(f"{name} cannot be {text!r}; write true or false.")
        return text.lower() == "true"
    if not isinstance(default, int | float):
        return value
    try:
        return int(text) if isinstance(default, int) else float(text)
    except ValueError:
        raise UsageError(f"{name} cannot be {text!r}; write a number such as {default}.") from None
