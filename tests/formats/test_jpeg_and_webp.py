"""JPEG and WebP: sizes, texts, ends that are missing, digests of the picture alone."""

import struct

import pytest

from container_bytes import USER_COMMENT, exif, exif_segment, jpeg, riff, segment, webp
from diffusion_toolkit.formats import read_bytes

BLOCK = exif({}, sub={USER_COMMENT: b"UNICODE\0" + "a fox".encode("utf-16-be")}, order=">")


def test_jpeg_texts_and_size() -> None:
    data = jpeg(
        segment(0xE0, b"JFIF\0\1\1"),
        exif_segment(BLOCK),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
        segment(0xFE, b"a comment\0"),
        b"\xff\xff\xff" + segment(0xE2, b"profile"),
        size=(800, 600),
    )
    container = read_bytes(data)
    assert (container.format, container.width, container.height, container.problems) == ("jpeg", 800, 600, ())
    assert [(text.source, text.value) for text in container.texts] == [
        ("exif:UserComment", "a fox"),
        ("xmp", "<x/>"),
        ("jpeg:COM", "a comment"),
    ]


def test_jpeg_without_jfif_header() -> None:
    data = b"\xff\xd8" + segment(0xDB, b"\0" * 65) + jpeg(size=(7, 9))[2:]
    assert (read_bytes(data).width, read_bytes(data).problems) == (7, ())


@pytest.mark.parametrize("trailer", [b"", b"\0" * 100, b"MotionPhoto" * 20_000])
def test_data_behind_a_jpeg_is_no_damage(trailer: bytes) -> None:
    assert read_bytes(jpeg(end=b"\xff\xd9" + trailer)).problems == ()


@pytest.mark.parametrize("data", [jpeg(exif_segment(BLOCK), end=b""), jpeg(exif_segment(BLOCK))[:30], jpeg()[:3]])
def test_a_cut_off_jpeg_has_one_problem(data: bytes) -> None:
    assert read_bytes(data).problems == ("This JPEG file is cut off: its end is missing.",)


def test_the_end_of_a_preview_inside_exif_is_not_the_end_of_the_picture() -> None:
    data = jpeg(exif_segment(BLOCK + b"\xff\xd8preview\xff\xd9"), end=b"")
    assert len(read_bytes(data).problems) == 1


def test_jpeg_pixels_digest_survives_new_metadata() -> None:
    assert read_bytes(jpeg()).pixels == read_bytes(jpeg(exif_segment(BLOCK))).pixels
    assert read_bytes(jpeg()).pixels != read_bytes(jpeg(scan=b"\x11\x22\x34")).pixels


@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_webp_texts_and_size(prefix: bytes) -> None:
    container = read_bytes(webp((b"EXIF", prefix + BLOCK), (b"XMP ", b"<x/>\0"), size=(832, 1216)))
    assert (container.format, container.width, container.height, container.problems) == ("webp", 832, 1216, ())
    assert [(text.source, text.value) for text in container.texts] == [("exif:UserComment", "a fox"), ("xmp", "<x/>")]


def test_webp_without_extended_header() -> None:
    lossy = riff(b"WEBP", (b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 300, 200) + b"\0"))
    lossless = riff(b"WEBP", (b"VP8L", b"\x2f" + (299 | 199 << 14).to_bytes(4, "little") + b"\0"))
    for data in (lossy, lossless):
        assert (read_bytes(data).width, read_bytes(data).height, read_bytes(data).problems) == (300, 200, ())


@pytest.mark.parametrize("cut", [13, 25, 50, -3])
def test_a_cut_off_webp_has_one_problem(cut: int) -> None:
    container = read_bytes(webp((b"EXIF", BLOCK))[:cut])
    assert container.problems == ("This WebP file is cut off: its end is missing.",)


def test_webp_pixels_digest_survives_new_metadata() -> None:
    assert read_bytes(webp()).pixels == read_bytes(webp((b"EXIF", BLOCK))).pixels
    assert read_bytes(webp()).pixels != read_bytes(webp(pixels=b"\1" * 8)).pixels
