"""Which passages are in most rows, and what is the text of each?"""

from __future__ import annotations

import polars as pl

from analysis.dataset import Dataset
from analysis.signal import Signal

PASSAGE_CHARS = 2_000


def passages(dataset: Dataset, signal: Signal, rows: pl.Series | None = None, limit: int = 200) -> pl.DataFrame:
    """`span`, `rows`, `tokens`, `row` (the first with the passage) and `text`, most rows first, then longest first.

    With `rows` (positions) only passages in those rows, and the column `rows` counts only those rows. A text is cut
    after 2,000 characters.
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
        message = text[line["turn"]] if line["turn"] is not None else None
        whole = (
            "\n".join(part for part in (message["content"], message["tool_calls"]) if part is not None)
            if message
            else text
        )
        texts.append(whole[line["start"] : min(line["end"], line["start"] + PASSAGE_CHARS)])
    return top.select("span", "rows", "tokens", "row").with_columns(text=pl.Series(texts, dtype=pl.String))
