"""How are an annotator's scores distributed: mean, spread, skew, and share of the most common one?"""

from __future__ import annotations

import itertools
from math import comb
from typing import NamedTuple

import numpy as np
import polars as pl

from analysis.annotators.labels import Codes, Labels, Numbers
from analysis.annotators.yardstick import Compared, Flags, far_from_the_rest, p_of_small
from analysis.errors import LabelsError
from analysis.statistics.effects import CONFIDENCE, MIN_ROWS, shares

SHAPES = ("mean", "sd", "skew", "mode_share")
FEW_VALUES = 20  # more different values are put into so many bins of equal width
TRIMMED = 0.01  # of the labels at each end; values further out are put into the outermost bins
OTHERS = "(other {n:,})"
TINY = 1e-9  # a smaller spread, relative to the values, is rounding error


class Kinds(NamedTuple):
    """Labels put into few kinds: the kind of each label value, and per kind its name and its ends (nan for text)."""

    of_value: Codes
    names: tuple[str, ...]
    low: Numbers
    high: Numbers


def kinds_of(labels: Labels, most: int = FEW_VALUES) -> Kinds:
    """At most `most` kinds: the values themselves where they are so few, else bins of numbers, or the common texts.

    Bins are of equal width between the first and the last hundredth of the labels; other texts are one more kind.
    """
    values = len(labels.values)
    if labels.numbers is None:
        if values <= most:
            return Kinds(np.arange(values), labels.values, np.full(values, np.nan), np.full(values, np.nan))
        counts = np.bincount(labels.label, minlength=values)
        common = np.sort(np.argsort(-counts, kind="stable")[:most])
        of_value = np.full(values, most)
        of_value[common] = np.arange(most)
        names = (*(labels.values[code] for code in common), OTHERS.format(n=values - most))
        return Kinds(of_value, names, np.full(most + 1, np.nan), np.full(most + 1, np.nan))
    if values <= most:
        return Kinds(np.arange(values), labels.values, labels.numbers, labels.numbers)
    ends = np.quantile(labels.numbers[labels.label], [TRIMMED, 1 - TRIMMED], method="inverted_cdf")
    if ends[0] == ends[1]:
        ends = labels.numbers[[0, -1]]
    edges = np.linspace(ends[0], ends[1], most + 1)
    of_value = np.clip(np.searchsorted(edges, labels.numbers, side="right") - 1, 0, most - 1)
    edges[0], edges[-1] = labels.numbers[0], labels.numbers[-1]
    names = tuple(f"{low:.4g} to {high:.4g}" for low, high in itertools.pairwise(edges))
    return Kinds(of_value, names, edges[:-1], edges[1:])


def histograms(labels: Labels, most: int = FEW_VALUES) -> pl.DataFrame:
    """How often each annotator gives each kind of label (see `kinds_of`), beside the others' share.

    `annotator`, `bin` from 0, `label`, `low`, `high` (null for text), `labels`, `share` of the annotator's labels,
    `rest_share` of all others' (null where there are none). A line for every annotator and kind, in that order.
    """
    kinds, people = kinds_of(labels, most), len(labels.annotators)
    table = _counts(labels, kinds)
    totals, every = table.sum(axis=1, keepdims=True), table.sum(axis=0, keepdims=True)
    who, kind = (axis.ravel() for axis in np.indices((people, len(kinds.names))))
    with np.errstate(invalid="ignore"):
        share, rest = table / totals, (every - table) / (every.sum() - totals)
    names = pl.Series("annotator", labels.annotators, dtype=pl.String)
    shown = pl.Series("label", kinds.names, dtype=pl.String)
    frame = pl.DataFrame(
        {
            "annotator": names.gather(who),
            "bin": kind,
            "label": shown.gather(kind),
            "low": kinds.low[kind],
            "high": kinds.high[kind],
            "labels": table.ravel().astype(np.int64),
            "share": share.ravel(),
            "rest_share": rest.ravel(),
        }
    )
    return frame.with_columns(pl.col("bin").cast(pl.UInt32), pl.col(pl.Float64).fill_nan(None)).filter(
        totals.ravel()[who] > 0
    )


