"""Texts to vectors of meaning by all-MiniLM-L6-v2 on ONNX Runtime, in 8-bit integers; no torch, no network."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from analysis.embedding import graph, weights
from analysis.embedding.encoder import Encoded, Encoder
from analysis.errors import ModelError
from analysis.home import home_folder
from analysis.whole_files import whole_file

MODEL = "all-MiniLM-L6-v2 int8"
WIDTH = graph.WIDTH
MAX_TOKENS = 256  # what the model was published with; its table of positions holds 512


def encode(texts: Sequence[str], max_tokens: int = MAX_TOKENS) -> Encoded:
    """Vectors of distinct texts by the packaged model, which keeps its latest ones in memory."""
    encoded = encoder(max_tokens).remember(texts)
    return Encoded(encoded.vectors.reshape(-1, WIDTH), encoded.is_cut)


@functools.lru_cache(maxsize=2)
def encoder(max_tokens: int = MAX_TOKENS) -> Encoder:
    """The packaged model, its graph built on first use, kept in the workspace. Raises ModelError where it is gone."""
    packaged = weights.folder()
    return Encoder(_small_graph(packaged), packaged / weights.TOKENIZER, max_tokens)


def _small_graph(packaged: Path) -> Path:
    """The int8 graph in the workspace; written under another name first, since two processes may build it at once."""
    import onnxruntime

    kept = home_folder() / "models"
    path = kept / f"minilm-{weights.SHA256[weights.WEIGHTS][:12]}-v{graph.VERSION}-ort{onnxruntime.__version__}.onnx"
    if path.exists():
        return path
    import onnx

    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept) as folder, whole_file(path) as small:
        exact = Path(folder) / "exact.onnx"
        onnx.save(graph.build(weights.tensors(packaged / weights.WEIGHTS)), exact)
        graph.quantise(exact, small)
        _check(exact, small, packaged / weights.TOKENIZER)
    return path


def _check(exact: Path, small: Path, tokenizer: Path) -> None:
    """Padding must not change a vector, and the small graph must give nearly the vectors of the exact one."""
    texts = ["a cat", "Write a short poem about the sea and the wind.", "def add(a, b):\n    return a + b"]
    plain = Encoder(exact, tokenizer, MAX_TOKENS, threads=1)
    alone = np.concatenate([plain.encode([text]).vectors for text in texts])
    together = plain.encode(texts).vectors
    small_ones = Encoder(small, tokenizer, MAX_TOKENS, threads=1).encode(texts).vectors
    if np.abs(alone - together).max() > 1e-5 or (alone * small_ones).sum(1).min() < 0.95:
        raise ModelError("The graph made of all-MiniLM-L6-v2 is wrong on this machine; use the tier coarse.")
