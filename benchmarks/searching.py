"""How long does a search of all texts take: the first, the next, and the same search again?"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from analysis.catalogue import CATALOGUE
from analysis.dataset import Dataset
from analysis.view import View
from benchmarks.ground import Ground, Row

REPEATS = 5
SEARCHES = {  # what to look for: at first, and then something else of the same kind
    "literal": ("*~has~ettuce", "*~has~beetroot"),
    "whole word": ("*~word~kettle", "*~word~orchard"),
    "regex": (r"*~re~fetch\w+ (octopus|owl)s", r"*~re~(kettle|ladder) \w+ing\b"),
}


def timed(dataset: Dataset, search: str) -> tuple[float, int]:
    """Milliseconds until the positions of the hits are known, and their number."""
    started = time.perf_counter()
    rows = dataset.rows_of(View.from_params([search]))
    return (time.perf_counter() - started) * 1000, len(rows)


def search(folder: Path, first: str, other: str) -> dict[str, float]:
    """Milliseconds of three searches. The first search reads the texts from disk, the others find them in memory."""
    dataset = Dataset(folder, CATALOGUE)
    cold, _ = timed(dataset, first)
    warm, hits = timed(dataset, other)
    again = min(timed(dataset, other)[0] for _ in range(REPEATS))
    return {"first_ms": cold, "next_ms": warm, "again_ms": again, "hits": hits}


def measure(ground: Ground) -> Iterator[Row]:
    """Each kind in a new process, so that none uses texts that another loaded."""
    folder = ground.home / "datasets" / ground.dataset
    for kind, (first, other) in SEARCHES.items():
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            found = pool.submit(search, folder, first, other).result()
        yield Row(
            f"Text search, {kind}",
            f"first {found['first_ms']:,.0f} ms, next {found['next_ms']:,.0f} ms ({found['hits']:,.0f} hits), same again {found['again_ms']:.2f} ms",
            numbers=found,
        )