def shapes(labels: Labels) -> pl.DataFrame:
    """Mean, standard deviation, skewness and share of the mode of each annotator's scores against all others' scores.

    Four lines per annotator, those of most labels first: `annotator`, `labels`, `shape`, `value`, `rest`, `difference`
    with its 95% interval `low` and `high`, `effect`, `p`, `q`, `is_far`, and on the line of the mode_share `mode`, the
    label itself. Null where either side has fewer than twenty labels.

    Under "no difference" a statistic of n scores varies around that of the N others with variance E[IF²] (1/n + 1/N),
    where IF is its influence function (Hampel 1974) under the others' scores: x - m for the mean, with z the
    standardised score (z² - 1) s/2 for the standard deviation and z³ - 3z - g - 3g(z² - 1)/2 for the skewness g.
    `effect` is the difference over √E[IF²]; p by t, with the smaller number of labels minus 1 degrees of freedom. The
    mode is compared with the others' share of that same label; since it was picked as the commonest of K, its p is K
    times the one-sided one. q and is_far: see `yardstick`. Scores on the same items or in the same hour count as
    independent. Raises LabelsError where labels are no numbers.
    """
    if labels.numbers is None and len(labels):
        raise LabelsError("Labels that are not all numbers have no mean or spread; look at the share of each instead.")
    people = len(labels.annotators)
    sums, kinds = _sums(labels), kinds_of(labels)
    judged, table = sums.powers[:, 0], _counts(labels, kinds)
    result, q, far = far_from_the_rest(lambda counts: _compare(sums, table, counts), judged > 0)
    who, measure = (axis.ravel() for axis in np.indices((people, len(SHAPES))))
    names, shown = pl.Series(labels.annotators, dtype=pl.String), pl.Series(SHAPES)
    modes = pl.Series(kinds.names, dtype=pl.String).gather(table.argmax(axis=1)).gather(who)
    numbers = {
        "value": result.own,
        "rest": result.rest,
        "difference": result.difference,
        "low": result.low,
        "high": result.high,
        "effect": result.effect,
        "p": result.p,
        "q": q,
    }
    frame = pl.DataFrame(
        {
            "annotator": names.gather(who),
            "labels": judged[who].astype(np.int64),
            "shape": shown.gather(measure),
            "is_far": far.ravel(),
            "mode": modes,
            "at": measure,
            **{name: column.ravel() for name, column in numbers.items()},
        }
    )
    return (
        frame.select("annotator", "labels", "shape", *numbers, "is_far", "mode", "at")
        .filter(pl.col("labels") > 0)
        .with_columns(pl.col(pl.Float64).fill_nan(None), mode=pl.when(pl.col("shape") == SHAPES[-1]).then("mode"))
        .sort("labels", "annotator", "at", descending=[True, False, False])
        .drop("at")
    )


class _Sums(NamedTuple):
    """Sums of powers 0 to 6 of each person's (score - `middle`) / `scale`: people by 7."""

    powers: Numbers
    middle: float
    scale: float


def _sums(labels: Labels) -> _Sums:
    people, numbers = len(labels.annotators), labels.numbers
    if numbers is None or not len(labels):
        return _Sums(np.zeros((people, 7)), 0.0, 1.0)
    middle = float(np.median(numbers[labels.label]))
    scale = float(np.abs(numbers - middle).max()) or 1.0  # otherwise the sixth power of a large score hides the others
    scores = ((numbers - middle) / scale)[labels.label]
    return _Sums(np.stack([np.bincount(labels.annotator, scores**k, people) for k in range(7)], axis=1), middle, scale)


