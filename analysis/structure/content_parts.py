"""Which kinds of parts the contents of a chat have, where they are lists of parts: texts, images, sound, files."""

from __future__ import annotations

from typing import Any

import orjson
import polars as pl

MEDIA = (
    "image",
    "image_url",
    "input_image",
    "audio",
    "audio_url",
    "input_audio",
    "video",
    "video_url",
    "file",
    "input_file",
    "document",
)
"""The kinds of parts that are no text, as the formats of chats name them."""


def part_kinds(turns: pl.DataFrame) -> pl.DataFrame:
    """`row`, `part_kinds` of each chat with content in parts: the kinds of its parts once, in alphabetical order.

    A kind is the `type` of a part; where no part has one, the list is empty.
    """
    some = turns.select("row", "parts").drop_nulls()
    kinds = pl.Series("kind", list(map(_kinds, some["parts"])), dtype=pl.List(pl.String))
    each = some.select("row", kind=kinds).explode("kind", empty_as_null=True)
    return each.group_by("row").agg(part_kinds=pl.col("kind").drop_nulls().unique().sort())


def _kinds(parts: str) -> list[str]:
    """The kinds in the JSON of one message's parts."""
    listed: Any = orjson.loads(parts)
    kinds = [part.get("type") for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
    return [kind for kind in kinds if isinstance(kind, str)]
