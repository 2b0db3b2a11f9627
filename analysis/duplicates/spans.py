"""Which passages are in several rows? Windows of n words, found by hash and compared word by word."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.texts import Texts

TOKENS = 50
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
    """The windows of `n` words of some texts that may be shared, in order.

    Window w begins at word `first_word[w]`, in text `text[w]`; `passage_of[w]` is the number of its passage, -1 where
    no other row has it; `rows[k]` counts the rows with passage k. The words of text t are those from `place[t]` to
    `place[t + 1]`, counted through all texts.
    """

    n: int
    place: NDArray[np.int64]
    first_word: NDArray[np.int64]
    text: NDArray[np.uint32]
    passage_of: NDArray[np.int64]
    rows: NDArray[np.int64]


def shared_windows(texts: Texts, n: int) -> Windows:
    """Every sequence of n words that is in two rows or more. Words are compared by a hash of 64 bits."""
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
    first_word, text, hashes = np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.uint64)
    n_windows = loops.sieved_windows(words, place, n, twice, first_word, text, hashes, False)
    first_word, text, hashes = (
        np.empty(n_windows, np.int64),
        np.empty(n_windows, np.uint32),
        np.empty(n_windows, np.uint64),
    )
    loops.sieved_windows(words, place, n, twice, first_word, text, hashes, True)
    passage_of, rows = np.empty(n_windows, np.int64), np.empty(n_windows, np.int64)
    order = np.argsort(hashes, kind="stable")
    passages = loops.same_windows(words, n, first_word, text, texts.row, hashes, order, passage_of, rows)
    return Windows(n, place, first_word, text, passage_of, rows[:passages])


def spans_of(windows: Windows) -> pl.DataFrame:
    """A line per span, in the order of the texts: its text, first word, end, number, and how many rows contain it.

    A span is the longest passage of which all windows are in the same rows; where the set of rows changes, another span
    begins, so that neighbouring spans may overlap. Equal numbers are equal passages, numbered from 0 in order of first
    occurrence. A loop of a few words is one span of any length, and its `rows` counts the rows with its phrase.
    """
    from analysis.duplicates.kernels import windows as loops

    first_word, text, passage_of = windows.first_word, windows.text, windows.passage_of
    before, after = np.empty_like(windows.rows), np.empty_like(windows.rows)
    loops.neighbours_of(first_word, text, passage_of, before, after)
    of, begin, end, span = (
        np.empty_like(text),
        np.empty_like(first_word),
        np.empty_like(first_word),
        np.empty_like(first_word),
    )
    n_spans = loops.join_windows(first_word, text, passage_of, before, after, windows.n, of, begin, end, span)
    of, begin, end, span = of[:n_spans], begin[:n_spans], end[:n_spans], span[:n_spans]
    _, first, number = np.unique(span, return_index=True, return_inverse=True)
    as_they_occur = np.argsort(np.argsort(first))
    base = windows.place[of]
    columns = (of, begin - base, end - base, as_they_occur[number], windows.rows[span])
    return pl.DataFrame(dict(zip(SPAN, columns, strict=True)), schema=SPAN)


def shared_words(windows: Windows) -> NDArray[np.int64]:
    """How many words of each text are in a shared window."""
    from analysis.duplicates.kernels.windows import cover

    covered = np.zeros(windows.place[-1], np.bool_)
    cover(windows.first_word, windows.passage_of, windows.n, covered)
    upto = np.concatenate([[0], np.cumsum(covered)])
    words: NDArray[np.int64] = upto[windows.place[1:]] - upto[windows.place[:-1]]
    return words


def many_rows(height: int) -> int:
    """The number of rows from which a passage is boilerplate: one row in a thousand, and at least 20."""
    return max(LEAST_ROWS, -(-height // round(1 / LEAST_SHARE)))


def boilerplate(windows: Windows, many: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many words at the beginning and end of each text `many` rows share: 0, or at least the size of a window."""
    from analysis.duplicates.kernels.windows import heads_and_tails

    count = len(windows.place) - 1
    head, tail = np.zeros(count, np.int64), np.zeros(count, np.int64)
    heads_and_tails(
        windows.first_word, windows.text, windows.passage_of, windows.rows, many, windows.n, windows.place, head, tail
    )
    return head, tail


def extents(
    texts: Texts, place: NDArray[np.int64], spans: pl.DataFrame, *, in_bytes: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Begin and end of each span (`text`, `first_word`, `end_word`) in its text, in code points or bytes; the words of
    text t are those from `place[t]` to `place[t + 1]`."""
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.duplicates.kernels.windows import extents_of_spans
    from analysis.duplicates.kernels.words import tables

    kind, _ = tables()
    text = spans["text"].to_numpy()
    word_from, word_to = (spans[name].to_numpy() + place[text] for name in ("first_word", "end_word"))
    begin, end = np.empty(len(text), np.int64), np.empty(len(text), np.int64)
    in_threads(
        len(text),
        lambda low, high: extents_of_spans(
            texts.data,
            texts.starts,
            texts.ends,
            kind,
            place,
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