def _central(powers: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Count, mean, and the central moments 0 to 6 (people by 7)."""
    n, mean = powers[:, 0], powers[:, 1] / powers[:, 0]
    raw = powers / n[:, None]
    away = np.stack([(-mean) ** k for k in range(7)], axis=1)
    central = [sum(comb(k, j) * raw[:, j] * away[:, k - j] for j in range(k + 1)) for k in range(7)]
    return n, mean, np.stack(central, axis=1)


def _compare(sums: _Sums, table: Numbers, counts: Flags) -> Compared:
    from scipy.special import stdtr, stdtrit

    rest_powers = sums.powers[counts].sum(axis=0) - sums.powers * counts[:, None]
    with np.errstate(all="ignore"):
        n, mean, central = _central(sums.powers)
        n2, mean2, rest = _central(rest_powers)
        s2 = np.sqrt(rest[:, 2])
        z = rest / s2[:, None] ** np.arange(7)  # standardised moments: z[:, 3] is the skewness, z[:, 4] the kurtosis
        skew2 = z[:, 3]
        a = np.stack([skew2 / 2, np.full_like(n, -3.0), -1.5 * skew2, np.ones_like(n)], axis=1)
        of_skew = sum(a[:, i] * a[:, j] * z[:, i + j] for i in range(4) for j in range(4))
        unit = sums.scale
        value = np.stack(
            [mean * unit + sums.middle, np.sqrt(central[:, 2] * n / (n - 1)) * unit, _skew(central)], axis=1
        )
        others = np.stack([mean2 * unit + sums.middle, np.sqrt(rest[:, 2] * n2 / (n2 - 1)) * unit, skew2], axis=1)
        spread = np.sqrt(np.stack([rest[:, 2] * unit**2, rest[:, 2] * unit**2 * (z[:, 4] - 1) / 4, of_skew], axis=1))
        error = np.sqrt(1 / n + 1 / n2)[:, None]
        is_defined = ((n >= MIN_ROWS) & (n2 >= MIN_ROWS))[:, None] & (spread > TINY * np.abs(others))
        difference = value - others
        effect = np.where(is_defined, difference / spread, np.nan)
        freedom = (np.minimum(n, n2) - 1)[:, None]  # a normal tail would be too thin for twenty skewed scores
        reach = stdtrit(freedom, 0.5 + CONFIDENCE / 2) * error * spread
        p_small = p_of_small(effect, np.broadcast_to(error, effect.shape), freedom)
        result = Compared(
            value,
            others,
            np.broadcast_to(n[:, None], value.shape),
            difference,
            np.where(is_defined, difference - reach, np.nan),
            np.where(is_defined, difference + reach, np.nan),
            2 * stdtr(freedom, -np.abs(effect / error)),
            effect,
            p_small,
            is_defined.astype(np.int8),
        )
        mode = _mode(table, counts)
    return Compared(
        **{name: np.column_stack([getattr(result, name), getattr(mode, name)]) for name in Compared._fields}
    )


def _skew(central: Numbers) -> Numbers:
    return np.asarray(np.where(central[:, 2] > TINY, central[:, 3] / central[:, 2] ** 1.5, np.nan))


def _mode(table: Numbers, counts: Flags) -> Compared:
    """How much more often each person gives their most common label than the others give it."""
    n, hits = table.sum(axis=1), table.max(axis=1)
    rest = table[counts].sum(axis=0) - table * counts[:, None]
    n2, hits2 = rest.sum(axis=1), rest[np.arange(len(table)), table.argmax(axis=1)]
    kinds = (table.sum(axis=0) > 0).sum()
    test = shares(hits, n, hits2, n2)
    both = (hits + hits2) / (n + n2)
    is_defined = (n >= MIN_ROWS) & (n2 >= MIN_ROWS)
    effect = np.where(is_defined, np.where(both < 1, test.size / np.sqrt(both * (1 - both)), 0.0), np.nan)
    p, p_small = test.p / 2 * kinds, p_of_small(effect, np.sqrt(1 / n + 1 / n2), np.minimum(n, n2) - 1) * kinds
    p, p_small = (
        np.where(effect > 0, np.minimum(tail, 1.0), np.where(is_defined, 1.0, np.nan)) for tail in (p, p_small)
    )
    low, high, p = (np.where(is_defined, column, np.nan) for column in (test.low, test.high, p))
    return Compared(
        hits / n, hits2 / n2, n, test.size, low, high, p, effect, np.fmax(p, p_small), is_defined.astype(np.int8)
    )


def _counts(labels: Labels, kinds: Kinds) -> Numbers:
    """How often each person gave each kind (people by kinds)."""
    people, width = len(labels.annotators), max(len(kinds.names), 1)  # without any label there are no people either
    cell = labels.annotator * width + kinds.of_value[labels.label]
    return np.bincount(cell, minlength=people * width).reshape(people, width).astype(float)
