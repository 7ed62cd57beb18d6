"""The cache of thumbnails keeps, bounds and forgets."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.media.cache import ThumbnailCache


def test_what_was_made_is_not_made_again(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path)
    assert cache.get_or_make("aa11", 256, lambda: b"picture") == b"picture"
    assert cache.get_or_make("aa11", 256, lambda: b"another") == b"picture"
    assert ThumbnailCache(tmp_path).get("aa11", 256) == b"picture"
    assert cache.get("aa11", 512) is None


def test_many_who_ask_at_once_make_it_once(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path)
    made: list[int] = []
    gate = threading.Barrier(8)

    def make() -> bytes:
        made.append(1)
        time.sleep(0.05)
        return b"picture"

    def ask(_: int) -> bytes:
        gate.wait()
        return cache.get_or_make("aa", 256, make)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == {b"picture"}
    assert len(made) == 1


def test_a_failure_is_remembered_and_not_tried_again_at_once(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path)
    tried: list[int] = []

    def fail() -> bytes:
        tried.append(1)
        raise UnreadableFile("No thumbnail: damaged.")

    for _ in range(3):
        with pytest.raises(UnreadableFile, match="No thumbnail: damaged"):
            cache.get_or_make("aa", 256, fail)
    assert len(tried) == 1


def fill(folder: Path, count: int) -> None:
    roomy = ThumbnailCache(folder)
    for number in range(count):
        key = f"{number:02d}"
        roomy.get_or_make(key, 256, lambda: b"x" * 1000)
        os.utime(folder / key / f"{key}-256.webp", (number, number))


def test_the_longest_unused_go_first_when_the_limit_is_passed(tmp_path: Path) -> None:
    fill(tmp_path, 20)
    ThumbnailCache(tmp_path, limit_bytes=10_000).sweep()
    kept = sorted(path.name for path in tmp_path.rglob("*.webp"))
    assert kept == [f"{number:02d}-256.webp" for number in range(12, 20)]


def test_a_use_counts(tmp_path: Path) -> None:
    fill(tmp_path, 11)
    cache = ThumbnailCache(tmp_path, limit_bytes=10_000)
    cache.get("00", 256)
    cache.sweep()
    assert cache.get("00", 256) is not None
    assert cache.get("01", 256) is None


def test_writing_beyond_the_limit_sweeps_by_itself(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path, limit_bytes=10_000)
    for number in range(50):
        cache.get_or_make(f"{number:02d}", 256, lambda: b"x" * 1000)
    deadline = time.monotonic() + 10
    while sum(path.stat().st_size for path in tmp_path.rglob("*.webp")) > 10_000:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_cache_that_cannot_be_written_still_answers(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = ThumbnailCache(tmp_path / "file")
    assert cache.get_or_make("aa", 256, lambda: b"picture") == b"picture"


def test_another_key_for_the_same_content(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path)
    cache.get_or_make("old", 256, lambda: b"picture")
    cache.rename("old", "new", 256)
    assert cache.get("new", 256) == b"picture"
    assert cache.get("old", 256) is None
    cache.rename("unknown", "other", 256)
    assert cache.get("other", 256) is None
