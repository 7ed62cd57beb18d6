"""`size:` - width and height in pixels, their ratio, or the shape."""

import numpy as np

from diffusion_toolkit.catalog.columns import Mask
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.query.tree import Absent, Aspect, Dimensions, Present, Shape, Value

ASPECT_TOLERANCE = 0.01


@evaluates("size")
def size(question: Question, value: Value) -> Mask:
    """Images whose size is not known yet match `none` only."""
    width, height = question.column("width"), question.column("height")
    known = question.state.width_known
    match value:
        case Present():
            return known.copy()
        case Absent():
            return ~known
        case Dimensions():
            found = known.copy()
            for wanted, column in ((value.width, width), (value.height, height)):
                if wanted is not None:
                    found &= column == min(wanted, 2**31 - 1)
            return found
        case Aspect():
            ratio = value.width / value.height
            off = np.abs(width.astype(np.float64) - ratio * height)
            return known & (off <= ASPECT_TOLERANCE * ratio * height)
        case Shape("portrait"):
            return known & (width < height)
        case Shape("landscape"):
            return known & (width > height)
        case Shape("square"):
            return known & (width == height)
        case _:
            raise unfit("size", value)
