"""The worker hashes what carries curation, finds lost pictures, and writes all curation out once a day."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image

from diffusion_toolkit.jobs.upkeep import Upkeep
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.daily_export import KEPT, daily_files, export_daily
from diffusion_toolkit.library.portable import reading
from diffusion_toolkit.library.roots import add_root
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.store.database import Collection

PATIENCE_S = 90.0


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


def rescan(collection: Collection, folder: Path) -> None:
    for _ in scan(collection, add_root(collection, folder).id, ScanOptions(workers=1)):
        pass


def ids(collection: Collection) -> dict[str, int]:
    with collection.begin() as connection:
        rows = connection.execute(sa.text("SELECT name, id FROM image WHERE missing_since IS NULL"))
        return {row[0]: row[1] for row in rows}


def hashed(collection: Collection) -> int:
    with collection.begin() as connection:
        return connection.scalar(sa.text("SELECT count(*) FROM picture_hash")) or 0


@pytest.fixture
def pictures(collection: Collection, tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed in range(3):
        small = np.random.default_rng(seed).integers(0, 255, (6, 9, 3), np.uint8)
        Image.fromarray(small).resize((72, 48), Image.Resampling.BICUBIC).save(folder / f"{seed}.png")
    rescan(collection, folder)
    return folder


def test_a_rating_follows_its_picture_into_another_format(
    collection: Collection, pictures: Path, tmp_path: Path
) -> None:
    rated = ids(collection)["1.png"]
    upkeep = Upkeep(collection.database, tmp_path / "data", round_s=0.2)
    upkeep.start()
    try:
        curate(collection, [rated], Change(rating=9))
        wait_until(lambda: hashed(collection) == 1)
        Image.open(pictures / "1.png").save(pictures / "1.webp", lossless=True)
        (pictures / "1.png").unlink()
        rescan(collection, pictures)
        wait_until(lambda: ids(collection).get("1.webp") == rated)
    finally:
        upkeep.stop()
    (file,) = daily_files(collection, tmp_path / "data")
    with reading.opened(file) as bundle:
        assert [picture.rating for picture in bundle.pictures] in ([], [9])


def test_only_one_upkeep_works_on_a_collection(collection: Collection, pictures: Path, tmp_path: Path) -> None:
    del pictures
    both = [Upkeep(collection.database, None, round_s=0.1) for _ in range(2)]
    for upkeep in both:
        upkeep.start()
    curate(collection, list(ids(collection).values()), Change(favorite=True))
    wait_until(lambda: hashed(collection) == 3)
    for upkeep in both:
        upkeep.stop()
    assert not (tmp_path / "exports").exists()


def test_the_daily_file(collection: Collection, pictures: Path, tmp_path: Path) -> None:
    del pictures
    now = local_now()
    assert export_daily(collection, tmp_path, now) is None
    curate(collection, list(ids(collection).values()), Change(rating=5))
    first = export_daily(collection, tmp_path, now)
    assert first is not None
    os.utime(first, (now.timestamp(), now.timestamp()))
    assert export_daily(collection, tmp_path, now + timedelta(hours=23)) is None
    for day in range(1, KEPT + 3):
        later = now + timedelta(days=day)
        made = export_daily(collection, tmp_path, later)
        assert made is not None
        os.utime(made, (later.timestamp(), later.timestamp()))
    files = daily_files(collection, tmp_path)
    assert len(files) == KEPT
    assert first not in files
