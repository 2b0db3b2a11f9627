"""How long does it take to write every row as training files?"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.ground import Ground, Row, memory

FORMATS = ("input", "messages", "csv", "parquet")


def measure(ground: Ground) -> Iterator[Row]:
    """Each format once, by the command line, with receipt and checksums."""
    for to in FORMATS:
        out = ground.home.parent / f"export_{to}"
        done, written = ground.winnow("export", ground.dataset, "--to", to, "--out", str(out))
        megabytes = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 2**20
        yield Row(
            f"Export to {to}",
            f"{done.seconds:.1f} s, {written['rows_out'] / done.seconds:,.0f} rows/s, {megabytes:,.0f} MB written, peak {memory(done.peak_mb)}",
            numbers={
                "seconds": done.seconds,
                "rows_per_second": written["rows_out"] / done.seconds,
                "peak_mb": done.peak_mb,
            },
        )
