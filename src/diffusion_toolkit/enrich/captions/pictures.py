"""Pictures as models get them: small, opaque, in an address that holds the picture itself."""

import base64
import io
from dataclasses import dataclass
from typing import Final

from PIL import Image

from diffusion_toolkit.media.pixels import PixelNeed
from diffusion_toolkit.media.squares import Pixels, on_white

JPEG_QUALITY: Final = 90
JOYCAPTION_SIDE: Final = 384


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureForm:
    """How a picture is sent. squished: to `side` x `side` pixels, whatever its shape, as a PNG; else shrunk until its
    longer side is at most `side`, as a JPEG.
    """

    side: int
    squished: bool = False

    @property
    def need(self) -> PixelNeed:
        """What the decoder is to give: the whole picture where we shrink it ourselves, in one step."""
        return PixelNeed(form="whole") if self.squished else PixelNeed(form="fit", side=self.side)

    @property
    def described(self) -> str:
        """For what is stored with results."""
        return f"{self.side}x{self.side}" if self.squished else f"fit {self.side}"


JOYCAPTION_FORM: Final = PictureForm(side=JOYCAPTION_SIDE, squished=True)
"""How JoyCaption saw pictures when it was trained: not padded, by Lanczos' filter (fpgaminer/joycaption,
`scripts/batch-caption.py`). llama.cpp leaves a picture of exactly this size as it is; any other it pads.
"""


def data_url(pixels: Pixels, form: PictureForm) -> str:
    """The picture, (height, width, 3 or 4), 0 to 255, as a data URL; what shows through is white."""
    picture = on_white(pixels)
    made = io.BytesIO()
    if form.squished:
        size = (form.side, form.side)
        (picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS)).save(made, "PNG")
        return _url("image/png", made)
    picture.thumbnail((form.side, form.side), Image.Resampling.LANCZOS)
    picture.save(made, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return _url("image/jpeg", made)


def _url(kind: str, made: io.BytesIO) -> str:
    return f"data:{kind};base64,{base64.b64encode(made.getvalue()).decode('ascii')}"
