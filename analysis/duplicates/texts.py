"""The texts of a row that are compared: its pieces, and their bytes."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import DuplicatesError

Over = Literal["prompt+response", "prompt", "response", "text", "column"]
PIECE = {"row": pl.UInt32, "field": pl.String, "turn": pl.UInt32, "text": pl.String}


def check_choice(value: str, choices: object, what: str) -> None:
    """Raises DuplicatesError where `value` is not one of `choices`, a Literal."""
    if value not in get_args(choices):
        raise DuplicatesError(f"{what} cannot be {value!r}; known: {', '.join(get_args(choices))}.")


def pieces_of(rows: pl.DataFrame, over: Over) -> pl.DataFrame:
    """`row` (position), `field`, `turn` (position in the chat, from 0; otherwise null), `text`: in row order, no nulls.

    With prompt+response the pieces of a chat are its messages with their tool calls (field `messages`), those of
    another row its prompt and its response, or its raw text where it has neither. With "column" the column named
    "column" is read.
    """
    numbered = rows.with_row_index("row")
    if over != "prompt+response":
        return _piece(numbered, over)
    alone = numbered.filter(pl.col("messages").is_null())
    raw = alone.filter(pl.col("prompt").is_null() & pl.col("response").is_null())
    contents = pl.col("messages").list.eval(
        pl.concat_str(pl.element().struct.field("content", "tool_calls"), separator="\n", ignore_nulls=True)
    )
    chat = (
        numbered.filter(pl.col("messages").is_not_null())
        .select("row", text=contents)
        .with_columns(turn=pl.int_ranges(pl.col("text").list.len(), dtype=pl.UInt32))
        .explode("text", "turn", empty_as_null=True)
        .select("row", "turn", "text", field=pl.lit("messages"))
    )
    singles = [_piece(alone, "prompt"), _piece(alone, "response"), _piece(raw, "text")]
    return pl.concat([*singles, chat.filter(pl.col("text").is_not_null()).select(*PIECE)]).sort(
        "row", maintain_order=True
    )


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
