"""Albums: their images and order, smart ones with live counts, and the way back from every change."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_toolkit.errors import NotFound, QueryError, UsageError
from diffusion_toolkit.library.album_list import get_album, list_albums
from diffusion_toolkit.library.albums import (
    add_images,
    album_images,
    albums_holding,
    create_album,
    delete_album,
    move_images,
    place_album,
    remove_images,
    rename_album,
    set_cover,
)
from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.smart_albums import change_query, convert_album, create_smart_album
from diffusion_toolkit.library.tags import Tagging, tag_images
from diffusion_toolkit.library.undo import redo, undo
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.store import album_order
from diffusion_toolkit.store.database import Collection
from library.curated import NOW, delete_image, put_images, rows, searching


def made(written: Written) -> int:
    assert written.subject_id is not None
    return written.subject_id


def images(collection: Collection, album: int) -> list[int]:
    return album_images(collection, album).tolist()


def names(collection: Collection, order: str = "custom") -> list[str]:
    with searching(collection) as search:
        return [album.name for album in list_albums(search, order, now=NOW)]  # type: ignore[arg-type]  # the tests' own


def test_an_album_keeps_the_order_in_which_images_came(collection: Collection) -> None:
    a, b, c, d = put_images(collection, 4)
    album = made(create_album(collection, "Best", [c, a, c, 999]))
    assert images(collection, album) == [c, a]
    assert add_images(collection, album, [d, a, b]).changed == 2
    assert images(collection, album) == [c, a, d, b]
    assert remove_images(collection, album, [a, 999]).changed == 1
    assert images(collection, album) == [c, d, b]
    for expected in ([c, a, d, b], [c, a]):
        undo(collection)
        assert images(collection, album) == expected
    undo(collection)
    with pytest.raises(NotFound):
        images(collection, album)
    for _ in range(3):
        redo(collection)
    assert images(collection, album) == [c, d, b]
    assert add_images(collection, album, [c, d]).journal_id is None


def test_images_are_moved_before_and_after_others(collection: Collection) -> None:
    a, b, c, d, e = put_images(collection, 5)
    album = made(create_album(collection, "Best", [a, b, c, d, e]))
    steps: list[tuple[Callable[[], Written], list[int]]] = [
        (lambda: move_images(collection, album, [d], before=a), [d, a, b, c, e]),
        (lambda: move_images(collection, album, [a, e], after=b), [d, b, a, e, c]),
        (lambda: move_images(collection, album, [d, a]), [b, e, c, d, a]),
        (lambda: move_images(collection, album, [e, d], before=d), [b, c, e, d, a]),
        (lambda: move_images(collection, album, [a, b], after=b), [b, a, c, e, d]),
    ]
    history = [images(collection, album)]
    for step, expected in steps:
        step()
        assert images(collection, album) == expected
        history.append(expected)
    for expected in history[-2::-1]:
        undo(collection)
        assert images(collection, album) == expected
    assert move_images(collection, album, [a], before=a).journal_id is None
    with pytest.raises(UsageError):
        move_images(collection, album, [a], before=b, after=c)


def test_undo_of_a_removal_keeps_what_came_later(collection: Collection) -> None:
    a, b, c, d = put_images(collection, 4)
    album = made(create_album(collection, "Best", [a, b, c]))
    removed = remove_images(collection, album, [b])
    add_images(collection, album, [d])
    undo(collection, removed.journal_id)
    assert images(collection, album) == [a, b, c, d]


def test_albums_have_names_of_their_own(collection: Collection) -> None:
    album = made(create_album(collection, "Print candidates"))
    with pytest.raises(UsageError, match="already"):
        create_album(collection, "print  CANDIDATES")
    create_album(collection, "print_candidates")
    rename_album(collection, album, "Prints")
    create_album(collection, "Print candidates")
    with pytest.raises(UsageError, match="another album"):
        undo(collection, rows(collection, "SELECT id FROM journal WHERE action = 'albums.rename'")[0])
    assert names(collection) == ["Prints", "print_candidates", "Print candidates"]


def test_a_deleted_album_comes_back_whole(collection: Collection) -> None:
    a, b = put_images(collection, 2)
    album = made(create_album(collection, "Best", [b, a]))
    set_cover(collection, album, a)
    delete_album(collection, album)
    assert names(collection) == []
    assert albums_holding(collection, [a]) == []
    with pytest.raises(NotFound):
        add_images(collection, album, [a])
    undo(collection)
    assert images(collection, album) == [b, a]
    with searching(collection) as search:
        assert get_album(search, album, now=NOW).cover_id == a


def test_counts_and_covers_are_of_what_is_there(collection: Collection) -> None:
    a, b, c = put_images(collection, 3)
    album = made(create_album(collection, "Best", [b, a, c]))
    delete_image(collection, b)
    with searching(collection) as search:
        found = get_album(search, album, now=NOW)
    assert (found.count, found.cover_id, found.smart) == (2, a, False)
    with pytest.raises(UsageError):
        set_cover(collection, album, b)


def test_albums_are_listed_by_name_by_date_and_as_arranged(collection: Collection) -> None:
    ten, two, one = (made(create_album(collection, name)) for name in ("album 10", "Album 2", "album 1"))
    assert names(collection) == ["album 10", "Album 2", "album 1"]
    assert names(collection, "name") == ["album 1", "Album 2", "album 10"]
    assert names(collection, "date") == ["album 1", "Album 2", "album 10"]
    place_album(collection, one, before=two)
    assert names(collection) == ["album 10", "album 1", "Album 2"]
    place_album(collection, ten, before=None)
    assert names(collection) == ["album 1", "Album 2", "album 10"]
    undo(collection)
    undo(collection)
    assert names(collection) == ["album 10", "Album 2", "album 1"]


def test_albums_that_hold_a_selection(collection: Collection) -> None:
    a, b, c = put_images(collection, 3)
    create_album(collection, "One", [a, b])
    create_album(collection, "Two", [b])
    create_album(collection, "Three", [c])
    assert [(album.name, album.count) for album in albums_holding(collection, [a, b])] == [("One", 2), ("Two", 1)]


def test_a_smart_album_counts_what_its_query_finds_now(collection: Collection) -> None:
    ids = put_images(collection, 3)
    with searching(collection) as search:
        written = create_smart_album(search, "Top", "rating>=8", "rating desc")
        album = made(written)
        assert get_album(search, album, now=NOW, after=written.token).count == 0
        token = curate(collection, ids[:2], Change(rating=9)).token
        [found] = list_albums(search, now=NOW, after=token)
        assert (found.count, found.smart, found.query, found.sort) == (2, True, "rating>=8", "rating desc")
        with pytest.raises(UsageError, match="plain"):
            add_images(collection, album, ids)
        token = change_query(search, album, "rating:none").token
        assert get_album(search, album, now=NOW, after=token).count == 1
        undo(collection)
        assert get_album(search, album, now=NOW).query == "rating>=8"


def test_a_wrong_query_is_no_album(collection: Collection) -> None:
    with searching(collection) as search:
        with pytest.raises(QueryError) as raised:
            create_smart_album(search, "Top", "rating>>5")
        assert raised.value.position == 8
        with pytest.raises(UsageError):
            create_smart_album(search, "Top", "castle", "no such order")
        with pytest.raises(UsageError, match="no query"):
            change_query(search, made(create_album(collection, "Plain")), "castle")
    assert names(collection) == ["Plain"]


def test_a_smart_album_cannot_ask_for_itself(collection: Collection) -> None:
    with searching(collection) as search:
        create_smart_album(search, "Top", "rating>=8")
        search.catalog.refresh()
        create_smart_album(search, "Best", "album:top -nsfw")
        search.catalog.refresh()
        for wrong in ("fox OR album:TOP", "album:best", '-(album:"Best" castle)'):
            with pytest.raises(UsageError, match="itself"):
                change_query(search, 1, wrong)
        with pytest.raises(UsageError, match="itself"):
            create_smart_album(search, "Loop", "album:loop")


def test_a_search_finds_albums_and_their_order(collection: Collection) -> None:
    a, b, c = put_images(collection, 3)
    create_album(collection, "Best", [c, a])
    tag_images(collection, [b, c], Tagging(add=["a fox"]))
    with searching(collection) as search:
        found = search.run("album:best", "album", now=NOW)
        assert search.ids(found.handle).tolist() == [c, a]
        token = move_images(collection, 1, [a], before=c).token
        found = search.run("album:best", "album", now=NOW, after=token)
        assert search.ids(found.handle).tolist() == [a, c]
        assert search.run('album:best tag:"A_Fox"', now=NOW).total == 1
        assert [search.run(f"touched:{what}", now=NOW).total for what in ("any", "none")] == [3, 0]


def test_a_smart_album_becomes_a_plain_one_and_back(collection: Collection) -> None:
    a, b, c = put_images(collection, 3)
    curate(collection, [a], Change(rating=8))
    curate(collection, [c], Change(rating=10))
    with searching(collection) as search:
        album = made(create_smart_album(search, "Top", "rating>=8", "rating desc"))
        convert_album(search, album, now=NOW)
        assert images(collection, album) == [c, a]
        add_images(collection, album, [b])
        with pytest.raises(UsageError):
            convert_album(search, album, now=NOW)
        undo(collection)
        found = get_album(search, album, now=NOW, after=undo(collection).token)
    assert (found.query, found.count, images(collection, album)) == ("rating>=8", 2, [])


def test_putting_into_an_album_touches_the_image(collection: Collection) -> None:
    a, b = put_images(collection, 2)
    create_album(collection, "Best", [a])
    assert rows(collection, "SELECT image_id FROM curation WHERE touched_at IS NOT NULL") == [a]
    add_images(collection, 1, [b])
    assert rows(collection, "SELECT count(*) FROM curation WHERE touched_at IS NOT NULL") == [2]


orders = st.lists(st.integers(1, 12), unique=True, max_size=10)


@given(old=orders, ids=st.lists(st.integers(1, 12), max_size=5), beside=st.integers(0, 12), how=st.sampled_from("+-<>"))
def test_any_change_of_an_order_leads_back(old: list[int], ids: list[int], beside: int, how: str) -> None:
    before, chosen = np.array(old, np.int32), np.array(ids, np.int32)
    moved = before[np.isin(before, chosen)] if how in "<>" else None
    if how in "<>":
        near = {"before" if how == "<" else "after": beside or None}
        after = album_order.with_moved(before, chosen, **near)
        assert sorted(after.tolist()) == sorted(old)
        rest = [image for image in old if image not in ids]
        assert [image for image in after.tolist() if image not in ids] == rest
    else:
        after = album_order.with_added(before, chosen) if how == "+" else album_order.without(before, chosen)
    way_back = album_order.back(before, after, moved)
    assert album_order.applied(after, way_back).tolist() == old
    there = album_order.back(after, before, np.array([image for image, _ in way_back.into], np.int32))
    assert album_order.applied(before, there).tolist() == after.tolist()
