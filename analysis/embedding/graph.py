"""all-MiniLM-L6-v2 as an ONNX graph, built from its weights alone: BERT of six layers, mean of the tokens, unit length.

Devlin et al. 2019 (BERT), Reimers & Gurevych 2019 (the mean over tokens), Wang et al. 2020 (MiniLM).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from analysis.embedding.vectors import Floats

VERSION = 1  # raise it whenever the same weights would give another graph
LAYERS, HEADS, WIDTH, EPSILON = 6, 12, 384, 1e-12
OPSET, IR_VERSION = 20, 10
HIDDEN = -10_000.0  # added to the score of padding before the softmax


class _Graph:
    """Nodes and constants, collected one after another; `op` returns the name of its output."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: Any) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, *inputs: str, out: str = "", **attributes: Any) -> str:
        from onnx import helper

        name = out or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=f"n{len(self.nodes)}", **attributes))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def linear(self, x: str, name: str) -> str:
        product = self.op("MatMul", x, self.constant(f"{name}.weight", self.weights[f"{name}.weight"].T))
        return self.op("Add", product, self.weight(f"{name}.bias"))

    def normal(self, x: str, name: str) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=EPSILON)


def build(weights: Mapping[str, Floats]) -> Any:
    """The model: `input_ids` and `attention_mask`, int64 [b, s] with s up to 512, to `embedding`, float32 [b, 384]."""
    import onnx
    from onnx import TensorProto, helper

    g = _Graph(weights)
    for name, whole in {
        "i0": [0],
        "i1": [1],
        "i12": [1, 2],
        "last": [-1],
        "apart": [0, 0, HEADS, WIDTH // HEADS],
        "together": [0, 0, WIDTH],
    }.items():
        g.constant(name, np.array(whole, np.int64))
    for name, number in {"scale": (WIDTH // HEADS) ** -0.5, "hide": HIDDEN, "one": 1.0, "tiny": 1e-9}.items():
        g.constant(name, np.array(number, np.float32))
    x, mask = _embedded(g)
    hidden = g.op("Unsqueeze", g.op("Mul", g.op("Sub", "one", mask), "hide"), "i12")
    for layer in range(LAYERS):
        x = _layer(g, x, hidden, f"encoder.layer.{layer}")
    m = g.op("Unsqueeze", mask, "last")
    total = g.op("ReduceSum", g.op("Mul", x, m), "i1", keepdims=0)
    mean = g.op("Div", total, g.op("Max", g.op("ReduceSum", m, "i1", keepdims=0), "tiny"))
    g.op("Div", mean, g.op("ReduceL2", mean, "i1", keepdims=1), out="embedding")
    named = [helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "s"]) for n in ("input_ids", "attention_mask")]
    out = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["b", WIDTH])
    graph = helper.make_graph(g.nodes, "minilm", named, [out], g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    return model


def _embedded(g: _Graph) -> tuple[str, str]:
    """The tokens with their positions, and the mask as numbers."""
    from onnx import TensorProto

    # Positions by Slice: a chain of Shape, Gather and Range fails in ONNX Runtime 1.31.1.
    positions = g.weights["embeddings.position_embeddings.weight"]
    placed = g.constant("positions", positions + g.weights["embeddings.token_type_embeddings.weight"][0])
    length = g.op("Shape", "input_ids", start=1, end=2)
    tokens = g.op("Gather", g.weight("embeddings.word_embeddings.weight"), "input_ids")
    x = g.normal(g.op("Add", tokens, g.op("Slice", placed, "i0", length, "i0")), "embeddings.LayerNorm")
    return x, g.op("Cast", "attention_mask", to=TensorProto.FLOAT)


def _layer(g: _Graph, x: str, hidden: str, name: str) -> str:
    def heads(y: str, order: list[int]) -> str:
        return g.op("Transpose", g.op("Reshape", y, "apart"), perm=order)

    of = f"{name}.attention"
    query = heads(g.op("Mul", g.linear(x, f"{of}.self.query"), "scale"), [0, 2, 1, 3])
    key = heads(g.linear(x, f"{of}.self.key"), [0, 2, 3, 1])
    value = heads(g.linear(x, f"{of}.self.value"), [0, 2, 1, 3])
    share = g.op("Softmax", g.op("Add", g.op("MatMul", query, key), hidden), axis=-1)
    seen = g.op("Reshape", g.op("Transpose", g.op("MatMul", share, value), perm=[0, 2, 1, 3]), "together")
    x = g.normal(g.op("Add", g.linear(seen, f"{of}.output.dense"), x), f"{of}.output.LayerNorm")
    inner = g.op("Gelu", g.linear(x, f"{name}.intermediate.dense"))
    return g.normal(g.op("Add", g.linear(inner, f"{name}.output.dense"), x), f"{name}.output.LayerNorm")


def quantise(exact: Path, small: Path) -> None:
    """The graph with its weights as 8-bit integers, one scale per channel: a quarter of the size, twice the speed."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.ERROR)  # it warns, by the root logger, of a missing preparation that changes nothing here
    try:
        quantize_dynamic(exact, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    finally:
        root.setLevel(before)
