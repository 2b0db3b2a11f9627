"""How long does each signal take over the whole dataset?"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.ground import SIGNALS, Ground, Row, memory


def measure(ground: Ground) -> Iterator[Row]:
    """Each signal once, as the command line runs it: process start, reading and writing count."""
    for name in SIGNALS:
        done = ground.compute_afresh(name)
        yield Row(
            f"Signal {name}",
            f"{done.seconds:.1f} s, {ground.planted.rows / done.seconds:,.0f} rows/s, peak {memory(done.peak_mb)}",
            numbers={
                "seconds": done.seconds,
                "rows_per_second": ground.planted.rows / done.seconds,
                "peak_mb": done.peak_mb,
            },
        )
    check_found(ground)


def check_found(ground: Ground) -> None:
    """Raises RuntimeError where the columns miss planted rows."""
    _, answer = ground.winnow("findings", ground.dataset)
    rows = {finding["name"]: finding["rows"] for finding in answer["findings"]}
    seen, known = (
        (rows.get("empty_response"), rows.get("exact_duplicates")),
        (ground.planted.empty, ground.planted.extra),
    )
    if seen != known:
        raise RuntimeError(f"Found {seen} empty responses and repeated rows, planted were {known}.")
