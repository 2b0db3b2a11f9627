"""Replaces known values in a text, and moves the marks of that text to their new positions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from analysis.reading.marks import Span

LEAST_CHARS = 4  # a shorter value is masked only as a whole word, not inside other words


class KnownValues:
    """Replaces every occurrence of some values, the longest first. `instead`: value -> replacement.

    A value shorter than `inside_from` characters is replaced only as a whole word; without `inside_from` this holds
    for every value.
    """

    def __init__(self, instead: Mapping[str, str], inside_from: int | None = LEAST_CHARS) -> None:
        self._instead = dict(instead)
        longest_first = sorted(filter(None, instead), key=lambda value: (-len(value), value))
        inside = [v for v in longest_first if inside_from is not None and len(v) >= inside_from]
        words = longest_first[len(inside) :]
        patterns = [*map(re.escape, inside)]
        patterns += [rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)"] if words else []
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def __call__(self, text: str) -> str:
        return self._pattern.sub(lambda match: self._instead[match[0]], text) if self._pattern else text

    def places(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each occurrence, in order, without overlaps."""
        return [match.span() for match in self._pattern.finditer(text)] if self._pattern else []

    def marked(self, text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
        """The text with its values replaced, and its spans moved; a span that ends inside a value grows to cover it."""
        if self._pattern is None:
            return text, list(spans)
        matches = [(match.start(), match.end(), len(self._instead[match[0]])) for match in self._pattern.finditer(text)]
        starts = [start for start, _, _ in matches]
        grown = [0]
        for start, end, length in matches:
            grown.append(grown[-1] + length - (end - start))

        def moved(offset: int, is_end: bool) -> int:
            before = bisect_right(starts, offset - is_end)
            if before and offset < matches[before - 1][1] + is_end:
                start, _, length = matches[before - 1]
                return start + grown[before - 1] + (length if is_end else 0)
            return offset + grown[before]

        return self(text), [(moved(start, False), moved(end, True), kind, title) for start, end, kind, title in spans]
