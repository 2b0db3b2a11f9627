"""How fast is personal data found, are the results those of Presidio alone, and how often are they right?"""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import orjson
import polars as pl

from analysis.personal_data.placeholders import is_placeholder
from analysis.personal_data.recognisers import chosen_types
from analysis.personal_data.scanning import Hit, Scan, Scanner
from analysis.personal_data.types import DEFAULT_TYPES
from benchmarks.ground import Ground, Row, memory
from tests.support.personal_texts import ALL_COUNTRIES, believable, hostile, labelled

COMPARED_ROWS, TURNS = 20_000, 5
PROPERTY_TEXTS, PROPERTY_TEXTS_OF_ALL = 10_000, 2_000  # with all types, Presidio alone takes most of a minute for 1,000
ROUNDS = 200  # of each kind of labelled text: 3,000 spans and 6,000 near misses
DISTINCT = 25_000  # believable texts of the large file, each with a number of its own in front
LEAST_RATIO, MOST_SECONDS, MOST_SECONDS_OF_DOTS = 25.0, 180.0, 2.0


def measure(ground: Ground) -> Iterator[Row]:
    """Compared with Presidio alone in this process; then as the command line computes it, process start included."""
    yield _ratio()
    yield from _properties()
    yield _dots()
    yield from _accuracy()
    yield _large(ground)


def _ratio() -> Row:
    """CPU seconds in turns, for the same result: Presidio alone also reads texts in both forms and uses the fast splitter.

    In each turn Presidio alone reads a fifth of the texts, and the scanner all of them.
    """
    scanner, texts = Scanner(), list(believable(COMPARED_ROWS))
    column, step = pl.Series(texts), COMPARED_ROWS // TURNS
    scanner.scan(column.head(500)), [scanner.plain_scan(text) for text in texts[:100]]
    answers: list[tuple[Hit, ...]] = []
    found: dict[int, Scan] = {}
    seconds: list[tuple[float, float]] = []
    for turn in range(TURNS):
        some = texts[turn * step : (turn + 1) * step]
        plain = _seconds(partial(answers.extend, map(scanner.plain_scan, some)))
        seconds.append((plain * TURNS, _seconds(lambda: found.update(scanner.scan(column)))))
    differing = sum(plain != (found[at].hits if at in found else ()) for at, plain in enumerate(answers))
    plains, fasts = zip(*seconds, strict=True)
    ratios, ratio = [plain / fast for plain, fast in seconds], sum(plains) / sum(fasts)
    return Row(
        f"Personal data in {COMPARED_ROWS:,} texts of {np.mean([len(text) for text in texts]):.0f} characters, against Presidio alone",
        f"{ratio:.1f} times as fast ({min(ratios):.1f} to {max(ratios):.1f} in {TURNS} turns): {np.mean(fasts):.2f} s of CPU, {differing} rows differ",
        f"{LEAST_RATIO:.0f} times, 0 differ",
        ratio >= LEAST_RATIO and not differing,
        {"ratio": ratio, "differing": differing},
    )


def _properties() -> Iterator[Row]:
    """Every text with the default types, and with all types."""
    every = Scanner(chosen_types("noisy", ALL_COUNTRIES), ALL_COUNTRIES)
    for name, scanner, count in (
        ("default types", Scanner(), PROPERTY_TEXTS),
        (f"all {len(every.types)} types", every, PROPERTY_TEXTS_OF_ALL),
    ):
        hits = differing = 0
        for texts in (list(believable(count, seed=3)), list(hostile(count, seed=3))):
            found = scanner.scan(pl.Series(texts))
            for at, text in enumerate(texts):
                plain = scanner.plain_scan(text)
                hits += len(plain)
                differing += plain != (found[at].hits if at in found else ())
        yield Row(
            f"The same as Presidio alone on {count:,} believable and {count:,} hostile texts, {name}",
            f"{differing} differ, {hits:,} hits",
            "0 differ",
            not differing,
            {"differing": differing, "hits": hits},
        )


def _dots() -> Row:
    scanner = Scanner(chosen_types("URL", "US"), "US")
    text = pl.Series(["a." * 500_000])
    seconds = _seconds(lambda: scanner.scan(text))
    return Row(
        "One text of 1 MB of `a.a.a.`, links switched on",
        f"{seconds:.2f} s",
        f"{MOST_SECONDS_OF_DOTS:.0f} s",
        seconds <= MOST_SECONDS_OF_DOTS,
        {"seconds": seconds},
    )


def _accuracy() -> Iterator[Row]:
    """Right: a hit of the type overlaps the span. Wrong: a counted hit overlaps no span of its type."""
    scanner = Scanner()
    right, exact, missed, wrong = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for text, spans, _ in labelled(ROUNDS, seed=5):
        hits = scanner.scan_text(text).hits
        for start, end, type_ in spans:
            found = [hit for hit in hits if hit.type == type_ and hit.start < end and hit.end > start]
            (right if found else missed)[type_] += 1
            exact[type_] += any((hit.start, hit.end) == (start, end) for hit in found)
        for hit in hits:
            is_right = any(t == hit.type and hit.start < e and hit.end > s for s, e, t in spans)
            wrong[hit.type] += not is_right and not is_placeholder(hit.type, text[hit.start : hit.end])
    for type_ in sorted(DEFAULT_TYPES):
        precision, recall = right[type_] / (right[type_] + wrong[type_]), right[type_] / (right[type_] + missed[type_])
        yield Row(
            f"{type_} in texts of our own making, {right[type_] + missed[type_]} spans",
            f"precision {precision:.3f}, recall {recall:.3f}, exact ends {exact[type_] / right[type_]:.3f}",
            numbers={"precision": precision, "recall": recall, "exact_share": exact[type_] / right[type_]},
        )


def believable_file(path: Path, rows: int) -> None:
    """Instructions and responses of about 0.9 kB, all different, one in fifty with personal data."""
    texts = list(believable(min(rows, DISTINCT)))
    with path.open("wb") as file:
        for at in range(rows):
            words = texts[at % len(texts)].split(" ")
            cut = len(words) // 4
            record = {
                "prompt": f"Task {at}: {' '.join(words[:cut])}",
                "response": f"Answer {at}. {' '.join(words[cut:])}",
            }
            file.write(orjson.dumps(record) + b"\n")


def _large(ground: Ground) -> Row:
    """The command as a person runs it: it computes the signal for the first time, and counts."""
    with tempfile.TemporaryDirectory(prefix="winnow-bench-") as folder:
        path, rows = Path(folder) / "believable.jsonl", ground.planted.rows
        believable_file(path, rows)
        size = path.stat().st_size / rows
        _, opened = ground.winnow("open", str(path), home=Path(folder))
        done, counted = ground.winnow("pii", str(opened["id"]), home=Path(folder))
    bar = MOST_SECONDS * rows / 1_000_000
    return Row(
        f"Personal data in {rows:,} rows of {size:.0f} bytes, computed and counted by `pii`",
        f"{done.seconds:.0f} s, {rows / done.seconds:,.0f} rows/s, peak {memory(done.peak_mb)}, load {os.getloadavg()[0]:.1f}; {counted['rows_with_pii']:,} rows hold some",
        f"{bar:,.0f} s",
        done.seconds <= bar,
        {"seconds": done.seconds, "rows_per_second": rows / done.seconds, "peak_mb": done.peak_mb},
    )


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started
