"""A search for an alias of the vocabulary finds what a naive reading finds for the tag that it means."""

import pytest
from naive import find
from small_library import NOW, SmallLibrary, names_of, rows

from diffusion_toolkit.catalog import Catalog
from diffusion_toolkit.catalog.evaluate import tag_aliases
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.smart_albums import create_smart_album
from diffusion_toolkit.library.tag_vocabulary import add_alias, learn_labels, remove_aliases
from diffusion_toolkit.library.tags import create_tag
from diffusion_toolkit.query import parse
from diffusion_toolkit.store.database import Collection

MEANT = {
    "tag:vixen": "tag:fox",
    "-tag:VIXEN": "-tag:fox",
    "tag:vixen|cat": "tag:fox|cat",
    "tag:night_heaven": 'tag:"night sky"',
    'tag:"night heaven" OR tag:kitty': 'tag:"night sky" OR tag:cat',
    "tag:vixen>0.5": "tag:fox>0.5",
    "tag:red_pandas": "tag:red_panda",
    "tag:fox": "tag:fox",
    "tag:vix*": "tag:none-such",
    'tag:"vix*"': "tag:none-such",
    "tag:hedgehog": "tag:none-such",
}


@pytest.fixture
def search(collection: Collection) -> Search:
    library = SmallLibrary(collection, 4)
    library.prepare()
    library.add_images(50)
    for alias, canonical in (("vixen", "fox"), ("night heaven", "night sky"), ("kitty", "tom"), ("tom", "cat")):
        add_alias(collection, alias, canonical)
    learn_labels(collection, {"a": ["red panda"], "b": ["red panda", "tree"]})
    return Search(Catalog(collection))


def found(search: Search, query: str, after: int | None = None) -> list[int]:
    return search.ids(search.run(query, "added asc", now=NOW, after=after).handle).tolist()


def expected(search: Search, query: str) -> list[int]:
    collection = search.catalog.collection
    return [row.id for row in find(rows(collection), parse(query), NOW, names_of(collection))]


def test_an_alias_means_its_tag_wherever_it_stands(search: Search) -> None:
    for query, meant in MEANT.items():
        assert sorted(found(search, query)) == sorted(expected(search, meant)), query
    assert found(search, "tag:vixen")


def test_a_change_of_the_vocabulary_is_seen(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = search.catalog.collection
    assert found(search, "tag:vixen") == found(search, "tag:fox")
    written = remove_aliases(collection, ["vixen"])
    assert found(search, "tag:vixen", after=written.token) == []
    add_alias(collection, "vixen", "cat")
    monkeypatch.setattr(tag_aliases, "LOOK_AGAIN_S", 0.0)  # by another program, which does not tell
    assert found(search, "tag:vixen") == found(search, "tag:cat") != []


def test_a_smart_album_follows_the_vocabulary(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = search.catalog.collection
    made = create_smart_album(search, "Vixens", "tag:vixen")
    assert found(search, "album:Vixens", after=made.token) == found(search, "tag:fox") != []
    remove_aliases(collection, ["vixen"])
    monkeypatch.setattr(tag_aliases, "LOOK_AGAIN_S", 0.0)
    assert found(search, "album:Vixens") == []


def test_a_tag_that_there_is_means_itself(search: Search) -> None:
    created = create_tag(search.catalog.collection, "hedgehog")
    add_alias(search.catalog.collection, "hedgehog", "fox")
    assert found(search, "tag:hedgehog", after=created.token) == []
