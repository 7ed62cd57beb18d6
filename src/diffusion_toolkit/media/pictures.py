"""Decodes pictures by libvips, by Pillow what it cannot read. Runs in decoding processes only.

What a decoder is given is limited first: regular files, a few loaders chosen by content, a bound on pixels that is
lower where it must hold the whole picture.
"""

from functools import cache
from typing import Final

import pyvips
from pyvips.voperation import concurrency_set

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.media.decoding import LargePicture
from diffusion_toolkit.media.files import format_of, opened
from diffusion_toolkit.media.limits import LARGE_PIXELS, MOST_PIXELS, MOST_PIXELS_AT_ONCE

LOADERS: Final = ("Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff")
LINE_BY_LINE: Final = ("jpegload", "pngload", "tiffload")
ANIMATED: Final = ("gifload", "webpload")
BY_PILLOW: Final = ("bmp", "heif")
"""libvips knows no bitmaps, and the HEVC of HEIF is not in its wheel."""

DAMAGED: Final = "the file is damaged, or not a picture we know."

FRAMES_TRIED: Final = 8
BLANK_DEVIATION: Final = 2.0
"""A frame of which the samples deviate less, of 255, shows nothing."""

RENDITION_SIDE: Final = 8192
RENDITION_QUALITY: Final = 92
WEBP_EFFORT: Final = 2
"""Of a 1024² PNG: 23 ms in all and 12.7 kB; effort 0 takes 22 ms for 15.7 kB, effort 4 takes 26 ms for 12.4 kB."""

KEEP_NOTHING: Final = 0
"""Of metadata: no EXIF, no profile."""


def made_rendition(path: str, large: bool) -> bytes:
    """A WebP of a picture that browsers cannot show, of full size up to `RENDITION_SIDE`. A task of decoders."""
    with opened(path) as descriptor:
        return webp(small_picture(descriptor, RENDITION_SIDE, large=large), RENDITION_QUALITY)


def small_picture(descriptor: int, side: int, *, large: bool) -> pyvips.Image:
    """The picture at most `side` pixels long: upright, sRGB, transparency kept, never enlarged.

    Of an animation the first frame that shows something. large: whether a large one may be decoded now. Raises
    UnreadableFile and LargePicture.
    """
    prepare_libvips()
    try:
        if format_of(descriptor) in BY_PILLOW:
            from diffusion_toolkit.media.pillow_pictures import pillow_picture

            return _fitting(pillow_picture(descriptor, large=large), side)
        header = open_picture(descriptor, "none")
        check_pixels(header, large=large)
        small = _thumbnail(descriptor, side, "")
        return small if page_count(header) < 2 else _first_that_shows(descriptor, side, small, page_count(header))
    except pyvips.Error as error:
        raise UnreadableFile(DAMAGED) from error


def open_picture(descriptor: int, fail_on: str, options: str = "") -> pyvips.Image:
    """The picture, not decoded yet. fail_on: "none" gives what there is of a damaged one, "truncated" does not."""
    source = pyvips.Source.new_from_descriptor(descriptor)
    return pyvips.Image.new_from_source(source, options, access="sequential", fail_on=fail_on)


def check_pixels(header: pyvips.Image, *, large: bool) -> None:
    """Raises UnreadableFile for too many pixels, LargePicture for many when `large` is not given."""
    loader = str(header.get("vips-loader"))
    whole = not loader.startswith(LINE_BY_LINE) or "interlaced" in header.get_fields()
    check_size(header.width, header.height, MOST_PIXELS_AT_ONCE if whole else MOST_PIXELS, large=large)


def check_size(width: int, height: int, most: int, *, large: bool) -> None:
    """As `check_pixels`, by sides."""
    if width * height > most:
        raise UnreadableFile(f"{width} × {height} pixels are more than the {most // 1_000_000} million we decode.")
    if width * height > LARGE_PIXELS and not large:
        raise LargePicture


def webp(image: pyvips.Image, quality: int) -> bytes:
    """The picture as WebP without metadata."""
    # interpretation rgb16 or grey16 has 16 bits per sample; WebP has 8
    if image.format != "uchar":
        image = image.colourspace("srgb").cast("uchar")
    try:
        saved = image.webpsave_buffer(Q=quality, effort=WEBP_EFFORT, keep=KEEP_NOTHING)
    except pyvips.Error as error:
        raise UnreadableFile(DAMAGED) from error
    assert isinstance(saved, bytes)
    return saved


def is_blank(image: pyvips.Image) -> bool:
    """Whether a small picture shows nothing: one colour, or all transparent."""
    if image.hasalpha() and image[image.bands - 1].max() == 0:
        return True
    return image.colourspace("b-w")[0].deviate() < BLANK_DEVIATION


def page_count(header: pyvips.Image) -> int:
    """How many frames an animation has; 1 for anything else: the pages of a TIFF are pictures of their own."""
    animated = str(header.get("vips-loader")).startswith(ANIMATED)
    pages = header.get("n-pages") if animated and "n-pages" in header.get_fields() else 1
    return pages if isinstance(pages, int) else 1


def _fitting(image: pyvips.Image, side: int) -> pyvips.Image:
    return image.thumbnail_image(side, height=side, size="down", output_profile="srgb")


def _thumbnail(descriptor: int, side: int, options: str) -> pyvips.Image:
    return pyvips.Image.thumbnail_source(
        pyvips.Source.new_from_descriptor(descriptor),
        side,
        height=side,
        size="down",
        option_string=options,
        output_profile="srgb",
        fail_on="none",
    )


def _first_that_shows(descriptor: int, side: int, first: pyvips.Image, pages: int) -> pyvips.Image:
    first = first.copy_memory()
    if not is_blank(first):
        return first
    for page in range(1, min(pages, FRAMES_TRIED)):
        try:
            frame = _thumbnail(descriptor, side, f"page={page}").copy_memory()
        except pyvips.Error:
            break  # the animation is cut here
        if not is_blank(frame):
            return frame
    return first


@cache
def prepare_libvips() -> None:
    """Only the loaders we chose; one thread per picture, since several are made at once; no cache of operations."""
    pyvips.operation_block_set("VipsForeignLoad", True)
    for name in LOADERS:
        pyvips.operation_block_set(f"VipsForeignLoad{name}", False)
    pyvips.block_untrusted_set(True)
    concurrency_set(1)
    pyvips.cache_set_max(0)
