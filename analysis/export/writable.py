"""Which formats cannot be written from any of some rows, and why."""

from __future__ import annotations

from collections import Counter

import polars as pl

from analysis.dataset import Dataset
from analysis.export.fitting import PACKED, batches
from analysis.export.misfits import misfit_columns, misfits
from analysis.export.proposed.taking import Taking
from analysis.export.request import TOKENIZED, UNPACKABLE
from analysis.export.training_formats import KEYS
from analysis.export.unpacked_rows import is_packed
from analysis.export.writer_columns import columns_for_writers
from analysis.signal import ROW_ID
from analysis.training.keeping import is_chosen

FIRST = 500
"""Rows that are looked at before all others: most formats fit one of them."""


def unwritable(dataset: Dataset, rows: pl.Series, *, unpack_shots: bool = False) -> dict[str, str]:
    """Format -> why none of the rows at these positions can be written in it; without formats that hold any of them.

    The reason is that of most rows. With `unpack_shots` a prompt with solved examples needs no response, as in an
    export request. Proposed texts count.
    """
    reasons = {to: why for to in KEYS if (why := _why_not(dataset, rows, to, unpack_shots and to in UNPACKABLE))}
    if not is_chosen(dataset):
        reasons |= dict.fromkeys(TOKENIZED, "no chat template is chosen on the page Training")
    return reasons


def _why_not(dataset: Dataset, rows: pl.Series, to: str, unpacks: bool) -> str:
    """The reason of most rows; "" where any row fits, or there is none."""
    source = columns_for_writers(dataset)
    taking = Taking(dataset, source, to, is_asked=True)
    columns = [ROW_ID, *misfit_columns(to, source)]
    tests = misfits(to, source, pl.col(PACKED) if unpacks else None)
    counted: Counter[str] = Counter()
    for some in (rows.head(FIRST), rows.slice(FIRST)):
        mask = pl.repeat(False, dataset.height, dtype=pl.Boolean, eager=True).scatter(some, True)
        for batch in batches(dataset, columns, mask, taking):
            if unpacks:
                batch = batch.with_columns(is_packed(batch).alias(PACKED))
            first = pl.coalesce(*(pl.when(test).then(pl.lit(reason)) for reason, test in tests))
            why = batch.select(first.alias("why"))["why"]
            if why.null_count():
                return ""
            counted.update(why.to_list())
    return counted.most_common(1)[0][0] if counted else ""
