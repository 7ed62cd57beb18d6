"""Hashes of decoded pictures and frames. Runs in decoding processes only."""

import struct
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyvips
from numpy.typing import NDArray
from xxhash import xxh3_128

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.formats import VIDEO_FORMATS
from diffusion_toolkit.media.files import format_of, opened
from diffusion_toolkit.media.limits import MOST_PIXELS_AT_ONCE
from diffusion_toolkit.media.pictures import (
    BY_PILLOW,
    DAMAGED,
    check_pixels,
    check_size,
    open_picture,
    page_count,
    prepare_libvips,
)
from diffusion_toolkit.media.pixel_hashes import SIDE, perceptual_bits

MOST_BYTES: Final = 2**29
"""Of the decoded picture."""
MOST_FRAMES: Final = 32
STRIP_ROWS: Final = 256

Samples = NDArray[Any]
"""Of 8 or 16 bits."""


def hashed(path: str, *, large: bool) -> tuple[bytes, int, int, int]:
    """Digest of the pixels, perceptual hash, width and height. Raises UnreadableFile and LargePicture."""
    with opened(path) as descriptor:
        kind = format_of(descriptor)
        if kind in VIDEO_FORMATS:
            return _of_film(descriptor, kind)
        try:
            return _of_picture(descriptor, kind, large=large)
        except pyvips.Error as error:
            raise UnreadableFile(DAMAGED) from error


def _of_picture(descriptor: int, kind: str | None, *, large: bool) -> tuple[bytes, int, int, int]:
    prepare_libvips()
    if kind in BY_PILLOW:
        from diffusion_toolkit.media.pillow_pictures import pillow_picture

        image, pages = pillow_picture(descriptor, large=large), 1
    else:
        image = open_picture(descriptor, "truncated")
        check_pixels(image, large=large)
        pages = page_count(image)
        image = _upright(image)
    digest = xxh3_128()
    _add(digest, image)
    if pages > 1:
        digest.update(struct.pack("<I", pages))
        for page in range(1, min(pages, MOST_FRAMES, MOST_PIXELS_AT_ONCE // (image.width * image.height) + 1)):
            _add(digest, open_picture(descriptor, "truncated", f"page={page}").copy_memory())
    return digest.digest(), _likeness(image), image.width, image.height


def _of_film(descriptor: int, kind: str) -> tuple[bytes, int, int, int]:
    from diffusion_toolkit.media.films import two_frames

    digest = xxh3_128(b"film")
    frames = two_frames(descriptor, kind)
    for frame in frames:
        digest.update(struct.pack("<III", *frame.pixels.shape))
        digest.update(np.ascontiguousarray(frame.pixels).data)
    picture = frames[0].picture
    return digest.digest(), _likeness(picture), picture.width, picture.height


def _upright(image: pyvips.Image) -> pyvips.Image:
    width_bytes = 2 if image.format in ("ushort", "short") else 4 if image.format in ("float", "int", "uint") else 1
    check_size(image.width, image.height * image.bands * width_bytes, MOST_BYTES, large=True)
    return image.copy_memory().autorot()


def _add(digest: xxh3_128, image: pyvips.Image) -> None:
    """Add the picture's size and samples to a digest."""
    alpha = image.hasalpha()
    shown = not alpha or all(bool((samples[..., -1] == _most(image)).all()) for samples in _strips(image))
    kind = b"cmyk" if str(image.interpretation) == "cmyk" else b"rgb"
    form = str(image.format).encode()
    digest.update(struct.pack("<II4s8s?", image.width, image.height, kind, form, shown))
    for samples in _strips(image):
        digest.update(np.ascontiguousarray(_plain(samples, alpha=alpha, opaque=shown)).data)


def _strips(image: pyvips.Image) -> Iterator[Samples]:
    for top in range(0, image.height, STRIP_ROWS):
        rows = min(STRIP_ROWS, image.height - top)
        yield image.crop(0, top, image.width, rows).numpy().reshape(rows, image.width, image.bands)


def _plain(samples: Samples, *, alpha: bool, opaque: bool) -> Samples:
    """Samples as red, green, blue, and alpha where it says something."""
    colours = samples[..., :-1] if alpha else samples
    if colours.shape[-1] == 1:
        colours = np.repeat(colours, 3, axis=-1)
    if not alpha or opaque:
        return colours
    transparency = samples[..., -1:]
    return np.concatenate([np.where(transparency == 0, 0, colours).astype(samples.dtype), transparency], axis=-1)


def _most(image: pyvips.Image) -> int:
    return 255 if image.format == "uchar" else 65535


def _likeness(image: pyvips.Image) -> int:
    """The perceptual hash; transparent parts are white, as on paper."""
    small = image.thumbnail_image(SIDE, height=SIDE, size="force")
    if small.hasalpha():
        small = small.flatten(background=[_most(small)] * 3 if small.bands > 2 else [_most(small)])
    greys = small.colourspace("b-w")[0].cast("uchar").numpy()
    return perceptual_bits(greys.reshape(SIDE, SIDE).astype(np.float64))
