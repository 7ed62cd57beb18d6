"""Texts hidden in pixels: every form of them, and pictures that have none or only pretend."""

import io
import random
import struct
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from container_bytes import chunk, png
from diffusion_toolkit.formats import Text, read_container, read_hidden
from still_bytes import hidden

TEXT = "a lighthouse, 雪\nSteps: 20"


def texts(folder: Path, data: bytes) -> list[Text]:
    path = folder / "picture"
    path.write_bytes(data)
    return read_hidden(path, read_container(path))


def save(picture: Image.Image, form: str = "PNG") -> bytes:
    file = io.BytesIO()
    picture.save(file, form)
    return file.getvalue()


@pytest.mark.parametrize("mark", ["stealth_pnginfo", "stealth_pngcomp", "stealth_rgbinfo", "stealth_rgbcomp"])
@pytest.mark.parametrize("size", [(64, 200), (300, 20), (900, 3), (2000, 1)])
@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_every_form_in_pictures_of_every_height(tmp_path: Path, mark: str, size: tuple[int, int], form: str) -> None:
    data = hidden(TEXT.encode(), mark=mark.encode(), size=size, form=form)
    source = "stealth:rgb" if "rgb" in mark else "stealth:alpha"
    assert texts(tmp_path, data) == [Text(key="parameters", value=TEXT, source=source)]


def test_error_correction_behind_the_text_is_no_part_of_it(tmp_path: Path) -> None:
    data = hidden(TEXT.encode(), behind=struct.pack(">I", 64) + b"\x5a" * 8)
    assert [text.value for text in texts(tmp_path, data)] == [TEXT]


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_each_filter_of_a_row_is_undone(tmp_path: Path, kind: int) -> None:
    picture = Image.open(io.BytesIO(hidden(TEXT.encode(), mark=b"stealth_pnginfo", size=(6, 128))))
    assert [text.value for text in texts(tmp_path, filtered(picture, kind))] == [TEXT]


def filtered(picture: Image.Image, kind: int) -> bytes:
    stride, above, rows = picture.width * 4, bytes(picture.width * 4), b""
    pixels = picture.tobytes()
    for y in range(picture.height):
        row = pixels[y * stride : (y + 1) * stride]
        rows += bytes([kind])
        for at, value in enumerate(row):
            left, corner = (row[at - 4], above[at - 4]) if at >= 4 else (0, 0)
            rows += bytes([value - predicted(kind, left, above[at], corner) & 0xFF])
        above = row
    header = struct.pack(">IIBBBBB", *picture.size, 8, 6, 0, 0, 0)
    idat = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + idat + chunk(b"IEND")


def predicted(kind: int, left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    near = min((left, up, corner), key=lambda value: abs(guess - value))
    return {1: left, 2: up, 3: (left + up) // 2, 4: near}[kind]


def test_texts_that_a_decoder_refuses_do_not_hide_the_hidden_one(tmp_path: Path) -> None:
    data = hidden(TEXT.encode())
    broken = data[:33] + chunk(b"iCCP", b"no profile") + chunk(b"acTL", b"\0") + data[33:]
    assert [text.value for text in texts(tmp_path, broken)] == [TEXT]


@pytest.mark.parametrize("length", [0, 2**32 - 1, 64 * 96])
def test_a_forged_length_gives_nothing(tmp_path: Path, length: int) -> None:
    assert texts(tmp_path, hidden(TEXT.encode(), length=length)) == []


def test_a_bomb_gives_nothing(tmp_path: Path) -> None:
    bomb = hidden(b"\0" * 12_000_000, size=(400, 400))
    before = time.process_time()
    assert texts(tmp_path, bomb) == []
    assert time.process_time() - before < 1


def test_pictures_without_a_text_cost_little(tmp_path: Path) -> None:
    noise = Image.frombytes("RGBA", (1024, 1024), random.Random(7).randbytes(4 * 1024 * 1024))
    plain = Image.new("RGBA", (1024, 1024), "teal")
    for picture in (noise, plain, plain.convert("RGB")):
        path = tmp_path / "picture.png"
        picture.save(path, compress_level=1)
        container = read_container(path)
        before = time.process_time()
        for _ in range(5):
            assert read_hidden(path, container) == []
        assert (time.process_time() - before) / 5 < 0.02


@pytest.mark.parametrize("size", [(2**31 - 1, 2**31 - 1), (1, 2**31 - 1), (60_000, 60_000)])
def test_impossible_dimensions_are_never_decoded(tmp_path: Path, size: tuple[int, int]) -> None:
    assert texts(tmp_path, png(size=size)) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(["PNG", "WEBP"]), st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 255)), max_size=4))
def test_changed_bytes_never_raise(tmp_path: Path, form: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(PICTURES[form])
    for position, value in changes:
        data[position % len(data)] = value
    assert all(text.source.startswith("stealth:") for text in texts(tmp_path, bytes(data)))


PICTURES = {form: hidden(TEXT.encode(), size=(20, 40), form=form) for form in ("PNG", "WEBP")}


def test_other_files_have_none(tmp_path: Path) -> None:
    assert texts(tmp_path, save(Image.new("P", (30, 30)))) == []
    assert texts(tmp_path, save(Image.new("RGBA", (30, 30)), "GIF")) == []
    assert read_hidden(tmp_path / "none.png", read_container(tmp_path / "none.png")) == []
