"""What is stored of a hit: its position, type and score, and a keyed hash of its value. Never the value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from analysis.keys import value_hash
from analysis.personal_data.placeholders import canonical_value, is_placeholder
from analysis.personal_data.scanning import PARTLY, SCANNED, Scan

SPAN = pl.Struct(
    {
        "field": pl.String,
        "message": pl.UInt32,
        "start": pl.UInt32,
        "end": pl.UInt32,
        "type": pl.String,
        "score": pl.Float32,
        "recogniser": pl.String,
        "is_placeholder": pl.Boolean,
        "value_hash": pl.String,
    }
)
FOUND = {"id": pl.UInt32, **{n: d for n, d in SPAN.to_schema().items() if n not in ("field", "message")}}


def found_spans(texts: Sequence[str], ids: Iterable[int], scans: Mapping[int, Scan], key: bytes) -> pl.DataFrame:
    """A line per hit, in the order of the text: `id` of the text, and the fields of SPAN without field and message."""
    lines = [
        (
            id,
            hit.start,
            hit.end,
            hit.type,
            hit.score,
            hit.recogniser,
            is_placeholder(hit.type, value),
            value_hash(key, hit.type, canonical_value(hit.type, value)),
        )
        for id, text in zip(ids, texts, strict=True)
        for hit in scans[id].hits
        for value in (text[hit.start : hit.end],)
    ]
    return pl.DataFrame(lines, schema=FOUND, orient="row")


def rows_with_spans(height: int, pieces: pl.DataFrame, spans: pl.DataFrame, partly: Mapping[int, str]) -> pl.DataFrame:
    """`row`, `types`, `count`, `score`, `values`, `status`, `spans` of each of `height` rows.

    `pieces`: the row, field and message of each text (`id`), and whether it may repeat another (`is_again`): a value
    that the row's other texts hold too is then left out. `partly`: `id` -> why a text was not read to its end. All
    are null where the row has no text; `score` also where no span is counted, `spans` where there are none.
    """
    every = pl.DataFrame({"row": pl.int_range(height, dtype=pl.UInt32, eager=True)})
    read = pieces.group_by("row").agg(is_read=pl.lit(True))
    placed = _once(pieces.with_row_index("place").join(spans, on="id", maintain_order="left"))
    counted = ~pl.col("is_placeholder")
    summary = (
        placed.sort("place", "start")
        .group_by("row")
        .agg(
            types=pl.col("type").filter(counted).unique().sort(),
            count=counted.sum().cast(pl.UInt32),
            score=pl.col("score").filter(counted).max(),
            values=pl.col("value_hash").unique().sort(),
            spans=pl.struct(*SPAN.to_schema()),
        )
    )
    reasons = pl.DataFrame(
        {"id": list(partly), "why": list(partly.values())}, schema={"id": pl.UInt32, "why": pl.String}
    )
    stopped = pieces.join(reasons, on="id").group_by("row").agg(why=pl.col("why").unique().sort().str.join(", "))
    for part in (read, summary, stopped):
        every = every.join(part, on="row", how="left", maintain_order="left")
    here = pl.col("is_read").is_not_null()
    return every.select(
        "row",
        types=pl.when(here).then(pl.col("types").fill_null(pl.lit([], pl.List(pl.String)))),
        count=pl.when(here).then(pl.col("count").fill_null(0)),
        score=pl.when(here).then(pl.col("score")),
        values=pl.when(here).then(pl.col("values").fill_null(pl.lit([], pl.List(pl.String)))),
        status=pl.when(here).then(pl.coalesce(pl.lit(PARTLY) + pl.col("why"), pl.lit(SCANNED))),
        spans=pl.col("spans").cast(pl.List(SPAN)),
    )


def _once(placed: pl.DataFrame) -> pl.DataFrame:
    """The hits without those that only repeat a value of another, earlier text of their row."""
    value = ["row", "type", "value_hash"]
    again = placed.filter("is_again")
    if again.is_empty():
        return placed
    others = placed.filter(~pl.col("is_again"))
    new = again.join(others, on=value, how="anti", maintain_order="left")
    new = new.filter(pl.col("place") == pl.col("place").min().over(value))
    return pl.concat([others, new]).sort("place", maintain_order=True)
