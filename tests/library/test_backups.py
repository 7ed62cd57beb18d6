"""Backups are tested by restoring them."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from curated import put_images

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.errors import Refused, StoreError, UsageError
from diffusion_toolkit.library import backups
from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.portable.writing import export
from diffusion_toolkit.store.database import Collection, Database

TABLES = ("root", "folder", "image", "curation", "prompt", "recipe", "tag", "image_tags", "album", "journal_row")


def everything(collection: Collection) -> dict[str, list[tuple[object, ...]]]:
    with collection.begin() as connection:
        return {
            table: [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY 1, 2"))]
            for table in TABLES
        }


def fill(collection: Collection) -> list[int]:
    ids = put_images(collection, 5)
    curate(collection, ids[:3], Change(rating=7, favorite=True))
    with collection.begin() as connection:
        for statement in (
            "INSERT INTO prompt (identity, text) VALUES ('p', E'a lighthouse; DROP TABLE image; \\\\! touch x')",
            'INSERT INTO recipe (image_id, record) SELECT id, \'{"vae": "x"}\' FROM image',
            "INSERT INTO tag (identity, name) VALUES ('t', 'fox')",
            "INSERT INTO image_tags (image_id, source, tag_ids) SELECT id, 'user', '{1}' FROM image",
            "INSERT INTO album (identity, name, image_ids) VALUES ('a', 'Best', (SELECT array_agg(id) FROM image))",
        ):
            connection.execute(sa.text(statement))
    return ids


def test_a_backup_brings_everything_back(collection: Collection, tmp_path: Path) -> None:
    ids = fill(collection)
    before = everything(collection)
    made = backups.back_up(collection, tmp_path)
    assert made.collection == "main"
    assert made.path.parent == tmp_path / "backups"
    assert backups.kept(tmp_path) == [made.path]
    curate(collection, ids, Change(rating=1))
    with collection.begin() as connection:
        connection.execute(sa.text("DELETE FROM image WHERE id = :id"), {"id": ids[0]})
        connection.execute(sa.text("DELETE FROM album"))
    _, safety = backups.restore(collection.database, tmp_path, made.path)
    assert everything(collection) == before
    backups.restore(collection.database, tmp_path, safety.path)
    after = everything(collection)
    assert len(after["image"]) == 4
    assert after["album"] == []


def test_a_running_catalog_sees_what_was_restored(collection: Collection, tmp_path: Path) -> None:
    ids = fill(collection)
    made = backups.back_up(collection, tmp_path)
    catalog = Catalog(collection)
    catalog.load()
    curate(collection, ids, Change(rating=1))
    catalog.refresh()
    assert set(catalog.state.columns["rating"].tolist()) == {1}
    backups.restore(collection.database, tmp_path, made.path)
    assert catalog.refresh()
    assert sorted(catalog.state.columns["rating"].tolist()) == [0, 0, 7, 7, 7]
    catalog.close()


def test_work_goes_on_after_a_restore(collection: Collection, tmp_path: Path) -> None:
    ids = fill(collection)
    made = backups.back_up(collection, tmp_path)
    backups.restore(collection.database, tmp_path, made.path)
    assert curate(collection, ids, Change(rating=9)).changed == 5
    with collection.begin() as connection:
        fresh = connection.scalar(
            sa.text(
                "INSERT INTO image (folder_id, name, size_bytes, mtime_ns, file_date)"
                " VALUES (1, 'new.png', 1, 1, now()) RETURNING id"
            )
        )
    assert fresh not in ids


def test_a_damaged_backup_changes_nothing(collection: Collection, tmp_path: Path) -> None:
    fill(collection)
    made = backups.back_up(collection, tmp_path, tmp_path / "whole.dtkbackup")
    data = made.path.read_bytes()
    cut = tmp_path / "cut.dtkbackup"
    cut.write_bytes(data[: len(data) - 200])
    before = everything(collection)
    with pytest.raises((StoreError, UsageError)):
        backups.restore(collection.database, tmp_path, cut)
    assert everything(collection) == before
    with collection.begin() as connection:
        left = connection.scalars(sa.text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'collection%'")).all()
    assert left == ["collection_main"]


def test_other_files_are_refused(collection: Collection, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("no backup")
    with pytest.raises(UsageError, match=r"is not a backup"):
        backups.describe(other)
    with pytest.raises(UsageError, match="cannot be read"):
        backups.describe(tmp_path / "nothing")
    with pytest.raises(UsageError, match="there already"):
        backups.back_up(collection, tmp_path, other)
    with pytest.raises(StoreError, match="too long"):
        backups.back_up(collection, tmp_path, tmp_path / ("long" * 100))


def test_the_folder_of_a_drive_that_is_away_is_not_made(collection: Collection, tmp_path: Path) -> None:
    away = tmp_path / "drive" / "safe"
    with pytest.raises(UsageError, match=r"no folder .*safe\. Is its drive connected\?"):
        backups.back_up(collection, tmp_path, away / "file")
    with pytest.raises(UsageError, match=r"no folder .*safe\. Is its drive connected\?"):
        export(collection, away / "file")
    assert not away.parent.exists()


def test_nothing_is_restored_under_a_running_scan(collection: Collection, tmp_path: Path) -> None:
    fill(collection)
    made = backups.back_up(collection, tmp_path)
    with collection.begin() as connection:
        connection.execute(sa.text("INSERT INTO scan_run (root_id) SELECT id FROM root"))
    with pytest.raises(Refused, match="scan is running"):
        backups.restore(collection.database, tmp_path, made.path)


def test_a_collection_with_a_hyphen(database: Database, tmp_path: Path) -> None:
    collection = database.collection("my-pictures_2")
    put_images(collection, 2)
    made = backups.back_up(collection, tmp_path)
    assert made.collection == "my-pictures_2"
    backups.restore(database, tmp_path, made.path)
    with collection.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM image")) == 2
