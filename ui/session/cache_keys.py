"""The key of a cached answer: it changes with everything that the answer is read from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NewType

from analysis.dataset import Dataset
from analysis.signal import Signal
from analysis.view import View

Key = NewType("Key", str)
"""What a cached function takes beside arguments that Streamlit does not hash (those named with `_`): a dataset, a
frame, a view. Only `key_of` makes one, so that the types tell whether a key was made by it."""


def key_of(dataset: Dataset, *reads: str | Signal, view: View | None = None, more: Iterable[str] = ()) -> Key:
    """What tells an answer about a dataset from any other answer of the same function.

    `reads` names what is read: a column, or a signal, which stands for all its columns and second tables and for
    whether it is computed. `view` says of which rows; None means that the answer is about all rows, or about those that
    `more` names. `more` is whatever else changes the answer and is no argument of the function.

    The key also changes with the roles of the columns, with the tags where a column of tags is read or filtered by, and
    with the rulings of people where a column or signal that they change is. It reads no row.
    """
    columns = {name for name in reads if isinstance(name, str)} | (view.columns() if view else set())
    signals = (_signal_key(dataset, signal) for signal in reads if isinstance(signal, Signal))
    filters = view.to_params() if view else ()
    roles = map("=".join, sorted(dataset.roles.items()))
    parts = (roles, map(dataset.key_of, sorted(columns)), signals, filters, more)
    return Key(repr((dataset.id, *map(tuple, parts))))  # Streamlit hashes a tuple text by text, which takes longer


def _signal_key(dataset: Dataset, signal: Signal) -> str:
    ruled = dataset.rulings.columns and dataset.rulings.columns.keys() & signal.adds.keys()
    return f"{signal.key} {dataset.has(signal)} {dataset.rulings.revision if ruled else ''}"
