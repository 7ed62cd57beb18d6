"""Whatever the bytes are, reading gives a container with at most one problem."""

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from container_bytes import USER_COMMENT, chunk, compressed_chunk, exif, exif_segment, jpeg, png, text_chunk, webp
from diffusion_toolkit.formats import Container, read_bytes

BLOCK = exif({0x010F: b"prompt:{}"}, sub={USER_COMMENT: b"UNICODE\0" + "text".encode("utf-16-be")})
WHOLE = (
    png(
        text_chunk("parameters", "a"),
        compressed_chunk("b", b"c" * 90),
        chunk(b"eXIf", BLOCK),
        after=[text_chunk("d", "e")],
    ),
    jpeg(exif_segment(BLOCK)),
    webp((b"EXIF", BLOCK), (b"XMP ", b"<x/>")),
)
HEADS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\1\0\0WEBP", b"GIF89a", b"BM\0\0\0\0\0\0\0\0", b"II*\0")


def check(container: Container, size: int) -> None:
    assert len(container.problems) <= 1
    assert container.size_bytes == size
    assert container.width is None or container.width > 0


@given(st.sampled_from(HEADS), st.binary(max_size=400))
def test_random_bytes_behind_every_head(head: bytes, rest: bytes) -> None:
    check(read_bytes(head + rest), len(head + rest))


@given(st.sampled_from(WHOLE), st.data())
def test_truncated_anywhere(whole: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(min_value=1, max_value=len(whole)))
    container = read_bytes(whole[:cut])
    check(container, cut)
    assert bool(container.problems) == (cut < len(whole))


@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6))
def test_bytes_changed_anywhere(whole: bytes, changes: list[tuple[int, int]]) -> None:
    mutated = bytearray(whole)
    for position, value in changes:
        mutated[position % len(whole)] = value
    check(read_bytes(bytes(mutated)), len(whole))


@given(st.sampled_from(WHOLE), st.sampled_from(WHOLE), st.integers(0, 500), st.integers(0, 500))
def test_spliced(first: bytes, second: bytes, left: int, right: int) -> None:
    data = first[: left + 1] + second[right:]
    check(read_bytes(data), len(data))


@settings(max_examples=10)
@given(st.integers(1, 2**32 - 1))
def test_forged_lengths_allocate_nothing(length: int) -> None:
    forged = [
        b"\x89PNG\r\n\x1a\n" + length.to_bytes(4, "big") + b"tEXt" + b"a\0b",
        b"RIFF" + length.to_bytes(4, "little") + b"WEBPEXIF" + length.to_bytes(4, "little") + b"II*\0",
        png(
            chunk(
                b"eXIf", b"II*\0\x08\0\0\0\1\0\x0e\1\2\0" + length.to_bytes(4, "little") + length.to_bytes(4, "little")
            )
        ),
    ]
    tracemalloc.start()
    for data in forged:
        read_bytes(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000
