"""Texts to vectors of meaning by all-MiniLM-L6-v2 on ONNX Runtime, in 8-bit integers; no torch, no network."""

from __future__ import annotations

import functools
import hashlib
import multiprocessing
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analysis.embedding import graph, weights
from analysis.embedding.vectors import Floats, Whole
from analysis.home import home_folder
from analysis.models import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MODEL = "all-MiniLM-L6-v2 int8"
WIDTH = graph.WIDTH
MAX_TOKENS = 256  # what the model was published with; its table of positions holds 512
CHARS_A_TOKEN = 32  # a text is cut to so many characters a token before it meets the tokenizer
BATCH_TOKENS, BATCH_TEXTS, TOKENIZED_AT_ONCE = 2_048, 256, 2_000
REMEMBERED_TEXTS = 100_000


class Encoded(NamedTuple):
    """Unit vectors, float32 [n, 384], and which texts were longer than what was read of them."""

    vectors: Floats
    is_cut: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class Encoder:
    """A graph and its tokenizer, loaded once. `threads` of 0: as many as the machine has cores."""

    def __init__(self, path: Path, tokenizer: Path, max_tokens: int = MAX_TOKENS, threads: int = 0) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.max_tokens = max_tokens
        self.tokenizer: Tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.no_padding()  # as packaged, it pads every text to 128 tokens
        self.tokenizer.enable_truncation(max_tokens)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads would burn the CPU
        self.session: InferenceSession = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Vectors in the order of the texts."""
        ids: list[list[int]] = []
        is_cut = np.array([len(text) > self.max_tokens * CHARS_A_TOKEN for text in texts], dtype=np.bool_)
        for at in range(0, len(texts), TOKENIZED_AT_ONCE):
            some = [text[: self.max_tokens * CHARS_A_TOKEN] for text in texts[at : at + TOKENIZED_AT_ONCE]]
            for number, found in enumerate(self.tokenizer.encode_batch(some), start=at):
                ids.append(found.ids)
                is_cut[number] |= bool(found.overflowing)
        vectors = np.zeros((len(ids), WIDTH), np.float32)
        for rows in _batches(np.array([len(tokens) for tokens in ids], dtype=np.int64)):
            vectors[rows] = self._run([ids[row] for row in rows])
        return Encoded(vectors, is_cut)

    def _run(self, ids: Sequence[Sequence[int]]) -> Floats:
        tokens = np.zeros((len(ids), max(map(len, ids))), np.int64)
        mask = np.zeros_like(tokens)
        for row, found in enumerate(ids):
            tokens[row, : len(found)], mask[row, : len(found)] = found, 1
        made: Floats = self.session.run(None, {"input_ids": tokens, "attention_mask": mask})[0]
        return made


def _batches(lengths: Whole) -> Iterator[Whole]:
    """Rows of like length together, so that little is spent on padding."""
    order = np.argsort(lengths, kind="stable")
    first = 0
    while first < len(order):
        end = first + 1
        while (
            end < len(order) and (end - first + 1) * lengths[order[end]] <= BATCH_TOKENS and end - first < BATCH_TEXTS
        ):
            end += 1
        yield order[first:end]
        first = end


def encode(texts: Sequence[str], max_tokens: int = MAX_TOKENS) -> Encoded:
    """Vectors of distinct texts by the packaged model, which remembers its latest ones.

    A dataset comes in chunks, and the same text in several of them.
    """
    memory = _memory(max_tokens)
    digests = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
    new = [i for i, digest in enumerate(digests) if digest not in memory]
    made = encoder(max_tokens).encode([texts[i] for i in new])
    memory.update(
        {digests[i]: (v, c) for i, v, c in zip(new, made.vectors.astype(np.float16), made.is_cut, strict=True)}
    )
    found = [memory[digest] for digest in digests]
    for old in list(memory)[: max(len(memory) - REMEMBERED_TEXTS, 0)]:
        del memory[old]
    vectors = np.array([vector for vector, _ in found], dtype=np.float32).reshape(-1, WIDTH)
    return Encoded(vectors, np.array([is_cut for _, is_cut in found], dtype=np.bool_))


@functools.lru_cache(maxsize=1)
def _memory(max_tokens: int) -> dict[bytes, tuple[np.ndarray[tuple[int, ...], np.dtype[np.float16]], bool]]:
    """Vectors by the digest of their text, the earliest first."""
    return {}


@functools.lru_cache(maxsize=2)
def encoder(max_tokens: int = MAX_TOKENS) -> Encoder:
    """The packaged model, its graph made on first use and kept in the workspace; ModelError where it is missing."""
    packaged = weights.folder()
    of_a_pool = multiprocessing.parent_process() is not None  # whose processes share the cores already
    return Encoder(_small_graph(packaged), packaged / weights.TOKENIZER, max_tokens, threads=1 if of_a_pool else 0)


def _small_graph(packaged: Path) -> Path:
    """The int8 graph in the workspace; made whole under another name first, since two processes may make it at once."""
    import onnxruntime

    kept = home_folder() / "models"
    path = kept / f"minilm-{weights.SHA256[weights.WEIGHTS][:12]}-v{graph.VERSION}-ort{onnxruntime.__version__}.onnx"
    if path.exists():
        return path
    import onnx

    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept) as folder:
        exact, small = Path(folder) / "exact.onnx", Path(folder) / "small.onnx"
        onnx.save(graph.build(weights.tensors(packaged / weights.WEIGHTS)), exact)
        graph.quantise(exact, small)
        _check(exact, small, packaged / weights.TOKENIZER)
        os.replace(small, path)
    return path


def _check(exact: Path, small: Path, tokenizer: Path) -> None:
    """Padding must not change a vector, and the small graph must say nearly what the exact one says."""
    texts = ["a cat", "Write a short poem about the sea and the wind.", "def add(a, b):\n    return a + b"]
    alone = np.concatenate([Encoder(exact, tokenizer, threads=1).encode([text]).vectors for text in texts])
    together = Encoder(exact, tokenizer, threads=1).encode(texts).vectors
    small_ones = Encoder(small, tokenizer, threads=1).encode(texts).vectors
    if np.abs(alone - together).max() > 1e-5 or (alone * small_ones).sum(1).min() < 0.95:
        raise ModelError("The graph made of all-MiniLM-L6-v2 is wrong on this machine; use the tier coarse.")
