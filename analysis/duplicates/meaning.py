"""From rows near in meaning to pairs of duplicates, and which of these say it in other words."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.groups import THRESHOLD
from analysis.duplicates.shingles import shingles_of
from analysis.duplicates.texts import pieces_of, texts_of

MEANING_THRESHOLD = 0.9
SAME_WORDS = THRESHOLD  # of two texts that share so much of their runs of words, the kind near speaks already
NEIGHBOUR = pl.Struct({"row": pl.UInt32, "similarity": pl.Float32, "shared_words_share": pl.Float32})


def shared_words(texts: pl.Series, a: NDArray[np.uint32], b: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Of each pair of texts the Jaccard index of their runs of two words, as the kind near compares; 1 where equal."""
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.duplicates.kernels.similarity import jaccard_of_pairs

    pieces = pieces_of(texts.alias("column").to_frame(), "column")
    sets = shingles_of(texts_of(pieces, len(texts)))
    share = np.zeros(len(a), np.float32)
    in_threads(len(a), lambda low, high: jaccard_of_pairs(sets.values, sets.place, sets.counts, a, b, low, high, share))
    share[(texts.gather(a) == texts.gather(b)).fill_null(False).to_numpy()] = 1
    return share


def same_numbers(texts: pl.Series, a: pl.Series, b: pl.Series) -> pl.Series:
    """Of each pair of texts whether they name the same numbers, in any order."""
    named = texts.str.extract_all(r"[0-9]+").list.unique().list.sort().list.join(" ").fill_null("")
    return named.gather(a) == named.gather(b)


def meaning_columns(texts: pl.Series, pairs: pl.DataFrame, rows: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """`meaning_neighbours` and `meaning_status`, as the signal meaning_pairs describes them.

    `pairs` are `a`, `b`, `cosine`, sorted; `rows` holds `neighbour_cosines` and `first_equal_row`.
    """
    pairs = pairs.filter(same_numbers(texts, pairs["a"], pairs["b"]))
    share = shared_words(texts, pairs["a"].to_numpy(), pairs["b"].to_numpy())
    entry = pl.struct(row="b", similarity="cosine", shared_words_share="share")
    listed = pairs.with_columns(share=pl.Series(share, dtype=pl.Float32)).group_by("a", maintain_order=True)
    lists = rows.with_row_index("a").join(listed.agg(near=entry), on="a", how="left", maintain_order="left")
    there = pl.col("first_equal_row").is_not_null()
    status = (
        pl.when(pl.col("first_equal_row") != pl.col("a"))
        .then(pl.lit("repeats"))
        .when(pl.col("neighbour_cosines").list.last() >= threshold)
        .then(pl.lit("crowded"))
        .otherwise(pl.lit("compared"))
    )
    return lists.select(
        meaning_neighbours=pl.when(there).then(pl.col("near").fill_null([])).cast(pl.List(NEIGHBOUR)),
        meaning_status=pl.when(there).then(status),
    )


def in_other_words(neighbours: pl.Series) -> pl.Series:
    """The lists of `meaning_neighbours` less the rows that say it in the same words."""
    share = pl.element().struct.field("shared_words_share")
    return neighbours.list.eval(pl.element().filter(share < SAME_WORDS))
