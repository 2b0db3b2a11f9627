"""Who gave which label to which item: judgements as codes, from columns of any type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from analysis.errors import LabelsError

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
LEVELS = ("nominal", "ordinal", "interval", "ratio")
FEW_VALUES = 20  # with more different values, whole numbers are a measure and not a scale of grades
MOST_EXACT = 2.0**53  # larger whole numbers are not exact as floats
PLAIN_NUMBER = r"^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$"  # "007" is a name
_PADDED = r"^0\d$"  # "00" among numbers is a label of its own, and a number where one is asked for


@dataclass(frozen=True, eq=False)
class Labels:
    """Judgements, one place per judgement in `item`, `annotator`, `label` and `rows`.

    The codes point to the names: `annotators[annotator]`, `values[label]`; names are in order, numbers ascending, else
    by text. An item's code is its place in `item_rows`, the row in which it was first judged; its name may be long and
    is not kept. `rows` are positions of rows of the dataset. `numbers` holds the numeric value of each label where all
    are numbers, else None. `left_out` counts rows without an item, an annotator or a label.
    """

    item: Codes
    annotator: Codes
    label: Codes
    rows: Codes
    item_rows: Codes
    annotators: tuple[str, ...]
    values: tuple[str, ...]
    numbers: Numbers | None
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.label)

    @property
    def items(self) -> int:
        """How many different items were judged."""
        return len(self.item_rows)

    def where(self, keep: npt.NDArray[np.bool_]) -> Labels:
        """Some of the judgements, with the items they judge; the names of annotators and labels stay as they are."""
        kept, item = np.unique(self.item[keep], return_inverse=True)
        return Labels(
            item,
            self.annotator[keep],
            self.label[keep],
            self.rows[keep],
            self.item_rows[kept],
            self.annotators,
            self.values,
            self.numbers,
            self.left_out,
        )

    def once(self) -> Labels:
        """The last judgement, in row order, of each annotator on each item: a repetition is not a second opinion."""
        key = self.item * len(self.annotators) + self.annotator
        places = pl.DataFrame({"key": key, "row": self.rows}).with_row_index("at").sort("row", maintain_order=True)
        last = places.unique("key", keep="last")["at"].to_numpy()
        if len(last) == len(self):
            return self
        keep = np.zeros(len(self), bool)
        keep[last] = True
        return self.where(keep)

    def codes_of(self, values: pl.Series) -> Codes:
        """The label code of each value of another column: -2 where it is missing, -1 where no judgement has it."""
        places = dict(zip(self.values, range(len(self.values)), strict=True))
        codes, firsts, present = _coded(values)
        label_codes = np.array([places.get(name, -1) for name in _label_names(values.gather(firsts))], np.int64)
        result = np.full(len(values), -2, np.int64)
        result[present] = label_codes[codes]
        return result


def labels_of(
    items: pl.Series | Sequence[pl.Series], annotators: pl.Series, labels: pl.Series, rows: pl.Series | None = None
) -> Labels:
    """Judgements from columns of any type, one row each; an item may be several columns together.

    Missing are null, not-a-number, infinity, blank text and an empty list. Whole floats are named as whole numbers,
    lists by their members with commas, other nested values as JSON. Text that writes a number is that number where it
    is a label ("3.0" is 3), and stays as it is where it names an annotator or an item. `rows` are the positions of
    these rows in the dataset, by default 0 to n - 1. Raises LabelsError where columns are of unequal length.
    """
    parts = [items] if isinstance(items, pl.Series) else list(items)
    lengths = {len(column) for column in (*parts, annotators, labels, *([] if rows is None else [rows]))}
    if len(lengths) != 1 or not parts:
        rows_of_each = ", ".join(f"{n:,}" for n in sorted(lengths))
        raise LabelsError(
            f"Items, annotators and labels need equally many rows; these columns have {rows_of_each} rows."
        )
    present = np.ones(len(labels), bool)
    for column in (*parts, annotators, labels):
        present &= _present(column).to_numpy()
    positions = np.flatnonzero(present)
    kept = pl.Series(positions)
    rows_kept = positions if rows is None else rows.gather(kept).cast(pl.Int64).to_numpy()
    item, firsts = _codes([column.gather(kept) for column in parts])
    annotator, annotator_names, _ = _named(annotators.gather(kept), is_label=False)
    label, label_names, numbers = _named(labels.gather(kept), is_label=True)
    left_out = len(labels) - len(positions)
    return Labels(item, annotator, label, rows_kept, rows_kept[firsts], annotator_names, label_names, numbers, left_out)


def level_of(labels: Labels) -> str:
    """The level of measurement to propose for these labels, of `LEVELS`.

    Whole numbers on 3 to 20 values are ordinal, other numbers interval; text, Booleans and two values are nominal.
    Ratio is never proposed: the numbers do not show whether zero means none.
    """
    if labels.numbers is None or len(labels.numbers) < 3:
        return "nominal"
    is_whole = bool((labels.numbers % 1 == 0).all())
    return "ordinal" if is_whole and len(labels.numbers) <= FEW_VALUES else "interval"


def _present(column: pl.Series) -> pl.Series:
    present = column.is_not_null()
    if column.dtype.is_float():
        return present & column.is_finite().fill_null(False)
    if column.dtype == pl.String:
        return present & column.str.contains(r"\S").fill_null(False)
    if isinstance(column.dtype, pl.List):
        return present & (column.list.drop_nulls().list.len() > 0).fill_null(False)
    return present


def _codes(columns: Sequence[pl.Series]) -> tuple[Codes, Codes]:
    """Rows numbered by what they hold, in order of first appearance, and the first row of each number."""
    flat = [_text(c) if c.dtype.is_nested() else c for c in columns]
    frame = pl.DataFrame([c.alias(str(n)) for n, c in enumerate(flat)]).with_row_index("at")
    groups = frame.group_by(pl.exclude("at"), maintain_order=True).agg("at").with_row_index("code")
    rows = groups.select("code", "at").explode("at")
    codes = np.empty(frame.height, np.int64)
    codes[rows["at"].to_numpy()] = rows["code"].to_numpy()
    return codes, groups["at"].list.first().cast(pl.Int64).to_numpy()


def _coded(column: pl.Series) -> tuple[Codes, pl.Series, npt.NDArray[np.bool_]]:
    """Codes of the values that are present, the first row of each code, and which rows are present."""
    present = _present(column).to_numpy()
    positions = np.flatnonzero(present)
    codes, firsts = _codes([column.gather(pl.Series(positions))])
    return codes, pl.Series(positions[firsts]), present


def _named(column: pl.Series, *, is_label: bool) -> tuple[Codes, tuple[str, ...], Numbers | None]:
    """Codes in the order of the names, the names, and their numbers where all are numbers."""
    codes, firsts = _codes([column])
    different = column.gather(pl.Series(firsts))
    code_names = _label_names(different) if is_label else _text(different)
    names = pl.DataFrame({"name": code_names, "number": _with_padded(different)}).unique("name")
    numbers = None if names["number"].null_count() or names.is_empty() else names["number"]
    names = names.sort("name" if numbers is None else ["number", "name"])
    places = dict(zip(names["name"], range(names.height), strict=True))
    order = np.array([places[name] for name in code_names], np.int64)
    return order[codes], tuple(names["name"]), None if numbers is None else names["number"].to_numpy()


def _text(column: pl.Series) -> pl.Series:
    """Values as a reader writes them: 3.0 is "3", a list its members with commas, another nested value JSON."""
    if isinstance(column.dtype, pl.List) and not column.dtype.inner.is_nested():
        return column.list.eval(pl.element().cast(pl.String)).list.join(",", ignore_nulls=True)
    if column.dtype.is_nested():
        boxed = column.to_frame("v").select(pl.struct("v").struct.json_encode()).to_series()
        return boxed.str.strip_prefix('{"v":').str.strip_suffix("}")
    if column.dtype.is_float() or column.dtype.is_decimal():
        return _shown(column.cast(pl.Float64))
    if column.dtype == pl.Binary:
        return column.bin.encode("hex")
    return column.cast(pl.String)


def _label_names(column: pl.Series) -> pl.Series:
    """As `_text`; text that writes a number is written as that number is, so that "3", 3 and 3.0 are one label."""
    names = _text(column)
    if column.dtype != pl.String:
        return names
    return _shown(_numeric(column)).zip_with(names.str.contains(PLAIN_NUMBER), names)


def _shown(numbers: pl.Series) -> pl.Series:
    whole = (numbers % 1 == 0) & (numbers.abs() <= MOST_EXACT)
    as_whole = numbers.cast(pl.Int64, strict=False).cast(pl.String)
    return as_whole.zip_with(whole.fill_null(False), numbers.cast(pl.String))


def _with_padded(column: pl.Series) -> pl.Series:
    """What each value is as a number; among numbers also "00" and "07"."""
    numbers = _numeric(column)
    if column.dtype != pl.String or numbers.null_count() == len(numbers):
        return numbers
    return column.set(~column.str.contains(_PADDED), None).cast(pl.Float64).zip_with(numbers.is_null(), numbers)


def _numeric(column: pl.Series) -> pl.Series:
    """What each value is as a number, null where it is none."""
    if column.dtype == pl.String:
        text = column.set(~column.str.contains(PLAIN_NUMBER), None)
        return text.cast(pl.Float64)
    if column.dtype.is_numeric():
        return column.cast(pl.Float64)
    return pl.Series(column.name, [None] * len(column), dtype=pl.Float64)
