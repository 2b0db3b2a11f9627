"""How long does it take to mark the words that only one of two answers has?"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator

from analysis.reading.marks import word_diff
from benchmarks.ground import Ground, Row

WORDS = (2_000, 10_000)
CHANGED_SHARE = 0.05
VOCABULARY = 5_000
REPEATS = 7


def answers(words: int) -> tuple[str, str]:
    """Two texts of this many words, with frequent and rare words as in prose; 5% of the words differ."""
    rng = random.Random(words)
    vocabulary = [f"w{number}" for number in range(VOCABULARY)]
    weights = [1 / (rank + 1) for rank in range(VOCABULARY)]
    chosen = rng.choices(vocabulary, weights, k=words)
    rejected = list(chosen)
    for place in rng.sample(range(words), round(words * CHANGED_SHARE)):
        rejected[place] = f"other{place}"
    return " ".join(chosen), " ".join(rejected)


def measure(ground: Ground) -> Iterator[Row]:
    """The median of seven runs, for each length of the two texts."""
    numbers: dict[str, float] = {}
    for words in WORDS:
        texts = answers(words)
        seconds = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            word_diff(*texts)
            seconds.append(time.perf_counter() - started)
        numbers[f"words_{words}_ms"] = statistics.median(seconds) * 1000
    said = ", ".join(f"{words:,} words {numbers[f'words_{words}_ms']:,.1f} ms" for words in WORDS)
    yield Row(f"Words that differ between two answers, {CHANGED_SHARE:.0%} changed", said, numbers=numbers)
