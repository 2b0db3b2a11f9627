"""Texts with planted copies of known similarity, and hostile texts that all fall into one bucket."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import orjson

from benchmarks.data import PLAIN, RARE, records

SEED = 20250102
KINDS = {"exact": 0.0, "spaced": 0.0, "2%": 0.02, "5%": 0.05, "10%": 0.10}
COPIES = 0.1  # of all rows


def texts(rows: int) -> Iterator[str]:
    """Unrelated texts of about 50 words, no two near each other."""
    for record in records(rows):
        yield f"{record['instruction']}. {record['input']}. {record['output']}."


def edited(text: str, share: float, draws: random.Random) -> str:
    """`text` with this share of its words, at least one, replaced by others."""
    words = text.split()
    for at in draws.sample(range(len(words)), max(1, round(share * len(words)))):
        words[at] = draws.choice(PLAIN)
    return " ".join(words)


def planted(rows: int) -> list[tuple[str, int, str]]:
    """(text, number of its original, kind): unrelated originals, then copies of every kind, shuffled."""
    draws = random.Random(SEED)
    originals = list(texts(rows - int(rows * COPIES)))
    made = [(text, at, "original") for at, text in enumerate(originals)]
    names = list(KINDS)
    for n in range(rows - len(originals)):
        at, kind = draws.randrange(len(originals)), names[n % len(names)]
        text = originals[at]
        if kind == "spaced":
            text = "  " + text.upper().replace(" ", "  ") + "\n"
        elif kind != "exact":
            text = edited(text, KINDS[kind], draws)
        made.append((text, at, kind))
    draws.shuffle(made)
    return made


def equal(rows: int) -> Iterator[str]:
    text = next(texts(1))
    yield from (text for _ in range(rows))


def template(rows: int) -> Iterator[str]:
    """One long text with a name that differs in each row."""
    words = " ".join(next(texts(1)) for _ in range(2)).split()
    for name in RARE[:rows]:
        yield " ".join([*words[:20], name, *words[20:]])


def short(rows: int) -> Iterator[str]:
    """A quarter empty, a quarter without a letter, half a single word, of 200 different words."""
    for at in range(rows):
        word = PLAIN[at % min(200, len(PLAIN))]
        yield ("", "!?", word, word)[at % 4]


def long(rows: int) -> Iterator[str]:
    """Two rows of about 5 MB that differ in a word, among ordinary rows."""
    made = " ".join(texts(15_000))
    yield from (made, *texts(rows - 2), made.replace("The", "A", 1) + " end")


def passages(megabytes: int) -> Iterator[str]:
    """Texts of about 2,000 characters; every tenth holds a passage of 60 words that two or more other texts also hold."""
    draws = random.Random(SEED)
    said = [" ".join(draws.choices(PLAIN + RARE, k=60)) for _ in range(500)]
    several: list[str] = []
    written, at = 0, 0
    for text in texts(megabytes * 4_000):
        several.append(text)
        if len(several) == 6:
            whole = " ".join([*several[:3], said[at // 10 % len(said)] if at % 10 == 0 else "", *several[3:]])
            written, at = written + len(whole), at + 1
            yield whole
            several = []
            if written > megabytes << 20:
                return


def write(path: Path, rows: Iterator[str]) -> Path:
    with path.open("wb") as file:
        for text in rows:
            file.write(orjson.dumps({"prompt": text, "response": None}) + b"\n")
    return path
