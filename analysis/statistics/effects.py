"""How much do two groups differ, and how certain is that? Effect sizes, 95% intervals and p-values; no datasets here.

Groups are given by their counts, so that many pairs are compared at once: an argument is a number per pair, or a line
per pair with the number of values at each of the ordered levels. Results are not-a-number where the groups are too
small for them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]

CONFIDENCE = 0.95
FALSE_DISCOVERIES = 0.05
MIN_ROWS = 20  # on each side; a mean of fewer skewed values has no trustworthy interval
Z = 1.959963984540054  # the normal quantile at 0.975
_NONE = 1e-18  # a smaller variance is rounding error
_TAIL = 64  # terms of a hypergeometric tail; where one row or less is expected, the rest is below 1e-60


class Effect(NamedTuple):
    """One number per pair of groups: the estimate, its 95% interval, the p-value of "no difference", and `z`.

    `z`, at least 0, is the distance of the estimate from 0 in standard errors: it grows with the effect and with the
    square root of the rows, and still differs where p is rounded to 0.
    """

    size: Numbers
    low: Numbers
    high: Numbers
    p: Numbers
    z: Numbers


def welch(n: ArrayLike, mean: ArrayLike, var: ArrayLike, n2: ArrayLike, mean2: ArrayLike, var2: ArrayLike) -> Effect:
    """The difference of means, first minus second, by Welch's t: variances (of samples, n - 1) need not be equal.

    Welch 1947, with the degrees of freedom of Satterthwaite. No interval where a group has fewer than two values.
    """
    from scipy.special import stdtr, stdtrit

    n, mean, var, n2, mean2, var2 = (np.asarray(a, float) for a in (n, mean, var, n2, mean2, var2))
    with np.errstate(all="ignore"):
        difference = mean - mean2
        a, b = var / n, var2 / n2
        error = np.sqrt(a + b)
        freedom = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (n2 - 1))
        reach = stdtrit(freedom, 0.5 + CONFIDENCE / 2) * error
        t = np.abs(difference / error)
        p = 2 * stdtr(freedom, -t)
        constant = (error == 0) & (n > 1) & (n2 > 1)
        reach, p = np.where(constant, 0.0, reach), np.where(constant, np.where(difference == 0, 1.0, 0.0), p)
        return Effect(difference, difference - reach, difference + reach, p, _z(p, t))


def _z(p: Numbers, statistic: Numbers) -> Numbers:
    """The normal deviate of a two-sided p; the statistic itself where p is too small for a float."""
    from scipy.special import ndtri

    return np.asarray(np.where(p > 1e-290, np.abs(ndtri(p / 2)), statistic))


def wilson(hits: ArrayLike, n: ArrayLike) -> tuple[Numbers, Numbers]:
    """The 95% interval of a share of `n` rows (Wilson 1927); 0 to 1 where there are none."""
    hits, n = np.asarray(hits, float), np.asarray(n, float)
    middle, square = hits + Z**2 / 2, n + Z**2
    with np.errstate(all="ignore"):
        reach = Z * np.sqrt(hits * (1 - hits / n) + Z**2 / 4) / square
        low, high = middle / square - reach, middle / square + reach
    low, high = np.where(hits == 0, 0.0, low), np.where(hits == n, 1.0, high)
    return np.where(n > 0, low, 0.0), np.where(n > 0, high, 1.0)


def shares(hits: ArrayLike, n: ArrayLike, hits2: ArrayLike, n2: ArrayLike) -> Effect:
    """The difference of shares, first minus second, with Newcombe's hybrid score interval (1998, method 10).

    p by the chi-squared test with N - 1 where every expected count is at least 1, else twice the smaller tail of the
    hypergeometric distribution (Campbell 2007).
    """
    from scipy.special import chdtrc

    hits, n, hits2, n2 = np.broadcast_arrays(*(np.asarray(a, float) for a in (hits, n, hits2, n2)))
    low, high = wilson(hits, n)
    low2, high2 = wilson(hits2, n2)
    with np.errstate(all="ignore"):
        share, share2 = hits / n, hits2 / n2
        difference = share - share2
        below = np.sqrt((share - low) ** 2 + (high2 - share2) ** 2)
        above = np.sqrt((high - share) ** 2 + (share2 - low2) ** 2)
        every, all_hits = n + n2, hits + hits2
        rarest = np.minimum(n, n2) * np.minimum(all_hits, every - all_hits) / every
        square = difference**2 * n * n2 * (every - 1) / (all_hits * (every - all_hits))
        square = np.where((all_hits == 0) | (all_hits == every), 0.0, square)
        exact = (rarest < 1) & (rarest > 0)
        p = _with_exact(chdtrc(1, square), exact, hits, n, hits2, n2)
        z = np.where(exact, _z(p, np.sqrt(square)), np.sqrt(square))
        p, z = (np.where((n > 0) & (n2 > 0), a, np.nan) for a in (p, z))
        return Effect(difference, difference - below, difference + above, p, z)


def _with_exact(p: Numbers, where: NDArray[np.bool_], *counts: Numbers) -> Numbers:
    """p, replaced by the exact p at `where`: too few are expected there for an approximation."""
    p = np.array(p, dtype=np.float64)
    if where.any():
        p[where] = _exact(*(np.asarray(count)[where] for count in counts))
    return p


def _exact(hits: Numbers, n: Numbers, hits2: Numbers, n2: Numbers) -> Numbers:
    """Twice the smaller tail of the rarest cell's hypergeometric distribution, where one or fewer is expected there."""
    from scipy.special import gammaln

    swap = hits + hits2 > n - hits + n2 - hits2  # count the rarer answer, in the smaller group
    rare, rare2 = np.where(swap, n - hits, hits), np.where(swap, n2 - hits2, hits2)
    seen, drawn = (side[..., None] for side in (np.where(n <= n2, rare, rare2), rare + rare2))
    size, other = np.minimum(n, n2)[..., None], np.maximum(n, n2)[..., None]

    def log_choose(a: Numbers, b: Numbers) -> Numbers:
        return np.asarray(gammaln(a + 1) - gammaln(b + 1) - gammaln(a - b + 1))

    def chance(k: Numbers) -> Numbers:
        inside = (k <= np.minimum(size, drawn)) & (drawn - k <= other)
        logs = log_choose(size, k) + log_choose(other, drawn - k) - log_choose(size + other, drawn)
        return np.asarray(np.where(inside, np.exp(np.where(inside, logs, 0.0)), 0.0).sum(axis=-1))

    upper, point = chance(seen + np.arange(_TAIL, dtype=float)), chance(seen)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(upper, 1 - upper + point)))


