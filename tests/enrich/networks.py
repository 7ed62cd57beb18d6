"""Tiny networks with the doors of the real ones: names, shapes and label files as those have them.

Each looks at the four quarters of the picture: means of 224 x 224 pixels for each channel, in the order the channels
come, through one matrix. So what it gives depends on the order of channels, on scaling, on padding and on the place.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_onnx: Any = onnx  # its signatures hold generics without arguments

Batch = Literal["any", 1, 4]

WD_LABELS = 10_861
JOYTAG_LABELS = 5_813
KAOMOJI = ["0_0", "(o)_(o)", ">_<", "||_||"]


def weights(labels: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Matrix and bias: (12, labels) and (labels,)."""
    random = np.random.default_rng(seed)
    return (
        random.normal(0, 1, (12, labels)).astype(np.float32),
        random.normal(-1, 1, labels).astype(np.float32),
    )


def wd_network(path: Path, *, seed: int = 1, batch: Batch = "any", sigmoid: bool = True, half: bool = False) -> Path:
    """As SmilingWolf's: float32 (batch, 448, 448, 3) to probabilities (batch, 10861)."""
    nodes = [helper.make_node("Transpose", ["input"], ["planes"], perm=[0, 3, 1, 2])]
    scale = 1 / 255
    return _save(
        path, nodes, "planes", (448, 448, 3), WD_LABELS, scale, seed=seed, batch=batch, sigmoid=sigmoid, half=half
    )


def joytag_network(path: Path, *, seed: int = 2, batch: Batch = "any", labels: int = JOYTAG_LABELS) -> Path:
    """As fpgaminer's: float32 (batch, 3, 448, 448) to logits (batch, 5813)."""
    return _save(path, [], "input", (3, 448, 448), labels, 1.0, seed=seed, batch=batch, sigmoid=False, half=False)


def _save(
    path: Path,
    before: list[Any],
    planes: str,
    shape: tuple[int, ...],
    labels: int,
    scale: float,
    *,
    seed: int,
    batch: Batch,
    sigmoid: bool,
    half: bool,
) -> Path:
    matrix, bias = weights(labels, seed)
    kind, numbers = (TensorProto.FLOAT16, np.float16) if half else (TensorProto.FLOAT, np.float32)
    nodes = [
        *before,
        # In two steps: one sum of 50,000 numbers loses three digits in float32.
        helper.make_node("AveragePool", [planes], ["tiles"], kernel_shape=[16, 16], strides=[16, 16]),
        helper.make_node("AveragePool", ["tiles"], ["means"], kernel_shape=[14, 14], strides=[14, 14]),
        helper.make_node("Flatten", ["means"], ["flat"]),
        helper.make_node("Gemm", ["flat", "matrix", "bias"], ["logits" if sigmoid else "output"], alpha=scale),
    ]
    if sigmoid:
        nodes.append(helper.make_node("Sigmoid", ["logits"], ["output"]))
    first = "batch" if batch == "any" else batch
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input", kind, [first, *shape])],
        [helper.make_tensor_value_info("output", kind, [first, labels])],
        [
            numpy_helper.from_array(matrix.astype(numbers), "matrix"),
            numpy_helper.from_array(bias.astype(numbers), "bias"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    _onnx.checker.check_model(model)
    return save(model, path)


def save(model: onnx.ModelProto, path: Path) -> Path:
    """Write a network, and the files beside it that its weights were moved to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _onnx.save(model, str(path))
    return path


def load(path: Path, *, weights: bool = True) -> onnx.ModelProto:
    """Read a network, with or without what lies in files beside it."""
    model: onnx.ModelProto = _onnx.load(str(path), load_external_data=weights)
    return model


def wd_names() -> list[tuple[str, int]]:
    """Names and categories as in `selected_tags.csv`: 4 ratings, 8,106 general, 2,751 characters."""
    ratings = [(name, 9) for name in ("general", "sensitive", "questionable", "explicit")]
    odd = [*KAOMOJI, "1girl", "long_hair", 'don\'t_say_"lazy"', "a,_b_(c)"]
    general = [(name, 0) for name in odd] + [(f"general_tag_{number}", 0) for number in range(8_106 - len(odd))]
    return ratings + general + [(f"someone_{number}_(some_series)", 4) for number in range(2_751)]


def wd_label_file(path: Path) -> Path:
    """`selected_tags.csv` as the WD v3 taggers have it."""
    import csv

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["tag_id", "name", "category", "count"])
        rows.writerows([number, name, category, 1000] for number, (name, category) in enumerate(wd_names()))
    return path


def joytag_label_file(path: Path, count: int = JOYTAG_LABELS) -> Path:
    """`top_tags.txt` as JoyTag has it: a name a line."""
    names = ["1girl", "long_hair", "^_^", *(f"tag_{number}" for number in range(count - 3))]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(names) + "\n", encoding="utf-8")
    return path


def place_wd(folder: Path, **options: Any) -> Path:
    """A WD tagger as it lies in a folder; the path of its network."""
    wd_label_file(folder / "selected_tags.csv")
    return wd_network(folder / "model.onnx", **options)


def place_joytag(folder: Path, **options: Any) -> Path:
    """JoyTag as it lies in a folder; the path of its network."""
    joytag_label_file(folder / "top_tags.txt")
    return joytag_network(folder / "model.onnx", **options)
