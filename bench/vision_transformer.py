"""Writes a vision transformer with random weights and the doors of the WD v3 taggers, for timing: ViT-B/16 at 448.

Of the sizes of timm's `vit_base_patch16_224` (12 blocks of 768, 12 heads, 4 times as wide inside), with 28 × 28 patches
and a mean over them in place of a class token, as SmilingWolf/wd-vit-tagger-v3 has it: 94 million weights.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_onnx: Any = onnx  # its signatures hold generics without arguments

SIDE: Final = 448
PATCH: Final = 16
LABELS: Final = 10_861
TOKENS: Final = (SIDE // PATCH) ** 2


class _Graph:
    """Nodes and weights as they are added."""

    def __init__(self, seed: int) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self._random = np.random.default_rng(seed)

    def weight(self, *shape: int, spread: float = 0.02) -> str:
        return self.constant((self._random.standard_normal(shape, np.float32) * spread).astype(np.float32))

    def constant(self, value: Any) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def linear(self, what: str, inner: int, outer: int) -> str:
        return self.add("Add", self.add("MatMul", what, self.weight(inner, outer)), self.weight(outer))

    def head(self, what: str, width: int) -> str:
        """The logits, so low that some forty labels of a picture pass a threshold of 0.35, as of a real tagger."""
        logits = self.add("MatMul", what, self.weight(width, LABELS))
        return self.add("Add", logits, self.constant(self._random.normal(-4, 1.25, LABELS).astype(np.float32)))

    def norm(self, what: str, width: int) -> str:
        one, nothing = self.constant(np.ones(width, np.float32)), self.constant(np.zeros(width, np.float32))
        return self.add("LayerNormalization", what, one, nothing, axis=-1, epsilon=1e-6)

    def gelu(self, what: str) -> str:
        root, one, half = (self.constant(np.float32(value)) for value in (2**0.5, 1.0, 0.5))
        grown = self.add("Add", self.add("Erf", self.add("Div", what, root)), one)
        return self.add("Mul", self.add("Mul", what, grown), half)

    def attention(self, what: str, width: int, heads: int) -> str:
        """Of every patch to every patch: (pictures, tokens, width) to the same."""
        apart = self.constant(np.array([0, TOKENS, heads, width // heads], np.int64))
        parts = [self.add("Reshape", self.linear(what, width, width), apart) for _ in range(3)]
        query, value = (self.add("Transpose", parts[place], perm=[0, 2, 1, 3]) for place in (0, 2))
        key = self.add("Transpose", parts[1], perm=[0, 2, 3, 1])
        scale = self.constant(np.float32((width // heads) ** -0.5))
        scores = self.add("Softmax", self.add("Mul", self.add("MatMul", query, key), scale), axis=-1)
        joined = self.add("Transpose", self.add("MatMul", scores, value), perm=[0, 2, 1, 3])
        whole = self.add("Reshape", joined, self.constant(np.array([0, TOKENS, width], np.int64)))
        return self.linear(whole, width, width)


def write_tagger(folder: Path, *, width: int = 768, blocks: int = 12, heads: int = 12, seed: int = 1) -> Path:
    """A folder with `model.onnx` and `selected_tags.csv`; the path of the network."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["tag_id,name,category,count"]
    kinds = [9] * 4 + [0] * 8_106 + [4] * 2_751
    ratings = ["general", "sensitive", "questionable", "explicit"]
    lines += [f"{n},{ratings[n] if n < 4 else f'tag_{n}'},{kind},1" for n, kind in enumerate(kinds)]
    (folder / "selected_tags.csv").write_text("\n".join(lines) + "\n")
    graph = _Graph(seed)
    planes = graph.add("Transpose", "input", perm=[0, 3, 1, 2])
    patches = graph.add(
        "Conv",
        graph.add("Mul", planes, graph.constant(np.float32(1 / 127.5))),
        graph.weight(width, 3, PATCH, PATCH),
        strides=[PATCH, PATCH],
    )
    rows = graph.add("Reshape", patches, graph.constant(np.array([0, width, TOKENS], np.int64)))
    flow = graph.add("Add", graph.add("Transpose", rows, perm=[0, 2, 1]), graph.weight(1, TOKENS, width))
    for _ in range(blocks):
        flow = graph.add("Add", flow, graph.attention(graph.norm(flow, width), width, heads))
        inside = graph.gelu(graph.linear(graph.norm(flow, width), width, 4 * width))
        flow = graph.add("Add", flow, graph.linear(inside, 4 * width, width))
    mean = graph.add("ReduceMean", graph.norm(flow, width), axes=[1], keepdims=0)
    graph.nodes.append(helper.make_node("Sigmoid", [graph.head(mean, width)], ["output"]))
    made = helper.make_graph(
        graph.nodes,
        "vit",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", LABELS])],
        graph.weights,
    )
    path = folder / "model.onnx"
    _onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path
