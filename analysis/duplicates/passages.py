"""From rows to the passages they share: columns, and the table of passages with an example of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from analysis.dataset import Dataset
    from analysis.signal import Signal

PASSAGE_CHARS = 2_000
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
        .group_by("row", maintain_order=True).agg(spans=pl.struct(ENTRY))
    )  # fmt: skip
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


def passages(dataset: Dataset, signal: Signal, rows: pl.Series | None = None, limit: int = 200) -> pl.DataFrame:
    """`span`, `rows`, `tokens`, `row` and `text`: the passages that stand in most rows, with where one stands first.

    With `rows` (positions) only passages that stand in those rows, and `rows` counts these; longer ones come first
    among equals. A text is cut after 2,000 characters.
    """
    everything = pl.int_range(dataset.height, dtype=pl.UInt32, eager=True)
    table = dataset.table_in(signal, "spans", everything if rows is None else rows)
    counted = table.group_by("span").agg(
        pl.col("row").n_unique().alias("rows"), pl.exclude("row", "rows").first(), pl.col("row").first()
    )
    top = counted.sort("rows", "tokens", "span", descending=[True, True, False]).head(limit)
    column = str(signal.parameters.get("column"))
    texts = []
    for line in top.iter_rows(named=True):
        name = column if line["field"] == "column" else str(line["field"])
        text = dataset.frame([name], pl.Series([line["row"]], dtype=pl.UInt32))[name][0]
        said = text[line["turn"]] if line["turn"] is not None else None
        whole = "\n".join(part for part in (said["content"], said["tool_calls"]) if part is not None) if said else text
        texts.append(whole[line["start"] : min(line["end"], line["start"] + PASSAGE_CHARS)])
    return top.select("span", "rows", "tokens", "row").with_columns(text=pl.Series(texts, dtype=pl.String))
