"""Thumbnails of films: a frame that shows something, upright, in the right colours; and films that want to hurt."""
# PyAV's stubs leave keyword arguments and kinds of packets untyped:
# pyright: reportUnknownMemberType=false

import io
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import pyvips
from PIL import Image

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.media import decoders as decoders_module
from diffusion_toolkit.media.decoders import Decoders
from diffusion_toolkit.media.limits import WorkLimits
from diffusion_toolkit.media.thumbnails import thumbnail
from media.films import BLUE, RED, film


def shown(path: Path, size: int = 128) -> Image.Image:
    return Image.open(io.BytesIO(thumbnail(path, size)))


def near(image: Image.Image, place: tuple[int, int], wanted: tuple[int, int, int], by: int = 12) -> bool:
    return bool(np.abs(np.asarray(image.convert("RGB"))[place[1], place[0]].astype(int) - wanted).max() <= by)


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {}),
        ("444.mp4", "libx264", {"pixels": "yuv444p"}),
        ("deep.mp4", "libx264", {"pixels": "yuv420p10le"}),
        ("av1.mp4", "libsvtav1", {"options": {"svtav1-params": "lp=1"}}),
        ("hevc.mp4", "libx265", {"options": {"x265-params": "log-level=none"}}),
        ("a.webm", "libvpx-vp9", {}),
        ("vp8.webm", "libvpx", {}),
        ("a.mkv", "libx264", {}),
        ("ffv1.mkv", "ffv1", {"pixels": "yuv444p"}),
        ("a.mov", "prores_ks", {"pixels": "yuv422p10le"}),
        ("a.avi", "mjpeg", {"pixels": "yuvj420p"}),
        ("xvid.avi", "mpeg4", {}),
        ("raw.avi", "rawvideo", {"pixels": "bgr24"}),
        ("sharp.mp4", "libx264", {"size": (1280, 720)}),
    ],
)
def test_every_kind_of_film(tmp_path: Path, name: str, codec: str, options: dict[str, Any]) -> None:
    image = shown(film(tmp_path / name, codec, **options))
    assert image.size == (128, 72)
    assert near(image, (80, 60), BLUE)
    assert near(image, (50, 20), RED)


def test_a_film_that_begins_black_gives_a_frame_that_shows(tmp_path: Path) -> None:
    assert near(shown(film(tmp_path / "a.mp4", "libx264", frames=48, black=40)), (80, 60), BLUE)
    assert near(shown(film(tmp_path / "b.mp4", "libx264", frames=24, black=24)), (80, 60), (0, 0, 0))


def test_a_film_is_turned_as_players_turn_it(tmp_path: Path) -> None:
    right = shown(film(tmp_path / "a.mp4", "libx264", turned=-90))
    assert right.size == (72, 128)
    assert near(right, (55, 50), RED)  # the upper left quarter is upper right now
    assert near(right, (20, 50), BLUE)
    left = shown(film(tmp_path / "b.mov", "libx264", turned=90))
    assert near(left, (20, 90), RED)
    assert near(left, (55, 20), BLUE)


