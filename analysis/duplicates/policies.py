"""Which of several similar rows should be kept? Rows in order of preference, best first."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

Keep = Literal["first", "longest", "score", "newest", "most_complete", "source"]
READS = ("score", "moment", "system_chars", "prompt_chars", "response_chars", "rejected_chars", "row_chars")


def in_order(
    rows: pl.DataFrame, keep: Keep = "first", sources: list[str] | None = None, last: pl.Series | None = None
) -> NDArray[np.int64]:
    """Positions of the rows, best first. Reads the columns READS and `source`.

    `first` is file order, which decides every tie; `longest` orders by characters of the response, then of the whole
    row; `score` by score, highest first; `newest` by moment, latest first; `most_complete` by how many of system,
    prompt, response, rejected, score, time and source are not empty, then by characters of the row; `source` by the
    position of the source in `sources`, others last. Nulls and NaN come last. Rows marked in `last`, which were
    compared with only some of their neighbours, come after all others in every policy.
    """
    number = pl.col("score").fill_nan(None)
    filled = [pl.col(f"{role}_chars").fill_null(0) > 0 for role in ("system", "prompt", "response", "rejected")]
    present = [number.is_not_null(), pl.col("moment").is_not_null(), pl.col("source").is_not_null()]
    by: dict[str, list[pl.Expr]] = {
        "first": [],
        "longest": [pl.col("response_chars"), pl.col("row_chars")],
        "score": [number],
        "newest": [pl.col("moment")],
        "most_complete": [pl.sum_horizontal(*filled, *present), pl.col("row_chars")],
        "source": [_place_of_source(sources or [])],
    }
    ranked = rows.with_row_index("at").select(
        "at",
        *(key.alias(f"by_{i}") for i, key in enumerate(by[keep])),
        last=pl.lit(False) if last is None else last,
    )
    keys = [f"by_{i}" for i in range(len(by[keep]))]
    down = [False, *(True for _ in keys), False]
    ordered = ranked.sort("last", *keys, "at", descending=down, nulls_last=True)
    return ordered["at"].cast(pl.Int64).to_numpy()


def _place_of_source(sources: list[str]) -> pl.Expr:
    """The negative position of a source in the list, so that the first is greatest; null where it is not listed."""
    places = {source: -position for position, source in enumerate(sources)}
    return pl.col("source").cast(pl.String).replace_strict(places, default=None, return_dtype=pl.Int64)
