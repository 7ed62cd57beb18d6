"""The shape of every item of a result, one byte each: enough to lay out a page that is never loaded whole."""

import numpy as np

from diffusion_toolkit.catalog.columns import Bytes, Ints
from diffusion_toolkit.catalog.state import State

STEPS_PER_DOUBLING = 32
SQUARE = 128


def layout(state: State, positions: Ints) -> Bytes:
    """For each image b with width to height = 2 ** ((b - 128) / 32), from 1 to 255; 0 where it is not known."""
    width = state.columns["width"][positions].astype(np.float64)
    height = state.columns["height"][positions].astype(np.float64)
    known = (width > 0) & (height > 0)
    ratio = np.divide(width, height, out=np.ones_like(width), where=known)
    steps = np.clip(np.rint(np.log2(ratio) * STEPS_PER_DOUBLING) + SQUARE, 1, 255)
    return np.where(known, steps, 0).astype(np.uint8)