def test_a_film_with_transparency_keeps_it(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mov"), "w") as out:
        stream: Any = out.add_stream("qtrle", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "argb"
        for number in range(5):
            picture = np.zeros((64, 64, 4), np.uint8)
            picture[:32] = (255, 200, 30, 30)
            frame = av.VideoFrame.from_ndarray(picture, "argb")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    image = np.asarray(shown(tmp_path / "a.mov").convert("RGBA"))
    assert image[10, 10, 3] == 255
    assert image[50, 50, 3] == 0


def test_samples_that_are_not_square(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mkv"), "w") as out:
        stream: Any = out.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = 100, 100, "yuv420p"
        stream.codec_context.sample_aspect_ratio = 2
        frame = av.VideoFrame.from_ndarray(np.full((100, 100, 3), 90, np.uint8), "rgb24")
        frame.pts = 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    assert shown(tmp_path / "a.mkv").size == (128, 64)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.webm"])
def test_a_film_that_is_cut_gives_what_there_is_or_one_sentence(tmp_path: Path, name: str) -> None:
    path = film(tmp_path / name, "libvpx-vp9" if name == "a.webm" else "libx264", frames=60)
    data = path.read_bytes()
    for share in (0.05, 0.5, 0.9):
        path.write_bytes(data[: int(len(data) * share)])
        try:
            size = shown(path).size
        except UnreadableFile:
            assert share < 0.6 or name == "a.mp4"  # its index stands at the end
        else:
            assert size == (128, 72)


def test_a_film_that_claims_ten_hours(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", "libx264")
    data = bytearray(path.read_bytes())
    for kind, at in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24)):
        place = data.index(kind) + at
        struct.pack_into(">I", data, place, 36_000 * 12_288)
    path.write_bytes(data)
    begun = time.monotonic()
    assert near(shown(path), (80, 60), BLUE)
    assert time.monotonic() - begun < 8


def test_a_film_that_claims_huge_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    film(path, "rawvideo", "bgr24")
    data = bytearray(path.read_bytes())
    place = data.index(b"strf") + 8
    struct.pack_into("<II", data, place + 4, 100_000, 100_000)
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match=r"^No thumbnail: .*\.$"):
        thumbnail(path, 128)


@pytest.mark.parametrize(
    "content",
    [
        b"\0\0\0\x18ftypmp42" + bytes(100),
        b"\x1a\x45\xdf\xa3" + bytes(200),
        b"RIFF\xff\xff\xff\x7fAVI LIST" + b"\xff" * 200,
        b"\0\0\0\x18ftypisom" + b"\0\0\0\0" * 3 + b"\0\0\0\x10moov" + b"\xff" * 60,
    ],
)
def test_what_is_no_film_gives_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"^No thumbnail: .*\.$"):
        thumbnail(tmp_path / "a.mp4", 128)


def test_a_list_of_addresses_is_no_film(tmp_path: Path) -> None:
    secret = film(tmp_path / "secret.mp4", "libx264")
    for content in (f"ffconcat version 1.0\nfile {secret}\n", f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n"):
        (tmp_path / "a.mp4").write_text(content)
        with pytest.raises(UnreadableFile):
            thumbnail(tmp_path / "a.mp4", 128)


def test_bytes_turned_over_never_end_the_program(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    decoders = Decoders(1)
    for name, codec in (("a.mp4", "libx264"), ("a.mkv", "ffv1"), ("a.avi", "mpeg4")):
        data = np.frombuffer(film(tmp_path / name, codec, frames=8).read_bytes(), np.uint8)
        for _ in range(12):
            broken = data.copy()
            places = random.integers(0, len(broken), 12)
            broken[places] = random.integers(0, 256, 12, dtype=np.uint8)
            (tmp_path / name).write_bytes(broken.tobytes())
            with suppress(UnreadableFile):
                assert thumbnail(tmp_path / name, 64, decoders)
    decoders.close()


def test_work_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders_module, "POLL_S", 0.02)
    monkeypatch.setattr(decoders_module, "UNWATCHED_S", 0.0)
    large = tmp_path / "a.png"
    pyvips.Image.black(20_000, 15_000).pngsave(str(large), compression=1)
    decoders = Decoders(1, WorkLimits(busy_s=0.05))
    begun = time.monotonic()
    with pytest.raises(UnreadableFile, match=r"^No thumbnail: decoding takes longer than 0.05 s\.$"):
        thumbnail(large, 128, decoders)
    assert time.monotonic() - begun < 20
    small = film(tmp_path / "b.mp4", "libx264", frames=2, size=(32, 32))
    decoders.limits = WorkLimits()
    assert thumbnail(small, 128, decoders)
    decoders.close()


def test_memory_without_end_is_ended(tmp_path: Path) -> None:
    path = film(tmp_path / "a.avi", "rawvideo", "bgr24", size=(4096, 2304), frames=1)
    decoders = Decoders(1, WorkLimits(memory_bytes=8 * 2**20))
    with pytest.raises(UnreadableFile, match=r"^No thumbnail: "):
        thumbnail(path, 128, decoders)
    decoders.close()
