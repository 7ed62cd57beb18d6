"""The vocabulary in a library: what becomes a tag passes through it; applying it is one action that can be undone."""

from pathlib import Path

import pytest

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.portable.bringing import bring_file
from diffusion_toolkit.library.portable.entry import Around
from diffusion_toolkit.library.portable.importing import Import, ImportOptions
from diffusion_toolkit.library.portable.writing import export
from diffusion_toolkit.library.tag_vocabulary import (
    add_alias,
    aliases_as_text,
    apply_vocabulary,
    import_aliases,
    known_lists,
    learn_labels,
    list_aliases,
    remove_aliases,
    respellings,
)
from diffusion_toolkit.library.tags import Tagging, create_tag, import_tags, list_tags, rename_tag, tag_images, tags_of
from diffusion_toolkit.library.undo import last_actions, redo, undo
from diffusion_toolkit.store import model_tags
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.store.vocabulary import Spelling
from library.curated import put_images, rows

LISTS = {"joytag": ["long hair", "gray hair", "glove", "smile"], "wd": ["long hair", "grey hair", "gloves", "smile"]}


def names(collection: Collection, image_id: int) -> list[str]:
    return [tag.name for tag in tags_of(collection, image_id)]


def said(collection: Collection, image_id: int, source: str) -> dict[str, float | None]:
    """What a source says of an image, by the names of tags that are not deleted."""
    found = rows(
        collection,
        "SELECT name, round(confidences[place]::numeric, 4)::float8 FROM image_tags,"
        " unnest(tag_ids) WITH ORDINALITY AS given (tag_id, place) JOIN tag ON tag.id = tag_id"
        " WHERE image_id = :image AND source = :source AND deleted_at IS NULL ORDER BY name",
        image=image_id,
        source=source,
    )
    return dict(found)


def say(collection: Collection, source: str, image_id: int, tags: dict[str, float]) -> None:
    with collection.begin() as connection:
        model_tags.write(connection, source, [(image_id, list(tags.items()))])


