"""Which beginnings and ends do many rows share, such as a prompt template, and what is left of each row?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.spans import BOILERPLATE_TOKENS, boilerplate, extents, many_rows, shared_windows
from analysis.duplicates.texts import Texts

Boilerplate = Literal["aside", "anywhere", "kept"]
PASSAGES = 20  # passages that are listed, those of most rows
FEW_WORDS = 4
DISTINCT = 1_000  # passages of which the longer ones are counted with the shorter ones
LISTED = {"text": pl.UInt32, "start": pl.UInt32, "end": pl.UInt32, "words": pl.UInt32, "rows": pl.UInt32}
Words = NDArray[np.int64]


class Aside(NamedTuple):
    """`texts` without the boilerplate; `words`, how many words of each row are set aside; `passages` (`text`, `start`,
    `end`, `words`, `rows`): the passages that most rows have, each in the first text with it, in code points."""

    texts: Texts
    words: Words
    passages: pl.DataFrame


def nothing_aside(texts: Texts) -> Aside:
    """All texts as they are."""
    return Aside(texts, np.zeros(len(texts.first) - 1, np.int64), pl.DataFrame(schema=LISTED))


def without_boilerplate(
    texts: Texts, *, whole: NDArray[np.bool_] | None = None, least: int = 1, anywhere: bool = False
) -> Aside:
    """The texts without beginnings and ends of 20 words or more that many different rows begin or end with.

    Rows that are equal byte for byte count as one row, so that a text that was copied often is no boilerplate.
    `whole` marks texts, such as system prompts, that are set aside whole, however short, where many rows have them. A
    row of which fewer than `least` words are left stays whole. `anywhere`: the passage counts in every row that
    contains it, and equal rows count each.
    """
    height, many = len(texts.first) - 1, many_rows(len(texts.first) - 1)
    head, tail = _heads_and_tails(texts, many, anywhere=anywhere)
    common = _common_wholes(texts, whole, many)
    if not (head.any() or tail.any() or common.any()):
        return nothing_aside(texts)
    words = _words_of(texts)
    head = np.where(common, words, head)
    tail = np.where(common, 0, np.minimum(tail, words - np.minimum(head, words)))
    stays = np.bincount(texts.row, weights=words - head - tail, minlength=height) < least
    cut = ((head > 0) | (tail > 0)) & ~stays[texts.row]
    head, tail = np.where(cut, head, 0), np.where(cut, tail, 0)
    aside = np.bincount(texts.row, weights=head + tail, minlength=height).astype(np.int64)
    begin, end = _left(texts, words, head, tail)
    return Aside(texts._replace(starts=begin, ends=end), aside, _passages(texts, begin, end, head, tail))


def _heads_and_tails(texts: Texts, many: int, *, anywhere: bool) -> tuple[Words, Words]:
    """How many words at the beginning and the end of each text many rows share."""
    if anywhere:
        return boilerplate(shared_windows(texts, BOILERPLATE_TOKENS), many)
    count = len(texts.starts)
    head, tail = np.zeros(count, np.int64), np.zeros(count, np.int64)
    candidates = _with_common_ends(texts, many)
    if not candidates.any():
        return head, tail
    first_of = _first_equal_rows(texts)
    some = np.flatnonzero(candidates & (first_of[texts.row] == texts.row))
    part = texts._replace(starts=texts.starts[some], ends=texts.ends[some], row=texts.row[some])
    head[some], tail[some] = boilerplate(shared_windows(part, BOILERPLATE_TOKENS), many)
    equal = texts.first[first_of[texts.row]] + np.arange(count) - texts.first[texts.row]
    return head[equal], tail[equal]


def _with_common_ends(texts: Texts, many: int) -> NDArray[np.bool_]:
    """Whether the first or the last 20 words of a text are those of many rows; most texts are excluded by fewer."""
    candidates = np.arange(len(texts.starts))
    for words in (FEW_WORDS, BOILERPLATE_TOKENS):
        part = texts._replace(starts=texts.starts[candidates], ends=texts.ends[candidates], row=texts.row[candidates])
        candidates = candidates[_have_common_ends(part, words, many)]
    common = np.zeros(len(texts.starts), bool)
    common[candidates] = True
    return common


def _have_common_ends(texts: Texts, words: int, many: int) -> NDArray[np.bool_]:
    """Whether the first or the last `words` words of a text are those of many rows."""
    from analysis.duplicates.kernels import ends as loops
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.duplicates.kernels.words import tables

    kind, fold = tables()
    count = len(texts.starts)
    head, tail = np.zeros(count, np.uint64), np.zeros(count, np.uint64)
    source = (texts.data, texts.starts, texts.ends, kind, fold, words)
    in_threads(count, lambda low, high: loops.ends_of_texts(*source, low, high, head, tail))
    return _is_common(head, texts.row, many) | _is_common(tail, texts.row, many)


def _is_common(hashes: NDArray[np.uint64], row: NDArray[np.uint32], many: int) -> NDArray[np.bool_]:
    """Whether each hash is that of many rows; 0 is no hash."""
    table = pl.DataFrame({"hash": hashes, "row": row})
    often = table.filter(pl.col("hash") > 0).group_by("hash").agg(pl.len()).filter(pl.col("len") >= many)
    if often.is_empty():
        return np.zeros(len(hashes), bool)
    inside = table.filter(pl.col("hash").is_in(often["hash"].implode()))
    common = inside.group_by("hash").agg(pl.col("row").n_unique()).filter(pl.col("row") >= many)["hash"]
    return table["hash"].is_in(common.implode()).to_numpy()


def _first_equal_rows(texts: Texts) -> Words:
    """For each row the first row whose texts are equal byte for byte."""
    from analysis.duplicates.kernels import ends as loops
    from analysis.duplicates.kernels.compiled import in_threads

    of_rows = np.zeros(len(texts.first) - 1, np.uint64)
    of_texts = _hashes(texts.data, texts.starts, texts.ends)
    in_threads(len(of_rows), lambda low, high: loops.hash_rows(of_texts, texts.first, low, high, of_rows))
    rows = pl.DataFrame({"hash": of_rows}).with_row_index("row")
    first: Words = rows.select(pl.col("row").min().over("hash").cast(pl.Int64)).to_series().to_numpy()
    return first


def _hashes(data: NDArray[np.uint8], begin: Words, end: Words) -> NDArray[np.uint64]:
    from analysis.duplicates.kernels import ends as loops
    from analysis.duplicates.kernels.compiled import in_threads

    hashes = np.zeros(len(begin), np.uint64)
    in_threads(len(begin), lambda low, high: loops.hash_pieces(data, begin, end, low, high, hashes))
    return hashes


def _common_wholes(texts: Texts, whole: NDArray[np.bool_] | None, many: int) -> NDArray[np.bool_]:
    """Which of the texts marked in `whole` many different rows have."""
    common = np.zeros(len(texts.starts), bool)
    if whole is None or not whole.any():
        return common
    some = np.flatnonzero(whole)
    hashes = _hashes(texts.data, texts.starts[some], texts.ends[some])
    if not _is_common(hashes, texts.row[some], many).any():
        return common
    common[some] = _is_common(hashes, _first_equal_rows(texts)[texts.row[some]].astype(np.uint32), many)
    return common


def _words_of(texts: Texts) -> Words:
    """How many words each text has."""
    from analysis.duplicates.kernels import shingles as loops
    from analysis.duplicates.kernels.compiled import in_threads
    from analysis.duplicates.kernels.words import tables

    count = len(texts.starts)
    words, unused, each = np.zeros(count, np.int64), np.zeros(count, np.uint8), np.arange(count + 1, dtype=np.int64)
    source = (texts.data, texts.starts, texts.ends, each, tables()[0], loops.WORDS)
    in_threads(count, lambda low, high: loops.measure_rows(*source, low, high, words, unused))
    return words


def _left(texts: Texts, words: Words, head: Words, tail: Words) -> tuple[Words, Words]:
    """Where what is left of each text begins and ends, in bytes of the data; an empty text where nothing is left."""
    begin, end = texts.starts.copy(), texts.ends.copy()
    left = words - head - tail
    is_cut = head + tail > 0
    gone = is_cut & (left == 0)
    begin[gone] = texts.ends[gone]
    some = np.flatnonzero(is_cut & (left > 0))
    kept = pl.DataFrame(
        {"text": some.astype(np.uint32), "first_word": head[some], "end_word": words[some] - tail[some]}
    )
    first, last = extents(texts, np.concatenate([[0], np.cumsum(words)]).astype(np.int64), kept, in_bytes=True)
    begin[some], end[some] = texts.starts[some] + first, texts.starts[some] + last
    return begin, end


def _passages(texts: Texts, begin: Words, end: Words, head: Words, tail: Words) -> pl.DataFrame:
    """The passages that are set aside in most rows. A passage with a few words more, which many rows share too, counts
    as the shorter one."""
    heads, tails = np.flatnonzero(head), np.flatnonzero(tail)
    text = np.concatenate([heads, tails])
    start = np.concatenate([texts.starts[heads], end[tails]])
    upto = np.concatenate([begin[heads], texts.ends[tails]])
    table = pl.DataFrame(
        {
            "is_head": np.arange(len(text)) < len(heads),
            "hash": _hashes(texts.data, start, upto),
            "text": text.astype(np.uint32),
            "row": texts.row[text],
            "words": np.concatenate([head[heads], tail[tails]]).astype(np.uint32),
            "start": start - texts.starts[text],
            "end": upto - texts.starts[text],
        }
    )
    first = (pl.col(name).get(pl.col("text").arg_min()) for name in ("start", "end", "words"))
    distinct = table.group_by("is_head", "hash").agg(pl.len(), pl.col("text").min(), *first)
    distinct = distinct.sort("len", "text", descending=[True, False]).head(DISTINCT).sort("words", "text")
    merged = pl.DataFrame(
        _merged(texts, distinct), {"is_head": pl.Boolean, "hash": pl.UInt64, "as": pl.UInt64}, orient="row"
    )
    rows = table.join(merged, on=["is_head", "hash"]).group_by("is_head", pl.col("as").alias("hash"))
    counted = distinct.join(rows.agg(rows=pl.col("row").n_unique().cast(pl.UInt32)), on=["is_head", "hash"])
    top = counted.sort("rows", "words", "text", descending=[True, True, False]).head(PASSAGES)
    lines = []
    for of, low, high in top.select("text", "start", "end").iter_rows():
        raw = _bytes_of(texts, of, 0, high)
        lines.append((len(raw[:low].decode()), len(raw.decode())))
    places = pl.DataFrame(lines, schema={"start": pl.UInt32, "end": pl.UInt32}, orient="row")
    return top.drop("start", "end").hstack(places).select(*LISTED)


def _merged(texts: Texts, distinct: pl.DataFrame) -> Iterator[tuple[bool, int, int]]:
    """Each passage of `distinct`, shortest first, with the hash of the one that it begins (a tail: ends) with."""
    kept: list[tuple[bool, bytes, int]] = []
    for is_head, hash_, of, low, high in distinct.select("is_head", "hash", "text", "start", "end").iter_rows():
        raw = _bytes_of(texts, of, low, high).strip()
        shorter = next(
            (h for side, k, h in kept if side == is_head and (raw.startswith(k) if side else raw.endswith(k))), hash_
        )
        if shorter == hash_:
            kept.append((is_head, raw, hash_))
        yield is_head, hash_, shorter


def _bytes_of(texts: Texts, text: int, low: int, high: int) -> bytes:
    return texts.data[texts.starts[text] + low : texts.starts[text] + high].tobytes()
