"""Which names does the language pipeline find in proposed texts? It has read the source's texts only."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analysis.export.proposed.taking import Taking
from analysis.personal_data.named_entities_signal import NamedEntities
from analysis.personal_data.pieces import pieces_of, rest_of
from analysis.signal import ROW_ID


def names_in(taking: Taking, signal: NamedEntities, types: Sequence[str]) -> dict[str, dict[str, str]]:
    """Row id -> name -> its type, in the rows with proposed texts."""
    if not taking.is_asked:
        return {}
    rows = taking.inputs_of(signal)
    spans = signal.compute(rows.select(signal.inputs)).select("entities").with_row_index("row")
    spans = spans.explode("entities").drop_nulls("entities").unnest("entities").filter(pl.col("type").is_in(types))
    pieces = pieces_of(rows, rest_of(signal))
    both = spans.join(pieces, on=["row", "field", "message"], how="inner", nulls_equal=True)
    names: dict[str, dict[str, str]] = {}
    for row, type_, text, start, end in both.select("row", "type", "text", "start", "end").iter_rows():
        names.setdefault(rows[ROW_ID][row], {})[text[start:end]] = type_
    return names
