"""A picture made for trying a model out: what is on it is known, and easy to see."""

import numpy as np

from diffusion_toolkit.media.squares import Pixels

WHAT_IT_SHOWS = "A red ball on green ground under a blue sky."


def sample_picture() -> Pixels:
    """A red ball on green ground under a blue sky: (384, 512, 3)."""
    rows, columns = np.mgrid[0:384, 0:512]
    picture = np.empty((384, 512, 3), np.uint8)
    picture[:] = (96, 160, 232)
    picture[rows >= 256] = (72, 152, 64)
    distance = np.hypot(rows - 240, columns - 256)
    picture[distance <= 88] = (216, 32, 32)
    picture[np.hypot(rows - 208, columns - 228) <= 20] = (248, 160, 160)
    return picture
