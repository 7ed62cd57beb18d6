"""Small WebP pictures of large files, by libvips.

libvips decodes inside our process, so what it is given is limited first: regular files, a few loaders chosen by
content, a bound on pixels that is lower where a decoder must hold the whole picture. Decoders' messages are never
shown.
"""

import io
import logging
import os
import stat
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final, Literal

import pyvips
from PIL import Image
from pyvips.voperation import concurrency_set

from diffusion_toolkit import formats
from diffusion_toolkit.errors import NotFound, UnreadableFile

log = logging.getLogger(__name__)

ThumbnailSize = Literal[128, 256, 512, 1024]
"""Pixels on the longer side."""

MOST_PIXELS: Final = 400_000_000
MOST_PIXELS_AT_ONCE: Final = 120_000_000
"""For what cannot be decoded line by line: half a gigabyte at four bytes per pixel."""
LARGE_PIXELS: Final = 30_000_000
"""From here on pictures are decoded one after another, so that several do not fill the memory together."""

WEBP_QUALITY: Final = 80
WEBP_EFFORT: Final = 2
"""Of a 1024² PNG: 23 ms in all and 12.7 kB; effort 0 takes 22 ms for 15.7 kB, effort 4 takes 26 ms for 12.4 kB."""

KEEP_NOTHING: Final = 0
"""Of metadata: no EXIF, no profile."""

LOADERS: Final = ("Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff")
VIDEOS: Final = ("mp4", "mov", "webm", "mkv", "avi")
LINE_BY_LINE: Final = ("jpegload", "pngload", "tiffload")
_one_large_picture = Lock()


def thumbnail(source: Path, size: int) -> bytes:
    """A WebP of the picture: upright, sRGB, transparency kept, no metadata, never enlarged; the first frame of many.

    Raises NotFound when the file is not there, UnreadableFile when no picture can be made of it.
    """
    _prepare_libvips()
    descriptor = _open(source)
    try:
        kind = _kind(descriptor)
        if kind in VIDEOS:
            raise UnreadableFile("No thumbnail: this is a video, and these are not decoded yet.")
        return _from_bitmap(descriptor, size) if kind == "bmp" else _from_libvips(descriptor, size)
    except pyvips.Error as error:
        log.debug("no thumbnail of %s: %s", source, error)
        raise UnreadableFile("No thumbnail: the file is damaged, or not a picture we know.") from error
    finally:
        os.close(descriptor)


def _kind(descriptor: int) -> str | None:
    """The format's slug by content, None when it is none we know."""
    head = os.read(descriptor, 64)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return next((form.slug for form in formats.REGISTRY if form.matches(head)), None)


def _from_libvips(descriptor: int, size: int) -> bytes:
    header = pyvips.Image.new_from_source(pyvips.Source.new_from_descriptor(descriptor), "", access="sequential")
    large = _check_pixels(header)
    with _one_large_picture if large else nullcontext():
        small = pyvips.Image.thumbnail_source(
            pyvips.Source.new_from_descriptor(descriptor),
            size,
            height=size,
            size="down",
            output_profile="srgb",
            fail_on="none",
        )
        return _webp(small)


def _from_bitmap(descriptor: int, size: int) -> bytes:
    """Windows bitmaps, which libvips cannot read."""
    try:
        with os.fdopen(os.dup(descriptor), "rb") as file, Image.open(file, formats=["BMP"]) as image:
            _check_size(image.width, image.height, MOST_PIXELS_AT_ONCE)
            with _one_large_picture:
                image.thumbnail((size, size))
                plain = image.convert("RGBA" if "A" in image.mode else "RGB")
                out = io.BytesIO()
                plain.save(out, "WEBP", quality=WEBP_QUALITY, method=WEBP_EFFORT)
                return out.getvalue()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableFile("No thumbnail: the bitmap is damaged.") from error


def _webp(image: pyvips.Image) -> bytes:
    # interpretation rgb16 or grey16 has 16 bits per sample; WebP has 8
    if image.format != "uchar":
        image = image.colourspace("srgb").cast("uchar")
    saved = image.webpsave_buffer(Q=WEBP_QUALITY, effort=WEBP_EFFORT, keep=KEEP_NOTHING)
    assert isinstance(saved, bytes)
    return saved


def _check_pixels(header: pyvips.Image) -> bool:
    """Raises UnreadableFile for too many pixels; True when the picture is large."""
    loader = str(header.get("vips-loader"))
    whole = not loader.startswith(LINE_BY_LINE) or "interlaced" in header.get_fields()
    return _check_size(header.width, header.height, MOST_PIXELS_AT_ONCE if whole else MOST_PIXELS)


def _check_size(width: int, height: int, most: int) -> bool:
    if width * height > most:
        raise UnreadableFile(
            f"No thumbnail: {width} × {height} pixels are more than the {most // 1_000_000} million we decode."
        )
    return width * height > LARGE_PIXELS


def _open(source: Path) -> int:
    """A descriptor of a regular file: file names never reach libvips, which reads options out of them."""
    try:
        descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        raise NotFound("The file is not there any more.") from error
    except OSError as error:
        raise UnreadableFile(f"The file cannot be opened: {error.strerror}.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableFile("No thumbnail: this is not a file.")
    return descriptor


@cache
def _prepare_libvips() -> None:
    """Only the loaders we chose; one thread per picture, since several are made at once; no cache of operations."""
    pyvips.operation_block_set("VipsForeignLoad", True)
    for name in LOADERS:
        pyvips.operation_block_set(f"VipsForeignLoad{name}", False)
    pyvips.block_untrusted_set(True)
    concurrency_set(1)
    pyvips.cache_set_max(0)