def cliffs_delta(counts: ArrayLike, counts2: ArrayLike) -> Effect:
    """Cliff's delta of values counted at ordered levels (the last axis): P(first > second) - P(first < second).

    The interval is Cliff's asymmetric one (Feng and Cliff 2004) with each group's own spread; where all values of one
    group are equal, with the spread under "no difference"; at a delta of 1 or -1, the Wilson interval of the smaller
    group. p is by Mann and Whitney's test with ties; where less than one value outside the most common level is
    expected in a group, it is the exact p of how many are outside. For two levels, delta is the difference of shares.
    """
    from scipy.special import ndtr, stdtrit

    first, second = np.broadcast_arrays(np.asarray(counts, float), np.asarray(counts2, float))
    both = first + second
    n, n2, every = (np.asarray(side.sum(axis=-1)) for side in (first, second, both))
    common = both.argmax(axis=-1)[..., None] if both.shape[-1] else np.zeros((*n.shape, 0), np.intp)
    out, out2 = (side.sum(axis=-1) - _at(side, common) for side in (first, second))
    with np.errstate(all="ignore"):
        above, under = _placed(second), _placed(first)
        delta = _total(first, above) / n / n2
        var, var2 = (
            np.maximum(_total(side, place, place) / size2**2 - size * delta**2, 0) / (size - 1) / size
            for side, place, size, size2 in ((first, above, n, n2), (second, under, n2, n))
        )
        ties = (_total(both, both, both) - every) / every / (every - 1)
        null_variance = np.maximum(every + 1 - ties, 0) / (3 * n * n2)  # the variance of delta under no difference
        statistic = np.where(null_variance > 0, np.abs(delta) / np.sqrt(null_variance), 0.0)
        sparse = (np.minimum(n, n2) * (out + out2) / every < 1) & (out + out2 > 0)
        p = _with_exact(2 * ndtr(-statistic), sparse, out, n, out2, n2)
        z = np.where(sparse, _z(p, statistic), statistic)
        spread, freedom = var + var2, (var + var2) ** 2 / (var**2 / (n - 1) + var2**2 / (n2 - 1))
        unpooled = stdtrit(freedom, 0.5 + CONFIDENCE / 2) ** 2 * spread
        reach = np.where((var < _NONE) | (var2 < _NONE), Z**2 * null_variance, unpooled)
        low, high = _asymmetric(delta, reach)
        smaller = np.minimum(n, n2)
        least = (smaller - Z**2) / (smaller + Z**2)
    is_extreme, is_defined = np.abs(delta) >= 1 - 1e-12, (n > 1) & (n2 > 1)
    low = np.where(is_extreme, np.where(delta > 0, least, -1.0), low)
    high = np.where(is_extreme, np.where(delta > 0, 1.0, -least), high)
    low, high, p, z = (np.where(is_defined, a, np.nan) for a in (low, high, p, z))
    return Effect(delta, low, high, p, z)


