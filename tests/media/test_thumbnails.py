"""Thumbnails of good files, of odd files, and of files that want to hurt."""

import io
import os
import struct
import time
import zlib
from pathlib import Path
from typing import Any, cast

import pytest
import pyvips
from PIL import Image

from diffusion_toolkit.errors import NotFound, UnreadableFile
from diffusion_toolkit.media.thumbnails import thumbnail
from media.photos import heic


def opened(made: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(made))
    assert image.format == "WEBP"
    image.load()
    return image


def saved(folder: Path, image: Image.Image, name: str, **options: Any) -> Path:
    image.save(folder / name, **options)
    return folder / name


def png_claiming(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def near(pixel: object, wanted: tuple[int, ...], by: int = 24) -> bool:
    channels = cast(tuple[int, ...], pixel)
    return all(abs(a - b) <= by for a, b in zip(channels, wanted, strict=True))


@pytest.mark.parametrize(
    ("given", "size", "wanted"),
    [
        ((1000, 500), 256, (256, 128)),
        ((500, 1000), 512, (256, 512)),
        ((100, 60), 256, (100, 60)),
        ((3000, 1), 128, (128, 1)),
    ],
)
def test_the_longer_side_gets_the_size_and_nothing_is_enlarged(
    tmp_path: Path, given: tuple[int, int], size: int, wanted: tuple[int, int]
) -> None:
    made = thumbnail(saved(tmp_path, Image.new("RGB", given, (200, 30, 30)), "a.png"), size)
    image = opened(made)
    assert image.size == wanted
    assert near(image.convert("RGB").getpixel((0, 0)), (200, 30, 30))


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.gif", "a.bmp", "a.tif", "a.avif"])
def test_every_format_we_know(tmp_path: Path, name: str) -> None:
    image = opened(thumbnail(saved(tmp_path, Image.new("RGB", (400, 300), (20, 200, 20)), name), 128))
    assert image.size == (128, 96)
    assert near(image.convert("RGB").getpixel((60, 50)), (20, 200, 20))


def test_a_turned_photo_comes_upright_and_without_metadata(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a secret"
    made = thumbnail(saved(tmp_path, Image.new("RGB", (400, 200), "white"), "a.jpg", exif=exif), 256)
    assert opened(made).size == (128, 256)
    assert b"EXIF" not in made
    assert b"secret" not in made


def test_transparency_stays(tmp_path: Path) -> None:
    rgba = opened(thumbnail(saved(tmp_path, Image.new("RGBA", (300, 300), (255, 0, 0, 0)), "a.png"), 128))
    assert rgba.mode == "RGBA"
    assert rgba.getpixel((5, 5))[3] == 0  # pyright: ignore[reportOptionalSubscript, reportIndexIssue]  (RGBA)


def test_a_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    palette = Image.new("P", (300, 300), 1)
    palette.putpalette([0, 0, 0, 0, 0, 255] + [0] * 762)
    image = opened(thumbnail(saved(tmp_path, palette, "a.png", transparency=1), 128))
    assert image.mode == "RGBA"
    assert image.getpixel((5, 5))[3] == 0  # pyright: ignore[reportOptionalSubscript, reportIndexIssue]  (RGBA)


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    pyvips.Image.black(300, 300, bands=3).linear([1], [40_000]).cast("ushort").copy(interpretation="rgb16").pngsave(
        str(tmp_path / "a.png")
    )
    assert near(opened(thumbnail(tmp_path / "a.png", 128)).convert("RGB").getpixel((5, 5)), (156, 156, 156))


def test_grey_with_sixteen_bits(tmp_path: Path) -> None:
    Image.new("I;16", (300, 300), 40_000).save(tmp_path / "a.png")
    assert near(opened(thumbnail(tmp_path / "a.png", 128)).convert("RGB").getpixel((5, 5)), (156, 156, 156))


def test_print_colours_become_screen_colours(tmp_path: Path) -> None:
    made = thumbnail(saved(tmp_path, Image.new("CMYK", (300, 300), (0, 0, 0, 0)), "a.jpg"), 128)
    assert near(opened(made).convert("RGB").getpixel((5, 5)), (255, 255, 255))


def test_an_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (200, 100), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    image = opened(thumbnail(tmp_path / "a.gif", 128))
    assert image.size == (128, 64)
    assert near(image.convert("RGB").getpixel((5, 5)), (255, 0, 0))


@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_an_animation_that_begins_blank_gives_the_first_frame_that_shows(tmp_path: Path, name: str) -> None:
    blank = [Image.new("RGB", (200, 100), "black")] * 2 + [Image.new("RGB", (200, 100), "white")]
    shown = Image.new("RGB", (200, 100), "red")
    shown.paste((0, 0, 255), (0, 0, 100, 100))
    blank[0].save(tmp_path / name, save_all=True, append_images=[*blank[1:], shown], duration=[10, 20, 30, 40])
    assert near(opened(thumbnail(tmp_path / name, 128)).convert("RGB").getpixel((100, 30)), (255, 0, 0))
    blank[0].save(tmp_path / name, save_all=True, append_images=blank[1:], duration=[10, 20, 30])
    assert near(opened(thumbnail(tmp_path / name, 128)).convert("RGB").getpixel((5, 5)), (0, 0, 0))


def test_an_animated_png(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (200, 100), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    assert near(opened(thumbnail(tmp_path / "a.png", 128)).convert("RGB").getpixel((5, 5)), (255, 0, 0))


def test_an_animation_of_five_thousand_frames_costs_only_its_first_ones(tmp_path: Path) -> None:
    frame = b"\x21\xf9\x04\0\0\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    head = b"GIF89a" + struct.pack("<HHBBB", 640, 640, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    (tmp_path / "a.gif").write_bytes(head + frame * 5000 + b"\x3b")
    thumbnail(saved(tmp_path, Image.new("RGB", (64, 64)), "warm.png"), 128)
    begun = time.monotonic()
    assert opened(thumbnail(tmp_path / "a.gif", 128)).size == (128, 128)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("image", "options", "wanted"),
    [
        (Image.new("CMYK", (300, 200), (0, 255, 255, 0)), {"compression": "tiff_lzw"}, (237, 28, 36)),
        (Image.new("1", (300, 200), 1), {"compression": "group4"}, (255, 255, 255)),
        (Image.new("I;16", (300, 200), 40_000), {}, (156, 156, 156)),
        (Image.new("RGB", (300, 200), (9, 200, 9)), {"compression": "jpeg"}, (9, 200, 9)),
    ],
)
def test_tiffs_of_all_kinds_give_their_first_page(
    tmp_path: Path, image: Image.Image, options: dict[str, str], wanted: tuple[int, int, int]
) -> None:
    other = [Image.new("RGB", (80, 80))] if image.mode == "RGB" else []
    image.save(tmp_path / "a.tif", save_all=bool(other), append_images=other, **options)
    made = opened(thumbnail(tmp_path / "a.tif", 150))
    assert made.size == (150, 100)
    assert near(made.convert("RGB").getpixel((50, 50)), wanted, by=60)


@pytest.mark.parametrize("quarters", [0, 1])
def test_photos_of_telephones(tmp_path: Path, quarters: int) -> None:
    (tmp_path / "a.heic").write_bytes(heic((20, 30, 200), (256, 128), quarters))
    image = opened(thumbnail(tmp_path / "a.heic", 128))
    assert image.size == ((64, 128) if quarters else (128, 64))
    assert near(image.convert("RGB").getpixel((20, 20)), (20, 30, 200))


@pytest.mark.parametrize("name", ["[page=2].png", "a[n=-1].png", "-a.png", "ü ☃.png"])
def test_names_are_only_names(tmp_path: Path, name: str) -> None:
    assert thumbnail(saved(tmp_path, Image.new("RGB", (64, 64)), name), 128)


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_a_name_that_is_not_unicode(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png"))
    with path.open("wb") as file:
        Image.new("RGB", (64, 64)).save(file, "PNG")
    assert thumbnail(path, 128)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_a_cut_file_gives_what_there_is_or_one_sentence(tmp_path: Path, name: str) -> None:
    noise = Image.effect_noise((600, 600), 80).convert("RGB")
    path = saved(tmp_path, noise, name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    try:
        made = thumbnail(path, 256)
    except UnreadableFile:
        assert name == "a.webp"  # its decoder gives all or nothing
    else:
        assert opened(made).size == (256, 256)


@pytest.mark.parametrize(
    "content",
    [
        png_claiming(2**31 - 1, 2**31 - 1),
        png_claiming(2**31, 1),
        png_claiming(0, 0),
        png_claiming(100_000, 100_000),
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"not a picture at all" * 100,
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\n",
        b"P6 40 40 255\n" + b"\0" * 4800,
        b"1,2,3\n4,5,6\n",
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"BM" + b"\xff" * 60,
        b"\xff\xd8\xff\xe0\0\x10JFIF",
    ],
)
def test_what_is_no_picture_of_ours_gives_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"^No thumbnail: .*\.$") as error:
        thumbnail(path, 256)
    assert "vips" not in str(error.value).lower()


def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_claiming(30_000, 20_000))
    with pytest.raises(UnreadableFile, match="30000 × 20000 pixels are more than the 400 million"):
        thumbnail(path, 256)


def test_a_large_picture_is_still_made(tmp_path: Path) -> None:
    pyvips.Image.black(20_000, 20_000).pngsave(str(tmp_path / "a.png"), compression=1)
    assert opened(thumbnail(tmp_path / "a.png", 256)).size == (256, 256)


def test_what_must_be_held_whole_has_a_lower_limit(tmp_path: Path) -> None:
    pyvips.Image.black(12_000, 12_000).pngsave(str(tmp_path / "a.png"), compression=1, interlace=True)
    with pytest.raises(UnreadableFile, match="120 million"):
        thumbnail(tmp_path / "a.png", 256)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        thumbnail(tmp_path / "a.png", 256)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "x.png").mkdir()
    with pytest.raises(UnreadableFile):
        thumbnail(tmp_path / "x.png", 256)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
def test_a_pipe_does_not_hold_us(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.png")
    with pytest.raises(UnreadableFile):
        thumbnail(tmp_path / "x.png", 256)
