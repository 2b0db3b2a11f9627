"""How much personal data do the rows in view hold? Counts by type, field and slice, pairs of types, repeated values.

The tables are computed from the spans of a signal, which hold no value. `snippets` and `repeated_values` show values
masked; only `value_at` returns a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analysis.dataset import Dataset
from analysis.errors import DatasetError
from analysis.personal_data.masking import masked_text, masked_value
from analysis.personal_data.pieces import Rest, pieces_of, rest_of
from analysis.personal_data.scanning import SCANNED
from analysis.personal_data.types import described
from analysis.view import View

TABLES = {"personal_data": "spans", "named_entities": "entities"}
STATUS = {"personal_data": "pii_status", "named_entities": "entity_status"}
VALUES = {"personal_data": "pii_values", "named_entities": "entity_values"}
PLACE = ["row", "field", "message", "start"]
SCORE_STEP = 0.05
CONTEXT_CHARS = 60


@dataclass(frozen=True)
class Coverage:
    """Numbers of rows in view: all `rows`; fully `scanned`; `partly` scanned; `not_scanned` (without text or not in the
    sample); `with_any` personal data; with `placeholders_only`."""

    rows: int
    scanned: int
    partly: int
    not_scanned: int
    with_any: int
    placeholders_only: int


def spans_in(dataset: Dataset, view: View | None = None, signal: str = "personal_data") -> pl.DataFrame:
    """`row` (position in the dataset), then the columns of SPAN; a line per hit, including placeholders.

    Raises DatasetError where the signal is not computed.
    """
    return dataset.table_in(dataset.signal(signal), TABLES[signal], dataset.rows_of(view or View()))


def coverage(dataset: Dataset, view: View | None = None, signal: str = "personal_data") -> Coverage:
    """How many rows were scanned; a row that was not scanned fully never counts as clean."""
    status = dataset.column(STATUS[signal]).gather(dataset.rows_of(view or View()))
    return coverage_of([status], spans_in(dataset, view, signal))


def coverage_of(statuses: Sequence[pl.Series], spans: pl.DataFrame) -> Coverage:
    """The coverage of rows with these statuses, one series per signal, and with the spans that the signals found.

    A row is fully scanned where every signal that read it read it to its end.
    """
    by_signal = pl.DataFrame([status.alias(str(number)) for number, status in enumerate(statuses)])
    is_read = by_signal.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    is_whole = by_signal.select(pl.all_horizontal(pl.all().fill_null(SCANNED) == SCANNED)).to_series()
    read, scanned = int(is_read.sum()), int((is_read & is_whole).sum())
    with_any = spans.filter(~pl.col("is_placeholder"))["row"].n_unique()
    placeholders_only = spans["row"].n_unique() - with_any
    return Coverage(len(is_read), scanned, read - scanned, len(is_read) - read, with_any, placeholders_only)


def counts(
    dataset: Dataset,
    view: View | None = None,
    by: str | None = None,
    signal: str = "personal_data",
    *,
    by_field: bool = True,
) -> pl.DataFrame:
    """`type`, `title`, `category`, `field`, `slice`, `rows`, `spans`, `values`, `placeholders`, `rows_share`.

    A line per type, field and value of the column `by` (a category such as the source; null without one), most rows
    first. `rows`, `spans` and `values` (distinct ones) exclude placeholders; the denominator of `rows_share` is the
    rows in view with this value of `by`. Without `by_field` the field is null, and a row that holds the type in two
    fields counts once.
    """
    spans = spans_in(dataset, view, signal)
    rows = dataset.rows_of(view or View())
    sliced = pl.DataFrame({"row": rows, "slice": _slice(dataset, by, rows)})
    heights = sliced.group_by("slice").agg(height=pl.len())
    if not by_field:
        spans = spans.with_columns(field=pl.lit(None, pl.String))
    table = (
        counts_of(spans.join(sliced, on="row", how="left"), "type", "field", "slice")
        .join(heights, on="slice", how="left", nulls_equal=True)
        .with_columns(rows_share=pl.col("rows") / pl.col("height"))
    )
    return (
        _titled(table)
        .select("type", "title", "category", "field", "slice", "rows", "spans", "values", "placeholders", "rows_share")
        .sort(["rows", "spans", "type", "field", "slice"], descending=[True, True, False, False, False])
    )


def type_counts(dataset: Dataset, view: View | None = None, signal: str = "personal_data") -> pl.DataFrame:
    """`type`, `title`, `category`, `rows`, `spans`, `values`, `placeholders`, `rows_share`: a line per type."""
    return counts(dataset, view, signal=signal, by_field=False).drop("field", "slice")


def counts_of(spans: pl.DataFrame, *by: str) -> pl.DataFrame:
    """The columns `by` of some lines of `spans_in`, then `rows`, `spans`, `values` and `placeholders` of each group.

    `rows`, `spans` and `values` (distinct ones) exclude placeholders.
    """
    counted = ~pl.col("is_placeholder")
    return spans.group_by(by).agg(
        rows=pl.col("row").filter(counted).n_unique(),
        spans=counted.sum(),
        values=pl.col("value_hash").filter(counted).n_unique(),
        placeholders=(~counted).sum(),
    )


def score_distribution(dataset: Dataset, view: View | None = None) -> pl.DataFrame:
    """`type`, `low`, `high`, `spans`: counted spans by score, in bins [low, high) of 0.05, the last closed at 1."""
    width = pl.lit(SCORE_STEP)
    step = ((pl.col("score").cast(pl.Float64) + 1e-6) / width).floor().clip(0, 1 / SCORE_STEP - 1)
    spans = spans_in(dataset, view).filter(~pl.col("is_placeholder"))
    return (
        spans.group_by("type", low=(step * width).round(2))
        .agg(spans=pl.len())
        .select("type", "low", high=(pl.col("low") + SCORE_STEP).round(2), spans="spans")
        .sort("type", "low")
    )


def co_occurrence(dataset: Dataset, view: View | None = None, signal: str = "personal_data") -> pl.DataFrame:
    """`type`, `other`, `rows`: how many rows hold both, for every ordered pair that occurs; for a type with itself, how
    many rows hold it. Placeholders are excluded."""
    spans = spans_in(dataset, view, signal).filter(~pl.col("is_placeholder"))
    held = spans.select("row", "type").unique()
    return (
        held.join(held.rename({"type": "other"}), on="row")
        .group_by("type", "other")
        .agg(rows=pl.len())
        .sort("type", "other")
    )


def repeated_values(
    dataset: Dataset, view: View | None = None, top: int = 50, signal: str = "personal_data"
) -> pl.DataFrame:
    """`type`, `title`, `value_hash`, `masked`, `is_placeholder`, `rows`, `spans`, `first_row`.

    Only values in at least two rows, most rows first; `masked` is a hint of the value as its first row writes it.
    """
    spans = spans_in(dataset, view, signal).sort(PLACE)
    table = (
        spans.group_by("type", "value_hash", maintain_order=True)
        .agg(
            pl.col("row").n_unique().alias("rows"),
            pl.len().alias("spans"),
            pl.exclude("row").first(),
            first_row=pl.col("row").first(),
        )
        .filter(pl.col("rows") > 1)
        .sort(["rows", "spans", "type", "value_hash"], descending=[True, True, False, False])
        .head(top)
    )
    values = _values(dataset, table.with_columns(row="first_row"))
    hints = [masked_value(t, value) for t, value in zip(table["type"], values, strict=True)]
    return _titled(table.with_columns(pl.Series("masked", hints, dtype=pl.String))).select(
        "type", "title", "value_hash", "masked", "is_placeholder", "rows", "spans", "first_row"
    )


def value_in(dataset: Dataset, value_hash: str, signal: str = "personal_data") -> tuple[str, int] | None:
    """The type of the value with this hash, and how many rows of the whole dataset hold it; None where none does."""
    spans = spans_in(dataset, None, signal).filter(pl.col("value_hash") == value_hash)
    return None if spans.is_empty() else (str(spans["type"][0]), spans["row"].n_unique())


def snippets(dataset: Dataset, spans: pl.DataFrame, chars: int = CONTEXT_CHARS) -> pl.DataFrame:
    """The lines of `spans` (some of `spans_in`), each with `before`, `masked` and `after`.

    `before` and `after` are up to `chars` characters of context, in which every other hit is masked too.
    """
    texts = _texts(dataset, spans["row"])
    signals = [name for name in TABLES if dataset.has(dataset.signal(name))]
    every = {key: several for name in signals for key, several in _by_text(dataset, name, spans["row"]).items()}
    out: list[tuple[str, str, str]] = []
    for row, field, message, start, end, type_ in spans.select(*PLACE, "end", "type").rows():
        text = texts[row, field, message]
        others = every[row, field, message]
        low, high = max(0, start - chars), min(len(text), end + chars)
        low = min([low, *(s for s, e, *_ in others if s < low < e)])  # a hit at the edge is included whole
        high = max([high, *(e for s, e, *_ in others if s < high < e)])
        before = masked_text(text[low:start], _moved(others, low, start))
        after = masked_text(text[end:high], _moved(others, end, high))
        out.append((before, masked_value(type_, text[start:end]), after))
    shown = pl.DataFrame(out, schema={name: pl.String for name in ("before", "masked", "after")}, orient="row")
    return spans.hstack(shown)


def value_at(dataset: Dataset, row: int, field: str, message: int | None, start: int, end: int) -> str:
    """The value itself, for a person who asks to see this one. Raises DatasetError where there is no such text."""
    text = _texts(dataset, pl.Series([row], dtype=pl.UInt32)).get((row, field, message))
    if text is None or not 0 <= start < end <= len(text):
        raise DatasetError(f"Row {row} has no characters {start} to {end} in {field}; compute personal_data again.")
    return text[start:end]


def _slice(dataset: Dataset, by: str | None, rows: pl.Series) -> pl.Series:
    if by is None:
        return pl.repeat(None, len(rows), dtype=pl.String, eager=True)
    return dataset.column(by).gather(rows).cast(pl.String)


def _titled(table: pl.DataFrame) -> pl.DataFrame:
    descriptions = {type_: described(type_) for type_ in table["type"].unique()}
    return table.with_columns(
        title=pl.Series([descriptions[t].title for t in table["type"]], dtype=pl.String),
        category=pl.Series([descriptions[t].category for t in table["type"]], dtype=pl.String),
    )


def read_of(dataset: Dataset) -> tuple[list[str], Rest]:
    """The columns from which a dataset's texts are made, and which of them are no canonical ones."""
    signal = dataset.signal("personal_data")
    return [*signal.inputs], rest_of(signal)


