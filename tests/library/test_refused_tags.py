"""Tags of models that a person takes away: they are gone, and no run of any version brings them back."""

from typing import cast

import pytest

from diffusion_toolkit.library import review
from diffusion_toolkit.library.tag_vocabulary import add_alias, apply_vocabulary
from diffusion_toolkit.library.tags import Tagging, delete_tags, merge_tags, suggested_tags, tag_images, tags_of
from diffusion_toolkit.library.undo import redo, undo
from diffusion_toolkit.store import described, model_tags
from diffusion_toolkit.store.database import Collection
from library.curated import NOW, put_images, rows, searching
from library.proposed import numbers, propose_tags

SAID = {"fox": 0.9, "snow": 0.6}


def say(collection: Collection, images: list[int], source: str = "wd", tags: dict[str, float] = SAID) -> None:
    with collection.begin() as connection:
        model_tags.write(connection, source, [(image, list(tags.items())) for image in images])


def said(collection: Collection, image: int) -> set[tuple[str, str, float | None]]:
    return {
        (tag.source, tag.name, None if tag.confidence is None else round(tag.confidence, 3))
        for tag in suggested_tags(collection, image)
    }


def found(collection: Collection, query: str) -> int:
    with searching(collection) as search:
        return search.run(query, now=NOW).total


def test_a_models_tag_is_taken_for_good_from_one_and_from_many(collection: Collection) -> None:
    first, second, third = put_images(collection, 3)
    say(collection, [first, second, third])
    say(collection, [first], "joytag", {"fox": 0.7})
    taken = tag_images(collection, [first, second], Tagging(remove=["Fox"]))
    assert taken.changed == 2
    assert (said(collection, first), said(collection, third)) == (
        {("wd", "snow", 0.6)},
        {("wd", "fox", 0.9), ("wd", "snow", 0.6)},
    )
    assert (found(collection, "tag:fox"), found(collection, "tag:snow"), found(collection, "tag:any")) == (1, 3, 3)
    say(collection, [first, second, third], tags={"fox": 0.95, "night": 0.5})
    say(collection, [second], "joytag", {"fox": 0.7})
    assert (said(collection, first), said(collection, second)) == ({("wd", "night", 0.5)}, {("wd", "night", 0.5)})
    with collection.begin() as connection:
        assert [tag.name for tag in described.tags(connection, [first])[first]] == ["night"]


