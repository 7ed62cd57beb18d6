"""Files that have no end worth reading: each is given up in time, with at most one sentence."""

import struct
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from container_bytes import chunk, compressed_chunk, exif_segment, jpeg, png, riff, segment, text_chunk
from diffusion_toolkit.formats import read_bytes
from still_bytes import bmp, gif, gif_comment, gif_frame, gif_xmp, tiff, xmp

MB = 1024 * 1024
TIFF_SIZE = {256: (3, b"\4\0"), 257: (3, b"\3\0")}


def bomb_of(count: int) -> bytes:
    return png(*[compressed_chunk(f"bomb {number}", b"\0" * (30 * MB)) for number in range(count)])


def directories(count: int) -> bytes:
    block = b"II*\0" + struct.pack("<I", 8)
    for number in range(count):
        block += struct.pack("<HHHII", 1, 0x010E, 7, 4, 0) + struct.pack("<I", 8 + 18 * (number + 1))
    return block


ENDLESS = {
    "chunks": png(chunk(b"tEXt") * 1_000_000),
    "pixel chunks": png(chunk(b"IDAT") * 1_000_000),
    "pixel chunks of a byte": png(chunk(b"IDAT", b"x") * 300_000),
    "texts": png(text_chunk("a", "b") * 300_000),
    "bombs": bomb_of(3),
    "broken bombs": png(*[chunk(b"zTXt", b"b\0\0" + zlib.compress(b"\0" * (3 * MB))[:-4] + b"xxxx")] * 300),
    "segments": jpeg(segment(0xFE, b"") * 200_000),
    "bare markers": jpeg(b"\xff\xd0" * 500_000),
    "fill bytes": jpeg((b"\xff" * 1000 + b"\xd0") * 4000),
    "exif segments": jpeg(exif_segment(directories(40)) * 3000),
    "webp chunks": riff(b"WEBP", *[(b"ANMF", b"")] * 300_000),
    "gif blocks": gif(b"\x21\xfe" + b"\1a" * 2_000_000 + b"\0", gif_frame(3)),
    "gif parts": gif(b"\x21\xfe\0" * 500_000),
    "tiff directories": directories(50_000),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_each_is_given_up_in_time(name: str) -> None:
    before = time.process_time()
    container = read_bytes(ENDLESS[name])
    spent = time.process_time() - before
    assert spent < 2 * (0.1 + 0.05 * len(ENDLESS[name]) / MB)
    assert len(container.problems) <= 1


WHOLE = (
    gif(gif_comment(b"kept"), gif_frame(7), gif_frame(5), gif_xmp(xmp("<dc:title>a</dc:title>").encode())),
    tiff({**TIFF_SIZE, 270: (2, b"a lighthouse"), 700: (1, xmp("<dc:title>a</dc:title>").encode())}),
    tiff({256: (3, b"\0\4"), 257: (3, b"\0\3"), 305: (2, b"Harbour and more")}, order=">", big=True),
    bmp(2, 2, b"\1" * 16),
    jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp("<dc:title>a</dc:title>").encode())),
    jpeg(segment(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0" + struct.pack(">I", 14) + b"\x1c\2\x78\0\x09a caption")),
)


@given(st.sampled_from(WHOLE), st.data())
def test_truncated_anywhere(whole: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(min_value=1, max_value=len(whole)))
    assert len(read_bytes(whole[:cut]).problems) <= 1


@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6))
def test_bytes_changed_anywhere(whole: bytes, changes: list[tuple[int, int]]) -> None:
    mutated = bytearray(whole)
    for position, value in changes:
        mutated[position % len(whole)] = value
    assert len(read_bytes(bytes(mutated)).problems) <= 1
