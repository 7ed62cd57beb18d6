"""The same picture under other clothes has the same hashes; another picture has others."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from PIL.PngImagePlugin import PngInfo

from diffusion_toolkit.errors import NotFound, UnreadableFile
from diffusion_toolkit.media.pixel_hashes import (
    ALIKE_BITS,
    distance,
    hashes_of,
    perceptual_bits,
    perceptual_hash,
    pixel_hash,
)
from media.films import film


def drawing(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Soft shapes with some noise, as generated pictures have."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    soft = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2))
    noise = random.integers(-4, 5, (size[1], size[0], 3))
    return Image.fromarray((np.asarray(soft).astype(int) + noise).clip(0, 255).astype(np.uint8))


def saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)  # pyright: ignore[reportArgumentType]  options of the writer
    return path


def test_equal_pixels_are_equal_in_every_lossless_format(tmp_path: Path) -> None:
    image = drawing(1)
    notes = PngInfo()
    notes.add_text("parameters", "a castle")
    hashes = {
        hashes_of(saved(tmp_path / name, image, **options))
        for name, options in [
            ("a.png", {}),
            ("noted.png", {"pnginfo": notes, "compress_level": 1}),
            ("a.webp", {"lossless": True}),
            ("a.bmp", {}),
            ("a.tif", {}),
            ("lzw.tif", {"compression": "tiff_lzw"}),
        ]
    }
    assert len(hashes) == 1
    [found] = hashes
    assert (len(found.pixels), found.width, found.height) == (16, 320, 240)
    assert 0 < found.perceptual < 2**64


def test_one_changed_sample_changes_the_exact_hash_and_hardly_the_likeness(tmp_path: Path) -> None:
    image = drawing(1)
    before = hashes_of(saved(tmp_path / "a.png", image))
    image.putpixel((319, 239), (0, 255, 0))
    after = hashes_of(saved(tmp_path / "b.png", image))
    assert before.pixels != after.pixels
    assert distance(before.perceptual, after.perceptual) <= 1


def test_what_does_not_show_does_not_count(tmp_path: Path) -> None:
    image = drawing(2)
    plain = pixel_hash(saved(tmp_path / "a.png", image))
    assert pixel_hash(saved(tmp_path / "opaque.png", image.convert("RGBA"))) == plain
    grey = image.convert("L")
    assert pixel_hash(saved(tmp_path / "grey.png", grey)) == pixel_hash(
        saved(tmp_path / "grey.webp", grey.convert("RGB"), lossless=True)
    )
    few = image.quantize(16)
    assert pixel_hash(saved(tmp_path / "few.png", few)) == pixel_hash(saved(tmp_path / "few.bmp", few.convert("RGB")))
    hole = image.convert("RGBA")
    hole.paste((0, 0, 0, 0), (0, 0, 100, 100))
    other = image.convert("RGBA")
    other.paste((255, 9, 9, 0), (0, 0, 100, 100))
    with_hole = pixel_hash(saved(tmp_path / "hole.png", hole))
    assert with_hole == pixel_hash(saved(tmp_path / "other.webp", other, lossless=True))
    assert with_hole != plain


def test_a_turned_photo_is_the_upright_one(tmp_path: Path) -> None:
    image = drawing(3)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = saved(tmp_path / "a.webp", image, lossless=True, exif=exif)
    upright = saved(tmp_path / "b.png", image.rotate(-90, expand=True))
    assert hashes_of(turned) == hashes_of(upright)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 60}),
        ("a.webp", {"quality": 50}),
        ("a.avif", {"quality": 50}),
        ("small.jpg", {"quality": 80}),
    ],
)
def test_copies_of_other_programs_stay_alike_and_are_not_equal(
    tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    image = drawing(4)
    first = hashes_of(saved(tmp_path / "a.png", image))
    copy = image.resize((160, 120), Image.Resampling.LANCZOS) if name.startswith("small") else image
    second = hashes_of(saved(tmp_path / name, copy, **options))
    assert first.pixels != second.pixels
    assert distance(first.perceptual, second.perceptual) <= ALIKE_BITS


def test_strangers_are_far_apart(tmp_path: Path) -> None:
    hashes = [perceptual_hash(saved(tmp_path / f"{seed}.png", drawing(seed))) for seed in range(12)]
    apart = [distance(one, other) for at, one in enumerate(hashes) for other in hashes[at + 1 :]]
    assert min(apart) > 2 * ALIKE_BITS


def test_a_picture_without_structure_is_like_none(tmp_path: Path) -> None:
    assert perceptual_hash(saved(tmp_path / "a.png", Image.new("RGB", (64, 64), (200, 10, 90)))) == 0
    assert perceptual_bits(np.full((32, 32), 7.0)) == 0


def test_sixteen_bits_are_not_their_eight_bit_copy(tmp_path: Path) -> None:
    values = np.random.default_rng(5).integers(0, 65536, (40, 60), dtype=np.uint16)
    deep = saved(tmp_path / "a.png", Image.fromarray(values))
    assert pixel_hash(deep) == pixel_hash(saved(tmp_path / "a.tif", Image.fromarray(values)))
    assert pixel_hash(deep) != pixel_hash(saved(tmp_path / "b.png", Image.fromarray((values >> 8).astype(np.uint8))))


def test_animations_with_the_same_beginning_differ(tmp_path: Path) -> None:
    frames = [drawing(seed, (80, 60)) for seed in range(3)]
    one = saved(tmp_path / "a.webp", frames[0], save_all=True, append_images=frames[1:2], lossless=True)
    other = saved(tmp_path / "b.webp", frames[0], save_all=True, append_images=frames[2:3], lossless=True)
    still = saved(tmp_path / "c.webp", frames[0], lossless=True)
    assert len({pixel_hash(path) for path in (one, other, still)}) == 3
    assert perceptual_hash(one) == perceptual_hash(still)


def test_films_by_frames_that_show_something(tmp_path: Path) -> None:
    first = film(tmp_path / "a.mp4", "libx264", black=10)
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(first.read_bytes() + b"\0\0\0\x10free" + bytes(8))
    found = hashes_of(first)
    assert found == hashes_of(copy)
    assert (found.width, found.height) == (160, 90)
    assert found.perceptual != 0
    weak = hashes_of(film(tmp_path / "a.mkv", "libvpx", black=10))
    assert weak.pixels != found.pixels
    assert distance(weak.perceptual, found.perceptual) <= ALIKE_BITS


def test_what_is_cut_has_no_hashes(tmp_path: Path) -> None:
    out = io.BytesIO()
    drawing(6).save(out, "PNG")
    (tmp_path / "a.png").write_bytes(out.getvalue()[:-2000])
    with pytest.raises(UnreadableFile, match=r"^No hashes: .*\.$"):
        hashes_of(tmp_path / "a.png")
    with pytest.raises(NotFound):
        hashes_of(tmp_path / "none.png")
