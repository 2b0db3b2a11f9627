"""The key of a cached result: it changes with everything that the result depends on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NewType

from analysis.dataset import Dataset
from analysis.dataset.folder import ROW_NOTE
from analysis.signal import Signal
from analysis.view import ANY_TEXT, View

Key = NewType("Key", str)
"""An argument of each cached function that also takes arguments Streamlit does not hash (those named with `_`), such as
a dataset, a frame or a view. Only `key_of` returns this type, so that the type check finds a key made elsewhere."""


def key_of(dataset: Dataset, *reads: str | Signal, view: View | None = None, more: Iterable[str] = ()) -> Key:
    """A text that is different for each result of a function about a dataset.

    `reads` names what is read: a column, or a signal, which means all its columns and second tables and whether it is
    computed. `view` gives the rows; None means all rows, or those that `more` names. `more` is everything else that
    changes the result and is not an argument of the function.

    The key also changes with the roles of the columns; with the tags or notes, if a column of them is
    read, filtered by or searched; and with the rules for values that are not personal, if a column or signal that they
    change is. It reads no row.
    """
    columns = {name for name in reads if isinstance(name, str)} | (view.columns() if view else set())
    columns |= {ROW_NOTE} if view and any(f.column == ANY_TEXT for f in view) else set()
    signals = (_signal_key(dataset, signal) for signal in reads if isinstance(signal, Signal))
    filters = view.to_params() if view else ()
    roles = map("=".join, sorted(dataset.roles.items()))
    parts = (roles, map(dataset.key_of, sorted(columns)), signals, filters, more)
    return Key(repr((dataset.id, *map(tuple, parts))))  # Streamlit hashes a tuple text by text, which takes longer


def _signal_key(dataset: Dataset, signal: Signal) -> str:
    ruled = dataset.rulings.columns and dataset.rulings.columns.keys() & signal.adds.keys()
    return f"{signal.key} {dataset.has(signal)} {dataset.rulings.revision if ruled else ''}"
