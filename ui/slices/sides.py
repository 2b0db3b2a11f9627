"""What can a view be compared with? All rows, other datasets, saved views, another value of a column."""

from __future__ import annotations

from typing import NamedTuple

from analysis.dataset import Dataset
from analysis.errors import ViewError
from analysis.joined_values import join_values
from analysis.view import View
from ui.figures import charts
from ui.session import session
from ui.session.text import cut

ALL = "all rows"
COLUMNS, VALUES = 6, 8  # numbers of columns, and of values of each, that are offered


class Side(NamedTuple):
    """The other side of a comparison: the id of its dataset, and its view; None means all rows not in view."""

    id: str
    view: View | None
    has_same_format: bool = False  # another dataset, of the same format


def sides(dataset: Dataset, view: View) -> dict[str, Side]:
    """What the view can be compared with, by its name, which is also part of the URL.

    All rows, other datasets, saved views, and this view with another value of a column.
    """
    sides_by_words = {ALL: Side(dataset.id, View())}
    for meta in session.workspace().datasets():
        if meta["id"] != dataset.id:
            words = f"dataset: {cut(str(meta['name']), 60)} ({str(meta['id'])[:6]})"
            sides_by_words[words] = Side(str(meta["id"]), View(), meta["format"] == dataset.format)
    for saved in session.notes().views.listed(dataset.fingerprint):
        try:
            kept = View.from_params(saved.filters)
            dataset.check(kept)
        except ViewError:
            continue
        if not dataset.needs(kept):
            sides_by_words[f"view: {cut(saved.name)}"] = Side(dataset.id, kept)
    for column in dataset.categories[:COLUMNS]:
        for value in values(dataset, column):
            other = view.without_column(column).where(column, "in", join_values([value]))
            sides_by_words.setdefault(f"{cut(dataset.called(column), 40)}: {cut(value, 60)}", Side(dataset.id, other))
    return sides_by_words


def values(dataset: Dataset, column: str) -> list[str]:
    """The largest values of a column over all rows."""
    counted, _ = charts.counted_lines(dataset, column, VALUES)
    return counted.filter("is_named")["value"].to_list()
