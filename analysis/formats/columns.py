"""The canonical columns that every dataset may have: their names and types, in the order in which they are listed."""

from __future__ import annotations

import polars as pl

MESSAGE = pl.Struct(
    {
        "role": pl.String,
        "content": pl.String,
        "reasoning": pl.String,
        "tool_calls": pl.String,
        "tool_call_id": pl.String,
        "name": pl.String,
        "trains": pl.Boolean,
        "parts": pl.String,
        "extra": pl.String,
    }
)
"""One message of a conversation; `analysis.formats.chats.Message` says what each field holds."""
MESSAGES = pl.List(MESSAGE)
CANONICAL: dict[str, pl.DataType] = {
    "system": pl.String(),
    "prompt": pl.String(),
    "response": pl.String(),
    "rejected": pl.String(),
    "score": pl.Float64(),
    "messages": MESSAGES,
    "messages_rejected": MESSAGES,
    "prompt_turns": pl.UInt32(),
    "tools": pl.String(),
    "text": pl.String(),
    "n_turns": pl.UInt32(),
    "prompts_differ": pl.Boolean(),
}
"""`messages_rejected`: the turns of the rejected side of a pair, without the first `prompt_turns` messages, which both
sides share. `tools`: the tools that the model may call, as JSON text."""
