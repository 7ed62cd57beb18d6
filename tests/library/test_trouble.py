"""Killed in a bulk edit, cut off from the database in a scan, a drive pulled out under one: nothing lost or doubled."""

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import sqlalchemy as sa
from curated import put_images
from scan_pictures import BOTH, by_name, images, png, run, slow_read, write

from diffusion_toolkit.errors import StoreError, ToolkitError
from diffusion_toolkit.library.albums import create_album
from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.roots import add_root, list_roots
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.library.scanning.runs import last_scan
from diffusion_toolkit.library.tags import Tagging, tag_images
from diffusion_toolkit.library.told import Told, failure
from diffusion_toolkit.library.undo import undo
from diffusion_toolkit.store.database import Collection, Database

ROUNDS = 4
PICTURES = 3_000
SEED = 20_261_126

EDITOR = """
import os
import sys
import sqlalchemy as sa
from diffusion_toolkit.library.albums import create_album
from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.tags import Tagging, tag_images
from diffusion_toolkit.store.database import Collection, Database

collection = Collection(Database(sys.argv[1]), "main")
with collection.begin() as connection:
    ids = list(connection.scalars(sa.text("SELECT id FROM image ORDER BY id")))
print("ready", flush=True)
for number in range(1_000):
    curate(collection, ids, Change(rating=number % 10 + 1, favorite=number % 2 == 0))
    tag_images(collection, ids, Tagging(add=(f"tag {number}",)))
    create_album(collection, f"album {os.getpid()} {number}", ids)
"""


def whole_or_nothing(collection: Collection) -> None:
    """Every picture shows the same: no edit is there for some of them only."""
    with collection.begin() as connection:
        states = connection.execute(
            sa.text(
                "SELECT DISTINCT rating, coalesce(favorite, false), coalesce(tag_ids, '{}')"
                " FROM image LEFT JOIN curation ON curation.image_id = image.id"
                " LEFT JOIN image_tags ON image_tags.image_id = image.id AND source = 'user'"
            )
        ).all()
        sizes = connection.scalars(
            sa.text("SELECT DISTINCT cardinality(image_ids) FROM album WHERE deleted_at IS NULL")
        ).all()
        noted = connection.scalars(
            sa.text(
                "SELECT DISTINCT count(*) FROM journal_row JOIN journal ON journal.id = journal_id GROUP BY journal_id"
            )
        ).all()
    assert len(states) == 1
    assert set(sizes) <= {PICTURES}
    assert set(noted) <= {PICTURES}


def test_a_killed_bulk_edit_is_whole_or_not_there(database: Database, tmp_path: Path) -> None:
    collection = database.collection("main")
    put_images(collection, PICTURES)
    script = write(tmp_path / "editor.py", EDITOR.encode())
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    chance = random.Random(SEED)
    for _ in range(ROUNDS):
        process = subprocess.Popen(
            [sys.executable, str(script), database.url], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.3, 2.5))
        process.kill()
        process.communicate()
        whole_or_nothing(collection)
    with collection.begin() as connection:
        actions = connection.scalar(sa.text("SELECT count(*) FROM journal")) or 0
    assert actions
    for _ in range(min(actions, ROUNDS)):  # the journal fits what is there: actions can be taken back one by one
        undo(collection)
        whole_or_nothing(collection)


def test_a_bulk_edit_cut_off_from_the_database_is_whole_or_not_there(database: Database) -> None:
    print(f"seed {SEED}")
    collection = database.collection("main")
    ids = put_images(collection, PICTURES)
    chance, refused, done = random.Random(SEED), list[str](), 0
    for number in range(20):
        cutter = threading.Timer(chance.uniform(0.0, 0.15), cut, [database.psycopg_url])
        cutter.start()
        try:
            curate(collection, ids, Change(rating=number % 10 + 1, favorite=number % 2 == 0))
            tag_images(collection, ids, Tagging(add=(f"tag {number}",)))
            create_album(collection, f"album {number}", ids)
            done += 1
        except StoreError as error:
            refused.append(str(error))
        cutter.join()
        whole_or_nothing(collection)
    assert refused, "no edit was cut off"
    assert {told.code for sentence in refused if (told := failure(sentence))} == {"database-away"}
    assert curate(collection, ids, Change(rating=None, favorite=False)).changed == PICTURES
    undo(collection)
    whole_or_nothing(collection)


def pictures(folder: Path, count: int) -> None:
    for number in range(count):
        write(folder / f"{number:03d}.png", png(f"a fox {number}", seed=number, shade=number), mtime_s=1_700_000_000)


