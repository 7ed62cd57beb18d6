"""Small WebP pictures of large files and films, made in processes of their own."""

from pathlib import Path
from typing import Final, Literal

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.formats import VIDEO_FORMATS
from diffusion_toolkit.media.decoders import Decoders, shared_decoders
from diffusion_toolkit.media.files import format_of, opened

ThumbnailSize = Literal[128, 256, 512, 1024]
"""Pixels on the longer side."""

WEBP_QUALITY: Final = 80


def thumbnail(source: Path, size: int, decoders: Decoders | None = None) -> bytes:
    """A WebP of the picture: upright, sRGB, transparency kept, no metadata, never enlarged; the first frame of many.

    Of a film, a frame from its first part that shows something. Raises NotFound when the file is not there,
    UnreadableFile when no picture can be made of it.
    """
    try:
        return (decoders or shared_decoders()).run("thumbnail", source, size)
    except UnreadableFile as error:
        raise UnreadableFile(f"No thumbnail: {error}") from error


def made_thumbnail(path: str, size: int, large: bool) -> bytes:
    """As `thumbnail`. A task of decoders."""
    from diffusion_toolkit.media import pictures

    with opened(path) as descriptor:
        kind = format_of(descriptor)
        if kind in VIDEO_FORMATS:
            from diffusion_toolkit.media.films import representative_frame

            frame = representative_frame(descriptor, kind).picture
            small = frame.thumbnail_image(size, height=size, size="down")
        else:
            small = pictures.small_picture(descriptor, size, large=large)
        return pictures.webp(small, WEBP_QUALITY)
