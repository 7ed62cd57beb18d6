"""PNG: every kind of text chunk, wherever it stands, and what happens to files that are not whole."""

import struct

import pytest

from container_bytes import USER_COMMENT, chunk, compressed_chunk, exif, international_chunk, png, text_chunk
from diffusion_toolkit.formats import read_bytes


def sources(data: bytes) -> list[tuple[str, str]]:
    return [(text.source, text.value) for text in read_bytes(data).texts]


def test_every_text_chunk_is_read_in_the_order_of_the_file() -> None:
    data = png(
        text_chunk("parameters", "one"),
        compressed_chunk("two", b"squeezed"),
        international_chunk("three", "雪"),
        after=[international_chunk("four", "squeezed 雪", compressed=True), text_chunk("five", "late")],
    )
    assert sources(data) == [
        ("png:parameters", "one"),
        ("png:two", "squeezed"),
        ("png:three", "雪"),
        ("png:four", "squeezed 雪"),
        ("png:five", "late"),
    ]
    container = read_bytes(data)
    assert (container.format, container.width, container.height, container.problems) == ("png", 64, 48, ())


def test_latin1_and_utf8_texts_are_told_apart() -> None:
    assert sources(png(chunk(b"tEXt", b"a\0caf\xe9"))) == [("png:a", "café")]
    assert sources(png(chunk(b"tEXt", "a\0café".encode()))) == [("png:a", "café")]


def test_comfyuis_own_chunks_behind_the_pixels() -> None:
    data = png(after=[chunk(b"comf", b"prompt\0{}"), chunk(b"comf", b"no name")])
    assert sources(data) == [("png:prompt", "{}")]
    assert read_bytes(data).problems == ()


def test_xmp_and_exif_chunks() -> None:
    block = exif({0x0131: b"Program\0"}, sub={USER_COMMENT: b"ASCII\0\0\0hello"})
    data = png(international_chunk("XML:com.adobe.xmp", "<x/>"), chunk(b"eXIf", block))
    assert sources(data) == [("xmp", "<x/>"), ("exif:Software", "Program"), ("exif:UserComment", "hello")]


@pytest.mark.parametrize("cut", [9, 20, 33, 60, -1, -12])
def test_a_cut_off_file_has_one_problem(cut: int) -> None:
    container = read_bytes(png(text_chunk("parameters", "kept"), pixels=b"\0" * 50)[:cut])
    assert len(container.problems) == 1
    assert "PNG" in container.problems[0]


def test_what_stood_before_the_cut_is_kept() -> None:
    data = png(text_chunk("parameters", "kept"), pixels=b"\0" * 5000)
    container = read_bytes(data[:2000])
    assert [text.value for text in container.texts] == ["kept"]
    assert container.problems == ("This PNG file is cut off: its end is missing.",)


def test_a_wrong_checksum_is_told_and_the_text_kept() -> None:
    data = png(text_chunk("parameters", "kept")).replace(b"kept", b"kepT")
    container = read_bytes(data)
    assert [text.value for text in container.texts] == ["kepT"]
    assert container.problems == ("The checksum of this PNG file's tEXt chunk is wrong.",)


@pytest.mark.parametrize("size", [(0, 5), (2**31, 5), (5, 2**32 - 1)])
def test_impossible_sizes_are_told(size: tuple[int, int]) -> None:
    container = read_bytes(png(size=size))
    assert (container.width, container.height) == (None, None)
    assert len(container.problems) == 1


def test_a_bomb_is_told_and_the_other_texts_stay() -> None:
    bomb = compressed_chunk("bomb", b"\0" * (40 * 1024 * 1024))
    container = read_bytes(png(bomb, text_chunk("parameters", "kept")))
    assert [text.key for text in container.texts] == ["parameters"]
    assert container.problems == ("The compressed text “bomb” of this PNG file is too large to be read.",)


def test_a_forged_length_is_told() -> None:
    data = png() + b""
    forged = data.replace(struct.pack(">I", 3) + b"IDAT", struct.pack(">I", 2**31 - 1) + b"IDAT")
    assert read_bytes(forged).problems == ("This PNG file is cut off: its end is missing.",)


def test_pixels_digest_survives_new_texts_and_other_chunk_sizes() -> None:
    plain = read_bytes(png(pixels=b"abcdef"))
    texted = read_bytes(png(text_chunk("parameters", "a recipe"), pixels=b"abcdef"))
    recut = read_bytes(png(chunk(b"IDAT", b"abc"), pixels=b"def"))
    other = read_bytes(png(pixels=b"abcdeg"))
    assert plain.pixels == texted.pixels == recut.pixels
    assert plain.pixels != other.pixels
    assert plain.fingerprint != texted.fingerprint


def test_frames_of_an_animation_count_as_pixels() -> None:
    frame = chunk(b"fdAT", b"\0\0\0\1frame")
    other = chunk(b"fdAT", b"\0\0\0\1fraMe")
    assert read_bytes(png(after=[frame])).pixels != read_bytes(png(after=[other])).pixels
