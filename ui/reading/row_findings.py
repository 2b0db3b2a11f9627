"""Which findings does each of these rows have, why, and where in its texts?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from analysis.check import SEVERITIES, Check
from analysis.dataset import Dataset
from analysis.findings import obstacle, signals_of, view_of
from analysis.inbox import marks
from analysis.reading.payload import Hit
from ui.session.cache_keys import Key, key_of

MARK = "finding"  # the class of the places in the texts


class RowFindings(NamedTuple):
    """The checks that a row shows, the most serious first, and the places in its texts that are known."""

    checks: list[Check]
    places: list[Hit]

    def lines(self) -> list[list[str]]:
        """[severity, title, sentence about this row] of each finding."""
        return [[check.severity, check.title, about_it(check.one)] for check in self.checks]


def about_it(sentence: str) -> str:
    """The sentence of a check about 1 row, for the row that is read.

    >>> about_it("1 row holds emoji."), about_it("1 response is a refusal.")
    ('This row holds emoji.', 'One response is a refusal.')
    """
    return (
        sentence.replace("1 row", "This row", 1) if sentence.startswith("1 row") else sentence.replace("1 ", "One ", 1)
    )


def findings_of(dataset: Dataset, rows: pl.Series, held: Sequence[Mapping[str, Any]]) -> list[RowFindings]:
    """The findings of rows at these positions, whose canonical columns are `held`, from what is computed so far."""
    names = sorted({name for check in dataset.catalogue.checks for name in signals_of(check, dataset.catalogue)})
    signals = [dataset.signal(name) for name in names]
    return _findings_of(key_of(dataset, *signals, more=map(str, rows)), dataset, rows, held)


@st.cache_resource(max_entries=64, show_spinner=False)
def _findings_of(
    key: Key, _dataset: Dataset, _rows: pl.Series, _held: Sequence[Mapping[str, Any]]
) -> list[RowFindings]:
    order = list(SEVERITIES)
    of_rows = [RowFindings([], []) for _ in _held]
    for check in sorted(_dataset.catalogue.checks, key=lambda check: order.index(check.severity)):
        computed = signals_of(check, _dataset.catalogue)
        if obstacle(_dataset, check) or not all(_dataset.has(_dataset.signal(name)) for name in computed):
            continue
        mask = _dataset.mask_of(view_of(check))
        shown = list(range(len(_held))) if mask is None else mask.gather(_rows).arg_true().to_list()
        if not shown:
            continue
        places = marks.marks_of(_dataset, check, _rows.gather(shown), [_held[number] for number in shown])
        for number, hits in zip(shown, places, strict=True):
            of_rows[number].checks.append(check)
            of_row = of_rows[number].places
            of_row += [hit._replace(css=MARK, title=f"{check.title}: {hit.title}") for hit in hits]
    return of_rows
