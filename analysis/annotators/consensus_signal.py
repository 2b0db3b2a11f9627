"""What is the consensus on an item, and where do annotators differ?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.annotators import dawid_skene
from analysis.annotators.consensus import votes_of
from analysis.annotators.labels import labels_of
from analysis.errors import SignalError
from analysis.signal import Signal

METHODS = ("majority", "dawid_skene")


@dataclass(frozen=True)
class Consensus(
    Signal,
    name="consensus",
    version=1,
    reads=(),
    roles=("item", "annotator", "label", "score"),
    adds={
        "consensus_label": pl.String,
        "consensus_confidence": pl.Float64,
        "is_consensus_tie": pl.Boolean,
        "is_disputed": pl.Boolean,
        "dispute_share": pl.Float64,
        "vote_spread": pl.Float64,
        "vote_count": pl.UInt32,
        "is_item_repeat": pl.Boolean,
    },
    scope="dataset",
    cheap=True,
):
    """Every row of an item has the item's columns; a vote is the last judgement of one annotator on the item.

    Where no column plays the label, the score is the label. `consensus_label` is the label with most votes, null where
    several have as many (`is_consensus_tie`), and `consensus_confidence` its share of the votes; by the method
    `dawid_skene` they are the label most probable by the model of Dawid and Skene (1979), and its probability.
    `is_disputed`: not all votes are for one label; `dispute_share` is the share of votes against the label with most,
    0 to below 1. `vote_spread` is the standard deviation of the votes, null where labels are no numbers. `vote_count`
    is the number of votes. `is_item_repeat`: the item was judged in an earlier row, so that the others are one row per
    item. All are null for rows without an item, and for items without a label.
    """

    item: str = ""
    annotator: str = ""
    label: str = ""
    score: str = ""
    method: str = "majority"

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise SignalError(f"There is no consensus by {self.method!r}; the methods are {', '.join(METHODS)}.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        labels = labels_of(rows["item"], rows["annotator"], rows["label" if self.label else "score"])
        votes = votes_of(labels)
        table = votes.table().select(
            pl.int_range(pl.len()).alias("code"),
            first="row",
            consensus_label="label",
            consensus_confidence="label_share",
            is_consensus_tie="is_tie",
            is_disputed="is_disputed",
            dispute_share=1 - pl.col("label_share"),
            vote_spread="spread",
            vote_count=pl.col("votes").cast(pl.UInt32),
        )
        if self.method == "dawid_skene" and len(labels):
            model = dawid_skene(labels)
            names = pl.Series(labels.values, dtype=pl.String).gather(pl.Series(model.label))
            table = table.with_columns(consensus_label=names, consensus_confidence=pl.Series(model.confidence_share))
        judged = pl.DataFrame({"row": labels.rows, "code": labels.item}, schema={"row": pl.Int64, "code": pl.Int64})
        placed = rows.select("item").with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64))
        placed = placed.join(judged, on="row", how="left", maintain_order="left")
        code = pl.when(pl.col("item").is_not_null()).then(pl.col("code").max().over("item"))
        by_row = placed.select("row", code=code).join(table, on="code", how="left", maintain_order="left")
        return by_row.select(
            *(name for name in self.adds if name != "is_item_repeat"), is_item_repeat=pl.col("row") > pl.col("first")
        )
