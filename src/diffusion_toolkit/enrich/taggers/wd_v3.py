"""The WD v3 taggers by SmilingWolf: five networks with one door.

Sources: the model cards of SmilingWolf/wd-*-tagger-v3; app.py of the Space SmilingWolf/wd-tagger and its port in
deepghs/imgutils (`imgutils/tagging/wd14.py`) for preprocessing, categories and thresholds. Input: float32
(pictures, 448, 448, 3), BGR, 0 to 255; the network scales by itself. Output: float32 (pictures, 10861), probabilities
already. Sizes and SHA-256 stand alike in several programs that pin these files by revision.
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
from diffusion_toolkit.enrich.taggers.labels import has_labels, read_selected_tags
from diffusion_toolkit.enrich.taggers.pixels import Pixels, square_picture

SIDE: Final = 448
LABEL_COUNT: Final = 10_861
"""4 ratings, 8,106 general tags, 2,751 characters."""

_CARD: Final = "https://huggingface.co/SmilingWolf"


def prepare(pixels: Pixels) -> Numbers:
    """From pixels to a network's input: (448, 448, 3), BGR, 0 to 255."""
    square = square_picture(pixels, SIDE)
    turned = np.empty((SIDE, SIDE, 3), np.float32)
    # Channel by channel: a third of the time of turning and converting the whole at once.
    for channel in range(3):
        turned[:, :, channel] = square[:, :, 2 - channel]
    return turned


def probabilities(outputs: Numbers) -> Numbers:
    """The outputs, which are probabilities; of an export that left the sigmoid out, the sigmoid of them."""
    are_probabilities = outputs.min(initial=0.0) >= 0.0 and outputs.max(initial=0.0) <= 1.0
    return outputs if are_probabilities else sigmoid(outputs)


CONTRACT: Final = Contract(
    name="wd-v3",
    task="tags",
    inputs=(TensorSpec(name="input", element="float32", shape=(None, SIDE, SIDE, 3)),),
    outputs=(TensorSpec(name="output", element="float32", shape=(None, LABEL_COUNT)),),
    companions=(
        Companion(
            role=LABELS,
            names=("selected_tags.csv", "wdV3LargeTags.csv"),
            fits=partial(has_labels, read_selected_tags, LABEL_COUNT),
        ),
    ),
    preprocessing="wd-v3: white, square, bicubic 448, BGR, 0-255",
    source=f"{_CARD}/wd-vit-large-tagger-v3",
)

FAMILY: Final = TaggerFamily(
    contract=CONTRACT,
    prepare=prepare,
    probabilities=probabilities,
    read_labels=read_selected_tags,
    label_count=LABEL_COUNT,
    thresholds=MappingProxyType({"general": 0.35, "character": 0.85}),
)


def _described(
    backbone: str, title: str, revision: str, size_bytes: int, sha256: str, general: float = 0.35
) -> ModelDescription:
    repository = f"SmilingWolf/wd-{backbone}-tagger-v3"
    return ModelDescription(
        name=f"wd-{backbone}-v3",
        title=title,
        contract=CONTRACT,
        repository=repository,
        revision=revision,
        licence="Apache-2.0",
        files=(
            ModelFile(role=NETWORK, path="model.onnx", size_bytes=size_bytes, sha256=sha256, source=PINNED_ALIKE),
            ModelFile(
                role=LABELS,
                path="selected_tags.csv",
                size_bytes=308_468,
                sha256="298633d94d0031d2081c0893f29c82eab7f0df00b08483ba8f29d1e979441217",
                source=PINNED_ALIKE,
            ),
        ),
        suggested=MappingProxyType({"general": general, "character": 0.85}),
        suggested_source=(
            f"https://huggingface.co/{repository}: threshold at which precision equals recall"
            if general != FAMILY.thresholds["general"]
            else "app.py of the Space SmilingWolf/wd-tagger"
        ),
    )


MODELS: Final = (
    _described(
        "vit-large",
        "WD v3 Large (ViT-Large)",
        "ae469aa2e4706a3af08d3673cf73a11d1add314c",
        1_260_645_673,
        "e4c8001b000a6c98f2db10794f7c406daa79873d071d6ca924330fa053fa1845",
    ),
    # Its scores are higher than those of its siblings: the card's threshold is 0.5296.
    _described(
        "eva02-large",
        "WD v3 EVA02-Large",
        "b25b82a03f7282e41aa2f257a52c7583b710bd1c",
        1_260_435_999,
        "9e768793060c7939b277ccb382783e8670e8a042d29d77aa736be0c8cc898bfc",
        general=0.5296,
    ),
    _described(
        "swinv2",
        "WD v3 SwinV2",
        "627aef95638667ddcaa3ac8ae625e88ea5b02f51",
        467_460_978,
        "e6774bff34d43bd49f75a47db4ef217dce701c9847b546523eb85ff6dbba1db1",
    ),
    _described(
        "convnext",
        "WD v3 ConvNeXt",
        "d39e46de298d27340111b64965e20b8185c407e6",
        394_990_732,
        "1b8a7abf13d9b8368267df47501d523789c4aeae66b2296ad98483239dfa32eb",
    ),
    _described(
        "vit",
        "WD v3 ViT",
        "7f6b584d0bd3f55c4531f14ba3d4761b2bccdc0f",
        378_536_310,
        "35f23693620b668f4d53fd3c62bf65e40af739bc52c7eb0fbc49258b58d065b6",
    ),
)
