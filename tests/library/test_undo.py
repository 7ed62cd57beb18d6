"""The list of actions, its sentences, doing again, and how the journal stays small."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library import undo as undoing
from diffusion_toolkit.library.albums import add_images, create_album, delete_album, remove_images
from diffusion_toolkit.library.curate import Change, Written, curate, viewed
from diffusion_toolkit.library.tags import Tagging, import_tags, merge_tags, tag_images
from diffusion_toolkit.library.undo import last_actions, redo, tidy_journal, undo
from diffusion_toolkit.store import journal
from diffusion_toolkit.store.database import Collection
from library.curated import put_images, rows

RATINGS = "SELECT rating FROM curation ORDER BY image_id"


def test_every_action_has_a_sentence(collection: Collection) -> None:
    ids = put_images(collection, 3)
    steps: list[tuple[Callable[[], Written], str]] = [
        (lambda: curate(collection, ids, Change(rating=8)), "Rated 3 pictures 8"),
        (lambda: curate(collection, ids[:1], Change(rating=None)), "Took the rating off 1 picture"),
        (lambda: curate(collection, ids[:1], Change(favorite=True)), "Made 1 picture a favourite"),
        (
            lambda: curate(collection, ids, Change(rating=9, favorite=True, nsfw=True)),
            "Rated 3 pictures 9, made them favourites, marked them NSFW",
        ),
        (lambda: curate(collection, ids, Change(for_deletion=True)), "Marked 3 pictures for deletion"),
        (lambda: tag_images(collection, ids, Tagging(add=["fox {0}"])), 'Tagged 3 pictures "fox {0}"'),
        (lambda: tag_images(collection, ids, Tagging(only=True)), "Took all tags off 3 pictures"),
        (lambda: import_tags(collection, "a\nb\nc\nd\n"), "Imported 4 tags"),
        (lambda: merge_tags(collection, [2, 3], 4), 'Merged "a", "b" into "c"'),
        (lambda: create_album(collection, "Best", ids[:2]), 'Made the album "Best" with 2 pictures'),
        (lambda: add_images(collection, 1, ids), 'Added 1 picture to the album "Best"'),
        (lambda: delete_album(collection, 1), 'Deleted the album "Best"'),
    ]
    for step, expected in steps:
        written = step()
        action = last_actions(collection, 1)[0]
        assert (action.id, action.sentence, action.undone_at) == (written.journal_id, expected, None)
    assert len(last_actions(collection)) == len(steps) + 1  # the tag that was new
    undo(collection)
    assert last_actions(collection, 1)[0].undone_at is not None


def test_what_was_undone_is_done_again_step_by_step(collection: Collection) -> None:
    ids = put_images(collection, 2)
    for rating in (3, 7, 10):
        curate(collection, ids[: 1 + rating // 10], Change(rating=rating, nsfw=rating == 7))
    seen: list[list[int | None]] = []
    for step in (undo, undo, undo, redo, redo, redo):
        assert step(collection).changed >= 1
        seen.append(rows(collection, RATINGS))
    assert seen == [[7, None], [3, None], [None, None], [3, None], [7, None], [10, 10]]
    with pytest.raises(NotFound, match="nothing to do again"):
        redo(collection)


def test_after_something_new_nothing_is_done_again_by_itself(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    first = curate(collection, [image], Change(rating=3))
    undo(collection)
    curate(collection, [image], Change(favorite=True))
    with pytest.raises(NotFound):
        redo(collection)
    redo(collection, first.journal_id)
    assert rows(collection, "SELECT rating, favorite FROM curation") == [(3, True)]
    with pytest.raises(UsageError, match="not undone"):
        redo(collection, first.journal_id)


def test_actions_of_other_features_are_taken_back_by_themselves(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_back(at: Collection, number: int) -> Written:
        with at.begin() as connection:
            journal.mark_undone(connection, number)
            return Written(token=journal.token(connection), journal_id=number, changed=5)

    monkeypatch.setattr(undoing, "UNDOERS", {"files.test": take_back})
    with collection.begin() as connection:
        number = journal.begin(connection, "files.test", {"sentence": "Moved 5 files to /pictures"})
    assert last_actions(collection)[0].sentence == "Moved 5 files to /pictures"
    assert (undo(collection).changed, last_actions(collection)[0].id) == (5, number)
    with pytest.raises(UsageError, match="anew"):
        redo(collection, number)


def test_looking_is_no_action(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    written = viewed(collection, [first, first, 999])
    assert (written.changed, written.journal_id) == (1, None)
    assert rows(collection, "SELECT image_id, touched_at FROM curation WHERE viewed_at IS NOT NULL") == [(first, None)]
    curate(collection, [second], Change(rating=1))
    assert rows(collection, "SELECT image_id FROM curation WHERE viewed_at IS NOT NULL") == [first]
    undo(collection)
    with pytest.raises(NotFound):
        undo(collection)


def test_the_journal_forgets_what_is_old_or_too_much(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = put_images(collection, 10)
    for rating in (1, 2, 3, 4, 5):
        curate(collection, ids, Change(rating=rating))
    assert tidy_journal(collection) == 0
    monkeypatch.setattr(undoing, "MOST_PICTURES", 30)
    assert tidy_journal(collection) == 2
    assert rows(collection, "SELECT count(*) FROM journal_row") == [30]
    monkeypatch.setattr(undoing, "MOST_ACTIONS", 2)
    assert tidy_journal(collection) == 1
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE journal SET made_at = now() - :age"), {"age": timedelta(days=31)})
    assert tidy_journal(collection) == 1
    assert undo(collection).changed == 10
    assert set(rows(collection, RATINGS)) == {4}


def test_people_who_change_at_once_do_not_disturb_the_journal(collection: Collection) -> None:
    ids = put_images(collection, 20)
    album = create_album(collection, "Best").subject_id or 0

    def work(number: int) -> None:
        for step in range(4):
            tag_images(collection, ids[number:], Tagging(add=[f"tag {step}"], toggle=True))
            curate(collection, ids[::-1], Change(rating=1 + (number + step) % 10))
            add_images(collection, album, ids[number :: number + 1])
            remove_images(collection, album, ids[: step * 3])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [action.id for action in last_actions(collection, 1_000)]
    for number in done:
        undo(collection, number)
    assert not any(rows(collection, "SELECT tag_ids FROM image_tags"))
    assert set(rows(collection, RATINGS)) == {None}
    assert rows(collection, "SELECT deleted_at IS NOT NULL, image_ids FROM album") == [(True, [])]
