"""The main colour of a thumbnail."""

from io import BytesIO

import pytest
from PIL import Image

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.media.colour import main_colour


def webp(image: Image.Image) -> bytes:
    made = BytesIO()
    image.save(made, "WEBP", lossless=True)
    return made.getvalue()


def channels(colour: int) -> tuple[int, int, int]:
    return colour >> 16, colour >> 8 & 0xFF, colour & 0xFF


def test_what_most_of_the_picture_is_decides_and_not_its_mean() -> None:
    image = Image.new("RGB", (240, 160), (200, 30, 30))
    image.paste((20, 60, 220), (0, 0, 100, 160))
    assert channels(main_colour(webp(image))) == pytest.approx((200, 30, 30), abs=2)


def test_shades_of_one_colour_give_their_mean() -> None:
    image = Image.new("RGB", (100, 100), (10, 110, 10))
    image.paste((10, 130, 10), (0, 0, 50, 100))
    assert channels(main_colour(webp(image))) == pytest.approx((10, 120, 10), abs=3)


def test_what_one_can_see_through_counts_not() -> None:
    image = Image.new("RGBA", (100, 100), (0, 255, 0, 0))
    image.paste((90, 40, 160, 255), (40, 40, 60, 60))
    assert channels(main_colour(webp(image))) == pytest.approx((90, 40, 160), abs=3)
    assert main_colour(webp(Image.new("RGBA", (10, 10), (9, 9, 9, 0)))) == 0


@pytest.mark.parametrize("content", [b"", b"RIFF\x10\0\0\0WEBPVP8 \0\0", b"\x89PNG\r\n\x1a\n"])
def test_a_damaged_thumbnail_is_said_to_be_one(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        main_colour(content)
