"""How much do vectors, a map, a lasso and a search cost, and how good are they compared with the plain libraries?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import orjson

from benchmarks.ground import Ground, Row, memory, run
from benchmarks.planted_topics import ROWS, TOPICS, uneven_topics

MAPPED_ROWS, TEXTS, LASSO_ROWS, CORNERS = 50_000, 1_500, 1_000_000, 24
MOST_UMAP, LEAST_TRUST, MOST_SECONDS, MOST_GB = 0.5, -0.01, 600.0, 6.0
LEAST_SPEED, LEAST_OVERLAP, MOST_LASSO_MS, LEAST_AMI, LEAST_NAMED = 1.8, 0.9, 200.0, 0.85, 18
HEAD = """
import json, sys, time, warnings
import numpy as np
warnings.simplefilter("ignore")
from benchmarks.planted_topics import TOPICS, planted_topics
def cpu(work):
    started = time.process_time()
    return work(), time.process_time() - started
"""
VECTORS = """
from analysis.embedding import coarse
texts = [planted.text for planted in planted_topics(0, int(sys.argv[1]) // len(TOPICS))]
np.save(sys.argv[2], coarse.fit(texts).vectors(texts))
print(len(texts))
"""
LAYOUT = """
vectors, is_own = np.load(sys.argv[1]), sys.argv[2] == "own"
def layout():
    if is_own:
        from analysis.embedding.nearest import nearest
        from analysis.map.layout import by_umap
        return by_umap(vectors, nearest(vectors, 15, 0), 0.1, 0)
    import umap
    return umap.UMAP().fit_transform(vectors)
found, first = cpu(layout)
_, again = cpu(layout) if sys.argv[3:] else (None, 0.0)
from sklearn.manifold import trustworthiness
some = np.random.default_rng(0).permutation(len(vectors))[:5_000]
trust = float(trustworthiness(vectors[some], found[some], n_neighbors=10))
print(json.dumps({"first": first, "again": again, "trust": trust}))
"""
MODEL = """
import tempfile
from pathlib import Path
import onnx
from analysis.embedding import graph, minilm, weights
from analysis.embedding.bridge import overlap
from analysis.embedding.encoder import Encoder
texts = [planted.text for planted in planted_topics()][: int(sys.argv[1])]
packaged = weights.folder()
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "exact.onnx"
    onnx.save(graph.build(weights.tensors(packaged / weights.WEIGHTS)), path)
    exact = Encoder(path, packaged / weights.TOKENIZER, minilm.MAX_TOKENS)
small = minilm.encoder()
exact.encode(texts[:64]), small.encode(texts[:64])
pairs = [(cpu(lambda: small.encode(texts).vectors), cpu(lambda: exact.encode(texts).vectors)) for _ in range(3)]
own, plain = min(a[1] for a, _ in pairs), min(b[1] for _, b in pairs)
print(json.dumps({"own": len(texts) / own, "plain": len(texts) / plain, "overlap": overlap(pairs[0][0][0], pairs[0][1][0])}))
"""
LASSO = """
import polars as pl
from analysis.view import Filter
draws, rows, corners = np.random.default_rng(0), int(sys.argv[1]), int(sys.argv[2])
x, y = draws.normal(0, 5, (2, rows)).astype(np.float32)
table = pl.DataFrame({"map_place": pl.DataFrame({"x": x, "y": y}).to_struct()})
angle, reach = np.linspace(0, 2 * np.pi, corners + 1)[:-1], draws.uniform(4, 10, corners)
drawn = ";".join(f"{a:.3f},{b:.3f}" for a, b in zip(reach * np.cos(angle), reach * np.sin(angle)))
asked = Filter("map_place", "within", drawn).expr(table.schema["map_place"])
spent = []
for _ in range(9):
    started = time.perf_counter()
    inside, seconds = cpu(lambda: int(table.select(asked).to_series().sum()))
    spent.append(((time.perf_counter() - started) * 1000, seconds * 1000))
print(json.dumps({"ms": sorted(spent)[4][0], "cpu_ms": sorted(burnt for _, burnt in spent)[4], "inside": inside}))
"""
PLANTED = """
import polars as pl
from sklearn.metrics import adjusted_mutual_info_score
from analysis.map.clusters_signal import Clusters
from analysis.embedding.embedding_signal import Embedding
from analysis.map.map_signal import Map
planted = planted_topics()
rows = pl.DataFrame({"row_id": [str(i) for i in range(len(planted))], "prompt": [p.text for p in planted]})
rows = rows.with_columns(response=pl.lit(None, pl.String), text=pl.lit(None, pl.String))
found = {}
for tier in ("coarse", "semantic"):
    made = rows
    for signal in (Embedding(tier=tier), Map(), Clusters()):
        columns = signal(made)
        made = made.hstack(columns.drop("row_id", *signal.tables))
    names = columns["names"].explode().drop_nulls().struct.unnest().filter(pl.col("level") == "cluster")["name"]
    named = sum(any(topic in name.replace(" ", "").split(",") for name in names) for topic in TOPICS)
    ami = adjusted_mutual_info_score([p.topic for p in planted], made["cluster"].to_list())
    found[tier] = {"ami": ami, "named": named, "clusters": len(names)}
print(json.dumps(found))
"""


def measure(ground: Ground) -> Iterator[Row]:
    """Each in a new process; CPU seconds of all threads."""

    def asked(script: str, *arguments: object) -> Any:
        return json.loads(run([sys.executable, "-c", HEAD + script, *map(str, arguments)], ground.home).out)

    kept = str(ground.planted.path.with_name("vectors.npy"))
    asked(VECTORS, MAPPED_ROWS, kept)
    own, plain = asked(LAYOUT, kept, "own", "again"), asked(LAYOUT, kept, "plain", "again")
    ratio, warm, trust = own["first"] / plain["first"], own["again"] / plain["again"], own["trust"] - plain["trust"]
    yield Row(
        f"Map of {MAPPED_ROWS:,} rows, neighbours included, against umap.UMAP()",
        f"{ratio:.2f} times its CPU time in a new process ({own['first']:.0f} s), {warm:.2f} times in one that has compiled; "
        f"trustworthiness {own['trust']:.3f}, its {plain['trust']:.3f}",
        f"{MOST_UMAP} times, 0.01 below",
        max(ratio, warm) <= MOST_UMAP and trust >= LEAST_TRUST,
        {"ratio": ratio, "warm_ratio": warm, **own},
    )
    yield from _coarse(ground)
    yield from _whole(ground)
    spent = asked(MODEL, TEXTS)
    ratio = spent["own"] / spent["plain"]
    yield Row(
        f"Vectors of meaning, 8-bit, against the float32 graph, {TEXTS:,} texts",
        f"{spent['own']:.0f} a CPU second, {ratio:.1f} times as many; {spent['overlap']:.3f} of the 10 nearest the same",
        f"{LEAST_SPEED} times, {LEAST_OVERLAP}",
        ratio >= LEAST_SPEED and spent["overlap"] >= LEAST_OVERLAP,
        spent,
    )
    spent = asked(LASSO, LASSO_ROWS, CORNERS)
    yield Row(
        f"Lasso of {CORNERS} corners over {LASSO_ROWS:,} rows",
        f"median {spent['ms']:.0f} ms, {spent['cpu_ms']:.0f} of CPU",
        f"{MOST_LASSO_MS:.0f} ms",
        spent["ms"] <= MOST_LASSO_MS,
        spent,
    )
    for tier, of in asked(PLANTED).items():
        ami, named, clusters = of["ami"], of["named"], of["clusters"]
        yield Row(
            f"{len(TOPICS)} planted topics of {ROWS} rows, by {tier} vectors",
            f"adjusted mutual information {ami:.3f} in {clusters} clusters; {named} topics named by their own word",
            f"{LEAST_AMI}, {LEAST_NAMED}" if tier == "semantic" else "",
            ami >= LEAST_AMI and named >= LEAST_NAMED if tier == "semantic" else None,
            {"ami": ami, "named": named},
        )


def _whole(ground: Ground) -> Iterator[Row]:
    """One command: vectors, neighbours, places, clusters and names of requests about the planted topics."""
    path, rows = ground.planted.path.with_name("topics.jsonl"), ground.planted.rows
    with path.open("wb") as file:
        file.writelines(orjson.dumps({"prompt": p.text, "topic": p.topic}) + b"\n" for p in uneven_topics(rows))
    _, opened = ground.winnow("open", str(path))
    done, made = ground.winnow("map", str(opened["id"]), "--tier", "coarse")
    yield Row(
        f"Map of {rows:,} requests, coarse vectors, neighbours and clusters included, by `map`",
        f"{done.seconds:.0f} s, peak {memory(done.peak_mb)}; {made['fitted']:,} rows laid out, {made['placed']:,} placed "
        f"by them, {len(made['clusters'])} clusters, {made['apart'] / rows:.0%} apart",
        "",
        None,
        {"seconds": done.seconds, "peak_mb": done.peak_mb},
    )


def _coarse(ground: Ground) -> Iterator[Row]:
    done, _ = ground.winnow("compute", ground.dataset, "embedding")
    rows = ground.planted.rows
    yield Row(
        f"Signal embedding, coarse, {rows:,} rows",
        f"{done.seconds:.0f} s, peak {memory(done.peak_mb)}",
        f"{MOST_SECONDS:.0f} s, {MOST_GB:.0f} GB at 1,000,000 rows",
        done.seconds <= MOST_SECONDS and done.peak_mb <= MOST_GB * 1024 if rows == 1_000_000 else None,
        {"seconds": done.seconds, "peak_mb": done.peak_mb},
    )
