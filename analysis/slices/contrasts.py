"""What is the mean, the median and the spread of a measure in each group of rows, and how much do two groups differ?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.slices.measures import Kind, Measured
from analysis.slices.splits import Places
from analysis.statistics.effects import MIN_ROWS, Effect, Numbers, cliffs_delta, cramers_v, shares, welch

Codes = NDArray[np.uint16]


class Groups(NamedTuple):
    """Groups of rows by one measure: `counts` of values per level (a line per group), `sums` of the values.

    `squares` are sums of squared distances from one `centre`, to stay exact where the mean is large.
    """

    counts: Numbers
    sums: Numbers
    squares: Numbers
    centre: float

    @property
    def n(self) -> Numbers:
        return np.asarray(self.counts.sum(axis=-1))

    @property
    def mean(self) -> Numbers:
        with np.errstate(all="ignore"):
            return np.asarray(self.sums / self.n)

    @property
    def var(self) -> Numbers:
        """The sample variance (n - 1); NaN below two values."""
        with np.errstate(all="ignore"):
            return np.asarray(np.maximum(self.squares - self.n * (self.mean - self.centre) ** 2, 0) / (self.n - 1))

    def one(self, number: int) -> Groups:
        """Group `number` alone."""
        return Groups(self.counts[number], self.sums[number], self.squares[number], self.centre)

    def all_but(self, total: Groups) -> Groups:
        """Of each group, the rows of `total` outside it."""
        return Groups(total.counts - self.counts, total.sums - self.sums, total.squares - self.squares, self.centre)


class Sample(NamedTuple):
    """The rows to group: the level of each row and, where levels hold several values, its value."""

    codes: Codes
    values: Numbers | None

    def taken(self, places: Places | None) -> Sample:
        """The rows at these places; all rows where `places` is None."""
        if places is None:
            return self
        return Sample(self.codes[places], None if self.values is None else self.values[places])


def sample(measured: Measured, rows: Places | None) -> Sample:
    """The measure of the rows at these positions of the dataset; of all rows where `rows` is None."""
    whole = Sample(measured.codes.to_numpy(), measured.values)
    return whole if rows is None else whole.taken(rows)


def total(measured: Measured, of: Sample) -> Groups:
    """All rows of a sample as one group; its mean is the centre."""
    counts = np.bincount(of.codes, minlength=len(measured.lows) + 1)[: len(measured.lows)].astype(float)
    n = counts.sum()
    with np.errstate(all="ignore"):
        if of.values is None:
            sums = float(counts @ measured.lows)
            centre = sums / n if n else 0.0
            squares = float(counts @ (measured.lows - centre) ** 2)
        else:
            values = of.values[of.codes < len(measured.lows)]
            sums = float(values.sum())
            centre = sums / n if n else 0.0
            squares = float(((values - centre) ** 2).sum())
    return Groups(counts, np.asarray(sums), np.asarray(squares), centre)


def grouped(measured: Measured, of: Sample, lines: Places, groups: int, centre: float) -> Groups:
    """The rows of a sample in groups by their line number."""
    levels = len(measured.lows)
    flat = np.bincount(lines * (levels + 1) + of.codes, minlength=groups * (levels + 1))
    counts = flat.reshape(groups, levels + 1)[:, :levels].astype(float)
    with np.errstate(all="ignore"):
        if of.values is None:
            sums, squares = counts @ measured.lows, counts @ (measured.lows - centre) ** 2
        else:
            off = np.where(of.codes < levels, of.values - centre, 0.0)
            sums, squares = (_per_group(lines, each, groups) for each in (of.values, off**2))
    return Groups(counts, sums, squares, centre)


def _per_group(lines: Places, weights: Numbers, groups: int) -> Numbers:
    return np.asarray(np.bincount(lines, weights=weights, minlength=groups), dtype=np.float64)


def medians(measured: Measured, of: Sample, lines: Places, counts: Numbers) -> Numbers:
    """The median of each group, of an even number of values the mean of the middle two; NaN without values.

    Exact: where a level holds several values, the values of the group in that level are sorted.
    """
    up_to = counts.cumsum(axis=-1)
    n = up_to[:, -1] if counts.shape[-1] else np.zeros(len(counts))
    halves = []
    for rank in ((n - 1) // 2, n // 2):
        level = (up_to <= rank[:, None]).sum(axis=-1).clip(0, max(counts.shape[-1] - 1, 0))
        middle = measured.lows[level] if len(measured.lows) else np.full(len(n), np.nan)
        if of.values is not None:
            wide = (measured.highs[level] > middle) & (n > 0)
            wanted = np.where(wide, level, len(measured.lows) + 1)
            hit = np.flatnonzero(of.codes == wanted[lines])
            hit = hit[np.lexsort((of.values[hit], lines[hit]))]
            first = np.searchsorted(lines[hit], np.arange(len(n)))
            before = up_to[np.arange(len(n)), level] - counts[np.arange(len(n)), level]
            place = (first + rank - before).astype(np.intp)
            middle = np.where(wide, of.values[hit[np.where(wide, place, 0)]] if len(hit) else np.nan, middle)
        halves.append(np.where(n > 0, middle, np.nan))
    return np.asarray(halves[0] / 2 + halves[1] / 2)


class Contrast(NamedTuple):
    """Per pair of groups: the `difference` of means or shares with its interval, and the `effect` with p and z."""

    difference: Effect
    effect: Effect


def contrast(kind: Kind, a: Groups, b: Groups) -> Contrast:
    """How much each group of `a` differs from that of `b`.

    Numbers: difference of means (Welch) and Cliff's delta. Shares: their difference (Newcombe), which equals Cliff's
    delta. Categories: difference of the first category's share, and Cramér's V over all categories.
    """
    if kind == "number":
        return Contrast(welch(a.n, a.mean, a.var, b.n, b.mean, b.var), cliffs_delta(a.counts, b.counts))
    if kind == "share":
        difference = shares(a.counts[..., 1], a.n, b.counts[..., 1], b.n)
        return Contrast(difference, difference)
    first = [g.counts[..., 0] if g.counts.shape[-1] else np.zeros_like(g.n) for g in (a, b)]
    return Contrast(shares(first[0], a.n, first[1], b.n), cramers_v(a.counts, b.counts))


def verdicts(n: Numbers, n2: Numbers) -> list[str]:
    """Why a pair cannot be compared: "no values", "no rest", "too few"; else "not telling", before p is adjusted."""

    def verdict(rows: float, others: float) -> str:
        if rows == 0:
            return "no values"
        if others == 0:
            return "no rest"
        return "too few" if min(rows, others) < MIN_ROWS else "not telling"

    return [verdict(*each) for each in zip(np.ravel(n), np.ravel(n2), strict=True)]
