"""Which texts say in nearly the same words what an earlier text says? ROUGE-L of 0.7 or more with it.

ROUGE-L (Lin 2004) is 2 * c / (a + b): of texts with a and b words, c is the length of their longest common subsequence
of words. Two texts are compared where they share a sequence of 3 words.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.texts import texts_of

SEQUENCE_WORDS = 3


def earlier_like(texts: pl.Series, effort: int) -> pl.DataFrame:
    """`rouge_l`, `like` (the position of an earlier text) and `passed` of each text; null where it is null.

    `rouge_l` and `like` are null where no earlier text was found; then `passed` says how many entries of earlier texts
    were not looked at because `effort` was used up. A text counts there once for each shared sequence.
    """
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.heuristics import rouge_loops

    rows = texts.is_not_null().arg_true()
    words, place = _words(texts.gather(rows))
    count = len(rows)
    to = np.concatenate([[0], np.cumsum(np.maximum(np.diff(place) - SEQUENCE_WORDS + 1, 0))])
    hashes, signs, whole = np.empty(to[-1], np.uint64), np.empty(count, np.uint64), np.empty(count, np.uint64)
    rouge_loops.sequence_hashes(words, place, SEQUENCE_WORDS, to, hashes, signs, whole)
    same, first = _first_of_equal(whole, np.diff(place))
    kept = np.repeat(~same, np.diff(to))
    to = np.concatenate([[0], np.cumsum(np.where(same, 0, np.diff(to)))])
    groups = _groups(hashes[kept], np.repeat(np.arange(count), np.diff(to)))
    like, rouge = np.full(count, rouge_loops.NONE, np.int64), np.zeros(count, np.float32)
    passed = np.zeros(count, np.int64)
    source = (words, place, signs, to, *groups, effort)
    in_threads(count, lambda low, high: rouge_loops.similar_earlier(*source, low, high, like, rouge, passed))
    like[same], rouge[same] = first[same], 1
    columns = pl.DataFrame({"row": rows, "like": like, "rouge_l": rouge, "passed": passed}).with_columns(
        like=pl.when(pl.col("like") >= 0).then(rows.gather(np.maximum(like, 0))),
        rouge_l=pl.when(pl.col("like") >= 0).then("rouge_l"),
        passed=pl.col("passed").cast(pl.UInt32),
    )
    every = pl.DataFrame({"row": pl.int_range(len(texts), dtype=pl.UInt32, eager=True)})
    return every.join(columns, on="row", how="left", maintain_order="left").drop("row")


def _words(texts: pl.Series) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The hashes of the words of all texts, and where those of each text begin: letters and digits, case folded."""
    from analysis.duplicates.kernels.windows import words_of_texts
    from analysis.duplicates.kernels.words import tables
    from analysis.heuristics.rouge_loops import word_counts

    pieces = pl.DataFrame({"row": pl.int_range(len(texts), dtype=pl.UInt32, eager=True), "text": texts})
    read = texts_of(pieces, len(texts))
    kind, fold = tables()
    counts = np.empty(len(texts), np.int64)
    word_counts(read.data, read.starts, read.ends, kind, counts)
    place = np.concatenate([[0], np.cumsum(counts)])
    words = np.empty(place[-1], np.uint64)
    words_of_texts(read.data, read.starts, read.ends, kind, fold, 0, len(texts), place, words)
    return words, place


def _first_of_equal(whole: NDArray[np.uint64], sizes: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Whether an earlier text has the same words in the same order, and the first such text; a text without words has
    none."""
    _, first, index = np.unique(whole, return_index=True, return_inverse=True)
    of_text = first[index]
    return (of_text != np.arange(len(whole))) & (sizes > 0), of_text


def _groups(
    hashes: NDArray[np.uint64], text: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
    """Of each sequence its group and its place in it; of each group its first entry; and the texts of all entries."""
    order = np.argsort(hashes, kind="stable")
    in_order = hashes[order]
    is_first = np.concatenate([[True], in_order[1:] != in_order[:-1]]) if len(order) else np.zeros(0, np.bool_)
    first = is_first.nonzero()[0].astype(np.int64)
    number = np.cumsum(is_first) - 1
    group, rank = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    group[order], rank[order] = number, np.arange(len(order)) - first[number]
    return group, rank, first, text[order].astype(np.uint32)
