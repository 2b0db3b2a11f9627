"""Pairs of rows with nearly the same meaning, and which of them use other words."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.groups import THRESHOLD
from analysis.duplicates.shingles import shingles_of
from analysis.duplicates.texts import pieces_of, texts_of

MEANING_THRESHOLD = 0.9
SAME_WORDS = THRESHOLD  # texts that share so many of their word sequences are duplicates of the kind near
NEIGHBOUR = pl.Struct({"row": pl.UInt32, "similarity": pl.Float32, "shared_words_share": pl.Float32})


def shared_words(texts: pl.Series, a: NDArray[np.uint32], b: NDArray[np.uint32]) -> NDArray[np.float32]:
    """For each pair of texts the Jaccard index of their sequences of two words, as in the kind near; 1 where equal."""
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.duplicates.kernels.similarity import jaccard_of_pairs

    pieces = pieces_of(texts.alias("column").to_frame(), "column")
    sets = shingles_of(texts_of(pieces, len(texts)))
    share = np.zeros(len(a), np.float32)
    in_threads(len(a), lambda low, high: jaccard_of_pairs(sets.values, sets.place, sets.counts, a, b, low, high, share))
    share[(texts.gather(a) == texts.gather(b)).fill_null(False).to_numpy()] = 1
    return share


def same_numbers(texts: pl.Series, a: pl.Series, b: pl.Series) -> pl.Series:
    """For each pair of texts whether both contain the same numbers, in any order."""
    named = texts.str.extract_all(r"[0-9]+").list.unique().list.sort().list.join(" ").fill_null("")
    return named.gather(a) == named.gather(b)


def meaning_columns(texts: pl.Series, pairs: pl.DataFrame, rows: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """`meaning_neighbours` and `meaning_status`, as the signal meaning_pairs describes them.

    `pairs` has `a`, `b` and `cosine`, sorted; `rows` has `neighbour_cosines` and `first_equal_row`.
    """
    pairs = pairs.filter(same_numbers(texts, pairs["a"], pairs["b"]))
    share = shared_words(texts, pairs["a"].to_numpy(), pairs["b"].to_numpy())
    entry = pl.struct(row="b", similarity="cosine", shared_words_share="share")
    listed = pairs.with_columns(share=pl.Series(share, dtype=pl.Float32)).group_by("a", maintain_order=True)
    lists = rows.with_row_index("a").join(listed.agg(near=entry), on="a", how="left", maintain_order="left")
    has_vector = pl.col("first_equal_row").is_not_null()
    status = (
        pl.when(pl.col("first_equal_row") != pl.col("a"))
        .then(pl.lit("repeats"))
        .when(pl.col("neighbour_cosines").list.last() >= threshold)
        .then(pl.lit("crowded"))
        .otherwise(pl.lit("compared"))
    )
    return lists.select(
        meaning_neighbours=pl.when(has_vector).then(pl.col("near").fill_null([])).cast(pl.List(NEIGHBOUR)),
        meaning_status=pl.when(has_vector).then(status),
    )


def in_other_words(neighbours: pl.Series) -> pl.Series:
    """The lists of `meaning_neighbours` without the rows that share most of their words."""
    share = pl.element().struct.field("shared_words_share")
    return neighbours.list.eval(pl.element().filter(share < SAME_WORDS))
