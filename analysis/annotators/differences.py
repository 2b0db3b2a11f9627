"""Does an annotator score or label differently from the others: on shared items, else on all?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from analysis.annotators.labels import Labels, Numbers
from analysis.annotators.yardstick import Compared, Flags, far_from_the_rest, p_of_small
from analysis.errors import LabelsError
from analysis.statistics.effects import CONFIDENCE, MIN_ROWS, shares, welch

MIN_SHARED = 10  # items shared with others; fewer give no reliable spread
MOST_LABELS = 20
SAME_ITEMS, ALL_LABELS = "same items", "all labels"
_WAYS = (None, SAME_ITEMS, ALL_LABELS)


def differences(labels: Labels) -> pl.DataFrame:
    """How much higher or lower each annotator scores than the others; a line per annotator, smallest p first.

    `annotator`, `labels`, `mean`; `compared`: "same items" where others judged at least ten of the same items, else
    "all labels" from twenty on, else null, without a comparison. On the same items: each score minus the mean of the
    others' scores on that item, `n` items; `difference` is their mean with a 95% t interval and `p`, `rest_mean` the
    mean of the others on those items. Against all labels: Welch's t, `n` own labels. Where all differences are equal, p
    is that of the sign test. `q` and `is_far`: see `yardstick`; an annotator who is far is no longer one of "the
    others". Of several judgements of one item by one annotator the last counts. Raises LabelsError where labels are no
    numbers.
    """
    if labels.numbers is None and len(labels):
        raise LabelsError("Labels that are not all numbers have no mean; ask label_differences for the share of each.")
    once = labels.once()
    scores = np.zeros((0, 1)) if once.numbers is None else once.numbers[once.label][:, None]
    table = _table(labels, once, scores, is_share=False)
    order = ["p", pl.col("difference").abs(), "annotator"]
    return table.drop("measure").sort(order, descending=[False, True, False], nulls_last=True)


def label_differences(labels: Labels, most: int = MOST_LABELS) -> pl.DataFrame:
    """How much more or less often each annotator gives each of the `most` common labels, smallest p first.

    A line per annotator and `label`; the columns are those of `differences`, where means and differences are shares of
    labels. Against all labels the interval is Newcombe's.
    """
    once = labels.once()
    common = np.argsort(-np.bincount(once.label, minlength=len(labels.values)), kind="stable")[:most]
    gives = (once.label[:, None] == common[None, :]).astype(float)
    table = _table(labels, once, gives, is_share=True)
    names = pl.Series("label", [labels.values[code] for code in common], dtype=pl.String)
    table = table.with_columns(label=names.gather(table["measure"]))
    order = ["p", pl.col("difference").abs(), "annotator", "measure"]
    table = table.sort(order, descending=[False, True, False, False], nulls_last=True)
    return table.select("annotator", "label", pl.exclude("annotator", "label", "measure"))


def _table(labels: Labels, once: Labels, values: Numbers, *, is_share: bool) -> pl.DataFrame:
    people, kinds = len(labels.annotators), values.shape[1]
    judged = np.bincount(labels.annotator, minlength=people)
    result, q, far = far_from_the_rest(lambda counts: _compare(once, values, counts, is_share), judged > 0)
    who, measure = (axis.ravel() for axis in np.indices((people, kinds)))
    numbers = {
        "mean": result.own,
        "n": result.n,
        "rest_mean": result.rest,
        "difference": result.difference,
        "low": result.low,
        "high": result.high,
        "p": result.p,
        "q": q,
    }
    names = pl.Series("annotator", labels.annotators, dtype=pl.String)
    ways = pl.Series("compared", _WAYS, dtype=pl.String)
    table = pl.DataFrame(
        {
            "annotator": names.gather(who),
            "measure": measure,
            "labels": judged[who],
            "compared": ways.gather(result.compared.ravel()),
            "is_far": far.ravel(),
            **{name: column.ravel() for name, column in numbers.items()},
        }
    )
    table = table.filter(pl.col("labels") > 0).with_columns(pl.col(pl.Float64).fill_nan(None))
    return table.select(
        "annotator",
        "labels",
        "mean",
        "compared",
        pl.col("n").cast(pl.UInt32),
        "rest_mean",
        "difference",
        "low",
        "high",
        "p",
        "q",
        "is_far",
        "measure",
    )


def _compare(once: Labels, values: Numbers, counts: Flags, is_share: bool) -> Compared:
    """Each person's values against those of the people who count: on the same items, else on all."""
    each = [_compare_one(once, column, counts, is_share) for column in values.T]
    if not each:
        none = np.zeros((len(once.annotators), 0))
        return Compared(*(none,) * 9, none.astype(np.int8))
    return Compared(*(np.stack(column, axis=1) for column in zip(*each, strict=True)))


