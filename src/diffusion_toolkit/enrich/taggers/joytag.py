"""JoyTag by fpgaminer: drawn pictures and photos, without categories.

Sources: README.md and Models.py of github.com/fpgaminer/joytag for preprocessing, sigmoid and threshold (F1 0.578 at
0.4). Input: float32 (pictures, 3, 448, 448), RGB, scaled by CLIP's mean and deviation. Output: float32
(pictures, 5813), logits. Sizes and SHA-256 stand alike in several programs that pin these files by revision.
"""

from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from diffusion_toolkit.enrich.models.description import (
    LABELS,
    NETWORK,
    PINNED_ALIKE,
    Companion,
    Contract,
    ModelDescription,
    ModelFile,
    TensorSpec,
)
from diffusion_toolkit.enrich.taggers.family import Numbers, TaggerFamily, sigmoid
from diffusion_toolkit.enrich.taggers.labels import has_labels, read_top_tags
from diffusion_toolkit.enrich.taggers.pixels import Pixels, square_picture

SIDE: Final = 448
LABEL_COUNT: Final = 5_813

MEAN: Final = np.array([0.48145466, 0.4578275, 0.40821073], dtype=np.float32)
DEVIATION: Final = np.array([0.26862954, 0.26130258, 0.27577711], dtype=np.float32)
"""Of CLIP's training pictures, per channel R, G, B; README.md of fpgaminer/joytag."""

_SCALE: Final = (1.0 / (255.0 * DEVIATION)).astype(np.float32)
_OFFSET: Final = (-MEAN / DEVIATION).astype(np.float32)

_README: Final = "https://github.com/fpgaminer/joytag"


def prepare(pixels: Pixels) -> Numbers:
    """From pixels to the network's input: (3, 448, 448), RGB, (x / 255 - mean) / deviation."""
    square = square_picture(pixels, SIDE)
    planes = np.empty((3, SIDE, SIDE), np.float32)
    # Plane by plane, as x * scale + offset: 0.7 ms instead of 10 ms for the same numbers to 4e-7.
    for channel in range(3):
        np.multiply(square[:, :, channel], _SCALE[channel], out=planes[channel])
        planes[channel] += _OFFSET[channel]
    return planes


CONTRACT: Final = Contract(
    name="joytag",
    task="tags",
    inputs=(TensorSpec(name="input", element="float32", shape=(None, 3, SIDE, SIDE)),),
    outputs=(TensorSpec(name="output", element="float32", shape=(None, LABEL_COUNT)),),
    companions=(
        Companion(
            role=LABELS, names=("top_tags.txt", "jtTags.csv"), fits=partial(has_labels, read_top_tags, LABEL_COUNT)
        ),
    ),
    preprocessing="joytag: white, square, bicubic 448, RGB, CLIP mean and deviation",
    source=_README,
)

FAMILY: Final = TaggerFamily(
    contract=CONTRACT,
    prepare=prepare,
    probabilities=sigmoid,
    read_labels=read_top_tags,
    label_count=LABEL_COUNT,
    thresholds=MappingProxyType({"general": 0.4}),
)

MODELS: Final = (
    ModelDescription(
        name="joytag",
        title="JoyTag",
        contract=CONTRACT,
        repository="fancyfeast/joytag",
        revision="6b7f16331a6ccf0fdce37d5a9564715f6e772b22",
        licence="Apache-2.0",
        files=(
            ModelFile(
                role=NETWORK,
                path="model.onnx",
                size_bytes=366_116_154,
                sha256="f85b7130e6e549b5b0822537007b7482e8c4c8e754c8d9a5bee08e27050e1097",
                source=PINNED_ALIKE,
            ),
            ModelFile(
                role=LABELS,
                path="top_tags.txt",
                size_bytes=76_752,
                sha256="32b1963a234af848643b2bbf47d8eff1f1c7889406810c57b980f41b2b9e01d0",
                source=PINNED_ALIKE,
            ),
        ),
        suggested=MappingProxyType({"general": 0.4}),
        suggested_source=f"{_README}: README.md",
    ),
)
