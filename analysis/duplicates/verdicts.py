"""How do people judge pairs: the same or not, and which row do they keep?

Answers are stored like tags (who, when, undo), but in another log, so that they are no tags. The tag of a row is the id
of the other row, on for "the same" and off for "not the same"; or `keep`, on for the row that is kept in every policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from analysis.annotations import Annotations
from analysis.annotations.batches import Batch
from analysis.dataset import Dataset
from analysis.duplicates.groups import pair_table
from analysis.signal import ROW_ID
from analysis.statistics.effects import wilson

KEEP = "keep"


class Verdicts(NamedTuple):
    """`judged`: `a`, `b` (positions, a < b), `is_same`, `person` of the last answer; `chosen`: rows people keep."""

    judged: pl.DataFrame
    chosen: list[int]

    @property
    def refused(self) -> list[tuple[int, int]]:
        """The pairs that are not the same."""
        return list(self.judged.filter(~pl.col("is_same")).select("a", "b").iter_rows())


class Precision(NamedTuple):
    """How many of the `judged` pairs are the same: `share` and its 95% interval (Wilson); null where none is judged."""

    judged: int
    same: int
    share: float | None
    low: float
    high: float


def say(notes: Annotations, dataset: Dataset, one: str, other: str, is_same: bool, person: str) -> Batch:
    """Stores an answer about two rows, given by their ids."""
    first, second = sorted((one, other))
    return notes.pairs.apply(dataset.fingerprint, {first: {second: is_same}}, person)


def choose(notes: Annotations, dataset: Dataset, row: str, instead_of: str, person: str) -> Batch:
    """Stores that one row is kept, and not the other."""
    return notes.pairs.apply(dataset.fingerprint, {row: {KEEP: True}, instead_of: {KEEP: False}}, person)


def verdicts(notes: Annotations, dataset: Dataset) -> Verdicts:
    """The last answer about each pair and row of the dataset."""
    words = notes.pairs.last_words(dataset.fingerprint)
    places = (
        dataset.column(ROW_ID).alias("id").to_frame().with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
    )
    named = pl.concat([words["row_id"], words["tag"]]).unique().implode()
    places = places.filter(pl.col("id").is_in(named))
    pairs = words.filter(pl.col("tag") != KEEP)
    pairs = pairs.join(places, left_on="row_id", right_on="id").rename({"at": "one"})
    pairs = pairs.join(places, left_on="tag", right_on="id").rename({"at": "other"})
    judged = pairs.select(
        pl.min_horizontal("one", "other").alias("a"),
        pl.max_horizontal("one", "other").alias("b"),
        "person",
        is_same="is_on",
    ).sort("a", "b")
    stay = words.filter((pl.col("tag") == KEEP) & pl.col("is_on")).join(places, left_on="row_id", right_on="id")
    return Verdicts(judged, stay["at"].to_list())


def links_to_cut(neighbours: pl.Series, refused: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stored pairs to remove so that refused pairs are not grouped.

    A row equal to an earlier one has only the pair with that row, so that pair is removed.
    """
    if not refused:
        return []
    rows = pl.Series(sorted({row for pair in refused for row in pair}), dtype=pl.UInt32)
    again = pair_table(neighbours).filter((pl.col("similarity") == 1) & pl.col("b").is_in(rows.implode()))
    first = dict(again.select("b", "a").iter_rows())
    cut = set()
    for a, b in refused:
        if b in first:
            cut.add((first[b], b))
        elif a in first:
            cut.add((first[a], a))
        else:
            cut.add((a, b))
    return sorted(cut)


def judged_pairs(table: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """The judged pairs that are among the stored pairs, with their `similarity`."""
    stored = table.with_columns(pl.col("a", "b").cast(pl.Int64))
    return judged.join(stored, on=["a", "b"])


def precision(judged: pl.DataFrame) -> Precision:
    """The share of judged pairs that are the same."""
    same = int(judged["is_same"].sum())
    share = same / judged.height if judged.height else None
    return Precision(judged.height, same, share, *map(float, wilson(same, judged.height)))


def borderline(
    table: pl.DataFrame, threshold: float, judged: pl.DataFrame, limit: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The least similar pairs at the threshold or above, and the most similar pairs below it, at most `limit` of each,
    without judged pairs. Ties are in file order.
    """
    near = pl.lit(threshold, pl.Float32)
    seen = judged.select(pl.col("a", "b").cast(pl.UInt32))
    wanted = limit + judged.height
    accepted = table.filter(pl.col("similarity") >= near).bottom_k(wanted, by=["similarity", "a", "b"])
    rejected = table.filter(pl.col("similarity") < near).top_k(wanted, by="similarity")
    accepted = accepted.join(seen, on=["a", "b"], how="anti").sort("similarity", "a", "b").head(limit)
    rejected = rejected.join(seen, on=["a", "b"], how="anti")
    return accepted, rejected.sort("similarity", "a", "b", descending=[True, False, False]).head(limit)
