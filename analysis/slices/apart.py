"""How do these rows differ from others? Every measure, largest surprise first, in a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from analysis.dataset import Dataset
from analysis.slices.contrasts import Groups, contrast, grouped, medians, sample, total, verdicts
from analysis.slices.measures import UNITS, Measure, Measured, Measurer, in_levels, measured, measures, values_of
from analysis.slices.sentences import Sides, sentence
from analysis.statistics.effects import FALSE_DISCOVERIES, MIN_ROWS, Effect, adjusted, shares

Figure = float | None
Pair = tuple[Figure, Figure]


@dataclass(frozen=True)
class Apart:
    """One measure of `rows` rows against that of `other_rows` others; rows without a value do not count.

    `mean` is the share for shares and, for categories, the share of the `category` in which the sides differ most;
    `median` is for numbers only. `difference` is these rows' mean minus the others', with its 95% interval; `effect` is
    Cliff's delta, or Cramér's V for categories; `p` is adjusted (Benjamini and Hochberg) over all measures; `surprise`
    is the distance from no difference in standard errors; `verdict` is as in `SliceTable`. Null where not computable.
    """

    measure: Measure
    label: str
    category: str | None
    rows: int
    other_rows: int
    mean: Figure
    other_mean: Figure
    median: Figure
    other_median: Figure
    difference: Figure
    low: Figure
    high: Figure
    effect: Figure
    p: Figure
    surprise: Figure
    verdict: str
    sentence: str

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "measure": self.measure.name}


def what_sets_apart(
    dataset: Dataset,
    rows: pl.Series,
    others: pl.Series | None = None,
    without: Collection[str] = (),
    prepare: Measurer = measured,
) -> list[Apart]:
    """Every measure of the rows at these positions against others, by default against all other rows of the dataset.

    Largest surprise first, measures without a clear difference last, those without any value left out. Of tokens, words
    and characters of the same text only the first that exists is used, and of columns with equal figures the first.
    Columns in `without`, such as those of the filters, are left out. `prepare` computes the levels of a measure; a
    cached function saves time.
    """
    if others is None:
        outside = pl.repeat(True, dataset.height, dtype=pl.Boolean, eager=True).scatter(rows, False)
        others = outside.arg_true()
    chosen = [of for of in _one_unit(measures(dataset)) if of.column not in without and of.name not in without]
    both = _stacked(rows, others)
    return _ranked(_side_by_side(prepare(dataset, of), both, len(rows)) for of in chosen)


def compare(
    dataset: Dataset, rows: pl.Series, other: Dataset, other_rows: pl.Series, prepare: Measurer = measured
) -> list[Apart]:
    """Every measure that both datasets have, for rows of one and rows of the other; largest surprise first."""
    if dataset.id == other.id:
        both = _stacked(rows, other_rows)
        return _ranked(_side_by_side(prepare(dataset, of), both, len(rows)) for of in measures(dataset))
    other_measures = {of.name: of for of in measures(other)}
    shared = [of for of in measures(dataset) if of.name in other_measures and of.kind == other_measures[of.name].kind]
    both = _stacked(rows, other_rows + dataset.height)
    return _ranked(_side_by_side(_joined(dataset, other, of), both, len(rows)) for of in shared)


def _joined(dataset: Dataset, other: Dataset, of: Measure) -> Measured:
    """A measure of two datasets, in the same levels for both."""
    values = [values_of(dataset, of), values_of(other, of)]
    if values[0].dtype != values[1].dtype:
        values = [each.cast(pl.Float64) for each in values]
    return in_levels(of, pl.concat(values))


def _stacked(rows: pl.Series, others: pl.Series) -> pl.Series:
    return pl.concat([rows.cast(pl.UInt32), others.cast(pl.UInt32)])


def _one_unit(available: list[Measure]) -> list[Measure]:
    """The measures without those of a second unit: no words and characters where tokens are counted."""
    names = {of.name for of in available}

    def better(of: Measure) -> list[str]:
        stem, _, unit = of.name.rpartition("_")
        return [f"{stem}_{u}" for u in UNITS[: UNITS.index(unit)]] if unit in UNITS else []

    return [of for of in available if not names.intersection(better(of))]


def _side_by_side(each: Measured, both: pl.Series, here: int) -> tuple[Measured, Groups, Pair, Effect, Effect]:
    of = sample(each, both.to_numpy())
    lines = np.repeat(np.arange(2), [here, len(both) - here])
    groups = grouped(each, of, lines, 2, total(each, of).centre)
    difference = contrast(each.measure.kind, groups.one(0), groups.one(1))
    middles = medians(each, of, lines, groups.counts) if each.measure.kind == "number" else np.full(2, np.nan)
    return each, groups, (_figure(middles[0]), _figure(middles[1])), difference.difference, difference.effect


def _figure(value: object) -> Figure:
    number = float(np.asarray(value))
    return number if np.isfinite(number) else None


def _ranked(compared: Iterable[tuple[Measured, Groups, Pair, Effect, Effect]]) -> list[Apart]:
    listed = [each for each in compared if each[1].n.any()]
    enough = [min(groups.n) >= MIN_ROWS for _, groups, _, _, _ in listed]
    ps = adjusted([float(effect.p) if ok else np.nan for (_, _, _, _, effect), ok in zip(listed, enough, strict=True)])
    told = [_told(*each, p=float(p), is_enough=ok) for each, p, ok in zip(listed, ps, enough, strict=True)]
    order = sorted(told, key=lambda a: (a.verdict != "telling", -(a.surprise or 0)))
    seen: set[tuple[Figure, ...]] = set()
    kept = []
    for each in order:
        figures = (each.rows, each.mean, each.other_mean, each.median, each.effect, each.surprise)
        if each.verdict != "telling" or figures not in seen:
            kept.append(each)
        seen.add(figures)
    return kept


def _told(
    each: Measured, groups: Groups, middles: Pair, difference: Effect, effect: Effect, p: float, is_enough: bool
) -> Apart:
    counts, n = groups.counts, groups.n
    means, category = groups.mean, None
    if each.measure.kind == "category":
        by_category = shares(counts[0], n[0], counts[1], n[1])
        sure = np.nan_to_num(by_category.z, nan=-1.0).round(9)
        position = int(np.lexsort((by_category.size, sure))[-1]) if len(each.categories) else 0
        category = each.categories[position] if each.categories else None
        difference = Effect(*(np.asarray(part[position] if len(each.categories) else np.nan) for part in by_category))
        with np.errstate(all="ignore"):
            means = counts[:, position] / n if len(each.categories) else n * np.nan
    verdict = verdicts(n[0], n[1])[0]
    verdict = "telling" if verdict == "not telling" and p <= FALSE_DISCOVERIES else verdict
    interval = _figure(difference.low), _figure(difference.high)
    sides = Sides(_figure(means[0]), _figure(means[1]), *middles, *interval, _figure(effect.size))
    return Apart(
        each.measure,
        each.measure.label,
        category,
        int(n[0]),
        int(n[1]),
        sides.mean,
        sides.other_mean,
        *middles,
        _figure(difference.size),
        *interval,
        sides.effect,
        _figure(p),
        _figure(effect.z) if is_enough else None,
        verdict,
        sentence(each.measure, category, sides),
    )
