"""How often is the language right, and how many texts per second does one core identify?"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import polars as pl

from analysis.lengths.language_signal import UNDETERMINED, judge
from benchmarks.ground import ROOT, Ground, Row, memory

ACCURACY_BAR, SPEED_BAR = 0.97, 20_000


def measure(ground: Ground) -> Iterator[Row]:
    """Accuracy on sentences of twenty languages; speed on different pairs of them; then the signal over all rows."""
    path = ROOT / "tests" / "language_sentences.jsonl"
    sentences = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = pl.Series([sentence["text"] for sentence in sentences])
    found = judge(texts)
    of = dict(zip(found["text"], found["language"], strict=True))
    right = sum(of[s["text"]] == s["language"] for s in sentences) / len(sentences)
    left_open = sum(of[s["text"]] == UNDETERMINED for s in sentences)
    yield Row(
        f"Language of {len(sentences)} sentences, 20 languages",
        f"{right:.3f} right, {left_open} left open",
        f"{ACCURACY_BAR}",
        right >= ACCURACY_BAR,
        {"accuracy": right},
    )
    pairs = [
        f"{a['text']} {b['text']}"
        for a in sentences
        for b in sentences
        if a is not b and a["language"] == b["language"]
    ]
    started = time.process_time()
    judge(pl.Series(pairs))
    speed = len(pairs) / (time.process_time() - started)
    chars = sum(map(len, pairs)) / len(pairs)
    yield Row(
        f"Language, {len(pairs):,} distinct texts of {chars:.0f} characters on average",
        f"{speed:,.0f} a CPU second",
        f"{SPEED_BAR:,}",
        speed >= SPEED_BAR,
        {"texts_per_cpu_second": speed},
    )
    done = ground.compute_afresh("language")
    yield Row(
        "Signal language",
        f"{done.seconds:.1f} s, {ground.planted.rows / done.seconds:,.0f} rows/s, peak {memory(done.peak_mb)}",
        numbers={"seconds": done.seconds, "peak_mb": done.peak_mb},
    )
