"""Where in a text is something to be marked: search hits, and the words only one of two answers has."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

import polars as pl

from analysis.view.operators import check_pattern, search_pattern

Span = tuple[int, int, str, str]
"""Start, end, CSS class, tooltip. In code points, except what `utf16_spans` returns."""

MAX_HITS = 500
MAX_WORD_PAIRS = 60_000
"""Equal words, each of one text with each of the other, that a full comparison may weigh; it takes about 0.1 s."""

_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+|[^\w\s]")


def utf16_spans(text: str, spans: Iterable[Span]) -> list[Span]:
    """`spans` as a browser counts, where an emoji has length 2: sorted, cut to the text, empty ones left out."""
    kept = sorted((max(0, s[0]), min(len(text), s[1]), s[2], s[3]) for s in spans)
    kept = [span for span in kept if span[0] < span[1]]
    if text.isascii() or not kept:
        return kept
    units, at, length = {}, 0, 0
    for offset in sorted({offset for span in kept for offset in span[:2]}):
        length += len(text[at:offset].encode("utf-16-le", "surrogatepass")) // 2
        units[offset], at = length, offset
    return [(units[start], units[end], css, title) for start, end, css, title in kept]


def search_spans(text: str, kind: str, needle: str) -> list[Span]:
    """The first 500 places that a search of the view finds: `kind` is "has", "word" or "re", as in a filter.

    The engine is the view's own, linear in the text whatever the pattern, so both find the same.
    Raises ViewError where the regular expression cannot be read.
    """
    if not needle or not text:
        return []
    pattern = search_pattern(kind, needle)
    check_pattern(pattern)
    before, after = _two_unused(text)
    marked = pl.Series([text]).str.replace_all(pattern, f"{before}${{0}}{after}")[0]
    spans: list[Span] = []
    rest, *found = marked.split(before)
    at = len(rest)
    for piece in found:
        hit, _, rest = piece.partition(after)
        if hit:
            spans.append((at, at + len(hit), "hit", f"search: {needle}"))
        if len(spans) == MAX_HITS:
            break
        at += len(hit) + len(rest)
    return spans


def _two_unused(text: str) -> tuple[str, str]:
    """Two characters the text does not hold; noncharacters come first, since honest text has none."""
    unused = (chr(code) for code in range(0x10FFFF, 0, -1) if chr(code) not in text)
    return next(unused), next(unused)


def word_diff(chosen: str, rejected: str) -> tuple[list[Span], list[Span]]:
    """The words only `chosen` has, marked "add", and those only `rejected` has, marked "del".

    White space does not count. Long texts are first cut at words that both hold just once, so that the time stays
    about linear; what no such word divides is marked as a whole.
    """
    a, b = list(_WORD.finditer(chosen)), list(_WORD.finditer(rejected))
    adds: list[Span] = []
    dels: list[Span] = []
    for i, j, k, m in _changes([w[0] for w in a], [w[0] for w in b], MAX_WORD_PAIRS, 3):
        if i < j:
            adds.append((a[i].start(), a[j - 1].end(), "add", "only in chosen"))
        if k < m:
            dels.append((b[k].start(), b[m - 1].end(), "del", "only in rejected"))
    return adds, dels


def _changes(a: Sequence[str], b: Sequence[str], pairs: int, depth: int) -> Iterator[tuple[int, int, int, int]]:
    """(i, j, k, m): a[i:j] stands where b has b[k:m]. Weighs about `pairs` pairs of equal words at most."""
    head = _shared(a, b)
    tail = _shared(a[head:][::-1], b[head:][::-1])
    a, b = a[head : len(a) - tail], b[head : len(b) - tail]
    counts = Counter(b)
    if not a or not b or not any(word in counts for word in a):
        if a or b:
            yield head, head + len(a), head, head + len(b)
    elif sum(counts[word] for word in a) <= pairs:
        for op, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            if op != "equal":
                yield head + i, head + j, head + k, head + m
    elif depth and (anchors := _anchors(a, b)):
        i = k = 0
        for x, y in [*anchors, (len(a), len(b))]:
            share = pairs * (x - i + y - k) // (len(a) + len(b))
            for di, dj, dk, dm in _changes(a[i:x], b[k:y], share, depth - 1):
                yield head + i + di, head + i + dj, head + k + dk, head + k + dm
            i, k = x + 1, y + 1
    else:
        yield head, head + len(a), head, head + len(b)


def _shared(a: Sequence[str], b: Sequence[str]) -> int:
    """How many words both begin with."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """The longest chain of words that occur just once on each side, in the same order on both (patience diff)."""
    once_a, once_b = Counter(a), Counter(b)
    where = {word: k for k, word in enumerate(b) if once_b[word] == 1 and once_a[word] == 1}
    found = [(i, where[word]) for i, word in enumerate(a) if word in where]
    ends: list[int] = []  # ends[n]: least position in b that ends a chain of n + 1 words
    last: list[int] = []  # last[n]: which of `found` that is
    previous: list[int] = []
    for index, (_, k) in enumerate(found):
        n = bisect_left(ends, k)
        ends[n : n + 1], last[n : n + 1] = [k], [index]
        previous.append(last[n - 1] if n else -1)
    chain, index = [], last[-1] if last else -1
    while index >= 0:
        chain.append(found[index])
        index = previous[index]
    return chain[::-1]
