"""Which passages stand in more than one row, and how much of each row are they?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analysis.duplicates.spans import TOKENS
from analysis.duplicates.texts import Over, check_choice
from analysis.errors import SignalError
from analysis.signal import Signal

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
    reads=("prompt", "response", "messages", "text"),
    roles=("column",),
    adds={"shared_span_share": pl.Float32, "has_boilerplate": pl.Boolean},
    scope="dataset",
    tables={"spans": SPAN},
):
    """Passages of `tokens` words or more that stand in two rows or more, all of them, compared word by word.

    A word is a run of letters and digits, case folded, or one character of a script without spaces. `shared_span_share`
    is the share of the row's words that lie in such a passage, 0 to 1, null where there is no text or no word.
    `has_boilerplate`: some text of the row begins or ends with 20 words or more (or `tokens`, where that is
    fewer) common to many rows: one in a thousand, and at least 20. Null where there is no text.

    `spans` has a line per occurrence: `field` and `turn` (place in a chat, from 0; otherwise null) name the text,
    `start` and `end` count its code points, equal `span` is an equal passage, `rows` counts the rows it stands in,
    `tokens` its words. Where the rows change another span begins, so that neighbours may overlap.
    """

    over: Over = "prompt+response"
    tokens: int = TOKENS
    column: str = ""

    def __post_init__(self) -> None:
        check_choice(self.over, Over, "The texts compared")
        if self.tokens < 2:
            raise SignalError(f"A passage has at least two tokens, {self.tokens} is fewer.")
        if (self.over == "column") != bool(self.column):
            raise SignalError('A column is named where, and only where, over is "column".')

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        from analysis.duplicates.passages import span_columns

        return span_columns(rows, self.over, self.tokens).select(
            *(pl.col(name).cast(dtype) for name, dtype in self.adds.items()), pl.col("spans").cast(pl.List(SPAN))
        )
