"""How long does opening take compared with plain Polars, and how much memory does it need?"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

from benchmarks.ground import Ground, Row, check_opened, median, memory, run

PAIRS = 3
MAX_RATIO, MAX_MB = 3, 2048
PLAIN = "import sys, polars as pl; pl.scan_ndjson(sys.argv[1]).sink_parquet(sys.argv[2])"


def measure(ground: Ground) -> Iterator[Row]:
    """Winnow and Polars run in turns, so that load on the machine affects both. Python's start counts in both."""
    ours, plain, home = [], [], ground.home.parent / "opening"
    for _ in range(PAIRS):
        plain.append(
            run([sys.executable, "-c", PLAIN, str(ground.planted.clean), str(home.with_suffix(".parquet"))], home)
        )
        done, opened = ground.winnow("open", str(ground.planted.path), home=home)
        check_opened(ground.planted, opened)
        ours.append(done)
        shutil.rmtree(home)
    ratios = sorted(a.seconds / b.seconds for a, b in zip(ours, plain, strict=True))
    ratio = median(ratios)
    seconds, plain_seconds = median([a.seconds for a in ours]), median([b.seconds for b in plain])
    peak = max(a.peak_mb for a in ours)
    yield Row(
        "Opening against `scan_ndjson(…).sink_parquet(…)`",
        f"{ratio:.2f} times ({seconds:.1f} s, {ground.planted.rows / seconds:,.0f} rows/s, against {plain_seconds:.1f} s; {PAIRS} pairs, {ratios[0]:.2f} to {ratios[-1]:.2f} times)",
        f"≤ {MAX_RATIO} times",
        ratio <= MAX_RATIO,
        {"ratio": ratio, "seconds": seconds, "plain_seconds": plain_seconds},
    )
    yield Row(
        "Peak memory of all processes while opening",
        f"{memory(peak)} (plain Polars {memory(max(b.peak_mb for b in plain))})",
        f"≤ {memory(MAX_MB)}",
        peak <= MAX_MB if peak else None,
        {"peak_mb": peak, "plain_peak_mb": max(b.peak_mb for b in plain)},
    )
