"""Films and pictures for browsers, made of every kind of film that people have."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.formats import read_container
from diffusion_toolkit.media import film_renditions, renditions
from diffusion_toolkit.media.film_renditions import made_rendition, preview_size
from diffusion_toolkit.media.renditions import FilmInTheMaking, Renditions, rendition_kind, shown_seconds
from media.films import BLUE, RED, film

QUIET = {"x265-params": "log-level=none"}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Renditions]:
    found = Renditions(tmp_path / "renditions")
    yield found
    found.close()


def complete(made: Renditions, key: str, path: Path) -> Path:
    """The rendition of a film, waited for."""
    found = made.film(key, path)
    if isinstance(found, Path):
        return found
    try:
        return found.done.result(timeout=60)
    finally:
        found.leave()


def near(pixel: np.ndarray[Any, Any], wanted: tuple[int, int, int]) -> bool:
    return bool(np.abs(pixel.astype(int) - wanted).max() < 24)


@pytest.mark.parametrize(
    ("name", "codec", "options", "shown_as", "how"),
    [
        ("h264.mkv", "libx264", {"sound": "aac"}, "h264", "copied"),
        ("h264.mov", "libx264", {"sound": "aac"}, "h264", "copied"),
        ("h264.avi", "libx264", {"sound": "mp3"}, "h264", "copied"),
        ("vp9.mkv", "libvpx-vp9", {"sound": "libopus"}, "vp9", "copied"),
        ("av1.mkv", "libsvtav1", {"options": {"svtav1-params": "lp=1"}}, "libdav1d", "copied"),
        ("pcm.mov", "libx264", {"sound": "pcm_s16le"}, "h264", "encoded"),
        ("444.mkv", "libx264", {"pixels": "yuv444p"}, "h264", "encoded"),
        ("mjpeg.avi", "mjpeg", {"pixels": "yuvj420p", "sound": "pcm_s16le"}, "h264", "encoded"),
        ("xvid.avi", "mpeg4", {"sound": "mp3"}, "h264", "encoded"),
        ("raw.avi", "rawvideo", {"pixels": "bgr24"}, "h264", "encoded"),
        ("vp8.mkv", "libvpx", {"sound": "libopus"}, "h264", "encoded"),
        ("ffv1.mkv", "ffv1", {"pixels": "yuv444p", "sound": "flac"}, "h264", "encoded"),
        ("prores.mov", "prores_ks", {"pixels": "yuv422p10le"}, "h264", "encoded"),
        ("hevc.mp4", "libx265", {"options": QUIET}, "h264", "encoded"),
    ],
)
def test_every_film_becomes_an_mp4(
    tmp_path: Path, name: str, codec: str, options: dict[str, Any], shown_as: str, how: str
) -> None:
    path, target = film(tmp_path / name, codec, **options), tmp_path / "made.mp4"
    assert made_rendition(str(path), str(tmp_path / "growing.mp4"), str(target), large=False) == how
    with av.open(str(target)) as shown:
        stream = shown.streams.video[0]
        assert stream.codec_context.name == shown_as
        assert len(shown.streams.audio) == int("sound" in options)
        pictures = [frame.to_ndarray(format="rgb24") for frame in shown.decode(stream)]
        assert len(pictures) in (23, 24)
        assert near(pictures[12][70, 30], BLUE)
        assert near(pictures[20][20, 30], RED)
        assert shown.duration is not None
        assert 1.8e6 < shown.duration < 2.3e6
    told = read_container(target)
    assert rendition_kind(told.format, told.codec, told.audio_codec) == "original"
    assert told.problems == ()


def test_a_preview_is_smaller_slower_and_upright(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mov", "mpeg4", size=(1920, 1080), frames=60, rate=60, turned=-90)
    made_rendition(str(path), str(tmp_path / "growing.mp4"), str(tmp_path / "made.mp4"), large=False)
    with av.open(str(tmp_path / "made.mp4")) as shown:
        frames = list(shown.decode(shown.streams.video[0]))
    assert (frames[0].width, frames[0].height, frames[0].rotation) == (1280, 720, -90)
    assert 29 <= len(frames) <= 31


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ((1920, 1080, 1.0), (1280, 720)),
        ((1080, 1920, 1.0), (720, 1280)),
        ((4000, 4000, 1.0), (720, 720)),
        ((321, 181, 1.0), (320, 180)),
        ((720, 576, 16 / 15), (768, 576)),
        ((1, 1, 1.0), (2, 2)),
        ((10_000, 2, 1.0), (1280, 2)),
    ],
)
def test_the_size_of_a_preview(given: tuple[int, int, float], wanted: tuple[int, int]) -> None:
    assert preview_size(*given) == wanted


def test_only_the_beginning_of_a_long_film_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_renditions, "MOST_SECONDS", 1.0)
    for name, codec in (("a.mkv", "libx264"), ("a.avi", "mjpeg")):
        path = film(tmp_path / name, codec, "yuvj420p", frames=60, options={"g": "12"} if codec == "libx264" else {})
        made_rendition(str(path), str(tmp_path / "growing.mp4"), str(tmp_path / "made.mp4"), large=False)
        with av.open(str(tmp_path / "made.mp4")) as shown:
            assert 10 <= len(list(shown.decode(shown.streams.video[0]))) <= 14
    assert shown_seconds("video", 601.0) == 600.0
    assert shown_seconds("video", 600.0) is shown_seconds("original", 9000.0) is None


@pytest.mark.parametrize(
    ("form", "codec", "sound", "kind"),
    [
        ("png", None, None, "original"),
        ("avif", None, None, "original"),
        (None, None, None, "original"),
        ("tiff", None, None, "picture"),
        ("heif", None, None, "picture"),
        ("mp4", None, None, "original"),
        ("mp4", "h264", "aac", "original"),
        ("mp4", "hevc", "aac", "video"),
        ("mp4", "h264", "ac3", "video"),
        ("webm", "vp9", "opus", "original"),
        ("mkv", "h264", "aac", "video"),
        ("mov", "h264", "aac", "video"),
        ("avi", None, None, "video"),
    ],
)
def test_what_a_browser_is_shown(form: str | None, codec: str | None, sound: str | None, kind: str) -> None:
    assert rendition_kind(form, codec, sound) == kind


def test_a_film_is_made_once_and_kept(made: Renditions, tmp_path: Path) -> None:
    path = film(tmp_path / "a.avi", "mjpeg", "yuvj420p")
    first = made.film("ab" * 16, path)
    second = made.film("ab" * 16, path)
    assert isinstance(first, FilmInTheMaking)
    assert first is second
    kept = first.done.result(timeout=60)
    path.unlink()
    assert made.film("ab" * 16, path) == kept
    assert [file.name for file in (tmp_path / "renditions").rglob("*.*")] == [kept.name]


def test_a_film_nobody_waits_for_is_given_up(made: Renditions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renditions, "GRACE_S", 0.2)
    making = made.film("ab" * 16, film(tmp_path / "a.avi", "mjpeg", "yuvj420p", frames=1500, rate=30, size=(640, 360)))
    assert isinstance(making, FilmInTheMaking)
    waiting: Future[Path] = making.done
    making.leave()
    assert "Nobody" in str(waiting.exception(timeout=30))
    until = time.monotonic() + 10
    while list((tmp_path / "renditions").rglob("*.new")):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_film_that_is_cut_is_shown_as_far_as_it_goes(made: Renditions, tmp_path: Path) -> None:
    path = film(tmp_path / "a.avi", "mjpeg", "yuvj420p", frames=48)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with av.open(str(complete(made, "ab" * 16, path))) as shown:
        assert 10 < len(list(shown.decode(shown.streams.video[0]))) < 40


def test_what_is_no_film_says_so_and_is_not_tried_again_at_once(made: Renditions, tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(500))
    for _ in range(2):
        with pytest.raises(UnreadableFile, match=r"^It cannot be shown: .*\.$"):
            complete(made, "ab" * 16, path)
    assert made.film("cd" * 16, path) is not None
