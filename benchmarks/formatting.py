"""How long does it take to count the noise of every kind, without and with its cost in tokens?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from benchmarks.data import records
from benchmarks.ground import Ground, Row, memory

BARS = {"none": 120, "tokens": 300}  # seconds at a million rows on two cores
NOISY = (
    "# {0}\n\n- **{1}**\n- {2}\n\n1. one\n2. two",
    "<p>{0}</p><br/>{1} &amp; {2}",
    "{0}.\n\n\n\n{1}  \n{2}\t\n",
    "```python\nx = '{0}'\n```\n`{1}` is **{2}**.",
    "As an AI language model, {0}. I hope this helps!",
    "{0} 🎉 https://example.org/{1}",
    "| {0} | {1} |\n|---|---|\n| 1,000 | 1000 |",
    "I'm sorry, but I can't help with {0}.",
    "<|im_start|>assistant\n{0}<|im_end|>",
    "Dear {{{{name}}}}, {0}\u200b {1}\u00a0{2}",
    "â€œ{0}â€\x9d",
    "{0}. The {1} is then put into the {2} and",
)


def noisy(path: Path, rows: int) -> None:
    """The rows of the other measurements; every second answer in one of twelve noisy forms."""
    with path.open("wb") as file:
        for at, record in enumerate(records(rows)):
            words = str(record["output"]).split()
            if words and at % 2:
                third = len(words) // 3
                parts = (" ".join(words[:third]), " ".join(words[third : 2 * third]), " ".join(words[2 * third :]))
                record["output"] = NOISY[at // 2 % len(NOISY)].format(*parts)
            file.write(orjson.dumps(record) + b"\n")


def measure(ground: Ground) -> Iterator[Row]:
    """The signal as the command line runs it: process start, reading and writing count."""
    path = ground.planted.path.with_name("noisy.jsonl")
    noisy(path, ground.planted.rows)
    _, opened = ground.winnow("open", str(path))
    for costs, seconds in BARS.items():
        done, _ = ground.winnow("compute", str(opened["id"]), "formatting", "--set", f"costs={costs}")
        bar = seconds * ground.planted.rows / 1_000_000
        yield Row(
            f"Signal formatting, {'with' if costs == 'tokens' else 'without'} costs in tokens, every second answer noisy",
            f"{done.seconds:.1f} s, {ground.planted.rows / done.seconds:,.0f} rows/s, peak {memory(done.peak_mb)}",
            f"{bar:,.0f} s",
            done.seconds <= bar,
            {"seconds": done.seconds, "rows_per_second": ground.planted.rows / done.seconds, "peak_mb": done.peak_mb},
        )
