"""Saved queries: unique names, overwritten only when asked, in the person's order, with a default at the start."""

import pytest

from diffusion_toolkit.errors import NotFound, QueryError, UsageError
from diffusion_toolkit.library.saved_queries import (
    LARGEST_VIEW,
    choose_default,
    delete_query,
    list_queries,
    place_query,
    rename_query,
    save_query,
)
from diffusion_toolkit.library.undo import redo, undo
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.database import Collection
from library.curated import searching


def listed(collection: Collection) -> list[tuple[str, str]]:
    return [(saved.name, saved.query) for saved in list_queries(collection)]


def test_a_query_is_saved_with_its_view_and_overwritten_only_when_asked(collection: Collection) -> None:
    view: dict[str, JsonValue] = {"hide": ["nsfw"], "size": 256, "odd\0key": "\ud800"}
    with searching(collection) as search:
        save_query(search, "Castles", "castle rating>=8", "rating desc", view)
        with pytest.raises(UsageError, match="Overwrite"):
            save_query(search, "CASTLES", "fox")
        save_query(search, "castles", "tower", overwrite=True)
    [saved] = list_queries(collection)
    assert (saved.name, saved.query, saved.sort, saved.view) == ("castles", "tower", None, {})
    undo(collection)
    [saved] = list_queries(collection)
    assert (saved.name, saved.query, saved.sort) == ("Castles", "castle rating>=8", "rating desc")
    assert saved.view == {"hide": ["nsfw"], "size": 256, "odd�key": "�"}
    undo(collection)
    assert listed(collection) == []
    redo(collection)
    redo(collection)
    assert listed(collection) == [("castles", "tower")]


def test_a_wrong_query_is_not_saved(collection: Collection) -> None:
    with searching(collection) as search:
        with pytest.raises(QueryError):
            save_query(search, "Wrong", "(castle")
        with pytest.raises(UsageError, match="view"):
            save_query(search, "Large", "castle", view={"x": "x" * LARGEST_VIEW})
    assert listed(collection) == []


def test_saved_queries_are_renamed_arranged_and_deleted(collection: Collection) -> None:
    with searching(collection) as search:
        ids = [save_query(search, name, name).subject_id or 0 for name in ("a", "b", "c")]
    rename_query(collection, ids[0], "first")
    with pytest.raises(UsageError, match="already"):
        rename_query(collection, ids[1], "FIRST")
    place_query(collection, ids[2], before=ids[0])
    delete_query(collection, ids[1])
    assert listed(collection) == [("c", "c"), ("first", "a")]
    for _ in range(3):
        undo(collection)
    assert listed(collection) == [("a", "a"), ("b", "b"), ("c", "c")]
    with pytest.raises(NotFound):
        delete_query(collection, 999)


def test_one_query_can_be_run_at_every_start(collection: Collection) -> None:
    with searching(collection) as search:
        first = save_query(search, "a", "castle").subject_id
        save_query(search, "b", "fox")
    choose_default(collection, first)
    assert [saved.is_default for saved in list_queries(collection)] == [True, False]
    choose_default(collection, None)
    assert not any(saved.is_default for saved in list_queries(collection))
    with pytest.raises(NotFound):
        choose_default(collection, 999)