def _texts(dataset: Dataset, rows: pl.Series) -> dict[tuple[int, str, int | None], str]:
    """(row, field, message) -> text, for the rows at these positions."""
    wanted = rows.unique().sort()
    read, rest = read_of(dataset)
    pieces = pieces_of(dataset.canonical_frame(read, wanted), rest)
    places = wanted.gather(pieces["row"])
    return {
        (place, f, m): t
        for place, (f, m, t) in zip(places, pieces.select("field", "message", "text").rows(), strict=True)
    }


def _by_text(
    dataset: Dataset, signal: str, rows: pl.Series
) -> dict[tuple[int, str, int | None], list[tuple[int, int, str, bool]]]:
    """(row, field, message) -> its hits, for the rows at these positions."""
    table = dataset.table_in(dataset.signal(signal), TABLES[signal], rows.unique().sort())
    out: dict[tuple[int, str, int | None], list[tuple[int, int, str, bool]]] = {}
    for row, field, message, *span in table.select(*PLACE, "end", "type", "is_placeholder").rows():
        out.setdefault((row, field, message), []).append((span[0], span[1], span[2], span[3]))
    return out


def _values(dataset: Dataset, spans: pl.DataFrame) -> list[str]:
    texts = _texts(dataset, spans["row"])
    return [
        texts[row, field, message][start:end] for row, field, message, start, end in spans.select(*PLACE, "end").rows()
    ]


def _moved(spans: list[tuple[int, int, str, bool]], low: int, high: int) -> list[tuple[int, int, str, bool]]:
    """The spans within these bounds, as offsets from the first."""
    return [
        (start - low, end - low, type_, aside) for start, end, type_, aside in spans if low <= start and end <= high
    ]
