"""How long does it take to propose other texts for half of the rows, and what does an export with them cost more?"""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson

from analysis.workspace import Workspace
from benchmarks import data
from benchmarks.ground import Ground, Row, median, memory

MOST_ROWS = 200_000
EVERY = 2
"""One of so many rows gets another response, of one sentence more."""
FORMATS = ("input", "messages")
PAIRS = 3
BAR = 3.0
PERSON = ("--person", "benchmark")


def measure(ground: Ground) -> Iterator[Row]:
    """The command `propose`, then exports without and with the proposed texts in turns; from a file of its own, of at
    most 200,000 rows, whose tokens are counted before."""
    with tempfile.TemporaryDirectory(dir=ground.home.parent) as folder:
        few = Ground(data.make(Path(folder), min(ground.planted.rows, MOST_ROWS)), Path(folder) / "home")
        few.winnow("compute", few.dataset, "tokens")
        source = Path(folder) / "anew.jsonl"
        rows = _write(few, source)
        done, _ = few.winnow("propose", few.dataset, "--from", str(source), *PERSON)
        yield Row(
            f"Proposing texts for {rows:,} rows",
            f"{done.seconds:.1f} s, {rows / done.seconds:,.0f} rows/s, peak {memory(done.peak_mb)}",
            numbers={"seconds": done.seconds, "rows_per_second": rows / done.seconds, "peak_mb": done.peak_mb},
        )
        for to in FORMATS:
            yield _compared(few, to, rows)


def _compared(ground: Ground, to: str, rows: int) -> Row:
    """Exports without and with the proposed texts, in turns."""
    runs = [(_export(ground, to, "ignore", n), _export(ground, to, "take", n)) for n in range(PAIRS)]
    ratio = median([taken[0] / plain[0] for plain, taken in runs])
    of_cpu = median([taken[1] / plain[1] for plain, taken in runs])
    seconds, without = (median([pair[side][0] for pair in runs]) for side in (1, 0))
    peak = max(taken[2] for _, taken in runs)
    return Row(
        f"Export to {to} of {ground.planted.rows:,} rows with {rows:,} proposed texts, their tokens counted, "
        "against the same without them",
        f"{ratio:.2f} times ({seconds:.1f} s against {without:.1f} s; {PAIRS} pairs; {of_cpu:.2f} times the CPU "
        f"seconds), peak {memory(peak)}",
        f"≤ {BAR:g} times",
        ratio <= BAR,
        {"ratio": ratio, "cpu_ratio": of_cpu, "seconds": seconds, "seconds_without": without, "peak_mb": peak},
    )


def _write(ground: Ground, source: Path) -> int:
    """Writes the records with the new responses; how many they are."""
    dataset = Workspace(ground.home).dataset(ground.dataset)
    frame = dataset.frame(["row_id", "response"]).gather_every(EVERY).drop_nulls("response")
    with source.open("wb") as file:
        for row_id, response in frame.iter_rows():
            record = {"row_id": row_id, "response": f"{response} This is written anew."}
            file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
    return frame.height


def _export(ground: Ground, to: str, proposals: str, number: int) -> tuple[float, float, float]:
    """Seconds, CPU seconds of all its processes and peak memory of an export."""
    out = ground.home.parent / f"{to}_{proposals}_{number}"
    before = _cpu_seconds()
    done, _ = ground.winnow("export", ground.dataset, "--to", to, "--proposals", proposals, "--out", str(out))
    return done.seconds, _cpu_seconds() - before, done.peak_mb


def _cpu_seconds() -> float:
    """Of all processes that this one started and that have ended, with those that they started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
