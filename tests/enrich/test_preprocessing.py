"""From pixels to input: held against the cards' recipes, written down a second time in plain steps."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from diffusion_toolkit.enrich.taggers import joytag, wd_v3
from diffusion_toolkit.enrich.taggers.pixels import LONGEST_SIDE, Pixels, square_picture

SHAPES = [(448, 448), (600, 400), (400, 601), (1024, 1024), (37, 500), (1, 1), (447, 449)]


def picture(height: int, width: int, channels: int = 3, seed: int = 0) -> Pixels:
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (height, width, channels), dtype=np.uint8)


def padded(image: Image.Image) -> Image.Image:
    """The square of both cards: white, the picture in the middle, bicubic to 448 unless it is that already."""
    longest = max(image.size)
    left, top = (longest - image.width) // 2, (longest - image.height) // 2
    square = Image.new("RGB", (longest, longest), (255, 255, 255))
    square.paste(image, (left, top))
    return square if longest == 448 else square.resize((448, 448), Image.Resampling.BICUBIC)


def card_of_wd(image: Image.Image) -> NDArray[Any]:
    numbers = np.zeros((448, 448, 3), np.float64)
    for place, channel in enumerate("BGR"):
        numbers[:, :, place] = np.asarray(padded(image).getchannel(channel), np.float64)
    return numbers


def card_of_joytag(image: Image.Image) -> NDArray[Any]:
    mean = {"R": 0.48145466, "G": 0.4578275, "B": 0.40821073}
    deviation = {"R": 0.26862954, "G": 0.26130258, "B": 0.27577711}
    square = padded(image)
    planes = [
        (np.asarray(square.getchannel(channel), np.float64) / 255.0 - mean[channel]) / deviation[channel]
        for channel in "RGB"
    ]
    return np.stack(planes)


@pytest.mark.parametrize(("height", "width"), SHAPES)
def test_inputs_are_those_of_the_cards(height: int, width: int) -> None:
    pixels = picture(height, width)
    image = Image.fromarray(pixels)
    for prepared, wanted in (
        (wd_v3.prepare(pixels), card_of_wd(image)),
        (joytag.prepare(pixels), card_of_joytag(image)),
    ):
        assert prepared.dtype == np.float32
        assert prepared.flags.c_contiguous
        assert prepared.shape == wanted.shape
        np.testing.assert_allclose(prepared, wanted, rtol=0, atol=1e-5)


def test_known_pixels_give_known_numbers() -> None:
    red = np.full((448, 224, 3), (255, 0, 0), np.uint8)
    wd = wd_v3.prepare(red)
    assert wd[0, 0].tolist() == [255, 255, 255]
    assert wd[200, 224].tolist() == [0, 0, 255]
    found = joytag.prepare(red)
    np.testing.assert_allclose(found[:, 200, 224], [1.9303361, -1.7520971, -1.4802197], atol=1e-5)
    np.testing.assert_allclose(found[:, 0, 0], [1.9303361, 2.0748837, 2.1458969], atol=1e-5)


def test_what_shows_through_is_white() -> None:
    pixels = picture(448, 448, 4)
    pixels[:, :224, 3] = 0
    pixels[:, 224:, 3] = 255
    square = square_picture(pixels, 448)
    assert (square[:, :224] == 255).all()
    assert (square[:, 224:] == pixels[:, 224:, :3]).all()
    pixels[:, :, 3] = 128
    half = square_picture(pixels, 448).astype(int)
    wanted = (pixels[:, :, :3].astype(float) * 128 + 255.0 * 127) / 255
    assert np.abs(half - wanted).max() <= 1


def test_a_very_long_picture_is_shrunk_before_it_is_padded() -> None:
    pixels = np.zeros((300, LONGEST_SIDE * 2 + 10, 3), np.uint8)
    square = square_picture(pixels, 448)
    assert square.shape == (448, 448, 3)
    assert (square[0] == 255).all()
    assert square[224].max() < 60


@pytest.mark.parametrize("shape", [(448, 448), (448, 448, 1), (0, 448, 3), (448, 448, 5)])
def test_other_arrays_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="Pixels are"):
        square_picture(np.zeros(shape, np.uint8), 448)
