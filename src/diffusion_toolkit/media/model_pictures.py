"""Pictures as arrays of samples, decoded to their end. Runs in decoding processes only."""

import numpy as np
import pyvips

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.media.limits import MOST_PIXELS_AT_ONCE
from diffusion_toolkit.media.pictures import (
    BY_PILLOW,
    DAMAGED,
    check_pixels,
    check_size,
    open_picture,
    prepare_libvips,
)
from diffusion_toolkit.media.squares import Pixels


def decoded(descriptor: int, kind: str | None, side: int, *, large: bool) -> Pixels:
    """The picture; side: at most so many pixels long, 0: every pixel. Raises UnreadableFile and LargePicture."""
    prepare_libvips()
    try:
        if kind in BY_PILLOW:
            from diffusion_toolkit.media.pillow_pictures import pillow_picture

            image = pillow_picture(descriptor, large=large)
        else:
            image = open_picture(descriptor, "truncated")
            check_pixels(image, large=large)
        if side:
            # Not as thumbnails are made: those show what there is of a damaged file.
            return samples(image.thumbnail_image(side, height=side, size="down", output_profile="srgb"))
        check_size(image.width, image.height, MOST_PIXELS_AT_ONCE, large=large)
        return samples(image)
    except pyvips.Error as error:
        raise UnreadableFile(DAMAGED) from error


def samples(image: pyvips.Image) -> Pixels:
    """Red, green, blue and, where there is one, alpha: (height, width, 3 or 4), 0 to 255."""
    if image.get_typeof("icc-profile-data"):
        image = image.icc_transform("srgb", embedded=True, intent="perceptual")
    if str(image.interpretation) != "srgb" or image.bands < 3:
        image = image.colourspace("srgb")
    if image.format != "uchar":
        image = image.cast("uchar")
    # Upright: what is turned cannot be read line by line.
    if image.get_typeof("orientation") and image.get("orientation") != 1:
        image = image.copy_memory().autorot()
    found = image.numpy()
    return np.ascontiguousarray(found.reshape(image.height, image.width, image.bands)[..., :4])
