"""How far do two people agree with each other, and one person with themselves? Cohen's kappa and self-agreement."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from analysis.annotators.bootstrap import RESAMPLES, SEED, Coefficient, bounds, intervals, resampled
from analysis.annotators.labels import Codes, Labels, Numbers
from analysis.errors import LabelsError

MOST_ANNOTATORS = 30  # a heatmap of more cannot be read
LEAST_ITEMS = 20
MOST_VALUES = 50
WEIGHTS = ("none", "linear", "quadratic")


def cohen(
    labels: Labels,
    most: int = MOST_ANNOTATORS,
    least_items: int = LEAST_ITEMS,
    weights: str = "none",
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> pl.DataFrame:
    """Cohen's kappa of every two among the `most` annotators with most judgements, on the items both judged.

    Kappa is (p_o - p_e) / (1 - p_e): the share of items with equal labels, against what the two people's own shares of
    labels would give by chance: Cohen, "A Coefficient of Agreement for Nominal Scales" (1960). With `weights` linear or
    quadratic a disagreement counts by the steps between the labels, in the order of `labels.values`, or their square:
    Cohen (1968). Quadratic suits ordinal labels.

    Columns `a` and `b` (each pair once, the one who judged more first), `items`, `agreement` (share of equal labels,
    null without common items), `kappa`, `low` and `high` (95%, a bootstrap over their common items). Kappa is null
    below `least_items` common items and where both gave one and the same label throughout. Repeated judgements count
    once. Raises LabelsError where the weights are not known, or labels are more than 50: measures, not categories.
    """
    if weights not in WEIGHTS:
        raise LabelsError(f"There are no weights {weights!r}; the weights are {', '.join(WEIGHTS)}.")
    if len(labels.values) > MOST_VALUES:
        raise LabelsError(
            f"Cohen's kappa is for at most {MOST_VALUES} categories, and there are {len(labels.values):,} different "
            "labels; take alpha at the interval level, or group them."
        )
    once = labels.once()
    judged = np.bincount(once.annotator, minlength=len(once.annotators))
    top = np.argsort(-judged, kind="stable")[:most]
    top = top[judged[top] > 0]
    given = _grid(once, top)
    costs = _costs(len(labels.values), weights)
    draws = np.random.default_rng(seed)
    lines = []
    for a in range(len(top)):
        for b, table in enumerate(_confusions(given, a, len(labels.values)), start=a + 1):
            items = int(table.sum())
            agreed = float(np.trace(table) / items) if items else None
            kappa = low = high = None
            if items >= max(least_items, 1) and np.isfinite(value := _kappas(table.ravel()[None], costs)[0]):
                drawn = draws.multinomial(items, table.ravel() / items, resamples)
                kappa = float(value)
                low, high = bounds(*(bound[0] for bound in intervals(_kappas(drawn, costs)[:, None])))
            lines.append((once.annotators[top[a]], once.annotators[top[b]], items, agreed, kappa, low, high))
    shares = dict.fromkeys(("agreement", "kappa", "low", "high"), pl.Float64)
    return pl.DataFrame(lines, schema={"a": pl.String, "b": pl.String, "items": pl.Int64, **shares}, orient="row")


def _grid(once: Labels, top: Codes) -> npt.NDArray[np.uint8]:
    """The label each of these people gave to each item that two of them judged; `len(once.values)` for none."""
    places = np.full(len(once.annotators), -1)
    places[top] = np.arange(len(top))
    chosen = places[once.annotator] >= 0
    shared = np.flatnonzero(np.bincount(once.item[chosen], minlength=once.items) > 1)
    columns = np.full(once.items, -1)
    columns[shared] = np.arange(len(shared))
    chosen &= columns[once.item] >= 0
    given = np.full((len(top), len(shared)), len(once.values), np.uint8)
    given[places[once.annotator[chosen]], columns[once.item[chosen]]] = once.label[chosen]
    return given


def _confusions(given: npt.NDArray[np.uint8], a: int, values: int) -> Codes:
    """The confusion matrix of one person with each after them: how often each two labels met on an item."""
    mine = np.flatnonzero(given[a] < values)
    others = given[a + 1 :, mine].astype(np.int64)
    cells = (np.arange(len(others))[:, None] * values + given[a, mine]) * (values + 1) + others
    counted = np.bincount(cells.ravel(), minlength=len(others) * values * (values + 1))
    return counted.reshape(len(others), values, values + 1)[:, :, :values]


def _costs(values: int, weights: str) -> Numbers:
    steps = np.abs(np.subtract.outer(np.arange(values), np.arange(values)))
    costs = {"none": steps > 0, "linear": steps, "quadratic": steps**2}
    return np.asarray(costs[weights], np.float64)


def _kappas(tables: npt.NDArray[np.generic], costs: Numbers) -> Numbers:
    """Kappa of each confusion matrix, one to a line; nan where chance allows no disagreement."""
    shaped = np.asarray(tables, np.float64).reshape(len(tables), *costs.shape)
    rows, columns = shaped.sum(axis=2), shaped.sum(axis=1)
    expected = ((rows @ costs) * columns).sum(axis=1) / np.maximum(rows.sum(axis=1), 1)
    seen = (shaped * costs).sum(axis=(1, 2))
    return np.where(expected > 0, 1 - seen / np.where(expected > 0, expected, 1), np.nan)


def self_agreement(labels: Labels, resamples: int = RESAMPLES, seed: int = SEED) -> tuple[Coefficient, pl.DataFrame]:
    """How often people give the same label again to an item they judged before: over all, and for each.

    The share of pairs of judgements of one item by one person that are the same label. The table has a line per person
    who judged anything twice, most pairs first: `annotator`, `items`, `pairs`, `agreement`, `low`, `high`.
    """
    people = len(labels.annotators)
    who_item, group = np.unique(labels.item * people + labels.annotator, return_inverse=True)
    same, size = _pairs_within(group, labels.label, len(who_item), len(labels.values))
    repeated = size > 0
    who, item = who_item[repeated] % max(people, 1), who_item[repeated] // max(people, 1)
    named, who = np.unique(who, return_inverse=True)
    shared, item = np.unique(item, return_inverse=True)
    same, size = same[repeated], size[repeated]
    if not len(shared):
        nothing = np.zeros(0)
        none = Coefficient(None, None, None, 0, 0, "Nobody judged an item twice.")
        return none, _self_table(labels, named, nothing, nothing, nothing, nothing, nothing)
    drawn = [
        _shares(who, same * weights[item], size * weights[item], len(named))
        for weights in resampled(np.ones(len(shared), np.int64), resamples, seed)
    ]
    low, high = intervals(np.array(drawn).reshape(-1, len(named) + 1))
    values = _shares(who, same, size, len(named))
    judged = int(np.bincount(group)[repeated].sum())
    overall = Coefficient(float(values[-1]), *bounds(low[-1], high[-1]), len(shared), judged)
    items, pairs = np.bincount(who, minlength=len(named)), np.bincount(who, size, len(named))
    return overall, _self_table(labels, named, items, pairs, values[:-1], low[:-1], high[:-1])


def _pairs_within(group: Codes, label: Codes, groups: int, values: int) -> tuple[Numbers, Numbers]:
    """Pairs of judgements with the same label, and all pairs, in each group."""
    keys, counts = np.unique(group * max(values, 1) + label, return_counts=True)
    same = np.bincount(keys // max(values, 1), counts * (counts - 1) / 2, groups)
    size = np.bincount(group, minlength=groups)
    return same.astype(np.float64), size * (size - 1) / 2


def _shares(who: Codes, same: Numbers, size: Numbers, people: int) -> Numbers:
    """The share of each person, and last that of all together; nan without pairs."""
    hits, total = np.bincount(who, same, people), np.bincount(who, size, people)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.append(hits, hits.sum()) / np.append(total, total.sum()))


def _self_table(labels: Labels, named: Codes, *columns: npt.NDArray[np.generic]) -> pl.DataFrame:
    people = pl.Series("annotator", labels.annotators, dtype=pl.String).gather(pl.Series(named, dtype=pl.Int64))
    items, pairs, *shares = columns
    counts = {"items": items.astype(np.int64), "pairs": pairs.astype(np.int64)}
    figures = dict(zip(("agreement", "low", "high"), shares, strict=True))
    table = pl.DataFrame([people]).with_columns(**{k: pl.Series(v) for k, v in {**counts, **figures}.items()})
    return table.with_columns(pl.col(pl.Float64).fill_nan(None)).sort("pairs", descending=True, maintain_order=True)
