"""How long does opening conversations take compared with plain Polars, as JSONL and as Parquet?"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson

from benchmarks.ground import Ground, Row, median, run

PAIRS = 3
SHARE = 0.3  # of the rows of the other measurements: 300,000 conversations beside a million instructions
TURNS = (20, 60, 10, 50)  # words of each message
MAX_RATIO = 3.5
SUFFIXES = {".jsonl": "scan_ndjson", ".parquet": "scan_parquet"}
WORDS = "the model answers a question about tides and harbours with care because people rely on it every day".split()


def measure(ground: Ground) -> Iterator[Row]:
    """Winnow and Polars run in turns, so that load on the machine affects both. Python's start counts in both."""
    folder = ground.home.parent
    for path in _written(folder, max(1_000, int(ground.planted.rows * SHARE))):
        scan = SUFFIXES[path.suffix]
        plain = f"import sys, polars as pl; pl.{scan}(sys.argv[1]).sink_parquet(sys.argv[2])"
        home, pairs, seconds = folder / "chats", [], []
        for _ in range(PAIRS):
            beside = run([sys.executable, "-c", plain, str(path), str(folder / "plain.parquet")], home)
            done, opened = ground.winnow("open", str(path), home=home)
            shutil.rmtree(home)
            pairs.append(done.seconds / beside.seconds)
            seconds.append((done.seconds, beside.seconds))
        ratio = median(pairs)
        ours, theirs = (median(side) for side in zip(*seconds, strict=True))
        yield Row(
            f"Opening conversations of four messages, {path.suffix[1:]}, against `{scan}(…).sink_parquet(…)`",
            f"{ratio:.2f} times ({opened['rows']:,} rows, {ours:.1f} s against {theirs:.1f} s; {PAIRS} pairs, "
            f"{min(pairs):.2f} to {max(pairs):.2f} times)",
            f"≤ {MAX_RATIO} times",
            ratio <= MAX_RATIO,
            {"ratio": ratio, "seconds": ours, "plain_seconds": theirs},
        )


def _written(folder: Path, rows: int) -> tuple[Path, Path]:
    """The same conversations as JSONL and as Parquet."""
    import polars as pl

    lines, table = folder / "chats.jsonl", folder / "chats.parquet"
    chosen = random.Random(1)
    with lines.open("wb") as file:
        for number in range(rows):
            turns = [
                {"role": ("user", "assistant")[n % 2], "content": " ".join(chosen.choices(WORDS, k=words))}
                for n, words in enumerate(TURNS)
            ]
            file.write(orjson.dumps({"id": number, "messages": turns}, option=orjson.OPT_APPEND_NEWLINE))
    pl.scan_ndjson(lines).sink_parquet(table)
    return lines, table
