"""Finds personal data in many texts: a linear search picks candidates, and Presidio scans only these."""

from __future__ import annotations

import functools
import time
from bisect import bisect_left
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from analysis.personal_data.normal_forms import changed_texts, is_normal, normal_form, original_span
from analysis.personal_data.quiet import quiet
from analysis.personal_data.recognisers import chosen_types, recognisers_of
from analysis.personal_data.search import Search
from analysis.personal_data.types import DEFAULT_COUNTRIES, DEFAULT_THRESHOLD, DEFAULT_TYPES
from analysis.personal_data.words import WordEngine, enhancer

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, PatternRecognizer, RecognizerResult

WINDOW_CHARS = 100_000  # a longer text is scanned window by window
OVERLAP_CHARS = 10_000  # what a window includes beyond its edges: longer than any hit with the words around it
MOST_CHARS = 20_000_000
MOST_HITS = 10_000
MOST_SECONDS = 30.0
SCANNED = "scanned"
PARTLY = "partly scanned: "


class Hit(NamedTuple):
    """One piece of personal data in a text: offsets in code points, type, score from 0 to 1, recogniser."""

    start: int
    end: int
    type: str
    score: float
    recogniser: str


class Scan(NamedTuple):
    """The hits of a text in order, without overlaps, and whether all of it was scanned."""

    hits: tuple[Hit, ...]
    status: str = SCANNED


NOTHING = Scan(())


@functools.lru_cache(maxsize=4)
def scanner(
    also: str = "", countries: str = ",".join(DEFAULT_COUNTRIES), threshold: float = DEFAULT_THRESHOLD
) -> Scanner:
    """The scanner of the default types and those of `also`, built once per process."""
    return Scanner(chosen_types(also, countries), countries, threshold)


class Scanner:
    """Recognisers of some types with a threshold, and the search that excludes most texts."""

    def __init__(
        self,
        types: tuple[str, ...] = DEFAULT_TYPES,
        countries: str = ",".join(DEFAULT_COUNTRIES),
        threshold: float = DEFAULT_THRESHOLD,
    ) -> None:
        self.quiet = quiet()
        self.types, self.threshold = types, threshold
        self.recognisers = [one for several in recognisers_of(types, countries).values() for one in several]
        self.words, self.enhancer = WordEngine(), enhancer()
        self.search = Search(self.recognisers, threshold)

    def scan(self, texts: pl.Series) -> dict[int, Scan]:
        """Position -> the scan of that text. Fully scanned texts without hits are left out."""
        todo = self.search.candidates(texts)
        changed = changed_texts(texts)
        for position, sought in self.search.candidates(changed["text"]).items():
            todo.setdefault(int(changed["at"][position]), set()).update(sought)
        places = sorted(todo)
        scans = {}
        for position, text in zip(places, texts.gather(places).to_list(), strict=True):
            scan = self._scan(text, self.search.parts(todo[position]))
            if scan != NOTHING:
                scans[position] = scan
        return scans

    def scan_text(self, text: str, types: Iterable[str] | None = None) -> Scan:
        """The scan of one text for these types."""
        wanted = set(self.types if types is None else types)
        return self._scan(text, [r for r in self.recognisers if r.supported_entities[0] in wanted])

    def _scan(self, text: str, recognisers: list[PatternRecognizer]) -> Scan:
        hits, stopped = self._windows(text, recognisers)
        if not is_normal(text):
            normal, origin = normal_form(text)
            more, stopped_again = self._windows(normal, recognisers)
            hits += _moved_back(more, origin)
            stopped = stopped or stopped_again
        return Scan(without_overlaps(hits), f"{PARTLY}{stopped}" if stopped else SCANNED)

    def _windows(self, text: str, recognisers: list[PatternRecognizer]) -> tuple[list[Hit], str]:
        """The hits, window by window, and why the scan stopped early, or ""."""
        began, timeouts = time.monotonic(), self.quiet.timeouts
        hits: list[Hit] = []
        for start in range(0, max(min(len(text), MOST_CHARS), 1), WINDOW_CHARS):
            low = max(0, start - OVERLAP_CHARS)
            is_last = len(text) <= start + WINDOW_CHARS
            part = text if len(text) <= WINDOW_CHARS else text[low : start + WINDOW_CHARS + OVERLAP_CHARS]
            for hit in self._hits(part, recognisers):
                hit_start = hit.start + low
                if start <= hit_start and (is_last or hit_start < start + WINDOW_CHARS):
                    hits.append(hit._replace(start=hit_start, end=hit.end + low))
            if len(hits) > MOST_HITS:
                return hits[:MOST_HITS], "hits"
            if time.monotonic() - began > MOST_SECONDS:
                return hits, "time"
        if self.quiet.timeouts > timeouts:
            return hits, "time"
        return hits, "length" if len(text) > MOST_CHARS else ""

    def _hits(self, text: str, recognisers: list[PatternRecognizer]) -> list[Hit]:
        """As AnalyzerEngine.analyze: find, raise scores by the words around, remove low scores and duplicates."""
        from presidio_analyzer import EntityRecognizer

        raw = [(r, result) for r in recognisers for result in r.analyze(text, r.supported_entities)]
        if not raw:
            return []
        results: list[RecognizerResult] = []
        for recogniser, result in raw:
            if not recogniser.context:
                results.append(result)
                continue
            near = self.words.around(text, result.start)
            results += self.enhancer.enhance_using_context(text, [result], near, [recogniser])
        return _as_hits(EntityRecognizer.remove_duplicates([r for r in results if r.score >= self.threshold]))

    @functools.cached_property
    def plain(self) -> AnalyzerEngine:
        """Presidio alone with the same recognisers; every scan must equal its result."""
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

        registry = RecognizerRegistry(self.recognisers)
        return AnalyzerEngine(registry, self.words, context_aware_enhancer=self.enhancer)

    def plain_scan(self, text: str) -> tuple[Hit, ...]:
        """What Presidio alone finds in a text and in its normal form, without overlaps."""
        hits = self.plain_hits(text)
        if not is_normal(text):
            normal, origin = normal_form(text)
            hits += _moved_back(self.plain_hits(normal), origin)
        return without_overlaps(hits)

    def plain_hits(self, text: str) -> list[Hit]:
        return _as_hits(self.plain.analyze(text, "en", list(self.types), score_threshold=self.threshold))


def _as_hits(results: Iterable[RecognizerResult]) -> list[Hit]:
    return [
        Hit(r.start, r.end, r.entity_type, round(min(r.score, 1.0), 4), r.recognition_metadata["recognizer_name"])
        for r in results
    ]


def _moved_back(hits: Iterable[Hit], origin: tuple[int, ...]) -> list[Hit]:
    """Hits in a text's normal form as hits in the text itself."""
    moved = ((original_span(origin, hit.start, hit.end), hit) for hit in hits)
    return [hit._replace(start=start, end=end) for (start, end), hit in moved]


def without_overlaps(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """The best of the hits that share characters (by score, length, order of types), in the order of the text."""
    order = {type_: place for place, type_ in enumerate(DEFAULT_TYPES)}
    best = sorted(hits, key=lambda h: (-h.score, h.start - h.end, order.get(h.type, len(order)), h))
    taken: list[Hit] = []
    starts: list[int] = []
    ends: list[int] = []
    for hit in best:
        place = bisect_left(starts, hit.start)
        if (place and ends[place - 1] > hit.start) or (place < len(starts) and starts[place] < hit.end):
            continue
        starts.insert(place, hit.start)
        ends.insert(place, hit.end)
        taken.append(hit)
    return tuple(sorted(taken))
