"""Tags: given, taken, toggled, renamed, merged, deleted, imported; everything undone and done again."""

import string

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.tags import (
    Tagging,
    create_tag,
    delete_tags,
    held_tags,
    import_tags,
    list_tags,
    merge_tags,
    rename_tag,
    tag_images,
    tags_as_json,
    tags_as_text,
    tags_of,
)
from diffusion_toolkit.library.titles import tag_title, title
from diffusion_toolkit.library.undo import redo, undo
from diffusion_toolkit.store.database import Collection
from library.curated import delete_image, put_images, rows


def names(collection: Collection, image_id: int) -> list[str]:
    return [tag.name for tag in tags_of(collection, image_id)]


def counts(collection: Collection) -> dict[str, int]:
    return {tag.name: tag.count for tag in list_tags(collection)}


def number(collection: Collection, name: str) -> int:
    return next(tag.id for tag in list_tags(collection) if tag.name == name)


def test_tags_are_given_taken_and_put_back(collection: Collection) -> None:
    first, second, third = put_images(collection, 3)
    given_ = tag_images(collection, [first, second], Tagging(add=["fox", "snow"]))
    assert given_.changed == 2
    assert (names(collection, first), names(collection, third)) == (["fox", "snow"], [])
    taken = tag_images(collection, [first, third], Tagging(remove=["fox"], add=["night"]))
    assert taken.changed == 2
    assert (names(collection, first), names(collection, third)) == (["snow", "night"], ["night"])
    undo(collection, taken.journal_id)
    assert (sorted(names(collection, first)), names(collection, third)) == (["fox", "snow"], [])
    redo(collection)
    assert (names(collection, first), names(collection, third)) == (["snow", "night"], ["night"])


