"""Which spans of a text are marked: search hits, and words that only one of two answers has?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import polars as pl
from rapidfuzz.distance import Indel, MatchingBlock

from analysis.view.operators import check_pattern, search_pattern

Span = tuple[int, int, str, str]
"""Start, end, CSS class, tooltip. In code points, except what `utf16_spans` returns."""

MAX_HITS = 500
WINDOW_WORDS = 10_000
"""Words of each text compared at once: the comparison needs one bit per pair of words, 12.5 MB."""

_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = rf"[{_CJK}]|[^\W{_CJK}]+|[^\w\s]"
"""One word: letters and digits together, one character of Chinese or Japanese, or one other sign."""
_WORD = re.compile(WORD)


def utf16_spans(text: str, spans: Iterable[Span]) -> list[Span]:
    """`spans` in UTF-16 units, as browsers count (an emoji is 2): sorted, cut to the text, without empty ones."""
    kept = sorted((max(0, s[0]), min(len(text), s[1]), s[2], s[3]) for s in spans)
    kept = [span for span in kept if span[0] < span[1]]
    if text.isascii() or not kept:
        return kept
    units, position, length = {}, 0, 0
    for offset in sorted({offset for span in kept for offset in span[:2]}):
        length += len(text[position:offset].encode("utf-16-le", "surrogatepass")) // 2
        units[offset], position = length, offset
    return [(units[start], units[end], css, title) for start, end, css, title in kept]


def search_spans(text: str, kind: str, needle: str) -> list[Span]:
    """The first 500 hits of a search of the view: `kind` is "has", "word" or "re", as in a filter.

    The engine is that of the view, linear in the text for every pattern, so both have the same hits.
    Raises ViewError where the regular expression cannot be read.
    """
    if not needle or not text:
        return []
    pattern = search_pattern(kind, needle)
    check_pattern(pattern)
    before, after = _two_unused(text)
    marked = pl.Series([text]).str.replace_all(pattern, f"{before}${{0}}{after}")[0]
    spans: list[Span] = []
    rest, *pieces = marked.split(before)
    position = len(rest)
    for piece in pieces:
        hit, _, rest = piece.partition(after)
        if hit:
            spans.append((position, position + len(hit), "hit", f"search: {needle}"))
        if len(spans) == MAX_HITS:
            break
        position += len(hit) + len(rest)
    return spans


def _two_unused(text: str) -> tuple[str, str]:
    """Two characters the text does not contain; noncharacters come first, since normal text has none."""
    unused = (chr(code) for code in range(0x10FFFF, 0, -1) if chr(code) not in text)
    return next(unused), next(unused)


class WordDifference(NamedTuple):
    """The words only the first text has, marked "add", and those only the second has, marked "del". `common_share`: the
    words that both have in the same order, twice over, of the words of both, 0 to 1; 1 where neither has a word."""

    adds: list[Span]
    dels: list[Span]
    common_share: float


def word_diff(chosen: str, rejected: str) -> tuple[list[Span], list[Span]]:
    """The words only `chosen` has, marked "add", and those only `rejected` has, marked "del"."""
    difference = word_difference(chosen, rejected)
    return difference.adds, difference.dels


def word_difference(chosen: str, rejected: str) -> WordDifference:
    """Which words of two texts differ, and how much both have in common.

    White space is ignored. In texts of up to 10,000 words as few words as possible are marked.
    """
    a, b = list(_WORD.finditer(chosen)), list(_WORD.finditer(rejected))
    adds: list[Span] = []
    dels: list[Span] = []
    i = k = common = 0
    for run in [*equal_runs([w[0] for w in a], [w[0] for w in b]), MatchingBlock(len(a), len(b), 0)]:
        if i < run.a:
            adds.append((a[i].start(), a[run.a - 1].end(), "add", "only in chosen"))
        if k < run.b:
            dels.append((b[k].start(), b[run.b - 1].end(), "del", "only in rejected"))
        i, k, common = run.a + run.size, run.b + run.size, common + run.size
    words = len(a) + len(b)
    return WordDifference(adds, dels, 2 * common / words if words else 1.0)


def equal_runs(a: Sequence[str], b: Sequence[str]) -> Iterator[MatchingBlock]:
    """Runs of words that both have, in the order of both: a longest common subsequence, window by window.

    Where more text follows, only runs that begin in the first half of a window are used, or the first run, and the
    next window begins at the end of the last of them: text that follows may match the second half better.
    """
    i = k = 0
    while i < len(a) and k < len(b):
        is_last = max(len(a) - i, len(b) - k) <= WINDOW_WORDS
        window_a, window_b = a[i : i + WINDOW_WORDS], b[k : k + WINDOW_WORDS]
        reach = WINDOW_WORDS if is_last else WINDOW_WORDS // 2
        runs = [run for run in Indel.opcodes(window_a, window_b).as_matching_blocks() if run.size]
        for run in [run for run in runs if max(run.a, run.b) < reach] or runs[:1]:
            yield MatchingBlock(i + run.a, k + run.b, run.size)
            end_a, end_b = i + run.a + run.size, k + run.b + run.size
        if is_last:
            return
        i, k = (end_a, end_b) if runs else (i + reach, k + reach)
