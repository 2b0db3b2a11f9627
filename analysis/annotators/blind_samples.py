"""Which rows are drawn for a blind check, what must stay hidden, and how far do your labels agree with others'?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analysis.annotators.consensus import votes_of
from analysis.annotators.labels import Labels, labels_of
from analysis.annotators.pairs import cohen
from analysis.dataset import Dataset
from analysis.dataset.folder import BY_PEOPLE, CANONICAL
from analysis.errors import BlindError
from analysis.reading.judged_items import columns_of, differing_columns, one_per_item, rows_of_same_items
from analysis.signal import ROW_ID
from analysis.statistics.effects import wilson
from analysis.view import View

TELLING_ROLES = ("label", "score", "score_chosen", "score_rejected", "annotator", "session", "created_at")
MOST_LABELS = 30
MOST_ROWS = 500
LEAST_ITEMS = 10  # in common, for a kappa
COMPARED_PEOPLE = 30
MAJORITY = "majority of all annotators"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Your labels against those of others. `people`, those with most items in common first: `annotator`, `items`,
    `agreement` (share of equal labels) with `agreement_low`, `agreement_high`, `kappa` (Cohen's, null below 10 items)
    with `kappa_low` and `kappa_high`; intervals are of 95%, of shares by Wilson. The first line is the majority of all,
    ties left out. `differing` holds the rows whose label is not yours: `row` (position), `mine`, `theirs`,
    `annotator`; `rows` is how many were compared.
    """

    people: pl.DataFrame
    differing: pl.DataFrame
    rows: int


def askable(dataset: Dataset) -> list[str]:
    """The columns that a blind check can ask for: those of label and score, then others of few values."""
    judged = [*columns_of(dataset, "label"), *columns_of(dataset, "score")]
    of_roles = {dataset.role(role) for role in ("annotator", "item", "session", "split")}
    return list(dict.fromkeys([*judged, *(c for c in dataset.categories if c not in of_roles)]))


def labels_to_offer(dataset: Dataset, asked: str) -> tuple[str, ...]:
    """The values of a column as labels, in order. Raises BlindError where there is none, or there are too many."""
    column = dataset.column(asked)
    values = labels_of(column, column, column).values
    if not values:
        raise BlindError(f"{asked} holds no label in any row; choose another column.")
    if len(values) > MOST_LABELS:
        raise BlindError(
            f"{asked} holds {len(values):,} different values, and one can choose among at most {MOST_LABELS}; "
            "choose another column."
        )
    return values


def hidden_columns(dataset: Dataset, asked: str) -> set[str]:
    """The columns that may reveal a label: those of `TELLING_ROLES`, tags, and all that are computed from them."""
    hidden = {asked, "score", *BY_PEOPLE, *(c for role in TELLING_ROLES if (c := dataset.role(role)))}
    hidden |= {c for role in ("annotator", "label", "score") for c in columns_of(dataset, role)}
    while True:
        derived = {c for s in dataset.signals() if hidden & set(s.inputs) for c in s.adds} - hidden
        if not derived:
            return hidden
        hidden |= derived


def open_view(dataset: Dataset, view: View, asked: str) -> View:
    """The view without the filters that would reveal labels."""
    telling = hidden_columns(dataset, asked)
    return View(tuple(f for f in view if f.column not in telling and f.column != ROW_ID))


def draw(dataset: Dataset, view: View, asked: str, size: int, seed: int) -> pl.Series:
    """Positions of at most `size` rows, one per item, in random order: of the rows in view that have a label.

    A longer sample of the same seed begins with the shorter one.
    """
    rows = dataset.rows_of(open_view(dataset, view, asked))
    rows = rows.filter(dataset.column(asked).gather(rows).is_not_null())
    return one_per_item(dataset, rows).shuffle(seed=seed).head(min(size, MOST_ROWS))


def telling_columns(dataset: Dataset, asked: str, rows: pl.Series) -> tuple[list[str], list[str]]:
    """The source's columns that must not be shown beside a drawn row, since by their role they reveal a label; and
    those better not shown: the rows of one item differ in them, so annotators may have written them."""
    read = {stored or name for name, stored in dataset.meta["canonical"].items()} | set(CANONICAL)
    roles = hidden_columns(dataset, asked)
    certain = [c for c in dataset.originals if c in roles]
    differing = differing_columns(dataset, rows)
    return certain, [c for c in differing if c not in roles and c not in read]


