"""Full drives: what was there stays, nothing half-written is left behind, and the person reads which drive it is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from files_world import copy, move, on_disk, places, scanned
from PIL import Image
from scan_pictures import png, write

from diffusion_toolkit.errors import DiskFull, StoreError
from diffusion_toolkit.library import backups
from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.daily_export import daily_files, export_daily
from diffusion_toolkit.library.files.work import NOT_TRIED
from diffusion_toolkit.library.portable.writing import export
from diffusion_toolkit.library.told import Told, failure
from diffusion_toolkit.library.undo import undo
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.media.renditions import Renditions
from diffusion_toolkit.store.database import Collection

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="needs root to mount a small drive"
)
FULL = Told("drive-full")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A drive of 300 kB."""
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "small", place], check=False).returncode != 0:
        pytest.skip("no right to mount here")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(drive: Path) -> None:
    """Leave no byte."""
    with (drive / "filling").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return


@pytest.mark.parametrize("how", [move, copy])
def test_moves_and_copies(collection: Collection, tmp_path: Path, small: Path, how: Any) -> None:
    one = tmp_path / "one"
    ids = scanned(collection, one, "a/1.png", "a/2.png", "a/3.png")
    scanned(collection, small, "b/x.png")
    for number in (1, 2):
        write(one / f"a/{number}.png", png(seed=number, shade=number) + bytes(200_000))
    before = {path: Path(path).read_bytes() for path in on_disk(one, small)}
    went = how(collection, [ids[f"a/{number}.png"] for number in (1, 2, 3)], small / "b")
    assert (went.done, went.failed, went.left) == (1, 2, 0)
    assert [failure(problem.message) for problem in went.problems] == [FULL, Told("files-not-tried")]
    assert went.problems[1].message == NOT_TRIED
    after = {path: Path(path).read_bytes() for path in on_disk(one, small)}
    arrived, gone = str(small / "b/1.png"), str(one / "a/1.png")
    assert after.pop(arrived) == before[gone]
    if how is move:
        before.pop(gone)
    assert after == before
    assert places(collection) == {*after, arrived}
    undo(collection)
    assert not Path(arrived).exists()
    assert Path(gone).exists()


def test_a_backup(collection: Collection, tmp_path: Path, small: Path) -> None:
    fill(small)
    with pytest.raises(DiskFull) as refusal:
        backups.back_up(collection, tmp_path, small / "mine.dtkbackup")
    assert failure(str(refusal.value)) == Told("backup-no-room", {"path": str(small / "mine.dtkbackup")})
    assert os.listdir(small) == ["filling"]


def test_an_export_leaves_the_last_one(collection: Collection, tmp_path: Path, small: Path) -> None:
    ids = scanned(collection, tmp_path / "one", *(f"{number}.png" for number in range(40)))
    curate(collection, list(ids.values()), Change(rating=7, caption="a long story " * 100))
    (small / "exports").mkdir()
    for path in (small / "mine.json", small / "exports/main.curation-2026-01-01.json.gz"):
        export(collection, path)
        os.utime(path, (0, 0))
    before = {path: Path(path).read_bytes() for path in on_disk(small)}
    fill(small)
    with pytest.raises(StoreError, match=r"could not be written to .*mine\.json: No space left on device"):
        export(collection, small / "mine.json")
    with pytest.raises(StoreError, match="No space left on device"):
        export_daily(collection, small)
    (small / "filling").unlink()
    assert {path: Path(path).read_bytes() for path in on_disk(small)} == before
    assert len(daily_files(collection, small)) == 1


def test_thumbnails_and_conversions_are_shown_all_the_same(tmp_path: Path, small: Path) -> None:
    picture = tmp_path / "a.tif"
    Image.new("RGB", (64, 64), "red").save(picture)
    cache, renditions = ThumbnailCache(small), Renditions(small)
    fill(small)
    assert cache.get_or_make("aa11", 256, lambda: bytes(10_000)) == bytes(10_000)
    assert renditions.picture("bb22", picture)[:4] == b"RIFF"
    assert [path.name for path in small.rglob("*") if path.is_file()] == ["filling"], "a part of a file was left"
    with pytest.raises(DiskFull) as refusal:
        renditions.film("cc33", tmp_path / "a.avi")
    assert failure(str(refusal.value)) == Told("film-no-room")
    renditions.close()
