"""The texts of a row that are compared: its pieces, and their bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import DuplicatesError
from analysis.formats.columns import CANONICAL

Over = Literal["row", "prompt+response", "prompt", "response", "text", "column"]
PIECE = {"row": pl.UInt32, "field": pl.String, "turn": pl.UInt32, "text": pl.String}
ROW_TEXTS = tuple(
    name
    for name in ("system", "prompt", "response", "rejected", "messages", "messages_rejected", "text", "tools")
    if name in CANONICAL
)
"""The canonical columns that make the row that a trainer reads."""
CHATS = tuple(name for name in ROW_TEXTS if name.startswith("messages"))
BESIDE = tuple(name for name in ROW_TEXTS if name in ("system", "rejected", "tools"))
TURN_TEXTS = ("content", "tool_calls", "reasoning")
_IS_SYSTEM = pl.element().struct.field("role").is_in(["system", "developer"])


def check_choice(value: str, choices: object, what: str) -> None:
    """Raises DuplicatesError where `value` is not one of `choices`, a Literal."""
    if value not in get_args(choices):
        raise DuplicatesError(f"{what} cannot be {value!r}; known: {', '.join(get_args(choices))}.")


def pieces_of(rows: pl.DataFrame, over: Over) -> pl.DataFrame:
    """`row` (position), `field`, `turn` (position in the chat, from 0; otherwise null), `text`: in row order, no nulls.

    With "row" the pieces are the texts of every role that makes the row: the messages of a chat (field `messages`), or
    prompt and response, or raw text where a row has neither; and system, rejected (or its messages) and tools. A system
    text that is also a message is one piece. "prompt+response" leaves out the last three, and the reasoning of
    messages. With "column" the column named "column" is read.
    """
    numbered = rows.with_row_index("row")
    if over not in ("row", "prompt+response"):
        return _piece(numbered, over)
    alone = numbered.filter(pl.col("messages").is_null())
    raw = alone.filter(pl.col("prompt").is_null() & pl.col("response").is_null())
    pieces = [_piece(alone, "prompt"), _piece(alone, "response"), _piece(raw, "text")]
    if over == "row":
        beside = {name: numbered for name in BESIDE if name in rows.columns}
        if "system" in beside:
            beside["system"] = numbered.filter(~has_system_turn(rows["messages"]))
        if "messages_rejected" in rows.columns:
            beside["rejected"] = numbered.filter(pl.col("messages_rejected").is_null())
        pieces = [*(_piece(some, name) for name, some in beside.items() if name == "system"), *pieces]
        pieces += [_piece(some, name) for name, some in beside.items() if name != "system"]
    chats = [name for name in CHATS if name in rows.columns] if over == "row" else ["messages"]
    turns = [_turns(numbered, name, reasoning=over == "row") for name in chats]
    return pl.concat([*pieces, *turns]).sort("row", maintain_order=True)


def settings_of(rows: pl.DataFrame, pieces: pl.DataFrame) -> NDArray[np.bool_]:
    """Which pieces are the setting of a row and not what was asked or answered: system prompts and lists of tools."""
    is_setting = pl.col("field").is_in(["system", "tools"])
    if not (pieces["field"] == "messages").any():
        return pieces.select(is_setting).to_series().to_numpy()
    roles = rows.select(messages=pl.col("messages").list.eval(_IS_SYSTEM)).with_row_index("row")
    turns = roles.filter(pl.col("messages").list.any()).with_columns(
        turn=pl.int_ranges(pl.col("messages").list.len(), dtype=pl.UInt32)
    )
    system = (
        turns.explode("messages", "turn", empty_as_null=True).filter("messages").select("row", "turn", is_system=True)
    )
    marked = pieces.select("row", "field", "turn").join(system, on=["row", "turn"], how="left", maintain_order="left")
    return marked.select(is_setting | pl.col("is_system").fill_null(False)).to_series().to_numpy()


def has_system_turn(messages: pl.Series) -> pl.Series:
    """Whether a chat has its system text among its messages."""
    return messages.list.eval(_IS_SYSTEM).list.any().fill_null(False)


def turn_texts(messages: pl.DataType) -> list[str]:
    """The texts of a message, as far as the type of the column has them, in the order in which they are joined."""
    names = message_fields(messages)
    return [name for name in TURN_TEXTS if name in names]


def message_fields(messages: pl.DataType) -> list[str]:
    """The fields of a message, as far as the type of the column has them."""
    message = messages.inner if isinstance(messages, pl.List) else None
    return [field.name for field in message.fields] if isinstance(message, pl.Struct) else []


def turn_text(message: Mapping[str, str | None], *, reasoning: bool = True) -> str:
    """The texts of a message as one text, as `pieces_of` joins them."""
    names = [name for name in TURN_TEXTS if reasoning or name != "reasoning"]
    return "\n".join(text for name in names if (text := message.get(name)) is not None)


def _turns(numbered: pl.DataFrame, chat: str, *, reasoning: bool) -> pl.DataFrame:
    """A piece per message of the column `chat`: its texts, joined by line breaks."""
    names = [name for name in turn_texts(numbered.schema[chat]) if reasoning or name != "reasoning"]
    joined = pl.concat_str(pl.element().struct.field(*names), separator="\n", ignore_nulls=True)
    turns = (
        numbered.filter(pl.col(chat).is_not_null())
        .select("row", text=pl.col(chat).list.eval(joined))
        .with_columns(turn=pl.int_ranges(pl.col("text").list.len(), dtype=pl.UInt32))
        .explode("text", "turn", empty_as_null=True)
        .select("row", "turn", "text", field=pl.lit(chat))
    )
    return turns.filter(pl.col("text").is_not_null()).select(*PIECE)


def _piece(numbered: pl.DataFrame, field: str) -> pl.DataFrame:
    filled = numbered.filter(pl.col(field).is_not_null())
    return filled.select("row", field=pl.lit(field), turn=pl.lit(None, pl.UInt32), text=field)


class Texts(NamedTuple):
    """Texts one after another: `data` has their UTF-8 bytes, text i from `starts[i]` to `ends[i]`.

    Text i belongs to row `row[i]`; the texts of row r are those from `first[r]` to `first[r + 1]`.
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    row: NDArray[np.uint32]
    first: NDArray[np.int64]


def texts_of(pieces: pl.DataFrame, height: int, *, composed: bool = True) -> Texts:
    """The bytes of pieces in row order, for `height` rows. `composed`: texts are normalised to NFC first.

    Without `composed`, positions are positions in the original text.
    """
    text = pieces["text"]
    if composed:
        beyond = (text.str.len_bytes() != text.str.len_chars()).arg_true()
        if len(beyond):
            text = text.scatter(beyond, text.gather(beyond).str.normalize("NFC"))
    arrow = text.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = arrow.buffers()
    bounds = (
        np.frombuffer(offsets, np.int64)[arrow.offset : arrow.offset + len(text) + 1]
        if len(text)
        else np.zeros(1, np.int64)
    )
    row = pieces["row"].to_numpy()
    first = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=height))]).astype(np.int64)
    bytes_ = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    return Texts(bytes_, bounds[:-1], bounds[1:], row, first)
