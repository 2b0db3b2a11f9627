"""Which passages are in more than one row, and how much of each row do they make up?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.duplicates.duplicate_checks import COMMON_CHECKS
from analysis.duplicates.spans import (
    BOILERPLATE_TOKENS,
    TOKENS,
    boilerplate,
    extents,
    many_rows,
    shared_windows,
    shared_words,
    spans_of,
)
from analysis.duplicates.texts import ROW_TEXTS, Over, check_choice, pieces_of, texts_of
from analysis.errors import SignalError
from analysis.signal import Signal

ENTRY = ("field", "turn", "start", "end", "span", "rows", "tokens")
SPAN = pl.Struct(
    {
        "field": pl.String,
        "turn": pl.UInt32,
        "start": pl.UInt32,
        "end": pl.UInt32,
        "span": pl.UInt32,
        "rows": pl.UInt32,
        "tokens": pl.UInt32,
    }
)


@dataclass(frozen=True)
class SharedSpans(
    Signal,
    name="shared_spans",
    version=1,
    reads=ROW_TEXTS,
    roles=("column",),
    adds={"shared_span_share": pl.Float32, "has_boilerplate": pl.Boolean},
    scope="dataset",
    tables={"spans": SPAN},
    finds=COMMON_CHECKS,
):
    """All passages of `tokens` words or more that are in two rows or more, compared word by word.

    A word is a sequence of letters and digits, case folded, or one character of a script without spaces.
    `shared_span_share` is the share of the words of the row in such passages, 0 to 1, null where there is no text or no
    word. `has_boilerplate`: a text of the row begins or ends with 20 words or more (or `tokens`, if that is fewer) that
    many rows share: one row in a thousand, and at least 20. Null where there is no text.

    `spans` has a line per occurrence: `field` and `turn` (position in a chat, from 0; otherwise null) name the text,
    `start` and `end` are positions in code points, equal `span` is an equal passage, `rows` counts the rows with it,
    `tokens` its words. Where the set of rows changes, another span begins, so that neighbouring spans may overlap.
    """

    over: Over = "prompt+response"
    tokens: int = TOKENS
    column: str = ""

    def __post_init__(self) -> None:
        check_choice(self.over, Over, "The texts compared")
        if self.tokens < 2:
            raise SignalError(f"A passage has at least two tokens, not {self.tokens}.")
        if (self.over == "column") != bool(self.column):
            raise SignalError('A column is named if, and only if, over is "column".')

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        return span_columns(rows, self.over, self.tokens).select(
            *(pl.col(name).cast(dtype) for name, dtype in self.adds.items()), pl.col("spans").cast(pl.List(SPAN))
        )


def span_columns(rows: pl.DataFrame, over: Over, tokens: int) -> pl.DataFrame:
    """`shared_span_share`, `has_boilerplate` and the lists `spans`, as SharedSpans describes them."""
    pieces = pieces_of(rows, over)
    texts = texts_of(pieces, rows.height, composed=False)
    windows = shared_windows(texts, tokens)
    spans = spans_of(windows)
    start, end = extents(texts, windows.place, spans)
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
