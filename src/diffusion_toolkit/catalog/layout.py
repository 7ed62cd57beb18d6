"""The shape of every item of a result, one byte each: enough to lay out a page that is never loaded whole."""

import numpy as np

from diffusion_toolkit.catalog.columns import Bytes, Ints
from diffusion_toolkit.catalog.state import State

STEPS_PER_DOUBLING = 32
SQUARE = 128


def layout(state: State, positions: Ints) -> Bytes:
    """For each image b with width to height = 2 ** ((b - 128) / 32), from 1 to 255; 0 where it is not known."""
    return state.kept.get("layout", lambda: _shapes(state.columns["width"], state.columns["height"]))[positions]


def _shapes(width: Ints, height: Ints) -> Bytes:
    known = (width > 0) & (height > 0)
    # float32 is exact for every side below 16 million, and its logarithm takes a tenth of the time.
    ratio = np.where(known, width, 1).astype(np.float32) / np.where(known, height, 1).astype(np.float32)
    steps = np.clip(np.rint(np.log2(ratio) * STEPS_PER_DOUBLING) + SQUARE, 1, 255)
    return np.where(known, steps, 0).astype(np.uint8)
