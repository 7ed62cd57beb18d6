"""Decoded pixels for models, against Pillow's own reading of the same files."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from diffusion_toolkit.errors import NotFound, UnreadableFile
from diffusion_toolkit.media.decoders import Decoders
from diffusion_toolkit.media.pixels import PixelNeed, pixels_of
from diffusion_toolkit.media.squares import square_picture
from media.films import film

WHOLE = PixelNeed(form="whole")
DECODERS = Decoders(1)


def colours(width: int, height: int, bands: int = 3) -> NDArray[np.uint8]:
    """Soft colours, that a JPEG hardly changes."""
    small = np.random.default_rng(5).integers(0, 255, (5, 5, bands), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


@pytest.mark.parametrize(
    ("name", "mode", "options"),
    [
        ("a.png", "RGB", {}),
        ("a.png", "RGBA", {}),
        ("a.png", "L", {}),
        ("a.png", "LA", {}),
        ("a.png", "P", {}),
        ("a.jpg", "RGB", {"quality": 92}),
        ("a.jpg", "L", {"quality": 92}),
        ("a.webp", "RGB", {"lossless": True}),
        ("a.bmp", "RGB", {}),
        ("a.gif", "P", {}),
        ("a.tif", "RGB", {}),
    ],
)
def test_every_pixel_is_as_pillow_reads_it(tmp_path: Path, name: str, mode: str, options: dict[str, Any]) -> None:
    path = tmp_path / name
    Image.fromarray(colours(60, 40, 4)).convert("RGB" if mode == "P" else mode).convert(mode).save(path, **options)
    with Image.open(path) as image:
        wanted = np.asarray(image.convert("RGBA" if "A" in image.getbands() else "RGB"))
    found = pixels_of(path, WHOLE, DECODERS)
    assert (found.shape, found.dtype) == (wanted.shape, np.uint8)
    np.testing.assert_array_equal(found, wanted)


def test_the_square_is_that_of_the_model_cards(tmp_path: Path) -> None:
    pixels = colours(90, 50, 4)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    found = pixels_of(tmp_path / "a.png", PixelNeed(form="square", side=64), DECODERS)
    np.testing.assert_array_equal(found, square_picture(pixels, 64))
    assert square_picture(found, 64) is found


def test_what_fits_is_shrunk_and_never_enlarged(tmp_path: Path) -> None:
    Image.fromarray(colours(200, 100)).save(tmp_path / "a.png")
    assert pixels_of(tmp_path / "a.png", PixelNeed(form="fit", side=50), DECODERS).shape == (25, 50, 3)
    assert pixels_of(tmp_path / "a.png", PixelNeed(form="fit", side=500), DECODERS).shape == (100, 200, 3)


def test_pictures_are_turned_upright_and_have_eight_bits(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # a quarter to the right
    pixels = colours(60, 40)
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=turned)
    np.testing.assert_array_equal(pixels_of(tmp_path / "a.png", WHOLE, DECODERS), np.rot90(pixels, -1))
    wide = (colours(30, 20)[..., 0].astype(np.uint16)) * 257
    Image.fromarray(wide).save(tmp_path / "b.png")
    found = pixels_of(tmp_path / "b.png", WHOLE, DECODERS)
    assert found.shape == (20, 30, 3)
    assert np.abs(found.astype(int) - (wide // 257)[..., None]).max() <= 1


@pytest.mark.parametrize("need", [WHOLE, PixelNeed(form="fit", side=16), PixelNeed(form="square", side=16)])
def test_what_is_cut_off_is_no_picture(tmp_path: Path, need: PixelNeed) -> None:
    for form in ("PNG", "JPEG", "WEBP"):
        data = io.BytesIO()
        Image.fromarray(colours(80, 60)).save(data, form)
        (tmp_path / "cut").write_bytes(data.getvalue()[: len(data.getvalue()) // 2])
        with pytest.raises(UnreadableFile, match="cannot be looked at: the file is damaged"):
            pixels_of(tmp_path / "cut", need, DECODERS)
    with pytest.raises(NotFound):
        pixels_of(tmp_path / "none", need, DECODERS)


def test_of_a_film_a_frame_that_shows_something_is_given(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", "libx264")
    found = pixels_of(path, PixelNeed(form="square", side=32), DECODERS)
    assert found.shape == (32, 32, 3)
    assert found.std() > 3


def test_a_need_says_its_side() -> None:
    with pytest.raises(ValueError, match="A side goes with"):
        PixelNeed(form="fit")
