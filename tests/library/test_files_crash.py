"""Killed at any moment, a move loses no file, doubles none, and after `recover` rows and disk agree."""

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from files_world import move, on_disk, places, present, scanned
from forked import Forked, wait_for
from scan_pictures import write

from diffusion_toolkit.library.files.recovery import recover
from diffusion_toolkit.store.database import Collection

ROUNDS = int(os.environ.get("DTK_TEST_ROUNDS", "15"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed")


@pytest.fixture(scope="module")
def mover() -> Iterator[Forked]:
    found = Forked()
    yield found
    found.close()


def check(collection: Collection, contents: list[bytes], *folders: Path) -> None:
    """Every content is on the disk once, nothing else is, and the rows of images say where the pictures are."""
    files = on_disk(*folders)
    assert sorted(Path(file).read_bytes() for file in files) == contents
    assert places(collection) == {file for file in files if file.endswith(".png")}
    for row in present(collection):
        assert Path(row["place"]).read_bytes().startswith(b"\x89PNG")
    with collection.begin() as connection:
        states = sa.text("SELECT count(*) FROM file_operation WHERE state IN ('planned', 'running')")
        assert connection.scalar(states) == 0


def pictures_in(collection: Collection, one: Path, two: Path) -> tuple[dict[int, bytes], list[bytes]]:
    """Two roots with pictures and texts; their contents by image, and all contents."""
    ids = scanned(collection, one, *(f"a/p{number}.png" for number in range(6)), "b/p0.png")
    ids |= scanned(collection, two, "c/q.png", "d/r.png")
    for number in range(3):
        write(one / f"a/p{number}.txt", f"text {number}".encode())
    by_id = {row["id"]: Path(row["place"]).read_bytes() for row in present(collection)}
    return by_id, sorted(Path(file).read_bytes() for file in on_disk(one, two))


def test_killed_anywhere(collection: Collection, tmp_path: Path, mover: Forked) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    by_id, contents = pictures_in(collection, one, two)
    folders = [str(one / "a"), str(one / "b"), str(two / "c"), str(two / "d")]
    chance = random.Random(20261126)
    for _ in range(ROUNDS):
        child = mover.start(collection, folders=folders, seed=chance.random())
        time.sleep(0.1 + 0.5 * chance.random())
        os.kill(child, signal.SIGKILL)
        wait_for(child)
        recovered(collection)
        check(collection, contents, one, two)
        assert {row["id"]: Path(row["place"]).read_bytes() for row in present(collection)} == by_id


@pytest.mark.parametrize(("by_copy", "back"), [(False, False), (True, True)])
def test_killed_at_every_step(collection: Collection, tmp_path: Path, mover: Forked, by_copy: bool, back: bool) -> None:
    one, two, end = tmp_path / "one", tmp_path / "two", tmp_path / "end"
    by_id, contents = pictures_in(collection, one, two)
    first = next(row["id"] for row in present(collection) if row["place"] == str(one / "a/p0.png"))
    task: dict[str, Any] = {"folders": [str(two / "c")], "ids": [first], "by_copy": by_copy, "undo": back}
    step = 0
    for step in range(100):
        wait_for(mover.start(collection, step=step, end=str(end), **task))
        recovered(collection)
        check(collection, contents, one, two)
        assert {row["id"]: Path(row["place"]).read_bytes() for row in present(collection)} == by_id
        if end.exists():
            break
        if (two / "c/p0.png").exists():
            move(collection, [first], one / "a")
    assert step >= (20 if back else 8), "it was not killed at every step"
    assert (one / "a/p0.txt" if back else two / "c/p0.txt").exists()


def recovered(collection: Collection) -> None:
    """Recover; twice, for it may be asked for again and again. The lock of the dead one goes with its connection."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        recover(collection)
        recover(collection)
        with collection.begin() as connection:
            states = sa.text("SELECT count(*) FROM file_operation WHERE state IN ('planned', 'running')")
            if not connection.scalar(states):
                return
        time.sleep(0.02)
