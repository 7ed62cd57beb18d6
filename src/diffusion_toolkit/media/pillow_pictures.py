"""Pictures that Pillow reads and libvips does not: Windows bitmaps, HEIF. Runs in decoding processes only."""

import os
from collections.abc import Callable
from typing import Final

import pyvips
from PIL import Image, ImageOps

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.media.limits import MOST_PIXELS_AT_ONCE
from diffusion_toolkit.media.pictures import DAMAGED, check_size

READ: Final = ("BMP", "HEIF")


def pillow_picture(descriptor: int, *, large: bool) -> pyvips.Image:
    """The whole picture, upright, with its colour profile. Raises UnreadableFile and LargePicture."""
    _know_heif()
    try:
        with os.fdopen(os.dup(descriptor), "rb") as file, Image.open(file, formats=READ) as image:
            check_size(image.width, image.height, MOST_PIXELS_AT_ONCE, large=large)
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGBA" if "A" in upright.getbands() else "RGB")
            found = pyvips.Image.new_from_array(plain)
            profile = image.info.get("icc_profile")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise UnreadableFile(DAMAGED) from error
    # no copy_memory here: it would give the same samples without what keeps them alive
    found = found.copy(interpretation="srgb")
    if isinstance(profile, bytes) and profile:
        found.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)  # pyright: ignore[reportArgumentType]  its stub forgets blobs
    return found


def _know_heif() -> None:
    import pi_heif  # pyright: ignore[reportMissingTypeStubs]  it has none

    register: Callable[..., None] = pi_heif.register_heif_opener  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  as above
    register(thumbnails=False)
