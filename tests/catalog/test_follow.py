"""The catalog sees what was committed, at once and from every process; never what was not."""

import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from small_library import SmallLibrary

from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.catalog.text_order import natural_key
from diffusion_toolkit.library.roots import list_roots, remove_root
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.feed import Snapshot
from diffusion_toolkit.store.tables import curation, folder, image, root

NOW = datetime(2026, 11, 22, tzinfo=UTC)

BULK_LOAD = """
import sys
import psycopg
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute('SET search_path TO "collection_main"')
    with connection.cursor().copy(
        "COPY image (folder_id, name, size_bytes, mtime_ns, file_date) FROM STDIN"
    ) as copy:
        for number in range(20_000):
            copy.write_row((int(sys.argv[2]), f"bulk{number}.png", 1, 1, "2026-01-01"))
    print("open", flush=True)
    sys.stdin.readline()
print("committed", flush=True)
"""


def filled(collection: Collection, images: int = 10) -> SmallLibrary:
    library = SmallLibrary(collection, 1)
    library.prepare()
    library.add_images(images)
    return library


def rate(collection: Collection, image_id: int, rating: int) -> int:
    """Write a rating; the transaction's number is the token."""
    with collection.begin() as connection:
        connection.execute(sa.insert(curation).values(image_id=image_id, rating=rating))
        return int(connection.scalar(sa.text("SELECT pg_current_xact_id()::text")) or 0)