def _total(*factors: Numbers) -> Numbers:
    """The sum of products along the last axis, without intermediate arrays."""
    return np.asarray(np.einsum(",".join(["...i"] * len(factors)) + "->...", *factors))


def _at(counts: Numbers, level: NDArray[np.intp]) -> Numbers:
    return np.asarray(np.take_along_axis(counts, level, axis=-1).sum(axis=-1))


def _placed(counts: Numbers) -> Numbers:
    """For each level, how many counted values are below it minus how many are above it."""
    below = np.cumsum(counts, axis=-1)
    last = below[..., -1:].copy()
    below *= 2
    below -= counts
    below -= last
    return np.asarray(below)


def _asymmetric(delta: Numbers, reach: Numbers) -> tuple[Numbers, Numbers]:
    """Cliff's interval of a delta, within -1 to 1, from the squared half-width of a plain interval."""
    room = 1 - delta**2
    root = np.sqrt(reach) * np.sqrt(room**2 + reach)
    whole = room + reach
    return (delta * room - root) / whole, (delta * room + root) / whole


def cramers_v(counts: ArrayLike, counts2: ArrayLike) -> Effect:
    """Cramér's V between the two groups and the categories (last axis), 0 to 1, corrected for bias (Bergsma 2013).

    Categories that neither group has do not count. p by Pearson's chi-squared test, z from its statistic by Wilson and
    Hilferty (1931). No interval is given.
    """
    from scipy.special import chdtrc

    first, second = np.broadcast_arrays(np.asarray(counts, float), np.asarray(counts2, float))
    both = first + second
    n, n2 = first.sum(axis=-1), second.sum(axis=-1)
    every, kinds = n + n2, (both > 0).sum(axis=-1)
    with np.errstate(all="ignore"):
        parts = [
            np.where(both > 0, (side - both * (of / every)[..., None]) ** 2 / (both * (of / every)[..., None]), 0.0)
            for side, of in ((first, n), (second, n2))
        ]
        square = (parts[0] + parts[1]).sum(axis=-1)
        share = np.maximum(0.0, square / every - (kinds - 1) / (every - 1))
        rows = 2 - 1 / (every - 1)
        columns = kinds - (kinds - 1) ** 2 / (every - 1)
        v = np.sqrt(share / (np.minimum(rows, columns) - 1))
        fits = (n > 0) & (n2 > 0)
        v = np.where(fits, np.where(kinds > 1, np.minimum(v, 1.0), 0.0), np.nan)
        freedom = np.maximum(kinds - 1, 1)
        p = np.where(fits, np.where(kinds > 1, chdtrc(freedom, square), 1.0), np.nan)
        z = (np.cbrt(square / freedom) - 1 + 2 / (9 * freedom)) / np.sqrt(2 / (9 * freedom))
        z = np.where(fits, np.where(kinds > 1, np.maximum(z, 0.0), 0.0), np.nan)
    none = np.full_like(v, np.nan)
    return Effect(v, none, none, p, z)


def adjusted(p: ArrayLike) -> Numbers:
    """p-values after Benjamini and Hochberg (1995): of those at most 0.05, 5% are expected to be false discoveries.

    Not-a-number means no test: it stays and does not count.
    """
    p = np.asarray(p, float)
    flat = p.ravel()
    tested = np.flatnonzero(~np.isnan(flat))
    order = tested[np.argsort(flat[tested], kind="stable")[::-1]]
    ranks = np.arange(len(order), 0, -1)
    out = np.full(flat.shape, np.nan)
    out[order] = np.minimum(1.0, np.minimum.accumulate(flat[order] * len(order) / ranks))
    return out.reshape(p.shape)
