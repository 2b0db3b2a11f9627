"""Which rows are by an annotator who judges differently from the others, or whose care falls in a session?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.annotators.differences import differences, label_differences
from analysis.annotators.fatigue import measures_of, slopes
from analysis.annotators.labels import Labels, labels_of, level_of
from analysis.annotators.people_checks import PEOPLE_CHECKS
from analysis.signal import Signal

PLACE = ("session_group", "session_position", "seconds_since_previous")


@dataclass(frozen=True)
class People(
    Signal,
    name="people",
    version=1,
    reads=(*PLACE, "response_chars"),
    roles=("item", "annotator", "label", "score"),
    adds={
        "annotator_difference": pl.Float64,
        "is_annotator_far": pl.Boolean,
        "is_annotator_tired": pl.Boolean,
    },
    scope="dataset",
    finds=PEOPLE_CHECKS,
):
    """Every row of an annotator has the annotator's values. Where no column plays the label, the score is the label;
    without items each row is an item of its own.

    `annotator_difference`: how much higher the annotator scores than the others, on the same items where ten or more
    are shared, else over all rows; null where labels are no numbers, and where there are too few to compare.
    `is_annotator_far`: the difference is significant and large by the yardstick of `analysis.annotators.yardstick`; for
    labels that are no numbers, that of the share of some label. Null where no person can be compared.
    `is_annotator_tired`: agreement, length of the response or variety of labels falls significantly with the position
    in the session, as `analysis.annotators.fatigue.slopes` says; null with fewer than thirty rows in sessions. All are
    null for rows without an annotator.
    """

    item: str = ""
    annotator: str = ""
    label: str = ""
    score: str = ""
    of_sessions: str = ""
    of_lengths: str = ""

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        items = rows["item"] if self.item else pl.Series("item", range(rows.height), dtype=pl.UInt32)
        labels = labels_of(items, rows["annotator"], rows["label" if self.label else "score"])
        of_person = _people(rows)
        told = _compared(labels).join(_tired(labels, rows, of_person), on="annotator", how="full", coalesce=True)
        placed = of_person.join(told, on="annotator", how="left", maintain_order="left")
        return placed.select(pl.col(name).cast(dtype) for name, dtype in self.adds.items())


def _people(rows: pl.DataFrame) -> pl.DataFrame:
    """`annotator` of each row, named as in labels; null where there is none."""
    same = pl.repeat(0, rows.height, dtype=pl.UInt8, eager=True)
    judged = labels_of(same, rows["annotator"], same)
    names = pl.Series("annotator", judged.annotators, dtype=pl.String).gather(judged.annotator)
    placed = pl.DataFrame({"row": pl.Series(judged.rows, dtype=pl.UInt32), "annotator": names})
    every = pl.DataFrame({"row": pl.int_range(rows.height, dtype=pl.UInt32, eager=True)})
    return every.join(placed, on="row", how="left", maintain_order="left")


def _compared(labels: Labels) -> pl.DataFrame:
    """`annotator`, `annotator_difference`, `is_annotator_far` of each annotator with labels."""
    if labels.numbers is None:
        table = label_differences(labels).with_columns(difference=pl.lit(None, pl.Float64))
    else:
        table = differences(labels)
    is_far = pl.col("is_far").filter(pl.col("compared").is_not_null())
    return table.group_by("annotator").agg(
        annotator_difference=pl.col("difference").first(),
        is_annotator_far=pl.when(is_far.len() > 0).then(is_far.any()),
    )


def _tired(labels: Labels, rows: pl.DataFrame, of_person: pl.DataFrame) -> pl.DataFrame:
    """`annotator`, `is_annotator_tired` of each annotator with enough rows in sessions."""
    facts = of_person.hstack(rows.select(*PLACE, length="response_chars")).filter(pl.col("annotator").is_not_null())
    fitted = slopes(measures_of(labels, facts, level_of(labels)))
    return fitted.group_by("annotator").agg(is_annotator_tired=pl.col("is_tired").any())