def _compare_one(once: Labels, value: Numbers, counts: Flags, is_share: bool) -> Compared:
    people = len(once.annotators)
    middle = float(np.median(value)) if len(value) else 0.0  # squares of numbers far from 0 would lose digits
    centred = value - middle
    with np.errstate(all="ignore"):
        mean = np.bincount(once.annotator, centred, people) / np.bincount(once.annotator, minlength=people)
        same, every = _on_same_items(once, centred, counts), _against_all(once, centred, counts, is_share)
        is_same = same.n >= MIN_SHARED
        is_all = ~is_same & (every.n >= MIN_ROWS) & ~np.isnan(every.p)
        side = _Side(*(np.where(is_same, a, np.where(is_all, b, np.nan)) for a, b in zip(same, every, strict=True)))
        spread = float(centred.std()) if len(centred) else 0.0
        effect = np.where(np.isnan(side.difference), np.nan, side.difference / (spread or 1.0))
        # Where a spread of 0 makes t infinite, p of the plain test is still right.
        p_small = np.fmax(p_of_small(effect, side.error / (spread or 1.0), side.freedom), side.p)
    way = np.where(is_same, 1, np.where(is_all, 2, 0)).astype(np.int8)
    rest = side.rest + middle
    return Compared(mean + middle, rest, side.n, side.difference, side.low, side.high, side.p, effect, p_small, way)


class _Side(NamedTuple):
    """One way of comparing, a place per person: `n` values, the others' mean, the difference, interval, p and error."""

    n: Numbers
    rest: Numbers
    difference: Numbers
    low: Numbers
    high: Numbers
    p: Numbers
    error: Numbers
    freedom: Numbers


def _on_same_items(once: Labels, value: Numbers, counts: Flags) -> _Side:
    """The mean of each person's values minus the others' mean on that item, with a t interval over items."""
    from scipy.special import stdtr, stdtrit

    people, counted = len(once.annotators), counts[once.annotator].astype(float)
    others = np.bincount(once.item, counted, once.items)[once.item] - counted
    shared = others > 0
    total = np.bincount(once.item, value * counted, once.items)[once.item] - value * counted
    who, rest = once.annotator[shared], total[shared] / others[shared]
    away = value[shared] - rest
    n = np.bincount(who, minlength=people).astype(float)
    mean = np.bincount(who, away, people) / n
    var = np.bincount(who, (away - mean[who]) ** 2, people) / (n - 1)
    error, freedom = np.sqrt(var / n), n - 1
    is_flat = var <= 1e-12 * mean**2  # all differences are equal
    p = np.where(is_flat, np.where(mean == 0, 1.0, 2 * 0.5**n), 2 * stdtr(freedom, -np.abs(mean) / error))
    reach = np.where(is_flat, 0.0, stdtrit(freedom, 0.5 + CONFIDENCE / 2) * error)
    return _Side(n, np.bincount(who, rest, people) / n, mean, mean - reach, mean + reach, p, error, freedom)


def _against_all(once: Labels, value: Numbers, counts: Flags, is_share: bool) -> _Side:
    """The mean of each person's values minus that of all values of the others."""
    people = len(once.annotators)
    n = np.bincount(once.annotator, minlength=people).astype(float)
    total, squares = (np.bincount(once.annotator, value**power, people) for power in (1, 2))
    n2, total2, squares2 = (of[counts].sum() - of * counts for of in (n, total, squares))
    mean, mean2 = total / n, total2 / n2
    var = np.maximum(squares - n * mean**2, 0.0) / (n - 1)
    var2 = np.maximum(squares2 - n2 * mean2**2, 0.0) / (n2 - 1)
    effect = welch(n, mean, var, n2, mean2, var2)
    if is_share:  # values are 0 and 1, minus a median of 0 or 1
        low = float(value.min()) if len(value) else 0.0
        effect = shares(total - low * n, n, total2 - low * n2, n2)
    error = np.sqrt(var / n + var2 / n2)
    return _Side(n, mean2, effect.size, effect.low, effect.high, effect.p, error, np.minimum(n, n2) - 1)
