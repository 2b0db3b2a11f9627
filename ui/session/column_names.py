"""The names of columns in the choices of a page, on one line."""

from __future__ import annotations

from collections.abc import Callable

from analysis.dataset import Dataset
from ui.session.text import cut


def namer(dataset: Dataset) -> Callable[[str], str]:
    """What turns a column into the words of a choice; a choice that is no column stays as it is."""
    return lambda column: cut(dataset.called(column))
