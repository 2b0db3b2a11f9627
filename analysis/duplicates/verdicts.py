"""What do people say of pairs: the same or not, and which row is to stay?

Answers are words like any tag's (who, when, undo), in a log of their own, so that they are no tags: of a row, under the
name of the other row, on for "the same" and off for "not the same"; under the name `keep`, on for the row that is to
stay whatever the policy says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from analysis.annotations import Annotations
from analysis.annotations.tags import Batch
from analysis.dataset import Dataset
from analysis.duplicates.groups import pair_table
from analysis.signal import ROW_ID
from analysis.statistics.effects import wilson

KEEP = "keep"


class Verdicts(NamedTuple):
    """`judged`: `a`, `b` (positions, a < b), `is_same`, `person` who spoke last; `chosen`: rows that are to stay."""

    judged: pl.DataFrame
    chosen: list[int]

    @property
    def refused(self) -> list[tuple[int, int]]:
        """The pairs that are not the same."""
        return list(self.judged.filter(~pl.col("is_same")).select("a", "b").iter_rows())


class Precision(NamedTuple):
    """Of `judged` pairs, how many are the same: `share`, with its 95% interval (Wilson); null where none is judged."""

    judged: int
    same: int
    share: float | None
    low: float
    high: float


def say(notes: Annotations, dataset: Dataset, one: str, other: str, is_same: bool, person: str) -> Batch:
    """Keeps an answer on two rows, named by their ids."""
    first, second = sorted((one, other))
    return notes.pairs.apply(dataset.fingerprint, {first: {second: is_same}}, person)


def choose(notes: Annotations, dataset: Dataset, row: str, instead_of: str, person: str) -> Batch:
    """Says that one row is to stay, and not the other."""
    return notes.pairs.apply(dataset.fingerprint, {row: {KEEP: True}, instead_of: {KEEP: False}}, person)


def verdicts(notes: Annotations, dataset: Dataset) -> Verdicts:
    """What was said last of each pair and row of the dataset."""
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
    """The stored pairs without which no refused pair comes together.

    A row equal to an earlier one has its pair with that row only, so that it is cut off there.
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
    """The judged pairs that are among the stored ones, with their `similarity`."""
    own = table.with_columns(pl.col("a", "b").cast(pl.Int64))
    return judged.join(own, on=["a", "b"])


def precision(judged: pl.DataFrame) -> Precision:
    """The share of the same among judged pairs."""
    same = int(judged["is_same"].sum())
    share = same / judged.height if judged.height else None
    return Precision(judged.height, same, share, *map(float, wilson(same, judged.height)))


def borderline(
    table: pl.DataFrame, threshold: float, judged: pl.DataFrame, limit: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The least similar pairs at the threshold or above, and the most similar ones below it, `limit` of each at most;
    those already judged are left out. Ties are in the order of the file.
    """
    near = pl.lit(threshold, pl.Float32)
    seen = judged.select(pl.col("a", "b").cast(pl.UInt32))
    wanted = limit + judged.height
    accepted = table.filter(pl.col("similarity") >= near).bottom_k(wanted, by=["similarity", "a", "b"])
    rejected = table.filter(pl.col("similarity") < near).top_k(wanted, by="similarity")
    accepted = accepted.join(seen, on=["a", "b"], how="anti").sort("similarity", "a", "b").head(limit)
    rejected = rejected.join(seen, on=["a", "b"], how="anti")
    return accepted, rejected.sort("similarity", "a", "b", descending=[True, False, False]).head(limit)
