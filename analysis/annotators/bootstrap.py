"""How much would a figure change with other items? Intervals from items drawn again, with replacement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.annotators.labels import Codes, Numbers

RESAMPLES = 200
SEED = 20250101
LEAST_DEFINED_SHARE = 0.9  # of the resamples must define a coefficient, or its interval would be biased


@dataclass(frozen=True)
class Coefficient:
    """One figure of agreement with the 95% interval of a bootstrap over items (percentiles of the resamples).

    `value` is None where it is undefined, and `why` is then the reason, a sentence; `low` and `high` are None too where
    the resamples give no interval: one item, or too many resamples without a value. `items` counts those judged by two
    or more people (by one person twice, for self-agreement), `judgements` the judgements of these items.
    """

    value: float | None
    low: float | None
    high: float | None
    items: int
    judgements: int
    why: str = ""


def resampled(copies: Codes, resamples: int, seed: int) -> Iterator[Numbers]:
    """How many items of each kind are drawn, for each of `resamples` samples of all items with replacement.

    `copies` is how many items of each kind there are; items with the same judgements are one kind.
    """
    draws = np.random.default_rng(seed)
    items = int(copies.sum())
    for _ in range(resamples if items > 1 else 0):
        yield draws.multinomial(items, copies / items).astype(np.float64)


def intervals(drawn: Numbers) -> tuple[Numbers, Numbers]:
    """The 2.5th and 97.5th percentile of each column, resamples by statistics; nan where too few are defined."""
    ordered = np.sort(drawn, axis=0)  # not-a-number last
    defined = np.isfinite(ordered).sum(axis=0)
    is_defined = (defined > 0) & (defined >= LEAST_DEFINED_SHARE * len(drawn))
    bounds = []
    for share in (0.025, 0.975):
        position = share * np.maximum(defined - 1, 0)
        below = np.floor(position).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(defined - 1, 0))
        columns = np.arange(drawn.shape[1])
        low, high = (ordered[i, columns] if len(drawn) else np.full(len(columns), np.nan) for i in (below, above))
        bounds.append(np.where(is_defined, low + (position - below) * (high - low), np.nan))
    return bounds[0], bounds[1]


def bounds(low: float, high: float) -> tuple[float | None, float | None]:
    """An interval as a coefficient holds it: None for not-a-number."""
    return (float(low), float(high)) if np.isfinite(low) and np.isfinite(high) else (None, None)
