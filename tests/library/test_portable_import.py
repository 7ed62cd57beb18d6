"""Curation brought into a library: found by place, by file and by picture; into a new database; undone."""

import os
import sqlite3
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from scan_pictures import png, run, write

from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.portable import diffusion_toolkit_file, reading
from diffusion_toolkit.library.portable.entry import Album, Around, Picture, SavedQuery
from diffusion_toolkit.library.portable.importing import Import, Imported, ImportOptions
from diffusion_toolkit.library.portable.writing import export
from diffusion_toolkit.library.roots import add_root
from diffusion_toolkit.library.tags import Tagging, suggested_tags, tag_images
from diffusion_toolkit.library.undo import last_actions, undo
from diffusion_toolkit.store import model_tags
from diffusion_toolkit.store.database import Collection, Database

CURATED = """
SELECT folder.path, image.name, image.missing_since IS NULL AS present, rating, coalesce(favorite, false) AS favorite,
       coalesce(nsfw, false) AS nsfw, rated_at,
       ARRAY(SELECT tag.name FROM unnest(tag_ids) WITH ORDINALITY AS held (id, place) JOIN tag ON tag.id = held.id
             WHERE tag.deleted_at IS NULL ORDER BY place) AS tags
FROM image JOIN folder ON folder.id = image.folder_id LEFT JOIN curation ON curation.image_id = image.id
LEFT JOIN image_tags ON image_tags.image_id = image.id AND source = 'user'
ORDER BY image.name
"""


def curated(collection: Collection) -> dict[str, tuple[object, ...]]:
    with collection.begin() as connection:
        rows = connection.execute(sa.text(CURATED)).mappings().all()
    return {
        row["name"]: (row["rating"], row["favorite"], row["nsfw"], tuple(row["tags"])) for row in rows if row["present"]
    }


def albums(collection: Collection) -> dict[str, list[str]]:
    query = (
        "SELECT album.name, image.name FROM album, unnest(image_ids) WITH ORDINALITY AS held (image_id, place)"
        " JOIN image ON image.id = held.image_id WHERE album.deleted_at IS NULL ORDER BY album.position, place"
    )
    found: dict[str, list[str]] = {}
    with collection.begin() as connection:
        for album, name in connection.execute(sa.text(query)):
            found.setdefault(album, []).append(name)
    return found


def bring(collection: Collection, path: Path, options: ImportOptions | None = None) -> Imported:
    work = Import(collection, options or ImportOptions(), path.name)
    with reading.opened(path) as bundle:
        for _ in work.run(bundle.around, bundle.pictures):
            pass
    return work.done


def bring_around(collection: Collection, around: Around, *pictures: Picture, over: bool = False) -> Imported:
    work = Import(collection, ImportOptions(over=over), "a test")
    for _ in work.run(around, pictures):
        pass
    return work.done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    for number, name in enumerate(("a", "b", "c", "d")):
        write(folder / "sub" / f"{name}.png", png(f"a fox {name}", seed=number, shade=number))
    return folder


@pytest.fixture
def exported(collection: Collection, folder: Path, tmp_path: Path) -> Path:
    run(collection, folder)
    with collection.begin() as connection:
        ids = {row[1]: row[0] for row in connection.execute(sa.text("SELECT id, name FROM image"))}
        connection.execute(sa.text("INSERT INTO tag (identity, name) VALUES ('fox', 'Fox')"))
        connection.execute(
            sa.text("INSERT INTO image_tags (image_id, source, tag_ids) VALUES (:id, 'user', '{1}')"),
            {"id": ids["b.png"]},
        )
        connection.execute(
            sa.text("INSERT INTO album (identity, name, image_ids) VALUES ('best', 'Best', :ids)"),
            {"ids": [ids["c.png"], ids["a.png"]]},
        )
    curate(collection, [ids["a.png"]], Change(rating=9, favorite=True))
    curate(collection, [ids["b.png"]], Change(nsfw=True))
    path = tmp_path / "curation.json.gz"
    assert export(collection, path) == 3
    return path


