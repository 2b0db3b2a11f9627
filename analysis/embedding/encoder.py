"""An ONNX graph and its tokenizer: texts in, unit vectors out, in batches of similar length."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from analysis.embedding.vectors import Floats, Whole, unit
from analysis.errors import ModelError
from analysis.loaders.tokenizers import tokenizer_file

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Pooling = Literal["mean", "cls"]
CHARS_A_TOKEN = 32  # a text is cut to this many characters per token before the tokenizer reads it
BATCH_TOKENS, BATCH_TEXTS, TOKENIZED_AT_ONCE = 2_048, 256, 2_000
REMEMBERED_NUMBERS = 38_400_000  # of vectors: 100,000 of 384
ASKED_FOR = ("input_ids", "attention_mask", "token_type_ids")
POOLED_INSIDE = ("sentence_embedding", "embedding")  # names of outputs that are already a text's vector


class Encoded(NamedTuple):
    """Unit vectors, float32 [n, width], and which texts were longer than the part that was read."""

    vectors: Floats
    is_cut: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class Encoder:
    """A graph and its tokenizer, loaded once. It runs on `threads` cores: by default on all, in a pool on one.

    A graph that gives a vector per token is pooled: by the mean over the text's tokens, or by the first, "cls".
    Raises ModelError where the file is no graph, or the graph has other inputs or outputs.
    """

    def __init__(
        self, path: Path, tokenizer: Path, max_tokens: int, threads: int | None = None, pooling: Pooling = "mean"
    ) -> None:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as state

        self.max_tokens, self.pooling = max_tokens, pooling
        self.tokenizer, self.pad = _tokenizer(tokenizer, max_tokens)
        self._memory: dict[bytes, tuple[np.ndarray[tuple[int, ...], np.dtype[np.float16]], bool]] = {}
        options = onnxruntime.SessionOptions()
        of_a_pool = multiprocessing.parent_process() is not None  # whose processes share the cores already
        options.intra_op_num_threads = int(of_a_pool) if threads is None else threads  # 0: every core
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads would use the CPU
        options.log_severity_level = 3
        try:
            self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except (
            state.Fail,
            state.InvalidArgument,
            state.InvalidGraph,
            state.InvalidProtobuf,
            state.NotImplemented,
        ) as e:
            raise ModelError(f"{path} is no graph that ONNX Runtime can run ({str(e)[:200]}).") from None
        self.inputs = [given.name for given in self.session.get_inputs()]
        if unknown := sorted(set(self.inputs) - set(ASKED_FOR)):
            raise ModelError(f"{path} asks for {', '.join(unknown)}; known is {', '.join(ASKED_FOR)}.")
        self.output = _output({given.name: len(given.shape) for given in self.session.get_outputs()}, path)

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Vectors in the order of the texts."""
        ids: list[list[int]] = []
        most = self.max_tokens * CHARS_A_TOKEN
        is_cut = np.array([len(text) > most for text in texts], dtype=np.bool_)
        for start in range(0, len(texts), TOKENIZED_AT_ONCE):
            some = [text[:most] for text in texts[start : start + TOKENIZED_AT_ONCE]]
            for number, encoding in enumerate(self.tokenizer.encode_batch(some), start):
                ids.append(encoding.ids)
                is_cut[number] |= bool(encoding.overflowing)
        batches = [(rows, self._run([ids[row] for row in rows])) for rows in _batches(list(map(len, ids)))]
        vectors = np.zeros((len(ids), batches[0][1].shape[1] if batches else 0), np.float32)
        for rows, encoded in batches:
            vectors[rows] = encoded
        return Encoded(vectors, is_cut)

    def remember(self, texts: Sequence[str]) -> Encoded:
        """The same for distinct texts; the latest vectors are kept in memory.

        A dataset is read in chunks, and the same text may be in several of them.
        """
        memory = self._memory
        digests = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
        new = [i for i, digest in enumerate(digests) if digest not in memory]
        encoded = self.encode([texts[i] for i in new])
        memory.update(
            {
                digests[i]: (v, c)
                for i, v, c in zip(new, encoded.vectors.astype(np.float16), encoded.is_cut, strict=True)
            }
        )
        remembered = [memory[digest] for digest in digests]
        width = len(remembered[0][0]) if remembered else 1
        for old in list(memory)[: max(len(memory) - REMEMBERED_NUMBERS // width, 0)]:
            del memory[old]
        vectors = np.array([vector for vector, _ in remembered], dtype=np.float32).reshape(len(remembered), width)
        return Encoded(vectors, np.array([is_cut for _, is_cut in remembered], dtype=np.bool_))

    def _run(self, ids: Sequence[Sequence[int]]) -> Floats:
        from onnxruntime.capi import onnxruntime_pybind11_state as state

        tokens = np.full((len(ids), max(1, *map(len, ids))), self.pad, np.int64)
        mask = np.zeros_like(tokens)
        for row, of_text in enumerate(ids):
            tokens[row, : len(of_text)], mask[row, : len(of_text)] = of_text, 1
        given = dict(zip(ASKED_FOR, (tokens, mask, np.zeros_like(tokens)), strict=True))
        try:
            output = np.asarray(self.session.run([self.output], {name: given[name] for name in self.inputs})[0])
        except (state.Fail, state.InvalidArgument, state.RuntimeException) as error:
            raise ModelError(f"The model failed on a text of {tokens.shape[1]} tokens ({str(error)[:200]}).") from None
        pooled = output if output.ndim == 2 else _pooled(output, mask, self.pooling)
        if pooled.shape[0] != len(ids) or not np.isfinite(pooled).all():
            raise ModelError(f"The model gave no vectors: its output is {output.shape} for {len(ids)} texts.")
        return unit(pooled.astype(np.float32))


def _tokenizer(path: Path, max_tokens: int) -> tuple[Tokenizer, int]:
    """The tokenizer, which cuts but does not pad, and the id of its padding token."""
    tokenizer = tokenizer_file(path)
    pad = int((tokenizer.padding or {}).get("pad_id", 0))
    tokenizer.no_padding()  # as packaged, many pad every text to a fixed length
    tokenizer.enable_truncation(max_tokens)
    return tokenizer, pad


def _output(ranks: dict[str, int], path: Path) -> str:
    """The output to read: a text's vector, or else a vector per token."""
    whole = [name for name in POOLED_INSIDE if ranks.get(name) == 2]
    by_token = [name for name, rank in ranks.items() if rank == 3]
    if not whole and not by_token:
        given = ", ".join(f"{name} of {rank} dimensions" for name, rank in ranks.items())
        raise ModelError(
            f"{path} gives {given}; known are graphs with sentence_embedding [texts, width] or [texts, tokens, width]."
        )
    return (whole or by_token)[0]


def _pooled(token_vectors: Floats, mask: Whole, pooling: Pooling) -> Floats:
    if pooling == "cls":
        return token_vectors[:, 0]
    weights = mask[:, :, None].astype(np.float32)
    total: Floats = (token_vectors * weights).sum(1) / np.maximum(weights.sum(1), 1)
    return total


def _batches(lengths: Sequence[int]) -> Iterator[Whole]:
    """Rows of similar length together, so that there is little padding."""
    order = np.argsort(np.array(lengths, dtype=np.int64), kind="stable")
    first = 0
    while first < len(order):
        end = first + 1
        while (
            end < len(order) and (end - first + 1) * lengths[order[end]] <= BATCH_TOKENS and end - first < BATCH_TEXTS
        ):
            end += 1
        yield order[first:end]
        first = end
