"""From rows to the passages they share: a column of shares, and a line per place."""

from __future__ import annotations

import numpy as np
import polars as pl

from analysis.duplicates.spans import (
    BOILERPLATE_TOKENS,
    boilerplate,
    extents,
    many_rows,
    shared_windows,
    shared_words,
    spans_of,
)
from analysis.duplicates.texts import Over, pieces_of, texts_of

ENTRY = ("field", "turn", "start", "end", "span", "rows", "tokens")


def span_columns(rows: pl.DataFrame, over: Over, tokens: int) -> pl.DataFrame:
    """`shared_span_share`, `has_boilerplate` and the lists `spans`, as the signal shared_spans describes them."""
    pieces = pieces_of(rows, over)
    texts = texts_of(pieces, rows.height, composed=False)
    windows = shared_windows(texts, tokens)
    spans = spans_of(windows)
    start, end = extents(texts, windows, spans)
    table = pieces.select("row", "field", "turn").with_row_index("text")
    entries = (
        spans.with_columns(start=pl.Series(start), end=pl.Series(end), tokens=pl.col("end_word") - pl.col("first_word"))
        .join(table, on="text", maintain_order="left")
        .group_by("row", maintain_order=True)
        .agg(spans=pl.struct(ENTRY))
    )
    near = windows if tokens <= BOILERPLATE_TOKENS else shared_windows(texts, BOILERPLATE_TOKENS)
    head, tail = boilerplate(near, many_rows(rows.height))
    of_texts = pieces.select("row").with_columns(
        words=pl.Series(np.diff(windows.place)),
        shared=pl.Series(shared_words(windows)),
        common=pl.Series(head + tail > 0),
    )
    per_row = of_texts.group_by("row").agg(
        shared_span_share=pl.col("shared").sum() / pl.col("words").sum(), has_boilerplate=pl.col("common").any()
    )
    all_rows = pl.DataFrame({"row": pl.int_range(rows.height, dtype=pl.UInt32, eager=True)})
    for part in (per_row.with_columns(pl.col("shared_span_share").fill_nan(None)), entries):
        all_rows = all_rows.join(part, on="row", how="left", maintain_order="left")
    return all_rows.drop("row")