@contextmanager
def bulk_load(collection: Collection) -> Generator["subprocess.Popen[str]"]:
    """Another process that has inserted 20,000 images and not yet committed."""
    with collection.begin() as connection:
        place = connection.scalar(sa.select(folder.c.id).order_by(folder.c.id).limit(1))
    process = subprocess.Popen(
        [sys.executable, "-c", BULK_LOAD, collection.database.psycopg_url, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    try:
        yield process
    finally:
        process.communicate("\n", timeout=60)


def commit(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "committed\n"


def test_rating_is_visible_to_the_next_query_while_a_bulk_load_is_open_in_another_process(
    collection: Collection,
) -> None:
    filled(collection)
    catalog = Catalog(collection)
    search = Search(catalog)
    catalog.load()
    with bulk_load(collection) as process:
        token = rate(collection, 3, 9)
        begun = time.monotonic()
        found = search.run("rating:9", now=NOW, after=token)
        assert time.monotonic() - begun < 2
        assert search.ids(found.handle).tolist() == [3]
        assert search.run("path:contains bulk", now=NOW).total == 0
        commit(process)
    catalog.refresh()
    # The load began before the rating and ended after it: nothing of it may be missed.
    assert search.run("path:contains bulk", now=NOW).total == 20_000
    assert search.ids(search.run("rating:9", now=NOW).handle).tolist() == [3]


def test_rating_written_before_the_catalog_loads_beside_a_bulk_load_is_there(collection: Collection) -> None:
    filled(collection)
    with bulk_load(collection) as process:
        catalog = Catalog(collection)
        catalog.load()
        commit(process)
    catalog.refresh()
    assert Search(catalog).run("path:contains bulk", now=NOW).total == 20_000


def test_rolled_back_work_is_never_seen(collection: Collection) -> None:
    filled(collection)
    catalog = Catalog(collection)
    catalog.load()
    before = catalog.state.image_count
    with collection.begin() as connection:
        connection.execute(sa.update(image).values(steps=77))
        token = int(connection.scalar(sa.text("SELECT pg_current_xact_id()::text")) or 0)
        connection.rollback()
    search = Search(catalog)
    assert search.run("steps:77", now=NOW, after=token).total == 0
    assert catalog.state.image_count == before


def test_follower_takes_over_changes_and_tells_listeners(collection: Collection) -> None:
    filled(collection)
    catalog = Catalog(collection)
    catalog.load()
    told = threading.Event()
    catalog.add_listener(lambda revision: told.set() if revision > 1 else None)
    catalog.follow()
    try:
        rate(collection, 2, 10)
        assert told.wait(10)
        deadline = time.monotonic() + 10
        while Search(catalog).run("rating:10", now=NOW).total != 1:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        catalog.close()


def test_deleted_images_and_removed_roots_vanish(collection: Collection) -> None:
    filled(collection, 30)
    catalog = Catalog(collection)
    catalog.load()
    search = Search(catalog)
    with collection.begin() as connection:
        connection.execute(sa.delete(image).where(image.c.id == 4))
    catalog.refresh()
    assert search.run("id:4 unavailable:false OR id:4", now=NOW).total == 0
    for one in list_roots(collection):
        remove_root(collection, one.id)
    catalog.refresh()
    assert search.run("", now=NOW).total == 0


def test_unplugged_root_stays_listed_but_unavailable(collection: Collection) -> None:
    filled(collection, 30)
    catalog = Catalog(collection)
    catalog.load()
    search = Search(catalog)
    total = search.run("", now=NOW).total
    with collection.begin() as connection:
        connection.execute(sa.update(root).values(state="unavailable"))
    assert catalog.refresh()
    found = search.run("", now=NOW)
    assert found.total == total
    assert not any(item.available for item in search.page(found.handle, 0, 30))
    assert search.run("unavailable:true", now=NOW).total == 30


def test_nothing_changed_makes_no_new_revision(collection: Collection) -> None:
    filled(collection)
    catalog = Catalog(collection)
    catalog.load()
    revision = catalog.state.revision
    assert not catalog.refresh()
    assert catalog.state.revision == revision


def test_restored_database_is_read_anew_and_selections_expire(collection: Collection) -> None:
    filled(collection)
    catalog = Catalog(collection)
    catalog.load()
    with collection.database.begin() as connection:
        connection.execute(sa.text("UPDATE dtk.cluster SET restore_epoch = restore_epoch + 1"))
    library = catalog.state.library
    assert catalog.refresh()
    assert catalog.state.library == library + 1


def test_a_write_that_does_not_end_costs_a_bounded_wait(collection: Collection) -> None:
    filled(collection)
    catalog = Catalog(collection, CatalogOptions(token_wait_s=0.2))
    catalog.load()
    with collection.begin() as connection, collection.begin() as later:
        token = connection.execute(sa.text("SELECT pg_current_xact_id()::text::bigint")).scalar_one()
        later.execute(sa.text("SELECT pg_current_xact_id()"))
        later.commit()
        begun = time.monotonic()
        assert not catalog.seen(token)
        assert 0.2 <= time.monotonic() - begun < 3


def test_a_write_that_never_was_is_not_waited_for(collection: Collection) -> None:
    filled(collection)
    catalog = Catalog(collection, CatalogOptions(token_wait_s=3_600))
    catalog.load()
    assert not catalog.seen(2**60)


def test_queries_run_while_states_change(collection: Collection) -> None:
    library = filled(collection, 40)
    # Three threads that never rest would drop one another's results, as they should.
    catalog = Catalog(collection, CatalogOptions(selections=1_000_000, selection_bytes=2**30))
    catalog.load()
    search = Search(catalog)
    stop = threading.Event()
    failures: list[BaseException] = []

    def query() -> None:
        try:
            while not stop.is_set():
                for text, sort in (
                    ("castle", "name"),
                    ("", "prompt desc"),
                    ("rating>=5", "rating"),
                    ("steps:20", "path"),
                ):
                    found = search.run(text, sort, now=NOW)
                    assert len(search.page(found.handle, 0, 50)) == min(found.total, 50)
                    search.facets(found.handle, ["folder", "model"])
        except BaseException as error:  # noqa: BLE001 - reported by the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=query) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        library.add_images(5)
        library.change(5)
        catalog.refresh()
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.parametrize("begins_anew", [False, True], ids=["following", "from its snapshot"])
def test_an_order_by_path_follows_renamed_folders(collection: Collection, tmp_path: Path, begins_anew: bool) -> None:
    filled(collection)
    options = CatalogOptions(snapshot_folder=tmp_path)
    catalog = Catalog(collection, options)
    catalog.load()

    def sorted_paths() -> list[str]:
        found = Search(catalog).run("", "path", now=NOW)
        return [item.folder for item in Search(catalog).page(found.handle, 0, 500)]

    before = sorted_paths()
    assert before == sorted(before, key=natural_key)
    catalog.save()
    with collection.begin() as connection:
        ids = sorted(connection.scalars(sa.select(image.c.folder_id).distinct()))
        first, last = ids[0], ids[-1]
        connection.execute(sa.update(folder).where(folder.c.id == first).values(path="zz/renamed", identity=b"z" * 32))
        connection.execute(sa.update(folder).where(folder.c.id == last).values(path="a/renamed", identity=b"a" * 32))
    if begins_anew:
        catalog = Catalog(collection, options)
        catalog.load()
    else:
        catalog.refresh()
    after = sorted_paths()
    assert after == sorted(after, key=natural_key)
    assert after != before


def test_snapshot_names_the_transactions_that_finished_since() -> None:
    earlier = Snapshot.parse("10:15:10,12")
    later = Snapshot.parse("12:20:12,16")
    assert later.finished_since(earlier) == [(10, 11), (15, 16), (17, 20)]
    seen = {xid for low, high in later.finished_since(earlier) for xid in range(low, high)}
    assert seen == {xid for xid in range(1, 30) if later.sees(xid) and not earlier.sees(xid)}
    assert str(Snapshot.parse("10:15:10,12")) == "10:15:10,12"
    assert later.finished_since(later) == []


def test_ids_need_not_come_in_order(collection: Collection) -> None:
    filled(collection)
    catalog = Catalog(collection)
    catalog.load()
    with collection.begin() as connection:
        place = connection.scalar(sa.select(folder.c.id).order_by(folder.c.id).limit(1))
        values = {"folder_id": place, "size_bytes": 1, "mtime_ns": 1, "file_date": NOW}
        connection.execute(sa.insert(image).values(id=5000, name="late.png", **values))
    catalog.refresh()
    with collection.begin() as connection:
        connection.execute(sa.insert(image).values(id=4000, name="early.png", **values))
    catalog.refresh()
    search = Search(catalog)
    assert search.ids(search.run("id>1000", "filesize asc", now=NOW).handle).tolist() == [4000, 5000]
    random = search.run("", "random:3", now=NOW)
    assert np.array_equal(np.sort(search.ids(random.handle)), np.sort(search.ids(search.run("", now=NOW).handle)))


def test_random_order_does_not_depend_on_the_order_that_images_came_in(collection: Collection) -> None:
    filled(collection)
    catalog = Catalog(collection)
    catalog.load()
    with collection.begin() as connection:
        place = connection.scalar(sa.select(folder.c.id).order_by(folder.c.id).limit(1))
        values = {"folder_id": place, "size_bytes": 1, "mtime_ns": 1, "file_date": NOW}
    for number in (80881, 500, 77614, 400):  # of the first and the third, the seed 7 makes the same number
        with collection.begin() as connection:
            connection.execute(sa.insert(image).values(id=number, name=f"{number}.png", **values))
        catalog.refresh()
    search = Search(catalog)
    assert search.ids(search.run("id>50000", "random:7", now=NOW).handle).tolist() == [77614, 80881]
    later = Catalog(collection)
    later.load()
    in_order = Search(later)
    for seed in (3, 7):
        found = search.ids(search.run("", f"random:{seed}", now=NOW).handle)
        assert np.array_equal(found, in_order.ids(in_order.run("", f"random:{seed}", now=NOW).handle))
