"""How long do agreement, consensus and the table of annotators take for a million labels?"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.ground import Ground, Row, memory, run

LABELS, ANNOTATORS, ITEMS, VALUES, SEED = 1_000_000, 1_000, 100_000, 5, 20250101
MOST_SECONDS, MOST_MB = 10.0, 2048.0
TIMED = """
import json, sys, time
import polars as pl
from analysis.annotators import agreement, cohen, dawid_skene, labels_of, level_of, per_annotator, self_agreement, votes_of
took = {}
def timed(name, work):
    started = time.perf_counter()
    found = work()
    took[name] = time.perf_counter() - started
    return found
rows = pl.read_parquet(sys.argv[1])
labels = timed("reading the labels", lambda: labels_of(rows["item"], rows["annotator"], rows["label"]))
found = timed("alpha and Fleiss' kappa", lambda: agreement(labels, level_of(labels)))
pairs = timed("Cohen's kappas", lambda: cohen(labels))
timed("self-agreement", lambda: self_agreement(labels))
votes = timed("majority", lambda: votes_of(labels))
model = timed("Dawid-Skene", lambda: dawid_skene(labels))
people = timed("annotators", lambda: per_annotator(votes))
told = {"level": found.level, "alpha": found.alpha.value, "pairs": len(pairs), "annotators": len(people), "rounds": model.rounds}
print(json.dumps({"took": took, **told}))
"""


def judgements() -> pl.DataFrame:
    """Ten labels on each item, by a thousand annotators with accuracies of 0.4 to 0.9; rows in random order."""
    draws = np.random.default_rng(SEED)
    on_each = LABELS // ITEMS
    item = np.repeat(np.arange(ITEMS), on_each)
    first, step = draws.integers(0, ANNOTATORS, ITEMS), draws.integers(1, 4, ITEMS)
    annotator = (first[item] + np.tile(np.arange(on_each), ITEMS) * step[item]) % ANNOTATORS
    truth = draws.integers(1, VALUES + 1, ITEMS)
    right = draws.random(LABELS) < np.linspace(0.4, 0.9, ANNOTATORS)[annotator]
    label = np.where(right, truth[item], draws.integers(1, VALUES + 1, LABELS))
    columns = {"item": item, "annotator": annotator, "label": label}
    named = [pl.format("item-{}", "item").alias("item"), pl.format("annotator {}", "annotator").alias("annotator")]
    return pl.DataFrame(columns).with_columns(named).sample(fraction=1, shuffle=True, seed=SEED)


def measure(ground: Ground) -> Iterator[Row]:
    """Measured in a new process, from the columns on, with 200 resamples for each interval; its start is not timed."""
    with tempfile.TemporaryDirectory(prefix="winnow-bench-") as folder:
        path = Path(folder) / "labels.parquet"
        judgements().write_parquet(path)
        done = run([sys.executable, "-c", TIMED, str(path)], ground.home)
    found = json.loads(done.out)
    if (found["level"], found["annotators"], found["pairs"]) != ("ordinal", ANNOTATORS, 435):
        raise RuntimeError(f"The labels planted were not the labels found: {done.out.strip()}")
    seconds = sum(found["took"].values())
    slowest = ", ".join(f"{name} {s:.1f} s" for name, s in found["took"].items() if s >= 0.1)
    yield Row(
        f"Agreement, consensus and annotators of {LABELS:,} labels by {ANNOTATORS:,} people on {ITEMS:,} items",
        f"{seconds:.1f} s ({slowest}), peak {memory(done.peak_mb)}",
        f"{MOST_SECONDS:.0f} s and {MOST_MB / 1024:.0f} GB",
        seconds <= MOST_SECONDS and done.peak_mb <= MOST_MB,
        {**found["took"], "seconds": seconds, "peak_mb": done.peak_mb},
    )
