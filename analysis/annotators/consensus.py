"""What is the consensus on an item? The majority, disputes, each person against the others and gold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from analysis.annotators.counts import value_counts
from analysis.annotators.labels import Codes, Labels, Numbers
from analysis.statistics.effects import wilson


@dataclass(frozen=True, eq=False)
class Votes:
    """The votes on each item, one place per item of `labels`: each person's last judgement of it is one vote.

    `label` is the code of the label with most votes, the first in the order of `labels.values` where several have as
    many; `tied` is how many have (1: no tie). `top_share` is its share of `votes`. `entropy_bits` is the Shannon
    entropy of the votes, 0 where all agree. `spread` is their standard deviation, None where labels are no numbers.
    """

    labels: Labels
    votes: Codes
    label: Codes
    top: Codes
    tied: Codes
    entropy_bits: Numbers
    spread: Numbers | None

    @property
    def top_share(self) -> Numbers:
        return self.top / self.votes

    @property
    def is_tie(self) -> npt.NDArray[np.bool_]:
        return self.tied > 1

    @property
    def is_disputed(self) -> npt.NDArray[np.bool_]:
        """Not all votes are for one label."""
        return self.top < self.votes

    def table(self) -> pl.DataFrame:
        """A line per item, in the order of the codes: `row` (where it was first judged), `votes`, `label` (null where
        tied), `label_share`, `is_tie`, `is_disputed`, `entropy_bits`, `spread`."""
        named = pl.Series(self.labels.values, dtype=pl.String).gather(pl.Series(self.label))
        return pl.DataFrame(
            {
                "row": self.labels.item_rows,
                "votes": self.votes,
                "label": named.set(pl.Series(self.is_tie), None),
                "label_share": self.top_share,
                "is_tie": self.is_tie,
                "is_disputed": self.is_disputed,
                "entropy_bits": self.entropy_bits,
                "spread": pl.Series([None] * len(self.votes), dtype=pl.Float64) if self.spread is None else self.spread,
            }
        )

    def disputed(self) -> pl.DataFrame:
        """The lines of `table` with votes for more than one label, most disputed first: the smallest share of the
        majority, then the widest spread of numbers, then the most votes, then the first row."""
        order = ["label_share", "spread", "votes", "row"]
        table = self.table().filter("is_disputed")
        return table.sort(order, descending=[False, True, True, False], nulls_last=True)


def votes_of(labels: Labels) -> Votes:
    """Counts the votes on each item, one vote for each person."""
    once = labels.once()
    table = value_counts(once)
    votes = np.asarray(table.sum(axis=1)).ravel()
    starts = table.indptr[:-1]
    if not once.items:
        nothing = np.zeros(0, np.int64)
        return Votes(once, nothing, nothing, nothing, nothing, np.zeros(0), None)
    table.sort_indices()
    top = np.maximum.reduceat(table.data, starts)
    is_top = table.data == np.repeat(top, np.diff(table.indptr))
    tied = np.add.reduceat(is_top.astype(np.int64), starts)
    label = np.minimum.reduceat(np.where(is_top, table.indices, len(once.values)), starts)
    shares = table.data / np.repeat(votes, np.diff(table.indptr))
    entropy = np.maximum(-np.add.reduceat(shares * np.log2(shares), starts), 0.0)
    spread = None
    if once.numbers is not None:
        means = table @ once.numbers / votes
        away = once.numbers[table.indices] - np.repeat(means, np.diff(table.indptr))
        spread = np.sqrt(np.add.reduceat(table.data * away**2, starts) / votes)
    return Votes(once, votes.astype(np.int64), label.astype(np.int64), top.astype(np.int64), tied, entropy, spread)


def agreement_with_others(votes: Votes) -> Numbers:
    """For each vote (each judgement of `votes.labels`) its agreement with the majority of the others on that item.

    1 where it is the label most of the others gave, 1/T where it is one of T that tie among them, 0 where it is not;
    nan where no other person judged the item. A person's own vote is not part of that majority.
    """
    labels, table = votes.labels, value_counts(votes.labels)
    if not len(labels):
        return np.zeros(0)
    is_next = table.data == np.repeat(votes.top - 1, np.diff(table.indptr))
    runner_up = np.add.reduceat(is_next.astype(np.int64), table.indptr[:-1])
    # Without this vote, its label leads only if it led alone; labels that were one vote behind then tie with it.
    led = (labels.label == votes.label[labels.item]) & (votes.tied[labels.item] == 1)
    credit = np.where(led, 1 / (1 + runner_up[labels.item]), 0.0)
    return np.where(votes.votes[labels.item] > 1, credit, np.nan)


def gold_of(labels: Labels, gold: pl.Series) -> Codes:
    """The true label of each item, from a column with a value per row of the dataset.

    A code of `labels.values`; -1 where no judgement at all has the true label; -2 where no row of the item holds one,
    or its rows hold several.
    """
    codes = labels.codes_of(gold.gather(pl.Series(labels.rows)))
    has_gold = codes > -2
    gold_codes = np.full(labels.items, -2, np.int64)
    gold_codes[labels.item[has_gold]] = codes[has_gold]
    differing = has_gold & (codes != gold_codes[labels.item])
    gold_codes[labels.item[differing]] = -2
    return gold_codes


def accuracy(votes: Votes, gold: Codes) -> tuple[float | None, int]:
    """The share of items with a true label that the majority has right, and how many items have one.

    Where T labels tie and one of them is right, the item counts 1/T. None where no item has a true label.
    """
    has_gold = gold > -2
    if not has_gold.any():
        return None, 0
    table = value_counts(votes.labels)
    item = np.repeat(np.arange(len(gold)), np.diff(table.indptr))
    right = (table.indices == gold[item]) & (table.data == votes.top[item])
    return float((right / votes.tied[item]).sum() / has_gold.sum()), int(has_gold.sum())


def label_accuracy(label: Codes, gold: Codes) -> tuple[float | None, int]:
    """The share of items with a true label whose `label` is right, and how many have one; one `label` per item."""
    has_gold = gold > -2
    return (float((label == gold)[has_gold].mean()) if has_gold.any() else None), int(has_gold.sum())


def per_annotator(votes: Votes, gold: Codes | None = None) -> pl.DataFrame:
    """A line per annotator who judged anything, those with most judgements first.

    Columns `annotator`; `labels`, the items judged; `compared`, those of them that others judged too; `agreement`, the
    mean over these of `agreement_with_others`; `with_gold`, the items judged that have a true label; `accuracy`, the
    share of these judged right. `agreement_low`, `agreement_high`, `accuracy_low` and `accuracy_high` bound the shares
    by Wilson's 95% interval (1927). Shares are null where nothing was compared, and without `gold`.
    """
    labels = votes.labels
    credit = agreement_with_others(votes)
    truth = np.full(len(labels), -2) if gold is None else gold[labels.item]
    compared, has_gold = ~np.isnan(credit), truth > -2
    people = len(labels.annotators)
    judged, met, checked = (
        np.bincount(labels.annotator[where], minlength=people) for where in (slice(None), compared, has_gold)
    )
    agreed = np.bincount(labels.annotator[compared], credit[compared], people)
    right = np.bincount(labels.annotator[has_gold & (labels.label == truth)], minlength=people)
    columns = {"annotator": pl.Series(labels.annotators, dtype=pl.String), "labels": judged}
    shares = (("agreement", "compared", met, agreed), ("accuracy", "with_gold", checked, right))
    for name, counted, total, hits in shares:
        low, high = wilson(hits, total)
        with np.errstate(invalid="ignore"):
            share = hits / total
            low, high = (np.where(total, bound, np.nan) for bound in (low, high))
            columns |= {counted: total, name: share, f"{name}_low": low, f"{name}_high": high}
    table = pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))
    return table.filter(pl.col("labels") > 0).sort("labels", descending=True, maintain_order=True)
