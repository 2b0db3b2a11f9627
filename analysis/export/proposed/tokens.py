"""The tokens of rows with their proposed texts. What stays is not counted again: its tokens are in the dataset."""

from __future__ import annotations

import polars as pl

from analysis.computing import computed_rows
from analysis.dataset import Dataset
from analysis.dataset.folder import CANONICAL
from analysis.export.proposed.taking import Taking
from analysis.signal import ROW_ID, Signal

ROLES = ("system", "prompt", "response", "rejected")
COUNTED = (*(f"{role}_tokens" for role in ROLES), "tools_tokens", "row_tokens")
"""The columns of tokens of which those of a row without messages are the sum."""


def tokens_with_proposals(dataset: Dataset, taking: Taking, of: pl.Series | None = None) -> pl.DataFrame:
    """`row_id` and `row_tokens` of the rows with proposed texts; with `of`, one Boolean per row of the dataset, only of
    these rows among them."""
    signal = dataset.signal("tokens")
    ids = dataset.column(ROW_ID).filter(taking.rows.mask if of is None else taking.rows.mask & of)
    summed = _by_role(dataset, taking, signal, ids)
    others = taking.inputs_of(signal, ids.filter(~ids.is_in(summed[ROW_ID].implode())))
    counted = computed_rows(signal, others.select(ROW_ID, *signal.inputs)).select(ROW_ID, "row_tokens")
    return pl.concat([summed, counted])


def _by_role(dataset: Dataset, taking: Taking, signal: Signal, ids: pl.Series) -> pl.DataFrame:
    """The same of the rows whose tokens are the sum of those of their roles: only the texts that change are counted."""
    if set(COUNTED) & dataset.originals.keys():
        return pl.DataFrame(schema={ROW_ID: pl.String(), "row_tokens": pl.UInt32()})
    single = taking.rows.own.filter("is_single").select(ROW_ID)
    before = pl.DataFrame([dataset.column(name) for name in (ROW_ID, *COUNTED)]).filter(
        pl.col(ROW_ID).is_in(ids.implode())
    )
    before = before.filter(pl.col("row_tokens").is_not_null()).join(single, on=ROW_ID, how="semi")
    changes = taking.rows.changes.join(before, on=ROW_ID, how="semi")
    changed = changes.pivot("field", index=ROW_ID, values="text")
    absent = [pl.lit(None, CANONICAL[name]).alias(name) for name in signal.inputs if name not in changed.columns]
    counted = computed_rows(signal, changed.with_columns(absent).select(ROW_ID, *signal.inputs))
    new = counted.select(ROW_ID, pl.exclude(ROW_ID).name.prefix("new_"), is_new=pl.lit(True))
    failed = pl.col("is_new").is_not_null() & pl.col("new_row_tokens").is_null()
    parts = [*(pl.coalesce(f"new_{role}_tokens", f"{role}_tokens") for role in ROLES), "tools_tokens"]
    joined = before.join(new, on=ROW_ID, how="left", maintain_order="left")
    return joined.select(ROW_ID, row_tokens=pl.when(~failed).then(pl.sum_horizontal(parts).cast(pl.UInt32)))