def test_a_scan_cut_off_from_the_database_goes_on_later(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    pictures(folder, 120)
    root = add_root(collection, folder)
    options = ScanOptions(workers=1, deep_batch=20, read=slow_read)
    with contextlib.suppress(ToolkitError):  # it may well go on by itself with a new connection
        for progress in scan(collection, root.id, options):
            if progress.stage == "deep" and progress.done >= 20:
                cut(collection.database.psycopg_url)
    found = last_scan(collection, root.id)
    assert found is not None
    told = failure(found.message or "")
    assert found.state == "done" or (told is not None and told.code in ("database-away", "interrupted")), found
    assert run(collection, folder, BOTH)["files"] == 120
    rows = images(collection)
    assert (len(rows), {row["phase"] for row in rows}, {row["missing_since"] for row in rows}) == (120, {1}, {None})
    assert {row["prompt"] for row in rows} == {f"a fox {number}" for number in range(120)}
    found = last_scan(collection, root.id)
    assert found is not None
    assert found.state == "done"


def cut(url: str) -> None:
    """End every connection to this database but our own, as a server that restarts does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_drive_pulled_out_at_any_moment_of_a_scan(collection: Collection, tmp_path: Path) -> None:
    print(f"seed {SEED}")
    folder, away = tmp_path / "drive", tmp_path / "away"
    for number in range(40):
        write(folder / f"{number % 8}" / f"{number:03d}.png", png(f"a fox {number}", seed=number, shade=number))
    run(collection, folder)
    root = add_root(collection, folder)
    before = {name: row["id"] for name, row in by_name(collection).items()}
    curate(collection, list(before.values()), Change(rating=6))
    options = ScanOptions(workers=1, quick_batch=1, deep_batch=4, read=slow_read, rebuild=True)
    chance, states = random.Random(SEED), set[str]()
    for number in range(5):
        moment, mount_point = chance.randint(1, 22), chance.random() < 0.5
        for step, _ in enumerate(scan(collection, root.id, options)):
            if step == moment:
                folder.rename(away)
                if mount_point:
                    folder.mkdir()
        ended = last_scan(collection, root.id)
        assert ended is not None
        if ended.state == "failed":
            assert failure(ended.message or "") in (Told("scan-folder-away"), Told("scan-folder-empty")), ended.message
            assert list_roots(collection)[0].state == "unavailable"
        states.add(ended.state)
        assert {name: row["id"] for name, row in by_name(collection).items()} == before, (number, moment)
        if away.exists():
            if mount_point:
                folder.rmdir()
            away.rename(folder)
    assert "failed" in states, "it was never pulled out in time"
    assert run(collection, folder) == {"files": 40}
    rows = by_name(collection)
    assert {name: row["id"] for name, row in rows.items()} == before
    assert {(row["rating"], row["phase"], row["prompt"][:5]) for row in rows.values()} == {(6, 1, "a fox")}


def test_a_drive_pulled_out_under_a_scan_loses_nothing(collection: Collection, tmp_path: Path) -> None:
    folder, away = tmp_path / "drive", tmp_path / "away"
    pictures(folder, 80)
    run(collection, folder)
    ids = {name: row["id"] for name, row in by_name(collection).items()}
    curate(collection, list(ids.values()), Change(rating=6))
    write(folder / "new.png", png("a crow", seed=999, shade=99))
    pulled = threading.Event()

    def pull() -> None:
        folder.rename(away)
        pulled.set()

    options = ScanOptions(workers=1, deep_batch=10, read=slow_read, rebuild=True)
    for progress in scan(collection, list_roots(collection)[0].id, options):
        if progress.stage == "deep" and progress.done >= 10 and not pulled.is_set():
            pull()
    (root,) = list_roots(collection)
    assert root.state == "unavailable"
    run_state = last_scan(collection, root.id)
    assert run_state is not None
    assert run_state.state == "failed"
    assert run_state.message
    rows = by_name(collection)
    assert {name: row["id"] for name, row in rows.items() if name != "new.png"} == ids
    assert {row["rating"] for name, row in rows.items() if name != "new.png"} == {6}
    away.rename(folder)
    run(collection, folder)
    rows = by_name(collection)
    assert {name: row["id"] for name, row in rows.items() if name != "new.png"} == ids
    assert {row["rating"] for name, row in rows.items() if name != "new.png"} == {6}
    assert rows["new.png"]["prompt"] == "a crow"
    assert list_roots(collection)[0].state == "available"
