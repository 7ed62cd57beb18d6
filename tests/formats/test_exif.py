"""EXIF: both byte orders, every encoding of a UserComment, and directories that lie."""

import struct

import pytest

from container_bytes import USER_COMMENT, chunk, exif, png
from diffusion_toolkit.formats import Container, read_bytes

TEXT = "a lighthouse, 雪\nSteps: 20"


def read(block: bytes) -> Container:
    return read_bytes(png(chunk(b"eXIf", block)))


def comment(value: bytes, order: str = "<") -> str | None:
    text = read(exif({}, sub={USER_COMMENT: value}, order=order)).text("exif:UserComment")
    return text.value if text else None


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "value",
    [
        b"UNICODE\0" + TEXT.encode("utf-16-be"),
        b"UNICODE\0" + TEXT.encode("utf-16-le"),
        b"UNICODE\0" + TEXT.encode("utf-16"),
        b"UNICODE\0" + TEXT.encode("utf-8"),
        b"ASCII\0\0\0" + TEXT.encode("utf-8"),
        b"\0" * 8 + TEXT.encode("utf-8"),
        b"JIS\0\0\0\0\0" + TEXT.encode("iso2022_jp"),
        b"JIS\0\0\0\0\0" + TEXT.encode("shift_jis"),
        TEXT.encode("utf-8"),
        TEXT.encode("utf-8") + b"\0\0",
        b"ASCII\0\0\0" + TEXT.encode("utf-16-le"),
    ],
)
def test_user_comment_in_every_encoding(value: bytes, order: str) -> None:
    assert comment(value, order) == TEXT


def test_text_of_no_ascii_follows_the_byte_order_of_the_block() -> None:
    assert comment(b"UNICODE\0" + "雪国".encode("utf-16-le"), "<") == "雪国"
    assert comment(b"UNICODE\0" + "雪国".encode("utf-16-be"), ">") == "雪国"


def test_texts_of_the_first_directory() -> None:
    windows = 0x9C9C
    block = exif({0x010E: b"\0\0\0\0NovelAI\0", 0x010F: b"workflow:{}\0", windows: "über\0".encode("utf-16-le")})
    assert [(text.source, text.value) for text in read(block).texts] == [
        ("exif:ImageDescription", "NovelAI"),
        ("exif:Make", "workflow:{}"),
        ("exif:XPComment", "über"),
    ]


def test_user_comment_in_the_first_directory() -> None:
    text = read(exif({USER_COMMENT: b'{"a": 1}'}, order=">", kind=2)).text("exif:UserComment")
    assert text is not None
    assert text.value == '{"a": 1}'


def test_a_directory_that_points_to_itself_ends() -> None:
    block = b"II*\0" + struct.pack("<IH", 8, 1) + struct.pack("<HHII", 0x8769, 4, 1, 8) + b"\0" * 4
    assert read(block).texts == ()


def test_entries_that_point_outside_are_told_and_the_others_kept() -> None:
    good = exif({0x0131: b"Program\0", 0x010E: b"description"})
    bad = good.replace(struct.pack("<HHII", 0x010E, 7, 11, 46), struct.pack("<HHII", 0x010E, 7, 2**31, 46))
    container = read(bad)
    assert [text.value for text in container.texts] == ["Program"]
    assert container.problems == ("The EXIF data of this file is damaged.",)


def test_a_thousand_entries_over_the_same_bytes_do_not_multiply() -> None:
    count, size = 1000, 200_000
    entry = struct.pack("<HHII", 0x010E, 7, size, 8 + 2 + 12 * count)
    block = b"II*\0" + struct.pack("<IH", 8, count) + entry * count + b"x" * size
    assert sum(len(text.value) for text in read(block).texts) <= 3 * len(block)
