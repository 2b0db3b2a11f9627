"""The change of the batches of a copied Parquet or Arrow file: proposed texts first, then redaction."""

from __future__ import annotations

from typing import Any

import polars as pl

from analysis.export.redaction.redacting import Redacting
from analysis.export.redaction.source_tables import row_lines
from analysis.export.source_files import Change
from analysis.export.waterfall import Chosen
from analysis.signal import ROW_ID


def change_of(chosen: Chosen, redacting: Redacting, file: str) -> Change | None:
    """The change of each batch of the file, given the 1-based positions of its rows; None for no change."""
    redact = redacting.change(file)
    if not chosen.taking.is_asked:
        return redact
    rows_of_lines = row_lines(chosen.dataset, file)
    ids = chosen.dataset.column(ROW_ID)

    def change(batch: Any, lines: pl.Series) -> Any:
        rows = lines.to_frame("source_line").join(rows_of_lines, on="source_line", how="left", maintain_order="left")
        taken = chosen.taking.records.change(batch, ids.gather(rows["row"]).to_list())
        return taken if redact is None else redact(taken, lines)

    return change
