"""The numbers that a rule can be about: one declaration each, and how it is written: `rows`, `p95(row_tokens)`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from analysis.annotators import agreement, labels_of, level_of
from analysis.dataset import Dataset
from analysis.errors import LabelsError
from analysis.reading.judged_items import columns_of, judged_columns
from analysis.statistics.counting import percentiles
from analysis.view.operators import Kind


class Measured(NamedTuple):
    """A number, of how many rows with a value; null where it cannot be computed, with the reason as a sentence."""

    value: float | None
    of: int
    why: str = ""


Compute = Callable[[Dataset, str, pl.Series], Measured]
"""The number for a column ("" where the measure takes none) of the rows at these positions."""


@dataclass(frozen=True)
class Measure:
    """`words` says what it is. `kinds`: the kinds of column that it takes; none where it takes no column.

    `reads`: columns that it reads besides. `is_optional`: whether the column may be left out.
    """

    name: str
    words: str
    compute: Compute
    kinds: tuple[Kind, ...] = ()
    reads: tuple[str, ...] = ()
    is_optional: bool = False

    @property
    def written(self) -> str:
        """How a rule writes it."""
        return f"{self.name}(COLUMN)" if self.kinds else self.name


def _of_values(number: Callable[[pl.Series], Any]) -> Compute:
    """A measure of the values of a column, without those that are missing."""

    def compute(dataset: Dataset, column: str, rows: pl.Series) -> Measured:
        values = present(values_at(dataset, column, rows))
        if values.is_empty():
            return Measured(None, 0, f"No row has a value in {column}.")
        value = number(values)
        if value is None or not math.isfinite(value):
            return Measured(None, len(values), f"It is not defined for the values of {column}.")
        return Measured(float(value), len(values))

    return compute


def values_at(dataset: Dataset, column: str, rows: pl.Series) -> pl.Series:
    """The column at these positions."""
    values = dataset.column(column)
    return values if len(rows) == dataset.height else values.gather(rows)


def present(values: pl.Series) -> pl.Series:
    """The values that are there; not-a-number is none."""
    return values.drop_nulls().drop_nans() if values.dtype.is_float() else values.drop_nulls()


def _rows(dataset: Dataset, column: str, rows: pl.Series) -> Measured:
    return Measured(float(len(rows)), len(rows))


def _tokens(dataset: Dataset, column: str, rows: pl.Series) -> Measured:
    values = present(values_at(dataset, "row_tokens", rows))
    if values.is_empty():
        return Measured(None, 0, "No row has a text with tokens.")
    return Measured(float(values.cast(pl.Int64).sum()), len(values))


def _missing_share(dataset: Dataset, column: str, rows: pl.Series) -> Measured:
    if not len(rows):
        return Measured(None, 0, "There is no row to look at.")
    values = values_at(dataset, column, rows)
    return Measured(1 - len(present(values)) / len(values), len(values))


def _alpha(dataset: Dataset, column: str, rows: pl.Series) -> Measured:
    """Krippendorff's alpha of the judgements in a column; without a column, of the label, else of the score."""
    label = column or next(iter(judged_columns(dataset)), "")
    items, people = columns_of(dataset, "item"), next(iter(columns_of(dataset, "annotator")), "")
    for role, given in (("item", items), ("annotator", people), ("label", label)):
        if not given:
            return Measured(None, 0, f"No column has the role {role}.")
    columns = [values_at(dataset, name, rows) for name in (*items, people, label)]
    try:
        labels = labels_of(columns[:-2], columns[-2], columns[-1], rows)
        coefficient = agreement(labels, level_of(labels), resamples=0).alpha
    except LabelsError as error:
        return Measured(None, 0, str(error))
    return Measured(coefficient.value, len(labels), coefficient.why)


def _entropy(values: pl.Series) -> float:
    shares = values.value_counts()["count"] / len(values)
    bits: float = -sum(share * math.log2(share) for share in shares.to_list())
    return max(0.0, bits)


def _largest_share(values: pl.Series) -> float:
    return int(values.value_counts()["count"].sort()[-1]) / len(values)


def _number(values: pl.Series) -> pl.Series:
    return values.cast(pl.Float64)


_NUMBERS: tuple[Kind, ...] = ("number",)
_VALUES: tuple[Kind, ...] = ("number", "text", "bool", "time")

MEASURES = {
    measure.name: measure
    for measure in (
        Measure("rows", "the number of rows", _rows),
        Measure("tokens", "the tokens of all rows together", _tokens, reads=("row_tokens",)),
        Measure(
            "krippendorff_alpha",
            "the agreement of the annotators: 1 is perfect, 0 as by chance",
            _alpha,
            ("number", "text", "bool"),
            is_optional=True,
        ),
        Measure(
            "share", "the share of rows in which the column is true, from 0 to 1", _of_values(pl.Series.mean), ("bool",)
        ),
        Measure("missing_share", "the share of rows without a value, from 0 to 1", _missing_share, (*_VALUES, "list")),
        Measure("mean", "the mean", _of_values(lambda v: _number(v).mean()), _NUMBERS),
        Measure("median", "the median, by nearest rank", _of_values(lambda v: percentiles(v, (0.5,))[0]), _NUMBERS),
        Measure("min", "the smallest value", _of_values(lambda v: _number(v).min()), _NUMBERS),
        Measure("max", "the largest value", _of_values(lambda v: _number(v).max()), _NUMBERS),
        Measure("sum", "the sum", _of_values(lambda v: _number(v).sum()), _NUMBERS),
        Measure("sd", "the standard deviation", _of_values(lambda v: _number(v).std()), _NUMBERS),
        Measure("distinct", "the number of different values", _of_values(lambda v: v.n_unique()), _VALUES),
        Measure(
            "distinct_share",
            "different values per value, up to 1",
            _of_values(lambda v: v.n_unique() / len(v)),
            _VALUES,
        ),
        Measure("entropy", "how evenly the values are spread, in bits", _of_values(_entropy), _VALUES),
        Measure(
            "largest_share", "the share of the most frequent value, from 0 to 1", _of_values(_largest_share), _VALUES
        ),
    )
}
"""Every measure by its name, besides the percentiles."""
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
_WRITTEN = re.compile(r"\s*([\w.]+)\s*(?:\((.*)\))?\s*", re.S)


def measure_of(name: str) -> Measure | None:
    """The measure of that name, also a percentile such as p95; null where there is none."""
    if match := PERCENTILE.fullmatch(name):
        share = float(match[1]) / 100
        return Measure(
            name, "a percentile, by nearest rank", _of_values(lambda v: percentiles(v, (share,))[0]), _NUMBERS
        )
    return MEASURES.get(name)


def parts_of(text: str) -> tuple[str, str]:
    """The name and the column of a measure as a rule writes it.

    >>> parts_of("p95(row_tokens)"), parts_of("rows")
    (('p95', 'row_tokens'), ('rows', ''))
    """
    match = _WRITTEN.fullmatch(text)
    return (match[1], (match[2] or "").strip()) if match else (text, "")


def written_measures() -> list[str]:
    """How each measure is written, for messages."""
    return [*(measure.written for measure in MEASURES.values()), "p95(COLUMN)"]
