"""From decoded pixels to the square picture that taggers look at.

Both model cards give the same recipe (fpgaminer/joytag README; app.py of the Space SmilingWolf/wd-tagger): lay the
picture on white, pad it to a square, shrink the square by Pillow's bicubic filter. Neither lays transparency on white
in every case, and neither turns pictures upright: here the first is done always, the second by whoever decodes.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels: TypeAlias = NDArray[np.uint8]
"""An upright sRGB picture: (height, width, 3), or (height, width, 4) with straight alpha; 0 to 255."""

WHITE: Final = (255, 255, 255)

LONGEST_SIDE: Final = 8192
"""A longer picture is shrunk by a whole number first: padding 30,000 x 500 pixels would take 2.7 GB."""


def square_picture(pixels: Pixels, side: int) -> Pixels:
    """The picture on a white square of `side` pixels, centred: (side, side, 3), RGB, 0 to 255.

    What is such a square already comes back as it is. Raises ValueError for an array of another shape.
    """
    if pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or 0 in pixels.shape:
        raise ValueError(f"Pixels are (height, width, 3 or 4), not {pixels.shape}.")
    if pixels.shape == (side, side, 3):
        return pixels
    image = _within_limit(on_white(pixels))
    width, height = image.size
    longest = max(width, height)
    if (width, height) != (longest, longest):
        padded = Image.new("RGB", (longest, longest), WHITE)
        padded.paste(image, ((longest - width) // 2, (longest - height) // 2))
        image = padded
    if longest != side:
        image = image.resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(image)


def on_white(pixels: Pixels) -> Image.Image:
    """The picture without transparency: what shows through is white."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if image.mode == "RGB":
        return image
    ground = Image.new("RGBA", image.size, (*WHITE, 255))
    ground.alpha_composite(image)
    return ground.convert("RGB")


def _within_limit(image: Image.Image) -> Image.Image:
    factor = -(-max(image.size) // LONGEST_SIDE)
    return image if factor < 2 else image.reduce(factor)
