"""Inflating by either library gives what zlib gives, in pieces of any size."""

import gzip
import random
import subprocess
import sys
import zlib

import pytest

from diffusion_toolkit.formats.deflate import Inflater, NotDeflated, crc32

_NOISE = random.Random(7).randbytes(3_000)
_DATA = (_NOISE + b"a row of pixels " * 300 + bytes(90_000)) * 3
_LEVELS = (0, 1, 6, 9)


def in_pieces(data: bytes, fed: int, most: int) -> bytes:
    """What comes out when so many bytes are fed, and taken, at once."""
    inflater, parts = Inflater(), list[bytes]()
    for begin in range(0, len(data), fed):
        parts.append(inflater.inflate(data[begin : begin + fed], most))
        while inflater.has_more:
            parts.append(inflater.inflate(b"", most))
        assert all(len(part) <= most for part in parts)
    assert inflater.ended
    return b"".join(parts)


@pytest.mark.parametrize("level", _LEVELS)
@pytest.mark.parametrize(("fed", "most"), [(10**9, 10**9), (10**9, 999), (100, 64 * 1024), (777, 1_000)])
def test_pieces_of_any_size_give_the_whole(level: int, fed: int, most: int) -> None:
    assert in_pieces(zlib.compress(_DATA, level), fed, most) == _DATA


def test_no_more_is_given_than_was_asked_for() -> None:
    inflater = Inflater()
    assert inflater.inflate(zlib.compress(_DATA), 1_000) == _DATA[:1_000]
    assert inflater.has_more
    assert not inflater.ended


def test_what_is_cut_off_has_neither_an_end_nor_more() -> None:
    inflater = Inflater()
    assert _DATA.startswith(inflater.inflate(zlib.compress(_DATA)[:-10], 10**9))
    assert not inflater.ended
    assert not inflater.has_more


@pytest.mark.parametrize(
    "data", [b"no compressed data", zlib.compress(_DATA)[:-1] + b"\xff", gzip.compress(_DATA, mtime=0)]
)
def test_what_is_damaged_is_refused(data: bytes) -> None:
    with pytest.raises(NotDeflated):
        Inflater().inflate(data, 10**9)


def test_a_gzip_file() -> None:
    inflater = Inflater(gzip=True)
    assert inflater.inflate(gzip.compress(_DATA), 10**9) == _DATA
    assert inflater.ended


def test_checksums() -> None:
    assert crc32(_NOISE) == zlib.crc32(_NOISE)
    assert crc32(memoryview(_NOISE)[:-4]) == zlib.crc32(_NOISE[:-4])


def test_without_the_fast_library_zlib_does_it() -> None:
    program = (
        "import sys, zlib; sys.modules['isal'] = None\n"
        "from diffusion_toolkit.formats.deflate import Inflater, crc32\n"
        "inflater = Inflater()\n"
        "assert inflater.inflate(zlib.compress(bytes(5000)), 3000) == bytes(3000) and inflater.has_more\n"
        "assert inflater.inflate(b'', 3000) == bytes(2000) and inflater.ended\n"
        "print(crc32 is zlib.crc32)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "True\n"
