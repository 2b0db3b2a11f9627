"""Every text of a row, one by one: of its canonical columns, of each field of its messages, of the source's columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

from analysis.formats.columns import CANONICAL, MESSAGE, MESSAGES
from analysis.joined_values import split_values
from analysis.signal import Signal, stored_as

SPOKEN_BY = {"user": "prompt", "assistant": "response", "system": "system", "tool": "tool", "developer": "system"}
"""Role of a message -> field of its content."""
OF_A_MESSAGE = tuple(field.name for field in MESSAGE.fields if field.dtype == pl.String)
"""The fields of a message that hold text."""
CANONICAL_TEXTS = tuple(
    sorted((name for name, dtype in CANONICAL.items() if dtype == pl.String), key="rejected".__eq__)
)
SPOKEN_ALONE = ("system", "prompt", "response", "text")
"""The canonical texts that a chat also holds as content of its messages."""
CHATS = tuple(name for name, dtype in CANONICAL.items() if dtype == MESSAGES)
READ = (*CANONICAL_TEXTS, *CHATS)
"""The canonical columns that hold text."""
SAID_AGAIN = ("parts", "extra")
"""Fields of a message that may repeat what others hold."""
OF_REJECTED = "rejected_"
"""What the fields of the messages of a rejected side begin with; their content is `rejected`."""
PIECE = {"row": pl.UInt32, "field": pl.String, "message": pl.UInt32, "text": pl.String, "is_again": pl.Boolean}


class Rest(NamedTuple):
    """The source's other columns with texts, in the groups of `Dataset.rest`."""

    columns: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()

    @property
    def every(self) -> list[str]:
        """Their names in the source."""
        return [*self.columns, *self.sources, *self.conversations]


NO_REST = Rest()


def rest_of(signal: Signal) -> Rest:
    """The other columns that a signal reads."""
    return Rest(*(tuple(split_values(named)) if (named := str(signal.parameters[f])) else () for f in Rest._fields))


def pieces_of(rows: pl.DataFrame, rest: Rest = NO_REST) -> pl.DataFrame:
    """`row` (position), `field`, `message`, `text`, `is_again`: every text of rows once, in reading order.

    In a chat, `message` is the message's position, and `field` is the field of the message; of its content it depends
    on the role: `prompt` for the user, `response` for the assistant, `system`, `tool`. A role of another name is a text
    too. Elsewhere `message` is null and `field` is the column: a canonical text that no message holds; then each column
    of `rest`, of which lists are joined by line ends. `is_again`: the text may repeat another of the row, so that a
    value that is there too counts once.
    """
    chats = (piece for name in CHATS if name in rows.columns for piece in _in_messages(rows, name))
    pieces = [*chats, *_alone(rows), *_in_rest(rows, rest)]
    return pl.concat(pieces).sort("row", maintain_order=True)


def _piece(
    rows: pl.DataFrame, field: pl.Expr, text: pl.Expr, message: pl.Expr | None = None, *, again: pl.Expr | bool = False
) -> pl.DataFrame:
    values = {
        "row": pl.col("#") if "#" in rows.columns else pl.int_range(pl.len()),
        "field": field,
        "message": pl.lit(None) if message is None else message,
        "text": text,
        "is_again": again if isinstance(again, pl.Expr) else pl.lit(again),
    }
    read = rows.select(values[name].cast(dtype).alias(name) for name, dtype in PIECE.items())
    return read.filter(pl.col("text").is_not_null())


