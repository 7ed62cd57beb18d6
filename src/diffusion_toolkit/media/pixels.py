"""Decoded pixels for models: upright, sRGB, 8 bits; as they are, made smaller, or as the square that taggers take.

They are made in processes of their own, so that a file that kills a decoder costs that file.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.formats import VIDEO_FORMATS
from diffusion_toolkit.media.decoders import Cancel, Decoders, shared_decoders
from diffusion_toolkit.media.files import format_of, opened
from diffusion_toolkit.media.squares import Pixels, square_picture

PixelForm: TypeAlias = Literal["whole", "fit", "square"]
"""whole: every pixel; fit: the longer side at most `side`, never enlarged; square: as `squares.square_picture`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelNeed:
    """What somebody wants to look at. side: in pixels, of the forms that have one."""

    form: PixelForm
    side: int = 0

    def __post_init__(self) -> None:
        if (self.form == "whole") != (self.side == 0):
            raise ValueError("A side goes with the forms fit and square.")


def pixels_of(
    source: Path | str, need: PixelNeed, decoders: Decoders | None = None, cancelled: Cancel | None = None
) -> Pixels:
    """A picture as somebody needs it, upright and sRGB: (height, width, 3), or 4 with straight alpha; 0 to 255.

    Of an animation the first frame, of a film one that shows something. Raises NotFound, Cancelled, and UnreadableFile
    for what cannot be decoded to its end.
    """
    try:
        data, height, width, bands = (decoders or shared_decoders()).run(
            "pixels", source, need.form, need.side, cancelled=cancelled
        )
    except UnreadableFile as error:
        raise UnreadableFile(f"The picture cannot be looked at: {error}") from error
    return np.frombuffer(data, np.uint8).reshape(height, width, bands)


def made_pixels(path: str, form: PixelForm, side: int, large: bool) -> tuple[bytes, int, int, int]:
    """As `pixels_of`: samples, height, width, bands. A task of decoders."""
    from diffusion_toolkit.media import model_pictures

    with opened(path) as descriptor:
        kind = format_of(descriptor)
        if kind in VIDEO_FORMATS:
            from diffusion_toolkit.media.films import representative_frame

            picture = representative_frame(descriptor, kind).picture
            found = model_pictures.samples(
                picture.thumbnail_image(side, height=side, size="down") if form == "fit" else picture
            )
        else:
            found = model_pictures.decoded(descriptor, kind, side if form == "fit" else 0, large=large)
    if form == "square":
        found = square_picture(found, side)
    return found.tobytes(), *found.shape
