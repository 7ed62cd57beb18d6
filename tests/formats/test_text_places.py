"""Places of PNG, JPEG and EXIF that few programs write to, and encodings that must be guessed."""

import struct
import zlib

import pytest

from container_bytes import USER_COMMENT, chunk, compressed_chunk, exif, exif_segment, jpeg, png, segment, text_chunk
from diffusion_toolkit.formats import read_bytes

BLOCK = exif({}, sub={USER_COMMENT: b"ASCII\0\0\0a fox"})


def found(data: bytes) -> list[tuple[str, str]]:
    return [(text.source, text.value) for text in read_bytes(data).texts]


@pytest.mark.parametrize(
    ("keyword", "block"), [("exif", BLOCK), ("APP1", b"Exif\0\0" + BLOCK), ("exif", b"Exif\0\0" + BLOCK)]
)
def test_blocks_that_imagemagick_writes_as_text(keyword: str, block: bytes) -> None:
    lines = "\n".join(block.hex()[at : at + 72] for at in range(0, len(block.hex()), 72))
    value = f"\n{keyword}\n{len(block):8}\n{lines}\n"
    for made in (
        text_chunk(f"Raw profile type {keyword}", value),
        compressed_chunk(f"Raw profile type {keyword}", value.encode()),
    ):
        assert found(png(made)) == [("exif:UserComment", "a fox")]


@pytest.mark.parametrize(
    "made",
    [
        chunk(b"eXIf", BLOCK),
        chunk(b"eXIf", b"Exif\0\0" + BLOCK),
        chunk(b"zxIf", b"\0" + struct.pack(">I", len(BLOCK)) + zlib.compress(BLOCK)),
    ],
)
def test_exif_of_a_png_in_each_form(made: bytes) -> None:
    assert found(png(after=[made])) == [("exif:UserComment", "a fox")]


def test_repeated_keywords_keep_every_text_and_the_first_wins() -> None:
    container = read_bytes(png(text_chunk("a", "one"), text_chunk("a", "two")))
    assert [text.value for text in container.texts] == ["one", "two"]
    first = container.text("png:a")
    assert first is not None
    assert first.value == "one"


def test_several_segments_of_every_kind() -> None:
    resource = b"8BIM\4\4\0\0" + struct.pack(">I", 14) + b"\x1c\2\x78\0\x09a caption"
    data = jpeg(
        segment(0xFE, b"one"),
        segment(0xFE, b"two"),
        segment(0xEC, b"a text of its own"),
        segment(0xE2, b"ICC_PROFILE\0\1\1" + b"\7" * 50),
        segment(0xEB, b"JP\0\1" + b"jumb" * 20),
        segment(0xED, b"Photoshop 3.0\0" + resource),
        exif_segment(exif({0x0131: b"Harbour"})),
        exif_segment(BLOCK),
    )
    assert found(data) == [
        ("jpeg:COM", "one"),
        ("jpeg:COM", "two"),
        ("jpeg:APP12", "a text of its own"),
        ("exif:Software", "Harbour"),
        ("exif:UserComment", "a fox"),
        ("iptc:Caption-Abstract", "a caption"),
    ]


def test_exif_over_several_segments_is_joined() -> None:
    block = exif({0x010E: b"fox " * 40_000})
    cut = [block[at : at + 60_000] for at in range(0, len(block), 60_000)]
    assert found(jpeg(*(exif_segment(part) for part in cut))) == [("exif:ImageDescription", "fox " * 40_000)]


@pytest.mark.parametrize(
    "text", ["雪国の灯台、夜の港", "かわいいきつね", "一一、一つの灯台", "маяк в сумерках", "등대와 여우"]
)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_byte_order_of_other_scripts_is_told_by_their_letters(text: str, encoding: str, order: str) -> None:
    block = exif({}, sub={USER_COMMENT: b"UNICODE\0" + text.encode(encoding)}, order=order)
    assert found(png(chunk(b"eXIf", block))) == [("exif:UserComment", text)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"ASCII\0\0\0" + "雪国の灯台、夜の港".encode("utf-16-le"), "雪国の灯台、夜の港"),
        (b"Unicode\0" + "a fox".encode("utf-16-le"), "a fox"),
        (b"ASCII\0\0\0" + "café au lait".encode("latin-1"), "café au lait"),
        ("雪, 雪".encode()[:-1], "雪, "),
        (b"\xef\xbb\xbfa fox", "a fox"),
        ("a fox".encode("utf-16"), "a fox"),
        (b"\x93quoted\x94 as Windows does", "“quoted” as Windows does"),
    ],
)
def test_wrong_and_missing_prefixes(value: bytes, text: str) -> None:
    block = exif({}, sub={USER_COMMENT: value})
    assert found(png(chunk(b"eXIf", block))) == [("exif:UserComment", text)]


def test_the_note_of_a_camera_is_no_text() -> None:
    assert found(png(chunk(b"eXIf", exif({0x927C: b"Camera\0\1\2\3" * 9})))) == []
    assert found(png(chunk(b"eXIf", exif({0x927C: b"fooocus\0"})))) == [("exif:MakerNote", "fooocus")]
