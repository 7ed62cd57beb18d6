"""Facets and counts are those of every row read by itself, and each value's query finds what it counts."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
import sqlalchemy as sa
from naive import find
from small_library import NOW, Row, SmallLibrary, names_of, rows

from diffusion_toolkit.catalog import FACETS, Catalog
from diffusion_toolkit.catalog import counts as library_counts
from diffusion_toolkit.catalog.evaluate import Question
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.query import parse
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.tables import album, curation, image, image_tags

QUERIES = ("", "steps:20", "tag:fox", "lora:any", "-album:any", "rating>=5 OR castle")
SAID = """
SELECT tag_id, image_id, bool_or(source = 'user' OR confidences[place] IS NULL)
FROM image_tags, unnest(tag_ids) WITH ORDINALITY AS given (tag_id, place) GROUP BY tag_id, image_id
"""
"""Whether somebody else than a model says a tag of an image."""
FREE = ("year", "month", *(key for key in FACETS if key.endswith("_month")))
"""Their queries speak of days, whose bounds other tests look at."""


@pytest.fixture
def library(collection: Collection) -> SmallLibrary:
    made = SmallLibrary(collection, 21)
    made.prepare()
    made.add_images(60)
    made.change(60)
    return made


def test_each_value_selects_what_it_counts(collection: Collection, library: SmallLibrary) -> None:
    catalog = Catalog(collection)
    search = Search(catalog)
    library.change(20)
    catalog.refresh()
    for query in QUERIES:
        found = search.run(query, now=NOW)
        for key, values in search.facets(found.handle, [key for key in FACETS if key not in FREE], 1_000).items():
            for value in values:
                both = f"({query}) {value.query}" if query else value.query
                assert search.run(both, now=NOW).total == value.count > 0, (key, value)


def test_tags_loras_and_albums_are_counted_exactly(collection: Collection, library: SmallLibrary) -> None:
    search = Search(Catalog(collection))
    everything = rows(collection)
    for query in QUERIES:
        here = find(everything, parse(query), NOW, names_of(collection))
        found = search.facets(search.run(query, now=NOW).handle, ("tag", "lora", "album"), 1_000)
        counted = {key: {value.value: value.count for value in values} for key, values in found.items()}
        assert counted["tag"] == Counter(name for row in here for name in row.tags)
        assert counted["lora"] == Counter(name for row in here for name in loras(row))
        albums = {name: count for name, count in counted["album"].items() if name not in here[0].smart} if here else {}
        assert albums == Counter(name for row in here for name in row.albums)
    best = search.facets(search.run("", now=NOW).handle, ("tag",), 3)["tag"]
    assert [value.count for value in best] == sorted(
        Counter(name for row in everything if row.missing_since is None for name in row.tags).values(), reverse=True
    )[:3]


def test_counts_of_the_library_follow_its_changes(collection: Collection, library: SmallLibrary) -> None:
    catalog = Catalog(collection)
    search = Search(catalog)

    def counted(asked: Search, query: str) -> dict[str, dict[str, int]]:
        found = asked.facets(asked.run(query, now=NOW).handle, list(FACETS), 1_000)
        return {key: {value.value: value.count for value in values} for key, values in found.items()}

    for count in (1, 7, 3, 40, 2):
        before = {query: counted(search, query) for query in ("", "steps:>0")}
        library.change(count)
        library.add_images(count % 5)
        catalog.refresh()
        anew = Search(Catalog(collection))
        after = {query: counted(search, query) for query in before}
        assert after == {query: counted(anew, query) for query in before}
        assert after != before or count == 1


def loras(row: Row) -> set[str]:
    """Names without folder and extension."""
    names = {name for kind, name, _ in row.resources if kind == "lora"}
    return {name.rpartition("/")[2].removesuffix(".safetensors") for name in names}


def test_counts_of_the_library_are_those_of_its_facets(collection: Collection, library: SmallLibrary) -> None:
    catalog = Catalog(collection)
    search = Search(catalog)
    state = catalog.state
    found = search.facets(search.run("", now=NOW).handle, ("tag", "album"), 1_000)
    tags = library_counts.tag_counts(state)
    assert {state.tags.names[code]: n for code, n in enumerate(tags.tolist()) if n} == {
        value.value: value.count for value in found["tag"]
    }
    albums = library_counts.album_counts(Question(state, NOW, collection))
    names = {row.id: row.name for row in state.albums.rows}
    assert {names[number]: n for number, n in albums.items() if n} == {v.value: v.count for v in found["album"]}
    listed = [row for row in rows(collection) if row.missing_since is None]
    models = library_counts.model_counts(state).tolist()
    assert sum(models) == sum(row.model is not None for row in listed)
    prompts = library_counts.prompt_counts(state)
    assert int(prompts.sum()) == sum(row.prompt is not None for row in listed)


def test_who_says_a_tag_is_counted(collection: Collection, library: SmallLibrary) -> None:
    catalog = Catalog(collection)
    for _ in range(3):
        state = catalog.state
        with collection.begin() as connection:
            said = connection.execute(sa.text(SAID)).all()
        there = {row.id for row in rows(collection) if row.missing_since is None}
        own = Counter(number for number, image_id, is_own in said if is_own and image_id in there)
        both = Counter(number for number, image_id, _ in said if image_id in there)
        counts = library_counts.sourced_tag_counts(state)
        for code, number in enumerate(state.tags.ids):
            if state.tags.live[code]:
                assert (counts.all[code], counts.own[code]) == (both[number], own[number])
                assert counts.by_people[code] == any(is_own for tag_id, _, is_own in said if tag_id == number)
                assert counts.by_models[code] == any(not is_own for tag_id, _, is_own in said if tag_id == number)
        with collection.begin() as connection:
            connection.execute(sa.update(image).where(image.c.id % 5 == 0).values(missing_since=NOW))
            changed = sa.update(image_tags).where(image_tags.c.image_id % 3 == 0)
            connection.execute(changed.values(tag_ids=[1, 2], confidences=[0.5, None]))
        catalog.refresh()


def test_changes_of_tags_albums_and_views_are_seen_by_the_next_query(collection: Collection) -> None:
    library = SmallLibrary(collection, 5)
    library.prepare()
    library.add_images(3)
    search = Search(Catalog(collection))
    ids = search.ids(search.run("id:any", "added asc", now=NOW).handle).tolist()

    def found(query: str, sort: str = "date") -> list[int]:
        search.catalog.refresh()
        return search.ids(search.run(query, sort, now=NOW).handle).tolist()

    with collection.begin() as connection:
        connection.execute(sa.delete(image_tags))
        connection.execute(sa.insert(image_tags).values(image_id=ids[0], source="x", tag_ids=[1], confidences=[None]))
        connection.execute(sa.update(album).where(album.c.id == 1).values(image_ids=[ids[2], ids[0], ids[1]]))
        connection.execute(sa.delete(curation))
        connection.execute(sa.insert(curation).values(image_id=ids[1], viewed_at=datetime(2026, 11, 20, tzinfo=UTC)))
    assert found("tag:fox") == found("tag:fox=1") == [ids[0]]
    assert found('album:"Print candidates"', "album") == [ids[2], ids[0], ids[1]]
    assert found('album:"Print candidates" viewed:none', "album desc") == [ids[0], ids[2]]
    assert found("viewed:any", "viewed") == [ids[1]]
    with collection.begin() as connection:
        connection.execute(sa.update(image_tags).values(tag_ids=[], confidences=None))
        connection.execute(sa.update(album).where(album.c.id == 1).values(deleted_at=NOW))
        connection.execute(sa.delete(image).where(image.c.id == ids[1]))
    assert found("tag:any") == found("tag:fox") == found('album:"Print candidates"') == found("viewed:any") == []
    groups = search.groups(search.run("", "viewed", now=NOW).handle)
    assert [(group.key, group.count) for group in groups] == [("none", 2)]
    assert np.array_equal(sorted(found("viewed:none")), sorted([ids[0], ids[2]]))
