"""Known values masked in any text, and where the marks of that text lie afterwards."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from analysis.reading.marks import Span

LEAST_CHARS = 4  # a shorter value is masked as a word of its own only, not where other words hold its characters


class Masker:
    """Masks every occurrence of some values; `masks` says what each becomes."""

    def __init__(self, masks: Mapping[str, str]) -> None:
        self._masks = dict(masks)
        long_first = sorted(filter(None, masks), key=lambda value: (-len(value), value))
        self._pattern = re.compile("|".join(map(_pattern, long_first))) if long_first else None

    def __call__(self, text: str) -> str:
        return self._pattern.sub(lambda found: self._masks[found[0]], text) if self._pattern else text

    def marked(self, text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
        """The text masked, and its spans where they lie then; one that ends within a value takes all of it."""
        if self._pattern is None:
            return text, list(spans)
        found = [(match.start(), match.end(), len(self._masks[match[0]])) for match in self._pattern.finditer(text)]
        starts = [start for start, _, _ in found]
        grown = [0]
        for start, end, length in found:
            grown.append(grown[-1] + length - (end - start))

        def moved(at: int, is_end: bool) -> int:
            before = bisect_right(starts, at - is_end)
            if before and at < found[before - 1][1] + is_end:
                start, _, length = found[before - 1]
                return start + grown[before - 1] + (length if is_end else 0)
            return at + grown[before]

        return self(text), [(moved(start, False), moved(end, True), kind, title) for start, end, kind, title in spans]


def _pattern(value: str) -> str:
    return re.escape(value) if len(value) >= LEAST_CHARS else rf"(?<!\w){re.escape(value)}(?!\w)"