def test_all_that_becomes_a_tag_is_spelled_alike(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    assert learn_labels(collection, LISTS) == ["joytag", "wd"]
    assert learn_labels(collection, LISTS) == []
    assert known_lists(collection) == {"joytag": 4, "wd": 4}
    add_alias(collection, "kitty", "cat")
    tag_images(collection, [image], Tagging(add=["Long_Hair", "kitty", "armour", "meta:Gray hair"]))
    import_tags(collection, "KITTY\ncoloured skin\n")
    create_tag(collection, "tyre")
    say(collection, "wd", image, {"kitty": 0.5, "long_hair": 0.9, "armor": 0.3})
    assert names(collection, image) == ["long hair", "cat", "armor", "grey hair"]
    assert said(collection, image, "wd") == {"cat": 0.5, "long hair": 0.9, "armor": 0.3}
    assert {tag.name for tag in list_tags(collection)} == {
        *("long hair", "cat", "armor", "grey hair", "colored skin", "tire"),
    }


def test_who_says_the_same_tags_again_and_again_follows_the_map(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    spelling = Spelling()

    def spelled(*tags: str) -> dict[str, str]:
        with collection.begin() as connection:
            model_tags.write(connection, "wd", [(image, [(tag, 0.5) for tag in tags])], spelling.of)
            return spelling.of(connection, tags)

    assert spelled("kitty", "Glove") == {"kitty": "kitty", "Glove": "Glove"}
    add_alias(collection, "kitty", "cat")
    learn_labels(collection, LISTS)
    assert spelled("kitty", "Glove", "smile") == {"kitty": "cat", "Glove": "glove", "smile": "smile"}
    assert said(collection, image, "wd") == {"cat": 0.5, "Glove": 0.5, "smile": 0.5}
    remove_aliases(collection, ["kitty"])
    assert spelled("kitty") == {"kitty": "kitty"}


def test_a_tag_that_is_there_is_taken_as_it_is(collection: Collection) -> None:
    first, second = put_images(collection, 2)
    tag_images(collection, [first], Tagging(add=["armor"]))
    rename_tag(collection, list_tags(collection)[0].id, "Armour")
    tag_images(collection, [second], Tagging(add=["armour"]))
    assert names(collection, second) == ["Armour"]
    tag_images(collection, [second], Tagging(remove=["armour"]))
    assert names(collection, second) == []


def test_applying_keeps_sources_and_the_highest_confidence(collection: Collection) -> None:
    first, second, third = put_images(collection, 3)
    say(collection, "joytag", first, {"kitty": 0.9, "cat": 0.4, "fox": 0.6})
    say(collection, "wd", first, {"kitty": 0.3, "cat": 0.7})
    say(collection, "wd", second, {"kitty": 0.8})
    tag_images(collection, [first, third], Tagging(add=["cat"]))
    tag_images(collection, [first], Tagging(add=["kitty", "kitten"]))
    before = [said(collection, first, "joytag"), said(collection, first, "wd"), names(collection, first)]
    import_aliases(collection, "kitty = cat\nkitten = cat\nfox = vixen\n")
    assert [(each.name, each.canonical, each.merges) for each in respellings(collection)] == [
        ("fox", "vixen", False),
        ("kitten", "cat", True),
        ("kitty", "cat", True),
    ]
    applied = apply_vocabulary(collection)
    after = [said(collection, first, "joytag"), said(collection, first, "wd"), names(collection, first)]
    assert after == [{"cat": 0.9, "vixen": 0.6}, {"cat": 0.7}, ["cat"]]
    assert said(collection, second, "wd") == {"cat": 0.8}
    assert (names(collection, third), respellings(collection)) == (["cat"], [])
    assert apply_vocabulary(collection).journal_id is None
    undo(collection, applied.journal_id)
    assert [said(collection, first, "joytag"), said(collection, first, "wd"), names(collection, first)] == before
    redo(collection)
    assert [said(collection, first, "joytag"), said(collection, first, "wd"), names(collection, first)] == after
    assert last_actions(collection, 1)[0].sentence == "Applied the vocabulary to 3 tags"


def test_undo_of_a_merge_keeps_what_came_since(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    tag_images(collection, [image], Tagging(add=["kitty"]))
    create_tag(collection, "cat")
    add_alias(collection, "kitty", "cat")
    applied = apply_vocabulary(collection)
    tag_images(collection, [image], Tagging(add=["snow"]))
    undo(collection, applied.journal_id)
    assert sorted(names(collection, image)) == ["kitty", "snow"]


def test_spellings_only_rename(collection: Collection) -> None:
    (image,) = put_images(collection, 1)
    tag_images(collection, [image], Tagging(add=["gray hair"]))
    rename_tag(collection, list_tags(collection)[0].id, "Gray_Hair")
    number = list_tags(collection)[0].id
    applied = apply_vocabulary(collection)
    assert [(tag.id, tag.name, tag.count) for tag in list_tags(collection)] == [(number, "grey hair", 1)]
    undo(collection, applied.journal_id)
    assert [tag.name for tag in list_tags(collection)] == ["Gray_Hair"]


def test_the_map_is_changed_as_text_and_back(collection: Collection) -> None:
    import_aliases(collection, "a1 = b1\n# note\nc1 = d1\n")
    add_alias(collection, "A1", "e1")
    assert aliases_as_text(collection) == "A1 = e1\nc1 = d1\n"
    replaced = import_aliases(collection, "c1 = d1\nf1 = g1\n", replace=True)
    assert (replaced.changed, aliases_as_text(collection)) == (2, "c1 = d1\nf1 = g1\n")
    undo(collection, replaced.journal_id)
    assert sorted(aliases_as_text(collection).splitlines()) == ["A1 = e1", "c1 = d1"]
    removed = remove_aliases(collection, ["a1"])
    assert [line.alias for line in list_aliases(collection)] == ["c1"]
    undo(collection, removed.journal_id)
    assert import_aliases(collection, "c1 = d1\n").journal_id is None


def test_a_circle_and_an_unknown_alias_are_refused(collection: Collection) -> None:
    import_aliases(collection, "a = b\nb = c\n")
    with pytest.raises(UsageError, match="circle"):
        add_alias(collection, "c", "a")
    with pytest.raises(UsageError, match="needs at least one"):
        add_alias(collection, "___", "a")
    with pytest.raises(NotFound, match='no alias "x"'):
        remove_aliases(collection, ["x"])
    assert aliases_as_text(collection) == "a = b\nb = c\n"


def test_the_map_goes_with_the_export_and_names_of_ours_are_kept(
    collection: Collection, database: Database, tmp_path: Path
) -> None:
    create_tag(collection, "armor")
    rename_tag(collection, list_tags(collection)[0].id, "Armour")
    import_aliases(collection, "kitty = cat\na = b\n")
    export(collection, tmp_path / "curation.json")
    other = database.collection("other")
    import_aliases(other, "b = a\n")
    bring_file(other, tmp_path / "curation.json", "curation.json", {}, ImportOptions())
    assert [tag.name for tag in list_tags(other)] == ["Armour"]
    assert aliases_as_text(other) == "b = a\nkitty = cat\n"


def test_tags_of_other_programs_are_respelt(collection: Collection) -> None:
    add_alias(collection, "kitty", "cat")
    work = Import(collection, ImportOptions(), "elsewhere", respell=True)
    for _ in work.run(Around(tags=["Kitty", "coloured_skin", "", "x" * 300, "cat"]), []):
        pass
    assert sorted(tag.name for tag in list_tags(collection)) == ["cat", "colored skin"]
