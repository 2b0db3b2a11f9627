"""The columns of a dataset for the writers of training formats."""

from __future__ import annotations

from analysis.dataset import Dataset
from analysis.export.training_formats import SourceColumns
from analysis.formats.layouts import BY_NAME


def columns_for_writers(dataset: Dataset) -> SourceColumns:
    """The columns of a dataset for the writers of training formats."""
    meta = dataset.meta
    return SourceColumns(
        frozenset(dataset.canonical),
        dataset.roles,
        dataset.originals,
        frozenset(meta["json_columns"]),
        meta["renamed"],
        frozenset(meta.get("number_columns", ())),
        _whole_columns(dataset),
        _partly_used_columns(dataset),
    )


def _whole_columns(dataset: Dataset) -> frozenset[str]:
    """The columns that every layout of the dataset reads whole, so that they need not be repeated."""
    layouts = [described["layout"] for described in dataset.meta.get("layouts", ())]
    if not layouts or any(name not in BY_NAME for name in layouts):
        return frozenset()
    whole = set.intersection(*(set(BY_NAME[name].whole) for name in layouts))
    return frozenset(c for c in dataset.originals if dataset.meta["renamed"].get(c, c) in whole)


def _partly_used_columns(dataset: Dataset) -> dict[str, list[str]]:
    """Column -> the layouts of the dataset that do not read it whole, where it has several."""
    layouts = [described["layout"] for described in dataset.meta.get("layouts", ())]
    if len(layouts) < 2:
        return {}
    names = {column: dataset.meta["renamed"].get(column, column) for column in dataset.originals}
    of = {c: [n for n in layouts if n in BY_NAME and name not in BY_NAME[n].whole] for c, name in names.items()}
    return {column: named for column, named in of.items() if named}
