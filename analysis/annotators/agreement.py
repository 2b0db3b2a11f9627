"""How far do several people agree on the same items? Raw agreement, Krippendorff's alpha and Fleiss' kappa."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.annotators.bootstrap import RESAMPLES, SEED, Coefficient, bounds, intervals, resampled
from analysis.annotators.counts import Counts
from analysis.annotators.labels import LEVELS, Labels
from analysis.errors import LabelsError
from analysis.statistics.counting import count_values, line_numbers

BEYOND_FLOATS = "Alpha is undefined: compared with the greatest label, the others are too close to each other."


@dataclass(frozen=True)
class Agreement:
    """The coefficients of one set of judgements, `alpha` at `level`; the last judgement of each person on each item."""

    level: str
    raw: Coefficient
    alpha: Coefficient
    fleiss: Coefficient
    repeated: int  # judgements left out since the same person judged the same item again later


def agreement(labels: Labels, level: str, resamples: int = RESAMPLES, seed: int = SEED) -> Agreement:
    """Raw agreement, Krippendorff's alpha and Fleiss' kappa, with intervals from the same resampled items.

    Raw agreement is the share of pairs of judgements of one item that are the same label, over the pairs of all items.

    Krippendorff's alpha is 1 - D_o / D_e: the disagreement seen between judgements of one item, against that between
    all judgements of such items paired at random. Two labels differ by 1 (nominal), by the square of the ranks between
    them (ordinal, ranks from the judgements themselves), of their difference (interval), or of their difference over
    their sum (ratio). Items judged once do not count. Ordinal takes the order of `labels.values`. Krippendorff,
    "Computing Krippendorff's Alpha-Reliability" (2011); Content Analysis, 4th edition (2018), chapter 12.

    Fleiss' kappa is (P - P_e) / (1 - P_e): P the mean over items of the share of their pairs that agree, P_e the sum of
    squared shares of the labels. Fleiss, "Measuring nominal scale agreement among many raters" (1971), needs as many
    judgements of each item. Where they differ, P is over the items judged twice or more, and a label's share is the
    mean over all items of its share in the item: Gwet, Handbook of Inter-Rater Reliability, 4th edition (2014), chapter
    2.

    1 is perfect agreement, 0 agreement as by chance, below 0 less than by chance. Raises LabelsError where the level is
    unknown.
    """
    if level not in LEVELS:
        raise LabelsError(f"There is no level of measurement {level!r}; the levels are {', '.join(LEVELS)}.")
    once = labels.once()
    repeated = len(labels) - len(once)
    on_each = np.bincount(once.item, minlength=once.items)
    compared = on_each >= 2
    if nothing := _why_nothing(once, bool(compared.any())):
        none = Coefficient(None, None, None, 0, 0, nothing)
        return Agreement(level, none, none, none, repeated)
    counts = Counts(once, level)
    values = counts.coefficients(counts.copies.astype(np.float64))
    drawn = np.array([counts.coefficients(w) for w in resampled(counts.copies, resamples, seed)]).reshape(-1, 3)
    held = int(compared.sum()), int(on_each[compared].sum())
    whys = ("", counts.why_no_alpha, counts.why_no_kappa)
    raw, alpha, fleiss = (
        Coefficient(float(value), *bounds(low, high), *held)
        if np.isfinite(value)
        else Coefficient(None, None, None, *held, why or BEYOND_FLOATS)
        for value, low, high, why in zip(values, *intervals(drawn), whys, strict=True)
    )
    return Agreement(level, raw, alpha, fleiss, repeated)


def by_slice(
    labels: Labels, slices: pl.Series, level: str, limit: int = 12, resamples: int = RESAMPLES, seed: int = SEED
) -> pl.DataFrame:
    """Agreement among the judgements of each slice; `slices` has one value per row of the dataset.

    Columns `slice` (as `count_values` names: the largest `limit`, then "(other n)" and "(missing)"), `judgements`,
    `items` (judged by two or more people within the slice), then for each of `raw`, `alpha` and `fleiss` its value and
    interval, as `alpha`, `alpha_low`, `alpha_high`; null where undefined, with the reason for alpha in `why`.
    """
    of_judgements = slices.gather(pl.Series(labels.rows))
    counted = count_values(of_judgements, limit)
    lines = line_numbers(of_judgements, counted).to_numpy()
    results = []
    for line, (name, rows) in enumerate(counted.select("value", "rows").iter_rows()):
        part = agreement(labels.where(lines == line), level, resamples, seed)
        figures = [x for c in (part.raw, part.alpha, part.fleiss) for x in (c.value, c.low, c.high)]
        results.append((name, rows, part.alpha.items, *figures, part.alpha.why))
    names = [f"{name}{end}" for name in ("raw", "alpha", "fleiss") for end in ("", "_low", "_high")]
    schema = {"slice": pl.String, "judgements": pl.Int64, "items": pl.Int64, **dict.fromkeys(names, pl.Float64)}
    return pl.DataFrame(results, schema={**schema, "why": pl.String}, orient="row")


def _why_nothing(once: Labels, is_compared: bool) -> str:
    if not len(once):
        return "There are no judgements: each needs an item, an annotator and a label."
    people = len(np.unique(once.annotator))
    if people == 1:
        return f"Only {once.annotators[once.annotator[0]]} judged here; agreement needs two people."
    return "" if is_compared else f"No item was judged by two people: {len(once):,} judgements of {once.items:,} items."
