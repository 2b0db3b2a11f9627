"""Which pairs of rows are near each other? From the lists of nearest rows of both rows."""

from __future__ import annotations

import polars as pl

LOWEST_COSINE = 0.7  # pairs below it are not similar, whatever the vectors
READS = ("neighbour_rows", "neighbour_cosines", "first_equal_row")  # the columns of the signal neighbours


def pairs_of(rows: pl.DataFrame, least: float = LOWEST_COSINE) -> pl.DataFrame:
    """Pairs of rows with different vectors, of cosine `least` or more: `a` < `b` (positions), `cosine`; nearest first.

    `rows` holds the columns of READS. Only the nearest rows that `neighbours` keeps are used; of rows with equal
    vectors only the first.
    """
    lists = rows.lazy().select(READS).with_row_index("a")
    is_near = pl.col("neighbour_cosines").list.first() >= least
    near = lists.filter(is_near & (pl.col("first_equal_row") == pl.col("a")))
    listed = near.explode("neighbour_rows", "neighbour_cosines").filter(pl.col("neighbour_cosines") >= least)
    pair = listed.select(
        a=pl.min_horizontal("a", "neighbour_rows"),
        b=pl.max_horizontal("a", "neighbour_rows"),
        cosine="neighbour_cosines",
    )
    return pair.unique(["a", "b"], keep="first").sort(["cosine", "a", "b"], descending=[True, False, False]).collect()


def pairs_with_repeats(rows: pl.DataFrame, least: float = LOWEST_COSINE) -> pl.DataFrame:
    """The same, and a pair of cosine 1 for each row whose vector an earlier row has; no other pair has cosine 1.

    Sorted by `a`, then `b`.
    """
    again = rows.select(a="first_equal_row", b=pl.int_range(pl.len(), dtype=pl.UInt32)).filter(
        pl.col("a") < pl.col("b")
    )
    below_one = pl.col("cosine").clip(upper_bound=1 - 1e-6)
    pairs = pairs_of(rows, least).with_columns(below_one)
    return pl.concat([pairs, again.with_columns(cosine=pl.lit(1.0, pl.Float32))]).sort("a", "b")
