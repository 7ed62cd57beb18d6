"""A file read in pieces, of which the beginning and the end are kept, gives what the whole of it would."""

from itertools import pairwise
from pathlib import Path

import pytest
from xxhash import xxh3_128_digest

from diffusion_toolkit.formats.source import END_BYTES, Source

SIZES = (1, 5_000, END_BYTES, END_BYTES + 1, END_BYTES + 4_096, 2 * END_BYTES, 2 * END_BYTES + 9_000, 400_000)


def _data(size: int) -> bytes:
    return bytes(number * 31 % 251 for number in range(size))


def _counted(data: bytes) -> tuple[Source, list[tuple[int, int]]]:
    reads: list[tuple[int, int]] = []

    def read_at(offset: int, count: int) -> bytes:
        reads.append((offset, count))
        return data[offset : offset + count]

    return Source(read_at, len(data)), reads


def _digest(data: bytes) -> bytes:
    """What the format of the digest says, of the whole in one piece."""
    if len(data) <= END_BYTES:
        return xxh3_128_digest(data, len(data))
    return xxh3_128_digest(data[:END_BYTES] + data[-END_BYTES:], len(data))


@pytest.mark.parametrize("size", SIZES)
def test_any_part_is_what_stands_there(size: int) -> None:
    data = _data(size)
    source = Source.of_bytes(data)
    for offset in (0, 1, END_BYTES - 3, END_BYTES, size // 2, size - END_BYTES, size - 5_000, size - 8, size, size + 9):
        for count in (0, 2, 64, 65, 5_000, END_BYTES, size):
            if offset >= 0:
                assert source.read(offset, count) == data[offset : offset + count]


@pytest.mark.parametrize("size", SIZES)
def test_digests_are_those_of_the_whole(size: int) -> None:
    data = _data(size)
    source = Source.of_bytes(data)
    assert source.fingerprint() == _digest(data)
    cut = [0, size // 7, size // 7, size // 3, size // 2, size * 9 // 10, size]
    spans = [(begin, end - begin) for begin, end in pairwise(cut)]
    assert source.digest_of(spans) == _digest(data)
    assert source.digest_of([(size // 3, size // 2)]) == _digest(data[size // 3 : size // 3 + size // 2])


def test_the_end_of_a_file_is_read_once() -> None:
    source, reads = _counted(_data(3 * END_BYTES))
    source.read(source.size - 20, 8)
    source.read(source.size - 5_000, 4_000)
    source.fingerprint()
    assert len(reads) == 2, "the beginning, and the end"
    assert sum(count for _, count in reads) < 2.1 * END_BYTES


def test_a_file_that_became_shorter_gives_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "shrinks"
    path.write_bytes(_data(3 * END_BYTES))
    with path.open("r+b") as file:
        source = Source.of_descriptor(file.fileno(), 3 * END_BYTES)
        file.truncate(2 * END_BYTES)
        assert source.read(3 * END_BYTES - 10, 10) == b""
        assert len(source.fingerprint()) == 16