def test_taking_is_undone_and_done_again_whatever_came_between(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    say(collection, [first, second])
    tag_images(collection, [first], Tagging(add=["fox", "mine"]))
    taken = tag_images(collection, [first, second], Tagging(remove=["fox"]))
    assert taken.changed == 2
    assert ([tag.name for tag in tags_of(collection, first)], found(collection, "tag:fox")) == (["mine"], 0)
    undone = undo(collection, taken.journal_id)
    assert (undone.changed, sorted(undone.image_ids)) == (2, [first, second])
    assert sorted(tag.name for tag in tags_of(collection, first)) == ["fox", "mine"]
    assert said(collection, second) == {("wd", "fox", 0.9), ("wd", "snow", 0.6)}
    say(collection, [second], tags={"fox": 0.4})
    assert said(collection, second) == {("wd", "fox", 0.4)}
    redo(collection)
    assert (found(collection, "tag:fox"), said(collection, second)) == (0, set())
    say(collection, [second], tags={"fox": 0.3, "snow": 0.2})
    undo(collection, taken.journal_id)
    assert said(collection, second) == {("wd", "fox", 0.4), ("wd", "snow", 0.2)}
    say(collection, [second], tags={"fox": 0.8})
    assert said(collection, second) == {("wd", "fox", 0.8)}


def test_taking_what_nobody_said_changes_nothing_and_an_own_tag_is_only_taken(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    tag_images(collection, [image], Tagging(add=["fox"]))
    tag_images(collection, [image], Tagging(remove=["fox"]))
    assert tag_images(collection, [image], Tagging(remove=["fox"])).journal_id is None
    say(collection, [image])
    assert said(collection, image) == {("wd", "fox", 0.9), ("wd", "snow", 0.6)}


def test_only_and_toggle_leave_what_models_say_but_a_toggled_tag_goes_altogether(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    say(collection, [image])
    tag_images(collection, [image], Tagging(add=["mine", "fox"], only=True))
    assert said(collection, image) == {("wd", "snow", 0.6)}  # the own one hides the model's
    tag_images(collection, [image], Tagging(add=["fox"], toggle=True))
    assert (found(collection, "tag:fox"), found(collection, "tag:mine"), found(collection, "tag:snow")) == (0, 1, 1)
    tag_images(collection, [image], Tagging(add=["fox"]))
    assert found(collection, "tag:fox") == 1


def test_what_was_taken_is_not_proposed_again_nor_applied_from_before(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    say(collection, [first, second])
    propose_tags(collection, "joytag", {first: SAID, second: SAID})
    tag_images(collection, [first], Tagging(remove=["fox"]))
    review.accept(collection, numbers(collection))
    assert said(collection, first) == {("wd", "snow", 0.6), ("joytag", "snow", 0.6)}
    assert ("joytag", "fox", 0.9) in said(collection, second)
    propose_tags(collection, "wd", {first: {"fox": 0.9, "night": 0.5}, second: {"fox": 0.8}})
    waits = review.read(collection, numbers(collection))
    proposed = [cast("list[dict[str, object]]", row.payload["tags"]) for row in waits]
    assert [[tag["name"] for tag in tags] for tags in proposed] == [["night"], ["fox"]]
    say(collection, [first], "joytag", {"snow": 0.6, "night": 0.4})
    tag_images(collection, [first], Tagging(remove=["night"]))
    assert review.settle_tag(collection, review.results(collection).ids, "night", "take").changed == 1
    assert said(collection, first) == {("wd", "snow", 0.6), ("joytag", "snow", 0.6)}


def test_what_was_taken_follows_its_tag_into_another(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    say(collection, [image], tags={"vixen": 0.8})
    tag_images(collection, [image], Tagging(add=["fox"]))
    tag_images(collection, [image], Tagging(remove=["vixen", "fox"]))
    ids = dict(tuple(row) for row in rows(collection, "SELECT name, id FROM tag"))
    merge_tags(collection, [ids["vixen"]], ids["fox"])
    say(collection, [image], tags={"fox": 0.9})
    assert said(collection, image) == set()


def merge(collection: Collection, name: str, into: str) -> int | None:
    ids = dict(tuple(row) for row in rows(collection, "SELECT name, id FROM tag WHERE deleted_at IS NULL"))
    return merge_tags(collection, [ids[name]], ids[into]).journal_id


@pytest.mark.parametrize("taken", ["vixen", "fox"])
def test_of_tags_that_become_one_the_word_that_took_one_away_counts_and_undo_brings_all_back(
    collection: Collection, taken: str
) -> None:
    first, second = put_images(collection, 2)
    say(collection, [first, second], tags={"vixen": 0.8, "snow": 0.5})
    say(collection, [first, second], "joytag", {"fox": 0.7})
    say(collection, [first], "other", {"fox": 0.6, "dog": 0.3})
    tag_images(collection, [second], Tagging(add=["fox"]))
    tag_images(collection, [first], Tagging(remove=[taken]))
    before = (said(collection, first), said(collection, second))
    merged = merge(collection, "vixen", "fox")
    assert said(collection, first) == {("wd", "snow", 0.5), ("other", "dog", 0.3)}
    assert (found(collection, "tag:fox"), found(collection, "tag:any"), found(collection, "tag:snow")) == (1, 2, 2)
    assert [tag.name for tag in tags_of(collection, second)] == ["fox"]
    undo(collection, merged)
    assert (said(collection, first), said(collection, second)) == before
    redo(collection)
    assert said(collection, first) == {("wd", "snow", 0.5), ("other", "dog", 0.3)}


def test_what_was_taken_stays_away_under_a_later_alias_and_after_its_tag_was_deleted(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    say(collection, [first, second], tags={"vixen": 0.8, "night": 0.5})
    tag_images(collection, [first], Tagging(remove=["vixen", "night"]))
    add_alias(collection, "vixen", "fox")
    ids = dict(tuple(row) for row in rows(collection, "SELECT name, id FROM tag"))
    delete_tags(collection, [ids["night"]])
    again = {"vixen": 0.9, "night": 0.6, "snow": 0.4}
    say(collection, [first, second], tags=again)
    assert said(collection, first) == {("wd", "snow", 0.4)}
    assert said(collection, second) == {("wd", "fox", 0.9), ("wd", "night", 0.6), ("wd", "snow", 0.4)}
    propose_tags(collection, "joytag", {first: again})
    review.accept(collection, numbers(collection))
    assert said(collection, first) == {("wd", "snow", 0.4), ("joytag", "snow", 0.4)}
    apply_vocabulary(collection)
    say(collection, [first], tags=again)
    assert said(collection, first) == {("wd", "snow", 0.4), ("joytag", "snow", 0.4)}


def test_a_model_cannot_be_called_as_what_is_refused(collection: Collection) -> None:
    for source in ("user", "refused"):
        with pytest.raises(ValueError, match="not a model's"):
            say(collection, [1], source)


def test_a_search_that_runs_on_sees_what_is_taken_and_given_back(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    say(collection, [first, second])
    with searching(collection) as search:
        taken = tag_images(collection, [first], Tagging(remove=["fox"]))
        assert search.run("tag:fox", now=NOW, after=taken.token).total == 1
        assert search.run("tag:snow", now=NOW).total == 2
        assert search.run("tag:fox", now=NOW, after=undo(collection).token).total == 2