def _in_messages(rows: pl.DataFrame, column: str) -> Iterator[pl.DataFrame]:
    numbers = pl.int_range(pl.len(), dtype=pl.UInt32).alias("#")
    is_rejected = column != "messages"
    chats = rows.select(numbers, messages=column).filter(pl.col("messages").is_not_null())
    turns = (
        chats.with_columns(pl.int_ranges(pl.col("messages").list.len(), dtype=pl.UInt32).alias("#message"))
        .explode("#message", "messages", empty_as_null=False, keep_nulls=False)
        .with_columns(pl.col("messages").cast(MESSAGE))  # without any message Polars loses the type
    )
    role = pl.col("messages").struct.field("role")
    for name in OF_A_MESSAGE:
        text, field = pl.col("messages").struct.field(name), pl.lit(f"{OF_REJECTED * is_rejected}{name}")
        if name == "role":
            text = pl.when(~role.is_in(list(SPOKEN_BY))).then(text)
        elif name == "content":
            field = pl.lit("rejected") if is_rejected else role.replace_strict(SPOKEN_BY, default="tool")
        yield _piece(turns, field, text, pl.col("#message"), again=is_rejected or name in SAID_AGAIN)


def _alone(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The canonical texts that no message of the row holds, such as a system text of a column of its own."""
    is_chat = pl.col("messages").is_not_null()
    contents = pl.col("messages").cast(MESSAGES).list.eval(pl.element().struct.field("content"))
    for name in CANONICAL_TEXTS:
        if name not in rows.columns or rows[name].null_count() == rows.height:
            continue
        is_in_chat = contents.list.contains(pl.col(name)) if name in SPOKEN_ALONE else pl.lit(False)
        text = pl.when(~(is_chat & is_in_chat).fill_null(False)).then(pl.col(name))
        yield _piece(rows, pl.lit(name), text, again=is_chat if name in ("prompt", "response") else pl.lit(False))


def _in_rest(rows: pl.DataFrame, rest: Rest) -> Iterator[pl.DataFrame]:
    for name in rest.columns:
        yield _piece(rows, pl.lit(name), _text(rows, stored_as(name, rest.renamed)))
    for name in rest.sources:
        text = _text(rows, stored_as(name, rest.renamed))
        held = [pl.col(c).str.contains(text, literal=True) for c in CANONICAL_TEXTS if c in rows.columns]
        left = pl.when(~pl.any_horizontal(held).fill_null(False)).then(text)
        yield _piece(rows, pl.lit(name), left, again=True)
    for name in rest.conversations:
        text = pl.when(pl.col("messages").is_null()).then(_text(rows, stored_as(name, rest.renamed)))
        yield _piece(rows, pl.lit(name), text, again=True)


def text_at(row: Mapping[str, Any], field: str, message: int | None) -> str:
    """The text of this field of a row of canonical and original columns; empty where the row has none."""
    if message is not None:
        name = field.removeprefix(OF_REJECTED)
        turns = row.get("messages_rejected" if field.startswith("rejected") else "messages")
        turn = turns[message] if turns else {}
        return str(turn.get(name if name in OF_A_MESSAGE else "content") or "")
    value = row.get(field)
    return "\n".join(filter(None, value)) if isinstance(value, list) else str(value or "")


def _text(rows: pl.DataFrame, name: str) -> pl.Expr:
    is_list = isinstance(rows.schema[name], pl.List)
    return pl.col(name).list.join("\n", ignore_nulls=True) if is_list else pl.col(name)


def without_escapes(texts: pl.Series) -> pl.Series:
    """The texts as they are scanned: in what looks like JSON, each escape is blanks, and all offsets stay.

    Without this, the n of `\\n` would be the first letter of an address, and would hide a number behind it.
    """
    wanted = texts.str.contains(r"^\s*[\[{]") & texts.str.contains("\\", literal=True)
    if not wanted.any():
        return texts
    plain = texts.filter(wanted)
    for pattern, blanks in ESCAPES:
        plain = plain.str.replace_all(pattern, blanks)
    return texts.scatter(wanted.arg_true(), plain)


ESCAPES = (
    (r'\\\\\\"', '   "'),  # a quotation mark of JSON in JSON
    (r"\\\\[nrtbf]", "   "),
    (r"\\\\", "  "),
    (r'\\(["/])', " $1"),
    (r"\\[nrtbf]", "  "),
    (r"\\u(?i:00a0|00[01][0-9a-f]|002[0-9ac]|003[ce]|20[0-4][0-9a-f])", "      "),
)
"""What stands for a character in JSON -> blanks of the same length."""
