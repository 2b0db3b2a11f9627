"""How fast are near duplicates, groups and shared passages found, and are all planted ones found?"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from analysis.workspace import Workspace
from benchmarks import planted_duplicates as plant
from benchmarks.duplicates_peers import BANDS, PER_BAND, shingles, similarity
from benchmarks.ground import Ground, Row, memory, run

ROWS_BESIDE_PEERS, REPEATS = 10_000, 3
PEERS = {"datasketch": 10.0, "rensa": 2.0}  # times the CPU that we may be expected to save
MOST_SECONDS = {1_000_000: 90.0, 100_000: 10.0}
MOST_MB = 4_096
RECALL = {"exact": 0.99, "spaced": 0.99, "2%": 0.99, "5%": 0.98, "10%": 0.95}
THRESHOLDS = (0.5, 0.6, 0.7, 0.8)
SPAN_MB, SPAN_SECONDS = 100, 60.0


def measure(ground: Ground) -> Iterator[Row]:
    folder = ground.planted.path.parent
    yield from beside_peers(ground, folder)
    yield from planted_truth()
    bars = {min(rows, ground.planted.rows): seconds for rows, seconds in MOST_SECONDS.items()}
    for rows, seconds in bars.items():
        yield from at_size(ground, folder, rows, seconds)
    yield from skewed(ground, folder)
    yield from spans(ground, folder)


def beside_peers(ground: Ground, folder: Path) -> Iterator[Row]:
    """CPU seconds from texts to groups, each library in a new process, in turns."""
    path = folder / "planted.json"
    path.write_text(json.dumps(plant.planted(ROWS_BESIDE_PEERS)))
    spent: dict[str, list[dict[str, float]]] = {}
    for _ in range(REPEATS):
        for name in ("winnow", *PEERS):
            done = run([sys.executable, "-m", "benchmarks.duplicates_peers", name, str(path)], ground.home)
            spent.setdefault(name, []).append(json.loads(done.out))
    ours = statistics.median(s["seconds"] for s in spent["winnow"])
    for name, bar in PEERS.items():
        theirs = statistics.median(s["seconds"] for s in spent[name])
        yield Row(
            f"Near duplicates among {ROWS_BESIDE_PEERS:,} texts against {name}, {BANDS} bands of {PER_BAND}",
            f"{theirs / ours:.1f} times less CPU ({ours:.2f} s against {theirs:.2f} s; copies found "
            f"{spent['winnow'][0]['recall']:.4f} against {spent[name][0]['recall']:.4f}, pairs "
            f"{spent['winnow'][0]['pairs']:,} against {spent[name][0]['pairs']:,})",
            f"≥ {bar:.0f} times",
            theirs / ours >= bar,
            {"ours": ours, name: theirs},
        )


def planted_truth(rows: int = 20_000) -> Iterator[Row]:
    """Recall of copies at each threshold, of those whose exact similarity reaches it; each pair is checked by sets."""
    from analysis.duplicates.groups import pair_table
    from analysis.duplicates.near_pairs_signal import near_columns

    made = plant.planted(rows)
    found = near_columns(pl.DataFrame({"prompt": [text for text, _, _ in made]}), "prompt", "auto", 2, 5)
    pairs = {(a, b): s for a, b, s in pair_table(found["near_neighbours"]).iter_rows()}
    sets = [shingles(text) for text, _, _ in made]
    right = sum(abs(similarity(sets[a], sets[b]) - s) < 1e-6 for (a, b), s in pairs.items())
    first = {b: a for (a, b), s in pairs.items() if s == 1}
    home = {of: at for at, (_, of, kind) in enumerate(made) if kind == "original"}
    seen: dict[tuple[str, float], list[bool]] = {}
    for at, (_, of, kind) in enumerate(made):
        if kind == "original":
            continue
        exact = similarity(sets[at], sets[home[of]])
        a, b = sorted((first.get(at, at), first.get(home[of], home[of])))
        stored = 1.0 if a == b else pairs.get((a, b), 0.0)
        for threshold in THRESHOLDS:
            if exact >= threshold:
                seen.setdefault((kind, threshold), []).append(stored >= threshold - 1e-6)
    for kind, bar in RECALL.items():
        recalls = {t: statistics.mean(hits) for (k, t), hits in seen.items() if k == kind}
        counts = {t: len(hits) for (k, t), hits in seen.items() if k == kind}
        words = ", ".join(f"{t}: {recalls[t]:.4f} of {counts[t]:,}" for t in sorted(recalls))
        yield Row(f"Planted copies found, {kind}", words, f"{bar}", min(recalls.values()) >= bar)
    yield Row(
        "Stored pairs whose similarity is the exact Jaccard index",
        f"{right:,} of {len(pairs):,}",
        "all",
        right == len(pairs),
    )


def computed(ground: Ground, path: Path, *signals: str) -> tuple[Any, pl.DataFrame]:
    """The run of `compute` for a file just opened, and the columns near_status and is_near_extra if computed."""
    _, opened = ground.winnow("open", str(path))
    done, _ = ground.winnow("compute", opened["id"], *signals)
    dataset = Workspace(ground.home).dataset(opened["id"])
    wanted = [c for s in signals for c in dataset.signal(s).adds if c in ("near_status", "is_near_extra")]
    return done, dataset.frame(wanted)


def at_size(ground: Ground, folder: Path, rows: int, bar: float) -> Iterator[Row]:
    """The command from start to end: reading, pairs, groups, writing; the inputs of the groups are computed before."""
    path = folder / f"near_{rows}.jsonl"
    plant.write(path, (text for text, _, _ in plant.planted(rows)))
    _, opened = ground.winnow("open", str(path))
    ground.winnow("compute", opened["id"], "lengths", "times")
    done, found = computed(ground, path, "near_pairs", "near_groups")
    dropped = int(found["is_near_extra"].sum())
    yield Row(
        f"Near duplicates and groups of {rows:,} texts",
        f"{done.seconds:.1f} s, peak {memory(done.peak_mb)}, {dropped:,} rows to drop",
        f"{bar:.0f} s, 4 GB",
        done.seconds <= bar and done.peak_mb <= MOST_MB,
        {"seconds": done.seconds, "peak_mb": done.peak_mb},
    )


def skewed(ground: Ground, folder: Path) -> Iterator[Row]:
    """Datasets in which almost every row is in the same bucket."""
    kinds = {
        "100,000 equal rows": plant.equal(100_000),
        "10,000 rows of one template": plant.template(10_000),
        "1,000,000 empty or one-word rows": plant.short(1_000_000),
        "two rows of 5 MB among 10,000": plant.long(10_000),
    }
    for name, texts in kinds.items():
        path = plant.write(folder / f"{name.replace(' ', '_').replace(',', '')}.jsonl", texts)
        done, found = computed(ground, path, "near_pairs", "near_groups")
        counts = found["near_status"].value_counts(sort=True)
        said = ", ".join(f"{status} {count:,}" for status, count in counts.iter_rows())
        yield Row(
            f"Near duplicates of {name}",
            f"{done.seconds:.1f} s, peak {memory(done.peak_mb)}; {int(found['is_near_extra'].sum()):,} to drop; {said}",
            "4 GB",
            done.peak_mb <= MOST_MB,
            {"seconds": done.seconds, "peak_mb": done.peak_mb},
        )


def spans(ground: Ground, folder: Path) -> Iterator[Row]:
    path = plant.write(folder / "passages.jsonl", plant.passages(SPAN_MB))
    _, opened = ground.winnow("open", str(path))
    started = time.perf_counter()
    done, _ = ground.winnow("compute", opened["id"], "shared_spans")
    seconds = time.perf_counter() - started
    dataset = Workspace(ground.home).dataset(opened["id"])
    share = dataset.column("shared_span_share")
    planted_rows = len(range(0, dataset.height, 10))
    hit = int((share.gather_every(10) > 0).sum())
    yield Row(
        f"Passages of 50 words in {path.stat().st_size >> 20} MB",
        f"{seconds:.1f} s, peak {memory(done.peak_mb)}; {hit:,} of {planted_rows:,} planted rows found",
        f"{SPAN_SECONDS:.0f} s",
        seconds <= SPAN_SECONDS and hit == planted_rows,
        {"seconds": seconds, "peak_mb": done.peak_mb},
    )
