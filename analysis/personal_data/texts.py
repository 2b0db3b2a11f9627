"""The texts of rows one by one, and the normal form of a text with the position of each character in the original."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import polars as pl

from analysis.formats.columns import MESSAGE

SPOKEN_BY = {"user": "prompt", "assistant": "response", "system": "system", "developer": "system", "tool": "tool"}
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
OTHER_FORMS = {**dict.fromkeys(DASHES, "-"), "\u3002": "."}
"""Characters that people use in numbers and addresses, and that NFKC does not change."""
OTHER = re.compile(rf"[{''.join(OTHER_FORMS)}]|(?![0-9])\d")
PIECE = {"row": pl.UInt32, "field": pl.String, "message": pl.UInt32, "text": pl.String}


def pieces_of(rows: pl.DataFrame) -> pl.DataFrame:
    """`row` (position), `field`, `message`, `text`: every text of canonical rows once, in reading order.

    In a chat, `message` is the message's position, and `field` depends on the role: `prompt` for the user, `response`
    for the assistant, `system`, `tool`; `tool_calls` are those of the message. Elsewhere `message` is null and `field`
    is the column: `system`, `prompt`, `response`, or `text` where there is none of them; and a pair's `rejected`.
    """
    numbered = rows.with_row_index("row")
    chat = numbered.filter(pl.col("messages").is_not_null()).select("row", "messages")
    turns = (
        chat.with_columns(message=pl.int_ranges(pl.col("messages").list.len(), dtype=pl.UInt32))
        .explode("message", "messages", empty_as_null=False, keep_nulls=False)
        .with_columns(pl.col("messages").cast(MESSAGE))  # without any message Polars loses the type
        .unnest("messages")
    )
    spoken = turns.select(
        "row", pl.col("role").replace_strict(SPOKEN_BY, default="tool").alias("field"), "message", text="content"
    )
    called = turns.select("row", pl.lit("tool_calls").alias("field"), "message", text="tool_calls")
    alone = numbered.filter(pl.col("messages").is_null())
    either = pl.any_horizontal(pl.col(name).is_not_null() for name in ("system", "prompt", "response"))
    no_message = pl.lit(None, pl.UInt32).alias("message")
    singles = [
        alone.select("row", pl.lit(n).alias("field"), no_message, text=n) for n in ("system", "prompt", "response")
    ]
    raw = alone.filter(~either).select("row", pl.lit("text").alias("field"), no_message, "text")
    rejected = numbered.select("row", pl.lit("rejected").alias("field"), no_message, text="rejected")
    pieces = pl.concat([spoken, called, *singles, raw, rejected]).filter(pl.col("text").is_not_null())
    return pieces.select(pl.col(name).cast(dtype) for name, dtype in PIECE.items()).sort("row", maintain_order=True)


def changed_texts(texts: pl.Series) -> pl.DataFrame:
    """`at` (position), `text`: the texts that differ from their normal form, in a form close to it."""
    frame = pl.DataFrame({"at": pl.int_range(len(texts), dtype=pl.UInt32, eager=True), "text": texts})
    text = pl.col("text")
    wide = frame.filter(text.str.len_bytes() != text.str.len_chars()).with_columns(
        normal=text.str.normalize("NFKC").str.replace_many(list(OTHER_FORMS), list(OTHER_FORMS.values()))
    )
    other = wide.filter((text != pl.col("normal")) | text.str.contains(r"[\p{Nd}--0-9]"))
    return other.select("at", text="normal")


def is_normal(text: str) -> bool:
    """Whether a text equals its normal form."""
    return text.isascii() or (unicodedata.is_normalized("NFKC", text) and not OTHER.search(text))


@lru_cache(maxsize=8)
def normal_form(text: str) -> tuple[str, tuple[int, ...]]:
    """NFKC with plain dashes, full stops and digits; and the original position of each character, in code points.

    There is one position more than characters: the last is the length of `text`. Characters that belong together (a
    letter and its accents, the parts of a Hangul syllable) are normalised together and have the position of the first.
    """
    import regex

    out: list[str] = []
    origin: list[int] = []
    for match in regex.finditer(r"[\x00-\x7f]+(?=[\x00-\x7f]|$)|\X", text):
        start, end = match.span()
        part = match[0]
        if part.isascii():
            out.append(part)
            origin += range(start, end)
            continue
        normal = "".join(map(_plain, unicodedata.normalize("NFKC", part)))
        out.append(normal)
        origin += [start] * len(normal) if len(normal) != len(part) else range(start, end)
    return "".join(out), (*origin, len(text))


def _plain(character: str) -> str:
    if character in OTHER_FORMS:
        return OTHER_FORMS[character]
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def original_span(origin: tuple[int, ...], start: int, end: int) -> tuple[int, int]:
    """The span of the original text for these characters of the normal form."""
    first, last = origin[start], origin[end - 1]
    behind = end
    while behind < len(origin) - 1 and origin[behind] == last:
        behind += 1
    return first, origin[behind]
