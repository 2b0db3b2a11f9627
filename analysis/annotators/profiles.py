"""Who judged these rows: how many, when, how fast, and how long are the answers?"""

from __future__ import annotations

import polars as pl

from analysis.annotators.labels import Labels, labels_of
from analysis.dataset import Dataset
from analysis.errors import LabelsError
from analysis.view import Filter

LENGTHS = {"response_tokens": "tokens", "response_chars": "characters"}  # the first that is computed is taken
FACTS: dict[str, pl.DataType] = {
    "row": pl.UInt32(),
    "annotator": pl.String(),
    "moment": pl.Datetime("us", "UTC"),
    "session_group": pl.UInt32(),
    "session_position": pl.UInt32(),
    "seconds_since_previous": pl.Float64(),
    "length": pl.UInt32(),
    "is_empty": pl.Boolean(),
}


def labels_in(
    dataset: Dataset, rows: pl.Series, item: str | None = None, annotator: str | None = None, label: str | None = None
) -> Labels:
    """The judgements in these rows; by default of the roles item, annotator, and label or else the score.

    Without items each row is its own item, so no two people share one. Raises LabelsError where no column is the
    annotator or the label.
    """
    item = item or dataset.role("item")
    who = _who(dataset, annotator)
    label = label or dataset.role("label") or ("score" if "score" in dataset.canonical else None)
    if label is None:
        raise LabelsError(
            f"{dataset.name} has neither labels nor scores; name the column that holds what people judged, or set the "
            f"role label."
        )
    items = rows if item is None else dataset.column(item).gather(rows)
    return labels_of(items, dataset.column(who).gather(rows), dataset.column(label).gather(rows), rows)


def facts_in(dataset: Dataset, rows: pl.Series, annotator: str | None = None) -> pl.DataFrame:
    """The columns `FACTS` of the rows that have an annotator; null where a signal is not computed.

    The columns of sessions are null too where `annotator` is another column than the role. `length` is that of the
    response in `length_unit`; `is_empty`: it is missing or white space, null in a dataset without responses. Raises
    LabelsError where there is no column for the annotator.
    """
    same = pl.repeat(0, len(rows), dtype=pl.UInt8, eager=True)
    who = _who(dataset, annotator)
    judged = labels_of(same, dataset.column(who).gather(rows), same, rows)
    judged_rows = pl.Series("row", judged.rows, dtype=pl.UInt32)
    unit = next((column for column, name in LENGTHS.items() if name == length_unit(dataset)), "")
    columns = {"row": judged_rows, "annotator": pl.Series(judged.annotators, dtype=pl.String).gather(judged.annotator)}
    # Sessions belong to the annotators of the role; another column has none.
    of_sessions = dataset.catalogue["sessions"].adds if dataset.role("annotator") == who else {}
    names = ("moment", *(name for name in FACTS if name in of_sessions))
    columns |= {n: dataset.column(n).gather(judged_rows) for n in names if _is_computed(dataset, n)}
    if unit:
        columns["length"] = dataset.column(unit).gather(judged_rows)
    if "response" in dataset.canonical:
        columns["is_empty"] = dataset.mask(Filter("response", "blank", "")).gather(judged_rows)
    nulls = [pl.lit(None, dtype).alias(name) for name, dtype in FACTS.items() if name not in columns]
    return pl.DataFrame(columns).with_columns(nulls).select(*FACTS)


def length_unit(dataset: Dataset) -> str | None:
    """What `length` counts in this dataset: tokens where they are computed, else characters; None before either."""
    return next((name for column, name in LENGTHS.items() if _is_computed(dataset, column)), None)


def profiles(facts: pl.DataFrame) -> pl.DataFrame:
    """A line per annotator, most rows first, then by name.

    `annotator`, `rows`, `share` of these rows, `first` and `last` moment, `sessions`, `mean_length` and `median_length`
    of the responses that are there, `empty_share`, and `median_seconds` since the row before in the session. Null where
    there is nothing to count.
    """
    sessions = pl.col("session_group").drop_nulls().n_unique()
    return (
        facts.group_by("annotator")
        .agg(
            rows=pl.len(),
            first=pl.col("moment").min(),
            last=pl.col("moment").max(),
            sessions=pl.when(pl.col("session_group").count() > 0).then(sessions),
            mean_length=pl.col("length").mean(),
            median_length=pl.col("length").median(),
            empty_share=pl.col("is_empty").mean(),
            median_seconds=pl.col("seconds_since_previous").median(),
        )
        .with_columns(share=pl.col("rows") / pl.col("rows").sum())
        .select("annotator", "rows", "share", pl.exclude("annotator", "rows", "share"))
        .sort("rows", "annotator", descending=[True, False])
    )


def _who(dataset: Dataset, annotator: str | None) -> str:
    column = annotator or dataset.role("annotator")
    if column is None:
        raise LabelsError(
            f"{dataset.name} does not say who judged its rows; name the column that does, or set the role annotator."
        )
    return column


def _is_computed(dataset: Dataset, column: str) -> bool:
    writer = dataset.catalogue.writer_of(column)
    return writer is not None and column not in dataset.originals and dataset.has(dataset.signal(writer))
