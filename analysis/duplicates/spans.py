"""Which passages stand in several rows? Windows of n words, hashed to find them and compared word by word."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.texts import Texts

TOKENS, TOKENS_OF_CHECKS = 50, 13
BOILERPLATE_TOKENS = 20
LEAST_ROWS, LEAST_SHARE = 20, 0.001
BITS_PER_WINDOW = 16
SPAN = {
    "text": pl.UInt32,
    "first_word": pl.Int64,
    "end_word": pl.Int64,
    "span": pl.UInt32,
    "rows": pl.UInt32,
}


class Windows(NamedTuple):
    """The shared windows of `n` words of some texts, in order.

    Window w begins at word `at[w]` of text `text[w]`; `known[w]` numbers what it says, -1 where no second row says so;
    `rows[k]` counts the rows that say k. The words of text t are those from `place[t]` to `place[t + 1]`.
    """

    n: int
    place: NDArray[np.int64]
    at: NDArray[np.int64]
    text: NDArray[np.uint32]
    known: NDArray[np.int64]
    rows: NDArray[np.int64]


def shared_windows(texts: Texts, n: int) -> Windows:
    """Every run of n words that stands in two rows or more. Words are told apart by 64 bits of hash."""
    from analysis.duplicates.kernels import shingles
    from analysis.duplicates.kernels import windows as loops
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.duplicates.kernels.words import tables

    kind, fold = tables()
    count = len(texts.starts)
    sizes, unused = np.zeros(count, np.int64), np.zeros(count, np.uint8)
    source, each = (texts.data, texts.starts, texts.ends), np.arange(count + 1, dtype=np.int64)
    in_threads(
        count, lambda low, high: shingles.measure_rows(*source, each, kind, shingles.WORDS, low, high, sizes, unused)
    )
    place = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    words = np.empty(place[-1], np.uint64)
    in_threads(count, lambda low, high: loops.words_of_texts(*source, kind, fold, low, high, place, words))
    possible = int(np.maximum(sizes - n + 1, 0).sum())
    bits = 1 << max(16, (BITS_PER_WINDOW * possible - 1).bit_length())
    once, twice = np.zeros(bits // 64, np.uint64), np.zeros(bits // 64, np.uint64)
    loops.mark_windows(words, place, n, once, twice)
    at, text, hashes = np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.uint64)
    found = loops.sieved_windows(words, place, n, twice, at, text, hashes, False)
    at, text, hashes = np.empty(found, np.int64), np.empty(found, np.uint32), np.empty(found, np.uint64)
    loops.sieved_windows(words, place, n, twice, at, text, hashes, True)
    known, rows = np.empty(found, np.int64), np.empty(found, np.int64)
    order = np.argsort(hashes, kind="stable")
    passages = loops.same_windows(words, n, at, text, texts.row, hashes, order, known, rows)
    return Windows(n, place, at, text, known, rows[:passages])


def spans_of(windows: Windows) -> pl.DataFrame:
    """A line per span, in the order of the texts: its text, first word, end, number, and the rows it stands in.

    A span is the longest passage that stands in the same rows from its first to its last window; where the rows change
    another span begins, so that neighbours may overlap. Equal numbers are equal passages, counted from 0 as they first
    occur; but a loop of a few words is one span however long it is, and `rows` counts those that hold its phrase.
    """
    from analysis.duplicates.kernels import windows as loops

    at, text, known = windows.at, windows.text, windows.known
    before, after = np.empty_like(windows.rows), np.empty_like(windows.rows)
    loops.neighbours_of(at, text, known, before, after)
    of, begin, end, span = np.empty_like(text), np.empty_like(at), np.empty_like(at), np.empty_like(at)
    found = loops.join_windows(at, text, known, before, after, windows.n, of, begin, end, span)
    of, begin, end, span = of[:found], begin[:found], end[:found], span[:found]
    _, first, number = np.unique(span, return_index=True, return_inverse=True)
    as_they_occur = np.argsort(np.argsort(first))
    base = windows.place[of]
    columns = (of, begin - base, end - base, as_they_occur[number], windows.rows[span])
    return pl.DataFrame(dict(zip(SPAN, columns, strict=True)), schema=SPAN)


def shared_words(windows: Windows) -> NDArray[np.int64]:
    """Words of each text that lie in a shared window."""
    from analysis.duplicates.kernels.windows import cover

    covered = np.zeros(windows.place[-1], np.bool_)
    cover(windows.at, windows.known, windows.n, covered)
    upto = np.concatenate([[0], np.cumsum(covered)])
    words: NDArray[np.int64] = upto[windows.place[1:]] - upto[windows.place[:-1]]
    return words


def many_rows(height: int) -> int:
    """From how many rows on a passage is boilerplate: one row in a thousand, and at least 20."""
    return max(LEAST_ROWS, -(-height // round(1 / LEAST_SHARE)))


def boilerplate(windows: Windows, many: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Words of each text's head and tail that are common to `many` rows: as many as a window has, or more."""
    from analysis.duplicates.kernels.windows import heads_and_tails

    count = len(windows.place) - 1
    head, tail = np.zeros(count, np.int64), np.zeros(count, np.int64)
    heads_and_tails(windows.at, windows.text, windows.known, windows.rows, many, windows.n, windows.place, head, tail)
    return head, tail


def extents(
    texts: Texts, windows: Windows, spans: pl.DataFrame, *, in_bytes: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each span of `spans_of` begins and ends in its text: code points, or bytes."""
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.duplicates.kernels.windows import extents_of_spans
    from analysis.duplicates.kernels.words import tables

    kind, _ = tables()
    text = spans["text"].to_numpy()
    word_from, word_to = (spans[name].to_numpy() + windows.place[text] for name in ("first_word", "end_word"))
    begin, end = np.empty(len(text), np.int64), np.empty(len(text), np.int64)
    in_threads(
        len(text),
        lambda low, high: extents_of_spans(
            texts.data,
            texts.starts,
            texts.ends,
            kind,
            windows.place,
            text,
            word_from,
            word_to,
            in_bytes,
            low,
            high,
            begin,
            end,
        ),
    )
    return begin, end


def without_boilerplate(texts: Texts, height: int) -> Texts:
    """The texts with heads and tails common to many rows cut off; a row of nothing else stays whole."""
    windows = shared_windows(texts, BOILERPLATE_TOKENS)
    head, tail = boilerplate(windows, many_rows(height))
    words = np.diff(windows.place)
    left = np.maximum(words - head - tail, 0)
    whole_rows = np.bincount(texts.row, weights=left, minlength=height) == 0
    cut = ((head > 0) | (tail > 0)) & ~whole_rows[texts.row]
    starts, ends = texts.starts.copy(), texts.ends.copy()
    gone = cut & (left == 0)
    ends[gone] = starts[gone]
    some = np.flatnonzero(cut & (left > 0))
    kept = pl.DataFrame(
        {"text": some.astype(np.uint32), "first_word": head[some], "end_word": words[some] - tail[some]}
    )
    begin, end = extents(texts, windows, kept, in_bytes=True)
    starts[some], ends[some] = texts.starts[some] + begin, texts.starts[some] + end
    return texts._replace(starts=starts, ends=ends)
