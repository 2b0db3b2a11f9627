"""Which rows have the same text? Groups of equal normalised texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from analysis.errors import SignalError
from analysis.same_text import normalised
from analysis.signal import Signal

Over = Literal["prompt+response", "prompt", "response"]


@dataclass(frozen=True)
class ExactDuplicates(
    Signal,
    name="exact_duplicates",
    version=1,
    reads=("prompt", "response", "messages", "text"),
    adds={"duplicate_group": pl.UInt32, "duplicate_group_size": pl.UInt32, "is_duplicate_extra": pl.Boolean},
    scope="dataset",
    cheap=True,
):
    """Rows whose texts are equal after normalisation (NFC, lower case, white space).

    `duplicate_group` is the position of the group's first row, null for a row in no group;
    `duplicate_group_size` counts the rows of the group, 1 for a row in no group; `is_duplicate_extra` is true for all
    but the first row. All three are null where there is nothing to compare: null never equals null. With
    prompt+response all messages of a chat are compared, with their tool calls, and raw text where there is no prompt
    and no response. Texts are compared by a hash of 128 bits.
    """

    over: Over = "prompt+response"

    def __post_init__(self) -> None:
        if self.over not in get_args(Over):
            raise SignalError(f"Duplicates cannot be sought over {self.over!r}; known: {', '.join(get_args(Over))}.")

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        text = self._text().alias("text")
        halves = (
            rows.lazy()
            .select(text)
            .select(
                pl.col("text").is_not_null().alias("there"),
                pl.col("text").hash(seed=0).alias("a"),
                pl.col("text").hash(seed=1).alias("b"),
            )
        )
        has_text = pl.col("there")
        grouped = halves.with_row_index("row").with_columns(
            size=pl.len().over("a", "b", "there").cast(pl.UInt32), first=pl.col("row").min().over("a", "b", "there")
        )
        return grouped.select(
            duplicate_group=pl.when(has_text & (pl.col("size") > 1)).then(pl.col("first")).cast(pl.UInt32),
            duplicate_group_size=pl.when(has_text).then(pl.col("size")),
            is_duplicate_extra=pl.when(has_text).then(pl.col("row") != pl.col("first")),
        ).collect()

    def _text(self) -> pl.Expr:
        prompt, response, text = (pl.col(n).map_batches(normalised) for n in ("prompt", "response", "text"))
        if self.over == "prompt":
            return prompt
        if self.over == "response":
            return response
        of_turn = pl.element().struct.field
        turn = pl.concat_str(
            of_turn("role").fill_null(""),
            of_turn("content").map_batches(normalised).fill_null("\x00"),
            of_turn("tool_calls").fill_null("\x00"),
            separator="\x1f",
        )
        chat = pl.when(pl.col("messages").is_not_null()).then(pl.col("messages").list.eval(turn).list.join("\x1e"))
        either = pl.col("prompt").is_not_null() | pl.col("response").is_not_null()
        single = pl.when(either).then(
            pl.concat_str(prompt.fill_null("\x00"), response.fill_null("\x00"), separator="\x1e")
        )
        return pl.coalesce(chat, single, text)