def compare(dataset: Dataset, asked: str, given: Mapping[str, str], me: str) -> Comparison:
    """Your labels, {row_id: label}, against those in the column `asked` of all rows of the same items."""
    ids = dataset.column(ROW_ID).to_frame().with_row_index("of")
    answers = ids.join(
        pl.DataFrame([*given.items()], schema={ROW_ID: pl.String, "mine": pl.String}, orient="row"), on=ROW_ID
    )
    beside = rows_of_same_items(dataset, answers["of"])
    people = columns_of(dataset, "annotator")
    judged = dataset.frame([asked, *people[:1]], beside["row"])
    who = judged[people[0]].cast(pl.String) if people else pl.Series(["the dataset"]).new_from_index(0, beside.height)
    theirs = labels_of(beside["of"], who, judged[asked], beside["row"])
    while me in theirs.annotators or me == MAJORITY:
        me = f"{me} (you)"
    both = _together(theirs, answers, me)
    lines = [_line(both, me, MAJORITY)]
    mine = both.annotators.index(me) if me in both.annotators else -1
    counts = np.bincount(both.annotator, minlength=len(both.annotators))
    order = sorted(range(len(counts)), key=lambda n: -counts[n])
    names = [both.annotators[n] for n in order if n != mine and both.annotators[n] != MAJORITY]
    lines += [_line(both, me, name) for name in names[:COMPARED_PEOPLE]]
    schema = ["agreement", "agreement_low", "agreement_high", "kappa", "kappa_low", "kappa_high"]
    table = pl.DataFrame(
        lines, schema={"annotator": pl.String, "items": pl.Int64, **dict.fromkeys(schema, pl.Float64)}, orient="row"
    )
    judgements: dict[str, Any] = {
        "row": theirs.rows,
        "theirs": [theirs.values[n] for n in theirs.label],
        "annotator": [theirs.annotators[n] for n in theirs.annotator],
    }
    named = pl.DataFrame(judgements, schema={"row": pl.UInt32, "theirs": pl.String, "annotator": pl.String})
    named = named.join(beside, on="row").join(answers, on="of")
    differing = named.filter(pl.col("theirs") != pl.col("mine")).sort("row")
    differing = differing.select("row", "mine", "theirs", "annotator")
    return Comparison(table.filter(pl.col("items") > 0), differing, named.height)


def _together(theirs: Labels, answers: pl.DataFrame, me: str) -> Labels:
    """The judgements of all others, with the majority as one more annotator, and you as another."""
    items = pl.Series(theirs.item_rows, dtype=pl.Int64)
    beside = pl.DataFrame(
        {
            "of": _items_of(theirs),
            "who": [theirs.annotators[n] for n in theirs.annotator],
            "label": [theirs.values[n] for n in theirs.label],
        },
        schema={"of": pl.Int64, "who": pl.String, "label": pl.String},
    )
    votes = votes_of(theirs).table()
    majority = pl.DataFrame({"of": items, "who": [MAJORITY] * len(items), "label": votes["label"]})
    places = pl.DataFrame({"row": theirs.rows, "of": _items_of(theirs)}, schema={"row": pl.Int64, "of": pl.Int64})
    mine = answers.select(row=pl.col("of").cast(pl.Int64), who=pl.lit(me), label="mine")
    mine = mine.join(places.unique("row"), on="row").select("of", "who", "label")
    whole = pl.concat([beside, majority.drop_nulls("label"), mine])
    return labels_of(whole["of"], whole["who"], whole["label"])


def _items_of(labels: Labels) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The first row of each judgement's item, which stands for the item."""
    return labels.item_rows[labels.item] if len(labels) else np.zeros(0, np.int64)


def _line(both: Labels, me: str, other: str) -> tuple[str, int, *tuple[float | None, ...]]:
    names = [both.annotators.index(name) for name in (me, other) if name in both.annotators]
    two = both.where(np.isin(both.annotator, names))
    pair = cohen(two, least_items=LEAST_ITEMS)
    if not pair.height or not (items := int(pair["items"][0])):
        return (other, 0, *[None] * 6)
    share = float(pair["agreement"][0])
    low, high = wilson(np.array([share * items]), np.array([items]))
    return (other, items, share, float(low[0]), float(high[0]), *pair.select("kappa", "low", "high").row(0))