def test_undo_keeps_what_other_actions_added(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    fox = tag_images(collection, [image], Tagging(add=["fox"]))
    tag_images(collection, [image], Tagging(add=["snow"]))
    undo(collection, fox.journal_id)
    assert names(collection, image) == ["snow"]
    redo(collection, fox.journal_id)
    assert sorted(names(collection, image)) == ["fox", "snow"]


def test_what_has_a_tag_already_is_not_changed(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    tag_images(collection, [first], Tagging(add=["fox"]))
    again = tag_images(collection, [first, second, second, 999], Tagging(add=["FOX", " fox "]))
    assert again.changed == 1
    undo(collection, again.journal_id)
    assert (names(collection, first), names(collection, second)) == (["fox"], [])
    assert tag_images(collection, [first], Tagging(add=["fox"])).journal_id is None


def test_a_tag_is_shown_as_first_written_and_compared_without_case_and_underscores(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    tag_images(collection, [image], Tagging(add=["Long  Hair"]))
    tag_images(collection, [image], Tagging(add=["long_hair", "ｌｏｎｇ hair"]))
    assert names(collection, image) == ["Long Hair"]
    with pytest.raises(UsageError, match="already"):
        create_tag(collection, "LONG_HAIR")


def test_only_these_tags_and_none(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    tag_images(collection, [image], Tagging(add=["a", "b", "c"]))
    tag_images(collection, [image], Tagging(add=["b", "d"], only=True))
    assert names(collection, image) == ["b", "d"]
    tag_images(collection, [image], Tagging(only=True))
    assert names(collection, image) == []
    undo(collection)
    undo(collection)
    assert sorted(names(collection, image)) == ["a", "b", "c"]
    with pytest.raises(UsageError):
        tag_images(collection, [image], Tagging())


def test_a_toggle_gives_to_all_unless_all_have_it(collection: Collection) -> None:
    ids = put_images(collection, 3)
    tag_images(collection, ids[:1], Tagging(add=["fox"]))
    toggle = Tagging(add=["fox"], toggle=True)
    assert tag_images(collection, ids, toggle).changed == 2
    assert counts(collection) == {"fox": 3}
    assert tag_images(collection, ids, toggle).changed == 3
    assert counts(collection) == {"fox": 0}


def test_ticks_say_whether_all_or_some_have_a_tag(collection: Collection) -> None:
    ids = put_images(collection, 3)
    tag_images(collection, ids, Tagging(add=["all"]))
    tag_images(collection, ids[:2], Tagging(add=["some"]))
    create_tag(collection, "none")
    assert [(tag.name, tag.amount, tag.count) for tag in held_tags(collection, ids)] == [
        ("all", "all", 3),
        ("some", "some", 2),
    ]
    assert [tag.amount for tag in held_tags(collection, ids[:2])] == ["all", "all"]


def test_renaming_keeps_images_and_refuses_a_name_that_is_taken(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    tag_images(collection, [image], Tagging(add=["fox", "cat"]))
    renamed = rename_tag(collection, number(collection, "fox"), "Fox!")
    assert names(collection, image) == ["Fox!", "cat"]
    rename_tag(collection, number(collection, "Fox!"), "FOX!")
    with pytest.raises(UsageError, match="Merge"):
        rename_tag(collection, number(collection, "cat"), "fox!")
    undo(collection)
    undo(collection)
    assert renamed.subject_id == number(collection, "fox")
    with pytest.raises(NotFound):
        rename_tag(collection, 999, "x")


def test_a_merge_joins_the_images_of_all_and_can_be_undone(collection: Collection) -> None:
    first, second, both, none = put_images(collection, 4)
    tag_images(collection, [first, both], Tagging(add=["fox"]))
    tag_images(collection, [second, both], Tagging(add=["vixen"]))
    with collection.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO image_tags (image_id, source, tag_ids, confidences)"
                " SELECT :image, 'model', ARRAY[id], ARRAY[0.5] FROM tag WHERE name = 'vixen'"
            ),
            {"image": none},
        )
    merged = merge_tags(collection, [number(collection, "vixen")], number(collection, "fox"))
    assert merged.changed == 2
    assert counts(collection) == {"fox": 3}
    assert [names(collection, image) for image in (first, second, both)] == [["fox"]] * 3
    assert rows(collection, "SELECT confidences FROM image_tags WHERE source = 'model' AND tag_ids = ARRAY[1]") == [
        [0.5]
    ]
    undo(collection)
    assert counts(collection) == {"fox": 2, "vixen": 2}
    assert sorted(names(collection, both)) == ["fox", "vixen"]
    redo(collection)
    assert counts(collection) == {"fox": 3}


def test_a_deleted_tag_comes_back_with_its_images(collection: Collection) -> None:
    ids = put_images(collection, 2)
    tag_images(collection, ids, Tagging(add=["fox", "snow"]))
    deleted = delete_tags(collection, [number(collection, "fox")])
    assert counts(collection) == {"snow": 2}
    assert names(collection, ids[0]) == ["snow"]
    undo(collection)
    assert counts(collection) == {"fox": 2, "snow": 2}
    redo(collection)
    create_tag(collection, "fox")
    assert counts(collection) == {"fox": 0, "snow": 2}
    with pytest.raises(UsageError, match="another tag"):
        undo(collection, deleted.journal_id)
    with pytest.raises(NotFound):
        delete_tags(collection, [999])


def test_text_comes_in_one_a_line_and_goes_out_again(collection: Collection) -> None:
    create_tag(collection, "Fox")
    written = import_tags(collection, "  fox \n\nsnow\r\nSnow\n night sky \n")
    assert written.changed == 2
    assert tags_as_text(list_tags(collection)) == "Fox\nnight sky\nsnow\n"
    assert import_tags(collection, "fox").journal_id is None
    undo(collection)
    assert counts(collection) == {"Fox": 0}
    assert import_tags(collection, tags_as_json(list_tags(collection))).changed == 0
    assert import_tags(collection, '["a", {"name": "b", "count": 7}]').changed == 2
    for wrong in ("[1]", "[", '[{"x": 1}]'):
        with pytest.raises(UsageError, match="no list of tags"):
            import_tags(collection, wrong)


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "x" * 201, "\x1b[31m", "___", "a\ud800"])
def test_names_that_cannot_be(collection: Collection, name: str) -> None:
    with pytest.raises(UsageError):
        create_tag(collection, name)


def test_a_name_cannot_turn_the_text_around_it(collection: Collection) -> None:
    create_tag(collection, "fox\u202e gnp")
    assert list(counts(collection)) == ["fox gnp"]


def test_thousands_at_once_and_touched(collection: Collection) -> None:
    ids = put_images(collection, 5_000)
    assert tag_images(collection, np.array(ids), Tagging(add=["fox", "snow"])).changed == 5_000
    assert rows(collection, "SELECT count(*) FROM curation WHERE touched_at IS NOT NULL") == [5_000]
    delete_image(collection, ids[0])
    assert undo(collection).changed == 4_999
    assert counts(collection) == {"fox": 0, "snow": 0}


tag_sets = st.lists(st.sampled_from("abcd"), max_size=3, unique=True)
Step = tuple[list[str], list[str], bool, set[int]] | str
actions: st.SearchStrategy[Step] = st.tuples(tag_sets, tag_sets, st.booleans(), st.sets(st.integers(0, 2), min_size=1))
steps: st.SearchStrategy[list[Step]] = st.lists(actions | st.sampled_from(["undo", "redo"]), max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_any_actions_undos_and_redos_equal_a_plain_model(collection: Collection, steps: list[Step]) -> None:
    with collection.begin() as connection:
        connection.execute(sa.text("TRUNCATE root, journal, tag CASCADE"))
    import_tags(collection, "\n".join("abcd"))
    ids = put_images(collection, 3)
    state: list[frozenset[str]] = [frozenset()] * 3
    past, future = list[list[frozenset[str]]](), list[list[frozenset[str]]]()
    for step in steps:
        if step == "undo":
            if past:
                undo(collection)
                future.append(state)
                state = past.pop()
        elif step == "redo":
            if future:
                redo(collection)
                past.append(state)
                state = future.pop()
        elif not isinstance(step, str):
            add, remove, only, chosen = step
            remove = [name for name in remove if name not in add]
            if not (add or remove or only):
                continue
            after = [
                (frozenset(add) if only else (tags - set(remove)) | set(add)) if place in chosen else tags
                for place, tags in enumerate(state)
            ]
            written = tag_images(
                collection, [ids[place] for place in chosen], Tagging(add=add, remove=remove, only=only)
            )
            assert written.changed == sum(old != new for old, new in zip(state, after, strict=True))
            if written.changed:
                past.append(state)
                future.clear()
            state = after
    assert [frozenset(names(collection, image)) for image in ids] == state


@given(st.text(alphabet=string.printable + "äß İﬁ\u202e\u200dé", min_size=1, max_size=20))
def test_a_name_is_the_same_after_being_cleaned_again(name: str) -> None:
    for made in (title, tag_title):
        try:
            once = made(name)
        except UsageError:
            continue
        assert made(once.name) == once
        assert made(once.name.swapcase() if once.name.isascii() else once.name).identity == once.identity
