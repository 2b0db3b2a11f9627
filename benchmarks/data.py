"""The file that all benchmarks use: instructions with planted faults, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from sample_data.maker.words import NOUNS, VERBS

SEED = 20250101
CHUNK = 10_000
SOURCES = ("forum", "tutor", "crowd", "synthetic")
ANNOTATORS = tuple(f"ann_{n:02}" for n in range(40))
PLAIN = (*VERBS, *NOUNS)
RARE = tuple(f"{verb}{noun}" for verb in VERBS for noun in NOUNS)
BROKEN = (
    b'{"instruction": "cut in the midd',
    b"not JSON at all",
    b'{"instruction": "two",, "output": 1}',
    b"[1, 2",
    b"{]",
)
EMPTY_EVERY, PAIR_EVERY, LARGE_EVERY = 250, 200, 1_000  # coprime offsets below keep the faults in different rows


@dataclass(frozen=True)
class Planted:
    """The file, the same without its broken lines (which plain Polars refuses), and the numbers of planted faults."""

    path: Path
    clean: Path
    rows: int
    broken: int
    empty: int
    extra: int

    @property
    def mebibytes(self) -> float:
        return self.path.stat().st_size / 2**20


def texts(random: np.random.Generator) -> Iterator[tuple[str, str, str]]:
    """Instruction, input and output of one row after another.

    Words are drawn with replacement, three in ten from some 45,000 rare ones, so that no row is near another by
    chance: copies of a few texts would all be near duplicates.
    """
    while True:
        lengths = np.stack(
            [random.integers(5, 21, CHUNK), random.integers(0, 13, CHUNK), random.integers(10, 51, CHUNK)], axis=1
        )
        lengths[:, 1] *= random.random(CHUNK) < 0.4
        ends = lengths.cumsum().tolist()
        drawn = random.integers(0, len(PLAIN), ends[-1]), random.integers(0, len(RARE), ends[-1])
        rare = (random.random(ends[-1]) < 0.3).tolist()
        words = [
            RARE[r] if is_rare else PLAIN[p] for p, r, is_rare in zip(*(d.tolist() for d in drawn), rare, strict=True)
        ]
        sentences = [" ".join(words[start:end]).capitalize() for start, end in zip([0, *ends], ends, strict=False)]
        yield from zip(sentences[0::3], sentences[1::3], sentences[2::3], strict=True)


def records(rows: int) -> Iterator[dict[str, object]]:
    random = np.random.default_rng(SEED)
    made = texts(random)
    repeated = before = next(made)
    for at in range(rows):
        instruction, given, output = text = next(made)
        if at % LARGE_EVERY == 7:
            instruction, given, output = repeated
        elif at % PAIR_EVERY == 51:
            instruction, given, output = before
        elif at % EMPTY_EVERY == 3:
            output = ""
        before = text
        yield {
            "instruction": instruction,
            "input": given,
            "output": output,
            "source": SOURCES[at * at % 7 % 4],
            "annotator": ANNOTATORS[at * 31 % 1009 % 40],
            "item": f"item-{at // 3}",
            "created_at": f"2025-{at * 7 % 12 + 1:02}-{at * 11 % 28 + 1:02}T{at % 24:02}:{at % 60:02}:00",
            "score": at * 17 % 101 % 5 + 1,
            "user_id": at * 7919 % 1_000_003,
        }


def make(folder: Path, rows: int) -> Planted:
    """Writes both files; broken lines are spread over the larger one."""
    path, clean = folder / "rows.jsonl", folder / "without_broken_lines.jsonl"
    breaks = {rows * (n + 1) // (len(BROKEN) + 1): line for n, line in enumerate(BROKEN)}
    with path.open("wb") as whole, clean.open("wb") as rest:
        for at, record in enumerate(records(rows)):
            if at in breaks:
                whole.write(breaks[at] + b"\n")
            line = orjson.dumps(record) + b"\n"
            whole.write(line)
            rest.write(line)
    planted = [
        len(range(first, rows, every)) for first, every in ((3, EMPTY_EVERY), (51, PAIR_EVERY), (7, LARGE_EVERY))
    ]
    return Planted(path, clean, rows, len(breaks), planted[0], planted[1] + planted[2] - 1)
