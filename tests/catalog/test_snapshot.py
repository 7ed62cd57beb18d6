"""The file kept between two starts: equal to the store, and refused whenever it does not fit."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from small_library import SmallLibrary

from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.tables import image

NOW = datetime(2026, 11, 22, tzinfo=UTC)
QUERIES = (
    ("", "name"),
    ("castle", "prompt"),
    ('"night"', "path desc"),
    ("path:contains img", "date"),
    ("rating:any", "rating"),
    ("tag:fox* OR tag:cat>0.5", "viewed"),
    ("lora:detail>0.4", "aesthetic"),
    ('album:"Print candidates"', "album"),
    ('album:"Foxes at night" OR caption:castle', "touched"),
)


def opened(collection: Collection, folder: Path) -> Catalog:
    catalog = Catalog(collection, CatalogOptions(snapshot_folder=folder))
    catalog.load()
    return catalog


def answers(catalog: Catalog) -> list[list[int]]:
    search = Search(catalog)
    return [search.ids(search.run(query, sort, now=NOW).handle).tolist() for query, sort in QUERIES]


@pytest.fixture
def library(collection: Collection) -> SmallLibrary:
    made = SmallLibrary(collection, 7)
    made.prepare()
    made.add_images(40)
    made.change(30)
    return made


def saved(collection: Collection, folder: Path) -> Path:
    catalog = opened(collection, folder)
    path = catalog.save()
    catalog.close()
    assert path is not None
    return path


def test_second_start_answers_the_same(collection: Collection, library: SmallLibrary, tmp_path: Path) -> None:
    saved(collection, tmp_path)
    library.add_images(10)
    library.change(10)
    fresh = Catalog(collection)
    assert answers(opened(collection, tmp_path)) == answers(fresh)


def test_file_is_really_used(collection: Collection, library: SmallLibrary, tmp_path: Path) -> None:
    saved(collection, tmp_path)
    with collection.begin() as connection:
        # Behind the triggers' back: only the file can still know the old value.
        connection.execute(sa.text("ALTER TABLE image DISABLE TRIGGER USER"))
        connection.execute(sa.update(image).values(steps=99))
    search = Search(opened(collection, tmp_path))
    assert search.run("steps:99", now=NOW).total == 0


def test_catalog_goes_on_after_a_snapshot(collection: Collection, library: SmallLibrary, tmp_path: Path) -> None:
    catalog = opened(collection, tmp_path)
    assert catalog.save() is not None
    found = Search(catalog).run("", now=NOW)
    for _ in range(3):
        library.add_images(5)
        library.change(10)
        catalog.refresh()
    assert answers(catalog) == answers(Catalog(collection))
    assert len(Search(catalog).page(found.handle, 0, 100)) == found.total
    assert len(list(tmp_path.iterdir())) == 1
    catalog.close()


@pytest.mark.parametrize("damage", ["cut", "flipped", "head", "empty", "text"])
def test_damaged_file_is_refused(collection: Collection, library: SmallLibrary, tmp_path: Path, damage: str) -> None:
    path = saved(collection, tmp_path)
    content = bytearray(path.read_bytes())
    match damage:
        case "cut":
            del content[-200:]
        case "flipped":
            content[len(content) // 2] ^= 0x40
        case "head":
            content[40] ^= 1
        case "empty":
            content.clear()
        case _:
            content[:] = b"no catalog at all"
    path.write_bytes(content)
    assert answers(opened(collection, tmp_path)) == answers(Catalog(collection))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dtk.cluster SET id = gen_random_uuid()",
        "UPDATE dtk.cluster SET restore_epoch = restore_epoch + 1",
    ],
)
def test_file_of_another_database_is_refused(
    collection: Collection, library: SmallLibrary, tmp_path: Path, statement: str
) -> None:
    saved(collection, tmp_path)
    with collection.begin() as connection:
        connection.execute(sa.text(statement))
        connection.execute(sa.text("ALTER TABLE image DISABLE TRIGGER USER"))
        connection.execute(sa.update(image).values(steps=99, missing_since=None))
    search = Search(opened(collection, tmp_path))
    assert search.run("steps:99", now=NOW).total == search.run("", now=NOW).total > 0


def test_collection_made_anew_under_its_old_name_is_read(
    collection: Collection, library: SmallLibrary, tmp_path: Path
) -> None:
    saved(collection, tmp_path)
    with collection.database.begin() as connection:
        connection.execute(sa.text(f'DROP SCHEMA "{collection.schema}" CASCADE'))
    again = collection.database.collection("main")
    assert Search(opened(again, tmp_path)).run("", now=NOW).total == 0


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_cannot_be_written_is_no_problem(
    collection: Collection, library: SmallLibrary, tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    assert opened(collection, tmp_path).save() is None


def test_folder_that_is_a_file_is_no_problem(collection: Collection, library: SmallLibrary, tmp_path: Path) -> None:
    place = tmp_path / "taken"
    place.write_text("")
    catalog = opened(collection, place)
    assert catalog.save() is None
    assert answers(catalog) == answers(Catalog(collection))
