"""Ratings, favourites and flags, one or many, and their undo."""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from curated import put_images
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.curate import Change, curate, undo
from diffusion_toolkit.store.database import Collection

Row = tuple[int | None, bool, bool, bool]


def state(collection: Collection, ids: Sequence[int]) -> list[Row]:
    with collection.begin() as connection:
        rows = connection.execute(sa.text("SELECT image_id, rating, favorite, nsfw, for_deletion FROM curation"))
        found = {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}
    return [found.get(image_id, (None, False, False, False)) for image_id in ids]


def rated_at(collection: Collection, image_id: int) -> object:
    with collection.begin() as connection:
        return connection.scalar(sa.text("SELECT rated_at FROM curation WHERE image_id = :id"), {"id": image_id})


def test_a_rating_is_written_and_taken_back(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    written = curate(collection, [first], Change(rating=8))
    assert written.changed == 1
    assert state(collection, [first, second]) == [(8, False, False, False), (None, False, False, False)]
    assert rated_at(collection, first) is not None
    undone = undo(collection)
    assert (undone.journal_id, undone.changed, undone.image_ids) == (written.journal_id, 1, (first,))
    assert undone.token > written.token
    assert state(collection, [first]) == [(None, False, False, False)]
    assert rated_at(collection, first) is None


def test_fields_that_are_not_named_stay(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    curate(collection, [image], Change(rating=5, favorite=True))
    curate(collection, [image], Change(nsfw=True))
    assert state(collection, [image]) == [(5, True, True, False)]
    curate(collection, [image], Change(rating=None, favorite=False, for_deletion=True))
    assert state(collection, [image]) == [(None, False, True, True)]


def test_what_stays_the_same_is_no_action(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    curate(collection, [first], Change(favorite=True))
    assert curate(collection, [first], Change(favorite=True)).journal_id is None
    assert curate(collection, [first, second], Change(favorite=True)).changed == 1
    assert curate(collection, [first, second], Change(rating=None, nsfw=False)).changed == 0
    undo(collection)
    assert state(collection, [first, second]) == [(None, True, False, False), (None, False, False, False)]


def test_a_rating_given_again_keeps_its_moment(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    curate(collection, [image], Change(rating=5))
    moment = rated_at(collection, image)
    curate(collection, [image], Change(rating=5, favorite=True))
    assert rated_at(collection, image) == moment


def test_actions_can_be_undone_out_of_order(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    rating = curate(collection, [image], Change(rating=3))
    curate(collection, [image], Change(favorite=True))
    undo(collection, rating.journal_id)
    assert state(collection, [image]) == [(None, True, False, False)]
    undo(collection)
    assert state(collection, [image]) == [(None, False, False, False)]


def test_undo_goes_back_step_by_step_and_then_says_so(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    for rating in (3, 7, 10):
        curate(collection, [image], Change(rating=rating))
    seen: list[Row] = []
    for _ in range(3):
        undo(collection)
        seen += state(collection, [image])
    assert [row[0] for row in seen] == [7, 3, None]
    with pytest.raises(NotFound, match="nothing to undo"):
        undo(collection)


def test_an_action_is_undone_once(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    written = curate(collection, [image], Change(rating=3))
    undo(collection, written.journal_id)
    with pytest.raises(UsageError, match="already"):
        undo(collection, written.journal_id)
    with pytest.raises(NotFound):
        undo(collection, 999)


def test_unknown_images_and_repeated_ones_do_no_harm(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    written = curate(collection, [image, image, image + 1, -5, 0, 2**40], Change(rating=1))
    assert written.changed == 1
    assert curate(collection, [], Change(rating=1)).changed == 0
    assert curate(collection, np.array([], np.int32), Change(rating=1)).changed == 0


def test_undo_skips_images_that_are_gone(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    curate(collection, [first, second], Change(rating=4))
    with collection.begin() as connection:
        connection.execute(sa.text("DELETE FROM image WHERE id = :id"), {"id": first})
    assert undo(collection).image_ids == (second,)


@pytest.mark.parametrize("rating", [0, 11, -1])
def test_a_rating_is_one_to_ten(rating: int) -> None:
    with pytest.raises(UsageError):
        Change(rating=rating)


def test_nothing_to_set_is_a_mistake(collection: Collection) -> None:
    with pytest.raises(UsageError):
        curate(collection, [1], Change())


def test_thousands_at_once_as_one_action(collection: Collection) -> None:
    ids = put_images(collection, 5000)
    written = curate(collection, np.array(ids), Change(rating=9))
    assert written.changed == 5000
    undone = undo(collection)
    assert undone.changed == 5000
    assert len(undone.image_ids) == 500
    assert set(state(collection, ids)) == {(None, False, False, False)}


def test_the_token_is_a_transaction_that_the_next_snapshot_sees(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    token = curate(collection, [image], Change(rating=9)).token
    with collection.begin() as connection:
        visible = sa.text("SELECT pg_visible_in_snapshot(CAST(:token AS xid8), pg_current_snapshot())")
        changed_in = sa.text("SELECT CAST(changed_in AS text) FROM curation")
        assert connection.scalar(visible, {"token": str(token)}) is True
        assert connection.scalar(changed_in) == str(token)


def test_people_who_rate_at_once_do_not_disturb_the_journal(collection: Collection) -> None:
    ids = put_images(collection, 50)

    def rate(rating: int) -> None:
        for _ in range(5):
            curate(collection, ids if rating % 2 else ids[::-1], Change(rating=rating))

    threads = [threading.Thread(target=rate, args=(rating,)) for rating in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with collection.begin() as connection:
        actions = connection.scalar(sa.text("SELECT count(*) FROM journal"))
    for _ in range(actions or 0):
        undo(collection)
    assert set(state(collection, ids)) == {(None, False, False, False)}


def _change(fields: dict[str, Any]) -> Change:
    return Change(**fields)


changes = st.builds(
    _change,
    st.fixed_dictionaries(
        {},
        optional={
            "rating": st.none() | st.integers(1, 10),
            "favorite": st.booleans(),
            "nsfw": st.booleans(),
            "for_deletion": st.booleans(),
        },
    ).filter(bool),
)
steps = st.lists(st.tuples(changes, st.sets(st.integers(0, 3))) | st.none(), max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_any_actions_and_undos_equal_a_plain_model(
    collection: Collection, steps: list[tuple[Change, set[int]] | None]
) -> None:
    with collection.begin() as connection:
        connection.execute(sa.text("TRUNCATE root, journal CASCADE"))
    ids = put_images(collection, 4)
    rows: list[dict[str, object]] = [
        {"rating": None, "favorite": False, "nsfw": False, "for_deletion": False} for _ in ids
    ]
    history: list[list[dict[str, object]]] = []
    for step in steps:
        if step is None:
            if history:
                undo(collection)
                rows = history.pop()
            continue
        change, chosen = step
        after = [row | (change.values if place in chosen else {}) for place, row in enumerate(rows)]
        if curate(collection, [ids[place] for place in chosen], change).changed:
            history.append(rows)
        rows = after
    assert state(collection, ids) == [tuple(row.values()) for row in rows]
