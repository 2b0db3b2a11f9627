"""Which signals are computed where a number of seconds may be spent on a dataset: the cheapest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.computing.computing import TRIAL_ROWS, estimate, missing_inputs, try_out
from analysis.dataset import Dataset
from analysis.errors import WinnowError
from analysis.signal import Signal

FEW_ROWS = 20


@dataclass(frozen=True)
class Cost:
    """What a signal costs: `seconds` for the whole dataset by its trial, None where it was not tried; `needs`, the
    names of the signals that must be computed before; `is_first` where it is chosen before all that are not."""

    seconds: float | None
    needs: tuple[str, ...] = ()
    is_first: bool = False


def fitting(costs: Mapping[str, Cost], seconds: float) -> list[str]:
    """The names of the signals that are computed in this number of seconds, in their order.

    The next is always the cheapest of those whose needs were chosen before, of several the first listed; it is left out
    if it takes more than what is left. One that was not tried is left out, and so is one that needs what is left out.

        >>> costs = {"map": Cost(50, needs=("vectors",)), "vectors": Cost(9), "verbs": Cost(30), "names": Cost(None)}
        >>> fitting(costs, 60), fitting(costs, 10), fitting(costs, 0)
        (['vectors', 'verbs'], ['vectors'], [])
    """
    names = list(costs)
    chosen: list[str] = []
    left, waiting = seconds, dict.fromkeys(names)
    while ready := [n for n in waiting if costs[n].seconds is not None and set(costs[n].needs) <= set(chosen)]:
        name = min(ready, key=lambda n: (not costs[n].is_first, costs[n].seconds, names.index(n)))
        waiting.pop(name)
        if (cost := costs[name].seconds or 0.0) <= left and left > 0:
            chosen.append(name)
            left -= cost
    return chosen


def by_itself(dataset: Dataset) -> list[Signal]:
    """The signals that may be computed without being asked for: all that are not on request and need none that is."""
    on_request = dataset.catalogue.on_request
    return [s for s in dataset.signals() if not {s.name, *needed(dataset, s)} & on_request and not s.sends]


def needed(dataset: Dataset, signal: Signal) -> list[str]:
    """The names of the signals that must be computed before this one and are not: those first that others need."""
    names: dict[str, None] = {}
    for name in missing_inputs(dataset, signal):
        names |= dict.fromkeys([*needed(dataset, dataset.signal(name)), name])
    return list(names)


def costs_of(dataset: Dataset, signals: Iterable[Signal]) -> dict[str, Cost]:
    """What each of these signals, and each that they need, costs by its latest trial.

    One that is computed and was never tried costs nothing.
    """
    costs: dict[str, Cost] = {}
    for signal in signals:
        needs = needed(dataset, signal)
        for one in (*map(dataset.signal, needs), signal):
            seconds = estimate(dataset, one)
            seconds = 0.0 if seconds is None and dataset.has(one) else seconds
            costs[one.name] = Cost(seconds, () if dataset.has(one) else tuple(needed(dataset, one)), one.cheap)
    return costs


def seconds_of(dataset: Dataset, signals: Sequence[Signal]) -> float | None:
    """How long these signals take together with what they need, without what is computed; None where one was not
    tried."""
    missing = {n: c for n, c in costs_of(dataset, signals).items() if not dataset.has(dataset.signal(n))}
    seconds = [cost.seconds for cost in missing.values() if cost.seconds is not None]
    return sum(seconds) if len(seconds) == len(missing) else None


def within(dataset: Dataset, signals: Sequence[Signal], seconds: float) -> Iterator[Signal]:
    """The signals that fit into so many seconds, one at a time: the caller computes each before the next is asked for.

    Each is tried out on a few rows before, those that are declared cheap first, so that something is there soon. What
    is computed already counts too: a second call with the same number gives no others. A signal whose trial fails is
    given all the same, since computing it says why.
    """
    given: set[str] = set()
    for some in ([s for s in signals if s.cheap and not needed(dataset, s)], signals):
        failed = [s.name for s in untried(dataset, some) if seconds > 0 and try_some(dataset, s) is None]
        for name in (*fitting(costs_of(dataset, some), seconds), *failed):
            if name not in given:
                given.add(name)
                yield dataset.signal(name)


def untried(dataset: Dataset, signals: Iterable[Signal]) -> list[Signal]:
    """Those of the signals, and of what they need, that are neither computed nor tried."""
    return [dataset.signal(name) for name, cost in costs_of(dataset, signals).items() if cost.seconds is None]


def try_some(dataset: Dataset, signal: Signal) -> float | None:
    """Seconds the whole dataset is expected to take, by a trial on at most a tenth of its rows; None where the trial
    fails or would send texts away."""
    if signal.sends:
        return None
    try:
        return try_out(dataset, signal, max(FEW_ROWS, min(TRIAL_ROWS, dataset.height // 10)))
    except WinnowError:
        return None
