"""GIF, TIFF and BMP: size, duration, texts, digests of the picture alone, and ends that are missing."""

import struct
from pathlib import Path

import pytest
from PIL import Image

from container_bytes import USER_COMMENT, webp
from diffusion_toolkit.formats import Container, read_bytes, read_container
from still_bytes import bmp, gif, gif_comment, gif_frame, tiff

SIZE = {256: (3, b"\x20\0"), 257: (4, b"\x18\0\0\0")}


def found(container: Container) -> list[tuple[str, str]]:
    return [(text.source, text.value) for text in container.texts]


def test_gif_texts_size_and_duration() -> None:
    container = read_bytes(gif(gif_comment(b"first " * 60), gif_frame(7), gif_frame(5), gif_comment("雪".encode())))
    assert (container.width, container.height, container.duration_s, container.problems) == (4, 3, 0.12, ())
    assert found(container) == [("gif:comment", "first " * 60), ("gif:comment", "雪")]


def test_one_frame_has_no_duration() -> None:
    assert read_bytes(gif(gif_frame(7))).duration_s is None


def test_gif_pixels_digest_survives_new_comments() -> None:
    plain = read_bytes(gif(gif_frame(7), version=b"87a"))
    assert plain.pixels is not None
    assert plain.pixels == read_bytes(gif(gif_comment(b"new"), gif_frame(7), gif_comment(b"late"))).pixels
    assert plain.pixels != read_bytes(gif(gif_frame(7, b"\2\4"))).pixels


@pytest.mark.parametrize("cut", [8, 20, 30, -1])
def test_a_cut_off_gif_has_one_problem(cut: int) -> None:
    data = gif(gif_comment(b"kept"), gif_frame(7), gif_frame(7))[:cut]
    assert read_bytes(data).problems == ("This GIF file is cut off: its end is missing.",)


def test_the_duration_of_an_animated_webp(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 10), (shade, 0, 0)) for shade in (0, 90, 180)]
    path = tmp_path / "moving.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[100, 200, 300])
    assert (read_container(path).duration_s, read_bytes(webp()).duration_s) == (0.6, None)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_tiff_of_every_layout(order: str, *, big: bool) -> None:
    comment = b"UNICODE\0" + "a fox".encode("utf-16-le" if order == "<" else "utf-16-be")
    data = tiff(
        {
            256: (3, struct.pack(order + "H", 32)),
            257: (4, struct.pack(order + "I", 24)),
            270: (2, b"a lighthouse\0"),
            305: (2, b"Harbour\0"),
            USER_COMMENT: (7, comment),
        },
        order=order,
        big=big,
    )
    container = read_bytes(data)
    assert (container.format, container.width, container.height, container.problems) == ("tiff", 32, 24, ())
    assert found(container) == [
        ("exif:ImageDescription", "a lighthouse"),
        ("exif:Software", "Harbour"),
        ("exif:UserComment", "a fox"),
    ]


def test_iptc_of_a_tiff() -> None:
    block = b"".join(
        b"\x1c\2" + bytes([number]) + struct.pack(">H", len(value)) + value
        for number, value in ((120, b"a caption"), (25, b"fox"), (25, b"snow"))
    )
    assert found(read_bytes(tiff({**SIZE, 33723: (7, block)}))) == [
        ("iptc:Caption-Abstract", "a caption"),
        ("iptc:Keywords", "fox, snow"),
    ]


def test_a_tiff_by_pillow_has_its_pixels(tmp_path: Path) -> None:
    first, second = tmp_path / "first.tiff", tmp_path / "second.tiff"
    Image.new("RGB", (40, 30), "red").save(first)
    Image.new("RGB", (40, 30), "red").save(second, description="another text", software="Harbour")
    plain, texted = read_container(first), read_container(second)
    assert plain.pixels is not None
    assert (plain.pixels, plain.width, plain.height) == (texted.pixels, 40, 30)
    assert ("exif:ImageDescription", "another text") in found(texted)


@pytest.mark.parametrize("following", [8, 2**31, 3])
def test_directories_that_lead_nowhere_end(following: int) -> None:
    container = read_bytes(tiff({**SIZE, 270: (2, b"a fox")}, following=following))
    assert found(container) == [("exif:ImageDescription", "a fox")]


def test_a_bmp_has_pixels_and_an_end() -> None:
    pixels = b"\1" * 8 * 2
    whole = read_bytes(bmp(2, 2, pixels))
    assert (whole.width, whole.height, whole.problems) == (2, 2, ())
    assert whole.pixels is not None
    assert whole.pixels != read_bytes(bmp(2, 2, b"\2" * 16)).pixels
    assert read_bytes(bmp(2, 2, pixels[:-1])).problems == ("This BMP file is cut off: its end is missing.",)
    assert read_bytes(bmp(0, 2, pixels)).problems == ("This BMP file is damaged: its width or height is impossible.",)