EVERYTHING = {
    "a.png": (9, True, False, ()),
    "b.png": (None, False, True, ("Fox",)),
    "c.png": (None, False, False, ()),
    "d.png": (None, False, False, ()),
}


def test_into_a_new_library_after_its_scan(database: Database, exported: Path, folder: Path) -> None:
    new = database.collection("new")
    run(new, folder)
    done = bring(new, exported)
    assert (done.pictures, done.found, done.changed, done.albums, done.unknown) == (3, 3, 2, 1, [])
    assert curated(new) == EVERYTHING
    assert albums(new) == {"Best": ["c.png", "a.png"]}


def test_into_a_new_library_before_its_scan(database: Database, exported: Path, folder: Path) -> None:
    new = database.collection("new")
    add_root(new, folder)
    assert bring(new, exported).found == 3
    assert curated(new) == {}
    run(new, folder)
    assert curated(new) == EVERYTHING
    assert albums(new) == {"Best": ["c.png", "a.png"]}
    with new.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM image")) == 4


def test_pictures_are_found_wherever_they_went(
    database: Database, exported: Path, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other drive"
    (folder / "sub").rename(tmp_path / "moved")
    other.mkdir()
    (tmp_path / "moved").rename(other / "elsewhere")
    (other / "elsewhere" / "a.png").rename(other / "renamed.png")
    write(other / "elsewhere" / "b.png", png(None, shade=1))  # its metadata is stripped
    new = database.collection("new")
    run(new, other)
    assert bring(new, exported).found == 3
    found = curated(new)
    assert found["renamed.png"] == EVERYTHING["a.png"]
    assert found["b.png"] == EVERYTHING["b.png"]
    assert albums(new) == {"Best": ["c.png", "renamed.png"]}


def test_another_picture_at_the_place_gets_nothing(database: Database, exported: Path, folder: Path) -> None:
    write(folder / "sub" / "a.png", png("a crow", seed=77, shade=77))
    new = database.collection("new")
    run(new, folder)
    bring(new, exported)
    assert curated(new)["a.png"] == (None, False, False, ())


def test_what_is_here_stays_unless_asked_otherwise(database: Database, exported: Path, folder: Path) -> None:
    new = database.collection("new")
    run(new, folder)
    with new.begin() as connection:
        first = connection.scalar(sa.text("SELECT id FROM image WHERE name = 'a.png'"))
    assert first is not None
    curate(new, [first], Change(rating=2))
    bring(new, exported)
    assert curated(new)["a.png"] == (2, True, False, ())
    bring(new, exported, ImportOptions(over=True))
    assert curated(new)["a.png"] == (9, True, False, ())


def test_an_import_is_one_action_that_can_be_undone(database: Database, exported: Path, folder: Path) -> None:
    new = database.collection("new")
    run(new, folder)
    done = bring(new, exported)
    undo(new, done.journal_id)
    assert set(curated(new).values()) == {(None, False, False, ())}
    assert albums(new) == {}
    assert bring(new, exported).changed == 2
    assert curated(new) == EVERYTHING


def test_twice_is_once(database: Database, exported: Path, folder: Path) -> None:
    new = database.collection("new")
    run(new, folder)
    bring(new, exported)
    done = bring(new, exported)
    assert (done.changed, done.albums, done.journal_id) == (0, 0, None), "nothing to undo"
    assert curated(new) == EVERYTHING
    assert albums(new) == {"Best": ["c.png", "a.png"]}


def test_tags_that_models_must_not_give_come_along(
    collection: Collection, database: Database, folder: Path, tmp_path: Path
) -> None:
    run(collection, folder)
    tag_all(collection)
    tag_images(collection, image_ids(collection)[:2], Tagging(remove=["fox"]))
    assert export(collection, tmp_path / "out.json.gz") == 2
    new = database.collection("new")
    run(new, folder)
    tag_all(new)
    done = bring(new, tmp_path / "out.json.gz")
    tag_all(new)
    left = [[tag.name for tag in suggested_tags(new, image)] for image in image_ids(new)]
    assert (done.changed, left) == (2, [["snow"], ["snow"], ["fox", "snow"], ["fox", "snow"]])
    assert bring(new, tmp_path / "out.json.gz").changed == 0
    undo(new, done.journal_id)
    assert [tag.name for tag in suggested_tags(new, image_ids(new)[0])] == ["fox", "snow"]


def tag_all(collection: Collection) -> None:
    """A model's tags of every image."""
    with collection.begin() as connection:
        said = [(image, [("fox", 0.9), ("snow", 0.5)]) for image in image_ids(collection)]
        model_tags.write(connection, "wd", said)


def image_ids(collection: Collection) -> list[int]:
    with collection.begin() as connection:
        return list(connection.scalars(sa.text("SELECT id FROM image ORDER BY name")))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, names of files are text")
def test_a_file_whose_name_is_no_text(database: Database, exported: Path, folder: Path) -> None:
    new = database.collection("new")
    run(new, folder)
    bring(new, exported.rename(exported.with_name(os.fsdecode(b"\xff.json.gz"))))
    assert curated(new) == EVERYTHING
    assert last_actions(new)[0].sentence == "Imported curation from \ufffd.json.gz"


def test_from_the_older_program(collection: Collection, folder: Path, tmp_path: Path) -> None:
    run(collection, folder)
    path = tmp_path / "diffusion-toolkit.db"
    size = (folder / "sub" / "b.png").stat().st_size
    with sqlite3.connect(path) as connection:
        connection.executescript(
            f"""
            CREATE TABLE Image (Id INTEGER PRIMARY KEY, Path TEXT, FileSize INTEGER, Rating INTEGER, Favorite INTEGER);
            CREATE TABLE Album (Id INTEGER PRIMARY KEY, Name TEXT);
            CREATE TABLE AlbumImage (AlbumId INTEGER, ImageId INTEGER);
            CREATE TABLE Query (Id INTEGER PRIMARY KEY, Name TEXT, QueryJson TEXT);
            INSERT INTO Image VALUES (1, 'D:\\pics\\sub\\a.png', 0, 8, 0), (2, 'X:\\gone\\b.png', {size}, NULL, 1),
                (3, 'X:\\gone\\nowhere.png', 5, 3, 0);
            INSERT INTO Album VALUES (1, 'Print');
            INSERT INTO AlbumImage VALUES (1, 2), (1, 3), (1, 1);
            INSERT INTO Query VALUES (1, 'Good ones', '{{"Query": "rating: >5"}}');
            """
        )
    work = Import(collection, ImportOptions(), path.name)
    with diffusion_toolkit_file.opened(path, {"D:\\pics": str(folder)}) as bundle:
        for _ in work.run(bundle.around, bundle.pictures):
            pass
    assert (work.done.found, work.done.unknown) == (2, ["X:\\gone/nowhere.png"])
    found = curated(collection)
    assert (found["a.png"][0], found["b.png"][1]) == (8, True)
    assert albums(collection) == {"Print": ["b.png", "a.png"]}
    assert work.done.saved_queries == 1


def test_names_that_cannot_be_used_are_left_out(collection: Collection, folder: Path) -> None:
    run(collection, folder)
    picture = Picture(number=1, root=str(folder), folder="sub", name="a.png", tags=("", "x" * 300, "good", "GOOD"))
    around = Around(
        albums=[Album(name="  "), Album(name="ok", pictures=[1, 99])], saved_queries=[SavedQuery(name="", query="x")]
    )
    done = bring_around(collection, around, picture)
    assert (done.albums, done.saved_queries) == (1, 0)
    assert curated(collection)["a.png"] == (None, False, False, ("good",))


def test_two_pictures_that_are_one_image(collection: Collection, folder: Path) -> None:
    run(collection, folder)
    first = Picture(number=1, root=str(folder), folder="sub", name="a.png", rating=4, rated_at=datetime.now(UTC))
    done = bring_around(collection, Around(), first, replace(first, number=2, rating=6))
    assert done.changed == 1
    assert curated(collection)["a.png"][0] == 4
