"""What a family of taggers adds to its contract: pixels to input, output to probabilities, its list of labels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.enrich.models.description import Contract
from diffusion_toolkit.enrich.taggers.labels import Label
from diffusion_toolkit.enrich.taggers.pixels import Pixels

Numbers: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggerFamily:
    """Taggers that differ in their weights only.

    prepare: from pixels to the input of one picture, without the axis of the batch; probabilities: from outputs
    (pictures, labels) to 0 … 1; thresholds: what is suggested for each category, where a model has none of its own.
    """

    contract: Contract
    prepare: Callable[[Pixels], Numbers]
    probabilities: Callable[[Numbers], Numbers]
    read_labels: Callable[[bytes], tuple[Label, ...]]
    label_count: int
    thresholds: Mapping[str, float]


def sigmoid(logits: Numbers) -> Numbers:
    """1 / (1 + e^-x) of each number, without overflow."""
    half = np.tanh(logits * np.float32(0.5))
    return (half + np.float32(1.0)) * np.float32(0.5)
