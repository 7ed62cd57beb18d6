"""Review: nothing is applied before it is accepted; every word, on one result or on all, can be taken back."""

import numpy as np
import pytest

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library import review
from diffusion_toolkit.library.curate import Change, curate, written_captions
from diffusion_toolkit.library.tag_vocabulary import add_alias
from diffusion_toolkit.library.tags import Tagging, list_tags, tag_images, tags_of
from diffusion_toolkit.library.undo import last_actions, redo, undo
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import enrichment_runs, model_tags
from diffusion_toolkit.store.database import Collection
from library.curated import put_images, rows
from library.proposed import numbers, propose_captions, propose_tags
from library.test_tag_vocabulary import said


def states(collection: Collection) -> list[str]:
    return rows(collection, "SELECT state FROM proposal ORDER BY id")


def caption_of(collection: Collection, image_id: int) -> str | None:
    """The caption that searches find."""
    query = "SELECT prompt.text FROM image LEFT JOIN prompt ON prompt.id = caption_id WHERE image.id = :image"
    (found,) = rows(collection, query, image=image_id)
    return found


def test_nothing_is_applied_before_it_is_accepted(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    add_alias(collection, "kitty", "cat")
    propose_tags(collection, "wd", {first: {"kitty": 0.9, "cat": 0.5, "fox": 0.4}, second: {"fox": 0.6}})
    assert (list_tags(collection), said(collection, first, "wd")) == ([], {})
    one, two = numbers(collection)
    accepted = review.accept(collection, [one])
    assert accepted.changed == 1
    assert said(collection, first, "wd") == {"cat": 0.9, "fox": 0.4}
    assert rows(collection, "SELECT probabilities[4] FROM image_rating") == [pytest.approx(0.8)]
    assert (states(collection), said(collection, second, "wd")) == (["accepted", "waiting"], {})
    undo(collection, accepted.journal_id)
    assert (states(collection), said(collection, first, "wd")) == (["waiting", "waiting"], {})
    redo(collection)
    assert (states(collection), said(collection, first, "wd")) == (["accepted", "waiting"], {"cat": 0.9, "fox": 0.4})
    assert review.accept(collection, [one]).journal_id is None
    assert review.accept(collection, [one, two]).changed == 1
    assert last_actions(collection, 1)[0].sentence == "Accepted what models say about 1 picture"


def test_an_undo_gives_back_what_the_model_said_before(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    with collection.begin() as connection:
        model_tags.write(connection, "wd", [(image, [("old", 0.75)])])
    propose_tags(collection, "wd", {image: {"new": 0.5}})
    propose_tags(collection, "joytag", {image: {"other": 0.25}})
    accepted = review.accept(collection, numbers(collection))
    assert (said(collection, image, "wd"), said(collection, image, "joytag")) == ({"new": 0.5}, {"other": 0.25})
    undo(collection, accepted.journal_id)
    assert (said(collection, image, "wd"), said(collection, image, "joytag")) == ({"old": 0.75}, {})
    assert states(collection) == ["waiting", "waiting"]


def test_rejecting_and_retrying_apply_nothing(collection: Collection) -> None:
    images = put_images(collection, 3)
    propose_tags(collection, "wd", {image: {"fox": 0.5} for image in images})
    one, two, three = numbers(collection)
    rejected = review.reject(collection, [one])
    review.to_retry(collection, [two])
    assert (states(collection), numbers(collection), list_tags(collection)) == (
        ["rejected", "retry", "waiting"],
        [three],
        [],
    )
    every = np.array([one, two, three])
    reopened = review.reopen(collection, every)
    assert (reopened.changed, states(collection)) == (1, ["waiting", "retry", "waiting"])
    undo(collection, reopened.journal_id)
    propose_tags(collection, "wd", {images[0]: {"snow": 0.5}})
    undo(collection, rejected.journal_id)
    assert states(collection) == ["rejected", "retry", "waiting", "waiting"]  # a newer one waits already
    assert review.reopen(collection, every).journal_id is None
    review.reject(collection, numbers(collection, [images[0]]))
    assert review.reopen(collection, review.results(collection, state="rejected").ids).changed == 1
    assert states(collection) == ["rejected", "retry", "waiting", "waiting"]  # of two the newer


def test_an_edited_result_gives_its_own_tags_and_the_persons(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    propose_tags(collection, "wd", {image: {"fox": 0.5, "dog": 0.4}})
    (number,) = numbers(collection)
    edited = review.edit_tags(collection, number, ["fox", "arctic_fox", " "])
    assert (said(collection, image, "wd"), tags_of(collection, image)) == ({}, [])
    undo(collection, edited.journal_id)
    assert "added" not in review.read(collection, [number])[0].payload
    redo(collection)
    accepted = review.accept(collection, [number])
    assert said(collection, image, "wd") == {"fox": 0.5}
    assert [tag.name for tag in tags_of(collection, image)] == ["arctic fox"]
    undo(collection, accepted.journal_id)
    assert (said(collection, image, "wd"), tags_of(collection, image)) == ({}, [])
    with pytest.raises(UsageError):
        review.edit_caption(collection, number, "a fox")
    with pytest.raises(NotFound):
        review.edit_tags(collection, 999, ["fox"])


def test_sure_tags_are_applied_and_doubtful_ones_go_on_waiting(collection: Collection) -> None:
    images = put_images(collection, 4)
    with collection.begin() as connection:
        model_tags.write(connection, "wd", [(images[0], [("old", 0.75)])])
    surely = {"fox": 0.95, "snow": 0.9}
    propose_tags(
        collection,
        "wd",
        dict(zip(images, (surely | {"dog": 0.5}, surely, {"dog": 0.5}, surely | {"cat": 0.2}), strict=True)),
    )
    ids = review.results(collection).ids
    review.edit_tags(collection, int(ids[2]), ["mine", "dog"])
    taken = review.accept_sure(collection, ids, 0.9, {"general": 0.3})
    assert taken.changed == 4
    assert states(collection) == ["waiting", "accepted", "accepted", "accepted"]  # of the last, "cat" was never shown
    assert [said(collection, image, "wd") for image in images] == [
        {"old": 0.75, "fox": 0.95, "snow": 0.9},
        {"fox": 0.95, "snow": 0.9},
        {"dog": 0.5},
        {"fox": 0.95, "snow": 0.9},
    ]
    assert [tag.name for tag in tags_of(collection, images[2])] == ["mine"]
    assert [(tag.name, tag.count) for tag in review.tags_waiting(collection, ids)] == [("dog", 1)]
    assert review.results(collection, state="accepted").ids.tolist() == ids[1:].tolist()
    assert last_actions(collection, 1)[0].sentence == "Accepted the sure tags of 4 pictures"
    assert review.accept_sure(collection, ids, 0.9).journal_id is None
    undo(collection, taken.journal_id)
    assert (states(collection), review.results(collection, state="accepted").ids.tolist()) == (["waiting"] * 4, [])
    assert [said(collection, image, "wd") for image in images] == [{"old": 0.75}, {}, {}, {}]
    redo(collection)
    assert said(collection, images[0], "wd") == {"old": 0.75, "fox": 0.95, "snow": 0.9}
    review.accept(collection, ids, {"general": 0.3})
    assert said(collection, images[0], "wd") == {"fox": 0.95, "snow": 0.9, "dog": 0.5}


def test_one_word_settles_a_tag_over_all_that_wait(collection: Collection) -> None:
    images = put_images(collection, 4)
    shared = {"fox": 0.5, "snow": 0.25}
    propose_tags(collection, "wd", dict(zip(images, (shared, shared, {"fox": 0.75}, {"dog": 1.0}), strict=True)))
    ids = review.results(collection, kind="tags").ids
    assert [(tag.name, tag.count, tag.confidence) for tag in review.tags_waiting(collection, ids)] == [
        ("fox", 3, pytest.approx(0.5833, abs=1e-4)),
        ("snow", 2, 0.25),
        ("dog", 1, 1.0),
    ]
    taken = review.settle_tag(collection, ids, "fox", "take")
    assert (taken.changed, states(collection)) == (3, ["waiting", "waiting", "accepted", "waiting"])
    assert [said(collection, image, "wd") for image in images] == [{"fox": 0.5}, {"fox": 0.5}, {"fox": 0.75}, {}]
    refused = review.settle_tag(collection, ids, "snow", "refuse")
    assert (refused.changed, states(collection)) == (2, ["accepted", "accepted", "accepted", "waiting"])
    review.settle_tag(collection, ids, "dog", "refuse")
    assert (states(collection)[3], said(collection, images[3], "wd")) == ("rejected", {})
    undo(collection, refused.journal_id)
    undo(collection, taken.journal_id)
    assert states(collection) == ["waiting", "waiting", "waiting", "rejected"]
    assert [said(collection, image, "wd") for image in images] == [{}, {}, {}, {}]
    assert [tag.name for tag in review.tags_waiting(collection, ids)] == ["fox", "snow"]
    redo(collection, taken.journal_id)
    review.accept(collection, numbers(collection))
    assert said(collection, images[0], "wd") == {"fox": 0.5, "snow": 0.25}
    assert review.settle_tag(collection, ids, "nothing", "take").journal_id is None


def test_an_accepted_caption_counts_and_the_persons_comes_back(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    curate(collection, [first], Change(caption="mine"))
    propose_captions(collection, {first: "a red fox", second: "a grey fox"})
    one, two = numbers(collection)
    review.edit_caption(collection, two, " a white fox ")
    accepted = review.accept(collection, [one, two])
    assert [caption_of(collection, image) for image in (first, second)] == ["a red fox", "a white fox"]
    assert [line.text for line in written_captions(collection, first)] == ["a red fox", "mine"]
    undo(collection, accepted.journal_id)
    assert [caption_of(collection, image) for image in (first, second)] == ["mine", None]
    redo(collection)
    assert [caption_of(collection, image) for image in (first, second)] == ["a red fox", "a white fox"]
    (line,) = written_captions(collection, second)
    assert (line.source, line.model, line.tokens, line.mode) == ("server", "writer", 7, "overwrite")


def test_many_results_are_decided_as_one_action(collection: Collection) -> None:
    images = put_images(collection, 2_500)
    propose_tags(collection, "wd", {image: {"fox": 0.5} for image in images})
    found = review.results(collection)
    some = found.only(np.arange(len(found.ids)) % 2 == 0)
    accepted = review.accept(collection, some.ids)
    assert accepted.changed == 1_250
    assert rows(collection, "SELECT count(*) FROM image_tags WHERE tag_ids <> '{}'") == [1_250]
    tag_images(collection, images[:1], Tagging(add=["mine"]))
    undo(collection, accepted.journal_id)
    assert rows(collection, "SELECT count(*) FROM image_tags WHERE tag_ids <> '{}'") == [1]
    assert len(numbers(collection)) == 2_500


def test_ratings_mark_what_is_accepted_where_the_run_was_asked_to(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    curate(collection, [second], Change(nsfw=True))
    curate(collection, [second], Change(nsfw=False))
    with collection.begin() as connection:
        options: dict[str, JsonValue] = {"nsfw": 0.5}
        run_id = enrichment_runs.add(
            connection, kind="tags", stages=["tags wd"], options=options, query="", held=True, pace="wd"
        )
    propose_tags(collection, "wd", {first: {"fox": 0.5}, second: {"fox": 0.5}}, run_id=run_id)
    accepted = review.accept(collection, numbers(collection))
    assert rows(collection, "SELECT nsfw FROM curation ORDER BY image_id") == [True, False]
    undo(collection, accepted.journal_id)
    assert rows(collection, "SELECT nsfw FROM curation ORDER BY image_id") == [False, False]
