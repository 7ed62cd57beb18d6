"""Selections: what a query found stays put while the library changes, and shows today's ratings."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from diffusion_toolkit.catalog import FACETS, Catalog, CatalogOptions
from diffusion_toolkit.catalog import groups as groups_module
from diffusion_toolkit.errors import Expired, QueryError, UsageError
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.tables import curation, folder, image, model, prompt, root, sampler

NOW = datetime(2026, 6, 15, 12, tzinfo=ZoneInfo("Europe/Berlin"))


@dataclass
class Shelf:
    """A collection with one root "/pics", its folder "a", and a search over it."""

    collection: Collection
    search: Search
    folder_id: int

    def add(self, name: str, **values: object) -> int:
        with self.collection.begin() as connection:
            row = {
                "folder_id": self.folder_id,
                "name": name,
                "size_bytes": 10,
                "mtime_ns": 5_000_000_000,
                "file_date": datetime(2026, 6, 1, tzinfo=UTC),
                **values,
            }
            number = connection.scalar(sa.insert(image).values(**row).returning(image.c.id))
        self.search.catalog.refresh()
        return int(number or 0)

    def value(self, table: sa.Table, **values: object) -> int:
        with self.collection.begin() as connection:
            row = {"identity": repr(values).encode(), **values}
            return int(connection.scalar(sa.insert(table).values(**row).returning(table.c.id)) or 0)

    def curate(self, number: int, **values: object) -> int:
        with self.collection.begin() as connection:
            connection.execute(sa.insert(curation).values(image_id=number, **values))
            return int(connection.scalar(sa.text("SELECT pg_current_xact_id()::text")) or 0)

    def names(self, query: str = "", sort: str = "name") -> list[str]:
        found = self.search.run(query, sort, now=NOW)
        return [item.name for item in self.search.page(found.handle, 0, 500)]


@pytest.fixture
def shelf(collection: Collection) -> Shelf:
    with collection.begin() as connection:
        number = connection.scalar(sa.insert(root).values(path="/pics", identity=b"r").returning(root.c.id))
        place = connection.scalar(
            sa.insert(folder).values(root_id=number, path="a", identity=b"a").returning(folder.c.id)
        )
    catalog = Catalog(collection)
    catalog.load()
    return Shelf(collection, Search(catalog), int(place or 0))


def test_empty_library(shelf: Shelf) -> None:
    found = shelf.search.run("", now=NOW)
    assert found.total == 0
    assert shelf.search.page(found.handle, 0, 200) == []
    assert shelf.search.layout(found.handle) == b""
    assert shelf.search.groups(found.handle) == []
    assert shelf.search.facets(found.handle, list(FACETS)) == {key: [] for key in FACETS}
    for query in ("castle", '"castle"', "*x*", "path:contains x", "model:x", "seed:1*"):
        assert shelf.search.run(query, "prompt", now=NOW).total == 0


def test_item_shows_everything(shelf: Shelf) -> None:
    number = shelf.add("x.png", width=640, height=480, format="png", duration_s=1.5, phase=1, problems=2)
    shelf.curate(number, rating=7, favorite=True)
    shelf.search.catalog.refresh()
    (item,) = shelf.search.page(shelf.search.run("", now=NOW).handle, 0, 10)
    assert (item.id, item.name, item.path, item.folder) == (number, "x.png", "/pics/a/x.png", "/pics/a")
    assert (item.format, item.width, item.height, item.duration_s, item.size_bytes) == ("png", 640, 480, 1.5, 10)
    assert item.date == datetime(2026, 6, 1, tzinfo=UTC).timestamp()
    assert (item.rating, item.favorite, item.nsfw, item.for_deletion) == (7, True, False, False)
    assert (item.problems, item.phase, item.missing, item.available) == (2, 1, False, True)
    assert int(item.version, 16) >= 0


def test_quickly_scanned_item_invents_nothing(shelf: Shelf) -> None:
    shelf.add("x.png")
    (item,) = shelf.search.page(shelf.search.run("", now=NOW).handle, 0, 10)
    assert (item.format, item.width, item.height, item.duration_s, item.rating) == (None, None, None, None, None)
    assert item.phase == 0


def test_names_sort_naturally(shelf: Shelf) -> None:
    for name in ("img10.png", "IMG2.png", "img1.png", "a.png", "img01b.png"):
        shelf.add(name)
    assert shelf.names() == ["a.png", "img1.png", "img01b.png", "IMG2.png", "img10.png"]
    assert shelf.names(sort="name desc") == shelf.names()[::-1]


def test_selection_stays_while_images_come_and_ratings_are_fresh(shelf: Shelf) -> None:
    first = shelf.add("b.png")
    shelf.add("c.png")
    found = shelf.search.run("", "name", now=NOW)
    shelf.add("a.png")
    token = shelf.curate(first, rating=9)
    assert shelf.search.run("rating:9", now=NOW, after=token).total == 1
    assert [item.name for item in shelf.search.page(found.handle, 0, 10)] == ["b.png", "c.png"]
    assert shelf.search.page(found.handle, 0, 1)[0].rating == 9
    assert shelf.search.selection(found.handle).total == 2
    assert shelf.search.index_of(found.handle, first) == 0
    assert shelf.search.index_of(found.handle, first + 2) is None
    assert shelf.search.index_of(found.handle, 2**40) is None
    assert shelf.names() == ["a.png", "b.png", "c.png"]


def test_deleted_image_keeps_its_place_in_a_selection(shelf: Shelf) -> None:
    first = shelf.add("a.png")
    shelf.add("b.png")
    found = shelf.search.run("", "name", now=NOW)
    with shelf.collection.begin() as connection:
        connection.execute(sa.delete(image).where(image.c.id == first))
    shelf.search.catalog.refresh()
    assert [(item.name, item.missing) for item in shelf.search.page(found.handle, 0, 10)] == [
        ("a.png", True),
        ("b.png", False),
    ]
    assert shelf.names() == ["b.png"]


def test_old_selections_expire(collection: Collection) -> None:
    search = Search(Catalog(collection, CatalogOptions(selections=2)))
    handles = [search.run("", now=NOW).handle for _ in range(3)]
    with pytest.raises(Expired):
        search.page(handles[0], 0, 1)
    assert search.page(handles[2], 0, 1) == []
    with pytest.raises(Expired):
        search.selection("never seen")


def test_missing_files_are_hidden_until_asked_for(shelf: Shelf) -> None:
    shelf.add("here.png")
    shelf.add("gone.png", missing_since=NOW)
    assert shelf.names() == ["here.png"]
    assert shelf.names("unavailable:true") == ["gone.png"]
    assert shelf.names("unavailable:false OR unavailable:true") == ["gone.png", "here.png"]


def test_layout_bytes(shelf: Shelf) -> None:
    for name, width, height in (("a", 100, 100), ("b", 200, 100), ("c", None, None), ("d", 1, 10**9), ("e", 832, 1216)):
        shelf.add(name, width=width, height=height)
    shapes = list(shelf.search.layout(shelf.search.run("", "name", now=NOW).handle))
    assert shapes[:4] == [128, 160, 0, 1]
    assert 2 ** ((shapes[4] - 128) / 32) == pytest.approx(832 / 1216, rel=0.011)


def test_groups_are_the_users_days(shelf: Shelf) -> None:
    for hour in (0, 21, 23):  # UTC; in Berlin the last two lie on both sides of midnight
        shelf.add(f"{hour}.png", file_date=datetime(2026, 6, 1, hour, 30, tzinfo=UTC))
    # The night in which the clock was put back, and a winter day
    shelf.add("w.png", file_date=datetime(2025, 10, 25, 22, 30, tzinfo=UTC))
    shelf.add("x.png", file_date=datetime(2025, 10, 26, 22, 30, tzinfo=UTC))
    groups = shelf.search.groups(shelf.search.run("", now=NOW).handle)
    assert [(group.key, group.count) for group in groups] == [
        ("2026-06-02", 1),
        ("2026-06-01", 2),
        ("2025-10-26", 2),
    ]
    utc = shelf.search.run("", now=NOW.astimezone(timezone(timedelta(hours=-5))))
    assert [group.key for group in shelf.search.groups(utc.handle)] == [
        "2026-06-01",
        "2026-05-31",
        "2025-10-26",
        "2025-10-25",
    ]


def test_groups_by_letter_rating_and_none(shelf: Shelf) -> None:
    for name in ("Apple", "apricot", "7", "10", "éa", "-"):
        shelf.add(name)
    found = shelf.search.run("", "name", now=NOW)
    assert [(group.label, group.count) for group in shelf.search.groups(found.handle)] == [
        ("-", 1),
        ("0-9", 2),
        ("A", 2),
        ("É", 1),
    ]
    rated = shelf.search.run("", "rating", now=NOW)
    assert [(group.label, group.count) for group in shelf.search.groups(rated.handle)] == [("none", 6)]
    assert shelf.search.groups(shelf.search.run("", "random:1", now=NOW).handle) == []


def test_groups_by_folder(shelf: Shelf) -> None:
    with shelf.collection.begin() as connection:
        number = connection.scalar(sa.select(root.c.id))
        other = connection.scalar(
            sa.insert(folder).values(root_id=number, path="b/c", identity=b"b/c").returning(folder.c.id)
        )
    for name, place in (("1.png", shelf.folder_id), ("2.png", other), ("3.png", other)):
        shelf.add(name, folder_id=place)
    found = shelf.search.run("", "path", now=NOW)
    assert [(group.label, group.key, group.count) for group in shelf.search.groups(found.handle)] == [
        ("/pics/a", "/pics/a", 1),
        ("/pics/b/c", "/pics/b/c", 2),
    ]


def test_groups_by_prompt_say_it_as_it_was_written(shelf: Shelf) -> None:
    fox, loud, long = (shelf.value(prompt, text=text) for text in ("A Fox", "a FOX", "Snow " * 100))
    for name, text in (("1.png", fox), ("2.png", long), ("3.png", loud), ("4.png", fox), ("5.png", None)):
        shelf.add(name, prompt_id=text)
    found = shelf.search.run("", "prompt", now=NOW)
    groups = shelf.search.groups(found.handle)
    assert [(group.label.casefold(), group.count) for group in groups] == [
        ("a fox", 3),
        (("snow " * 100)[: groups_module.MOST_CHARACTERS], 1),
        ("none", 1),
    ]
    assert groups[0].label in ("A Fox", "a FOX")
    assert groups[1].label.startswith("Snow Snow")


def test_too_many_groups_are_none(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        shelf.add(f"{number}.png", prompt_id=shelf.value(prompt, text=f"prompt {number}"))
    monkeypatch.setattr(groups_module, "MOST_GROUPS", 2)
    assert shelf.search.groups(shelf.search.run("", "prompt", now=NOW).handle) == []


def test_items_are_named_by_caption_or_prompt(shelf: Shelf) -> None:
    fox, snow = (shelf.value(prompt, text=text) for text in ("A Fox " * 40, "Snow"))
    shelf.add("1.png", prompt_id=fox)
    shelf.add("2.png", prompt_id=snow)
    shelf.add("3.png")
    items = shelf.search.page(shelf.search.run("", "name", now=NOW).handle, 0, 10)
    assert [item.words for item in items] == [("a fox " * 40)[: groups_module.MOST_CHARACTERS], "snow", None]


def test_places_of_images_in_a_selection(shelf: Shelf) -> None:
    numbers = [shelf.add(f"{number}.png", width=number + 1) for number in range(4)]
    found = shelf.search.run("width:>2", "name desc", now=NOW)
    asked = [*numbers, numbers[3], 999_999]
    assert shelf.search.places(found.handle, asked) == [None, None, 1, 0, 0, None]
    assert shelf.search.places(found.handle, asked) == [shelf.search.index_of(found.handle, one) for one in asked]
    assert shelf.search.places(found.handle, []) == []


def test_a_model_that_only_a_hash_is_known_of_is_no_facet(shelf: Shelf) -> None:
    shelf.add("a.png", model_id=shelf.value(model, name="", hash="31e35c80"))
    shelf.add("b.png", model_id=shelf.value(model, name="harbour"))
    facets = shelf.search.facets(shelf.search.run("", now=NOW).handle, ["model"])
    assert [(value.value, value.count) for value in facets["model"]] == [("harbour", 1)]


def test_every_facet_counts_what_its_query_finds(shelf: Shelf) -> None:
    euler, euler_again, other = (shelf.value(sampler, name=n) for n in ("Euler a", "euler_ancestral", "DDIM"))
    models = [shelf.value(model, name=n) for n in ("sd_xl (1).safetensors", "sub/SD XL (1)", "v1.5*?", "x, y")]
    text = shelf.value(prompt, text="castle")
    for number in range(24):
        shelf.add(
            f"{number}.{('png', 'JPG', 'mp4')[number % 3]}",
            sampler_id=(euler, euler_again, other)[number % 3],
            model_id=models[number % 4],
            prompt_id=text,
            width=100 + number % 2,
            height=200,
            steps=20 + number % 3,
            cfg_scale=(7, 7.1, None)[number % 3],
            file_date=datetime(2025 + number % 2, 1 + number % 12, 1, tzinfo=UTC),
            format=("png", "jpeg", None)[number % 3],
            phase=1,
        )
    shelf.curate(1, rating=4)
    shelf.search.catalog.refresh()
    found = shelf.search.run("castle", now=NOW)
    facets = shelf.search.facets(found.handle, list(FACETS))
    assert {value.value: value.count for value in facets["sampler"]} == {"Euler a": 16, "DDIM": 8}
    assert [value.count for value in facets["model"]] == [12, 6, 6]
    assert facets["folder"][0].value == "/pics/a"
    assert [value.value for value in facets["year"]] == ["2026", "2025"]
    for values in facets.values():
        for value in values:
            assert shelf.search.run(value.query, now=NOW).total == value.count, value
    assert len(shelf.search.facets(found.handle, ["month"], limit=2)["month"]) == 2


def test_mistakes_are_named(shelf: Shelf) -> None:
    with pytest.raises(QueryError):
        shelf.search.run("casttle:1", now=NOW)
    with pytest.raises(UsageError):
        shelf.search.run("", "sideways", now=NOW)
    handle = shelf.search.run("", now=NOW).handle
    with pytest.raises(UsageError):
        shelf.search.facets(handle, ["colour"])
    with pytest.raises(UsageError):
        shelf.search.page(handle, -1, 10)
    with pytest.raises(UsageError):
        shelf.search.page(handle, 0, 10**9)


def test_random_order_is_stable_and_differs_by_seed(shelf: Shelf) -> None:
    for number in range(40):
        shelf.add(f"{number}.png")
    assert shelf.names(sort="random:1") == shelf.names(sort="random:1")
    assert shelf.names(sort="random:1") != shelf.names(sort="random:2")


def test_extreme_values_do_no_harm(shelf: Shelf) -> None:
    shelf.add("old.png", file_date=datetime(1, 1, 1, tzinfo=UTC), mtime_ns=-(2**62), seed=2**64 - 1)
    shelf.add("far.png", file_date=datetime(9999, 12, 31, 23, 59, tzinfo=UTC), mtime_ns=2**62, seed=10**19 * 9)
    shelf.add("\uf7ffbytes.png", width=2**31 - 1, height=2**31 - 1, steps=-1, size_bytes=2**62)
    for sort in ("date", "modified", "pixels", "seed"):
        found = shelf.search.run("", sort, now=NOW)
        assert found.total == 3
        assert len(shelf.search.page(found.handle, 0, 10)) == 3
        assert sum(group.count for group in shelf.search.groups(found.handle)) in (0, 3)
        shelf.search.facets(found.handle, list(FACETS))
    assert shelf.names("seed:18446744073709551615") == ["old.png"]
    assert shelf.names("pixels>1000mp") == ["\ufffdbytes.png"]
