"""How long does each signal take over the whole dataset?"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.ground import SIGNALS, Ground, Row, memory


def measure(ground: Ground) -> Iterator[Row]:
    """Each signal once, as the command line runs it: process start, reading and writing are part of it."""
    for name in SIGNALS:
        for made in (ground.home / "datasets" / ground.dataset).glob(f"{name}-*.parquet"):
            made.unlink()
        done, _ = ground.winnow("compute", ground.dataset, name)
        yield Row(
            f"Signal {name}",
            f"{done.seconds:.1f} s, {ground.planted.rows / done.seconds:,.0f} rows/s, peak {memory(done.peak_mb)}",
            numbers={"seconds": done.seconds, "rows_per_second": ground.planted.rows / done.seconds, "peak_mb": done.peak_mb},
        )  # fmt: skip
