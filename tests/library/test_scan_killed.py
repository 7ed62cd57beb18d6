"""Killed at any moment again and again, scans lose no picture, double none, and end as one that was never killed."""

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from files_world import on_disk, place_of, places, present, rate
from forked import Forked, wait_for
from scan_pictures import BOTH, images, png, run, write

from diffusion_toolkit.library.roots import add_root
from diffusion_toolkit.library.scanning.runs import last_scan, running_scans
from diffusion_toolkit.store.database import Collection, Database

ROUNDS = int(os.environ.get("DTK_TEST_ROUNDS", "8"))
SEED = 20261127
RATED = 12

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed")


@pytest.fixture
def scanner() -> Iterator[Forked]:
    found = Forked()
    yield found
    found.close()


def add_pictures(folder: Path, numbers: range) -> None:
    for number in numbers:
        content = png(f"prompt {number // 4}", seed=number, shade=number % 256)
        write(folder / f"{number % 3}" / f"{number:04d}.png", content, mtime_s=1_700_000_000 + number)


def shuffle(folder: Path, chance: random.Random, number: int) -> None:
    """What happens to a folder between two scans: new pictures, renamed and moved ones, one that goes."""
    found = sorted(folder.rglob("*.png"))
    for path in chance.sample(found, 6):
        path.rename(folder / f"{chance.randint(0, 2)}" / f"moved-{number}-{path.name}")
    chance.choice(sorted(path for path in folder.rglob("*.png") if int(path.stem[-4:]) >= RATED)).unlink()
    add_pictures(folder, range(1000 + 20 * number, 1020 + 20 * number))


def content_of(collection: Collection) -> list[dict[str, Any]]:
    """What scans know of the pictures that are there, without numbers and moments of the database."""
    names = (
        "folder",
        "name",
        "size_bytes",
        "mtime_ns",
        "phase",
        "fingerprint",
        "pixels",
        "prompt",
        "sampler",
        "record",
    )
    rows = [{name: row[name] for name in names} for row in images(collection) if row["missing_since"] is None]
    return sorted(rows, key=lambda row: (row["folder"], row["name"]))


def test_scans_killed_anywhere(database: Database, tmp_path: Path, scanner: Forked) -> None:
    print(f"seed {SEED}")
    killed, whole, folder = database.collection("main"), database.collection("whole"), tmp_path / "library"
    add_pictures(folder, range(60))
    run(killed, folder)
    root = add_root(killed, folder)
    rated = {row["id"]: Path(row["place"]).read_bytes() for row in present(killed) if int(row["name"][:4]) < RATED}
    for image_id in rated:
        rate(killed, image_id, 7)
    chance, told = random.Random(SEED), set[str | None]()
    for number in range(ROUNDS):
        shuffle(folder, chance, number)
        child = scanner.start(killed, scan=root.id)
        time.sleep(0.05 + 0.4 * chance.random())
        os.kill(child, signal.SIGKILL)
        wait_for(child)
        deadline = time.monotonic() + 20
        while running_scans(killed):  # until the server notices
            assert time.monotonic() < deadline
        ended = last_scan(killed, root.id)
        assert ended is not None
        assert (ended.state, ended.message) in (("failed", "Interrupted."), ("done", None))
        told.add(ended.message)
        assert len(present(killed)) == len(places(killed)), "a picture is there twice"
        assert {row["id"] for row in images(killed) if row["rating"] == 7} == set(rated)
    assert "Interrupted." in told, "no scan was killed"
    run(killed, folder, BOTH)
    run(whole, folder, BOTH)
    assert places(killed) == on_disk(folder)
    assert content_of(killed) == content_of(whole)
    assert {number: Path(place_of(killed, number)).read_bytes() for number in rated} == rated
