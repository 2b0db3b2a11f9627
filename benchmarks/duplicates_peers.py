"""One way of finding near duplicates, in a new process: `python -m benchmarks.duplicates_peers NAME FILE`.

Each gets the same texts, and normalises, cuts into shingles, signs, proposes by 21 bands of 3 values, verifies by exact
Jaccard and groups by rows that are kept. It prints CPU seconds, pairs, and recall; loading and compiling are
not timed.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

BANDS, PER_BAND, LEAST = 21, 3, 0.5
Found = dict[tuple[int, int], float]


def shingles(text: str) -> set[str]:
    words = re.sub(r"[\W_]+", " ", text.lower()).split()
    return {" ".join(words[at : at + 2]) for at in range(max(1, len(words) - 1))} if words else set()


def similarity(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def led(found: Found, rows: int) -> list[int]:
    """The kept row of each row's group, by Winnow's rule."""
    near: list[list[tuple[int, float]]] = [[] for _ in range(rows)]
    for (a, b), s in found.items():
        near[b].append((a, s))
    kept = list(range(rows))
    for row, others in enumerate(near):
        led_by = [(s, -a) for a, s in others if kept[a] == a]
        kept[row] = -max(led_by)[1] if led_by else row
    return kept


def verified(sets: list[set[str]], proposed: Iterable[tuple[int, Iterable[int]]]) -> Found:
    pairs = {(a, b) for b, others in proposed for a in others if a < b}
    return {(a, b): s for a, b in pairs if (s := similarity(sets[a], sets[b])) >= LEAST}


def by_datasketch(texts: list[str]) -> Found:
    from datasketch import MinHash, MinHashLSH

    sets = [shingles(text) for text in texts]
    index = MinHashLSH(num_perm=BANDS * PER_BAND, params=(BANDS, PER_BAND))
    signed = MinHash.bulk(([s.encode() for s in of_row] for of_row in sets), num_perm=BANDS * PER_BAND)
    proposed = []
    for row, signature in enumerate(signed):
        proposed.append((row, index.query(signature)))
        index.insert(row, signature)
    found = verified(sets, proposed)
    led(found, len(texts))
    return found


def by_rensa(texts: list[str]) -> Found:
    from rensa import RMinHash, RMinHashLSH

    sets = [shingles(text) for text in texts]
    signed = RMinHash.from_token_sets([list(of_row) for of_row in sets], BANDS * PER_BAND, 1)
    index = RMinHashLSH(LEAST, BANDS * PER_BAND, BANDS)
    index.insert_many(signed)
    found = verified(sets, enumerate(index.query_all(signed)))
    led(found, len(texts))
    return found


def by_winnow(texts: list[str]) -> Found:
    import polars as pl

    from analysis.duplicates.groups import groups, pair_table, pairs_of
    from analysis.duplicates.near_pairs_signal import near_columns

    columns = near_columns(pl.DataFrame({"prompt": texts}), "prompt", "auto", 2, 5)
    groups(pairs_of(columns["near_neighbours"]), threshold=LEAST)
    return {(a, b): s for a, b, s in pair_table(columns["near_neighbours"]).iter_rows()}


WAYS: dict[str, Callable[[list[str]], Found]] = {
    "winnow": by_winnow,
    "datasketch": by_datasketch,
    "rensa": by_rensa,
}


def main() -> None:
    way, rows = WAYS[sys.argv[1]], json.loads(Path(sys.argv[2]).read_text())
    texts = [text for text, _, _ in rows]
    way(texts[:200])
    started = time.process_time()
    found = way(texts)
    seconds = time.process_time() - started
    home = {of: at for at, (_, of, kind) in enumerate(rows) if kind == "original"}
    copies = [(at, home[of]) for at, (_, of, kind) in enumerate(rows) if kind != "original"]
    exact = {}
    if way is by_winnow:  # the rest of equal rows is paired with the first of them, so it stands for its original
        exact = {b: a for (a, b), s in found.items() if s == 1}
    hits = sum(_paired(found, exact, *pair) for pair in copies)
    print(json.dumps({"seconds": seconds, "pairs": len(found), "recall": hits / len(copies)}))


def _paired(found: Found, first: dict[int, int], one: int, other: int) -> bool:
    a, b = sorted((first.get(one, one), first.get(other, other)))
    return a == b or (a, b) in found


if __name__ == "__main__":
    main()
