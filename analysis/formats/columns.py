"""The canonical columns that every dataset may have: their names and types, in the order in which they are listed."""

from __future__ import annotations

import polars as pl

MESSAGE = pl.Struct({"role": pl.String, "content": pl.String, "tool_calls": pl.String})
MESSAGES = pl.List(MESSAGE)
CANONICAL: dict[str, pl.DataType] = {
    "system": pl.String(),
    "prompt": pl.String(),
    "response": pl.String(),
    "rejected": pl.String(),
    "score": pl.Float64(),
    "messages": MESSAGES,
    "text": pl.String(),
    "n_turns": pl.UInt32(),
    "prompts_differ": pl.Boolean(),
}
