"""Sidecars of tags and captions: the usual forms, guessed and named; taken over as the person's own."""

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.reading_sidecars import ReadingOptions, ReadSidecars, read_sidecars
from diffusion_toolkit.library.sidecar_words import SidecarForm, Words, guessed_form, read_words
from diffusion_toolkit.library.tags import tags_of
from diffusion_toolkit.library.undo import undo
from diffusion_toolkit.library.writing_out.texts import Said, sidecar_text
from diffusion_toolkit.media.describing.packet import Description, described
from diffusion_toolkit.store.database import Collection
from library.curated import NOW, searching
from library.scan_pictures import images, png, run, write
from pictures import parameters

CAPTION = "A red fox runs through deep snow, its tail held high. The sky is grey."


@pytest.mark.parametrize(
    ("text", "ending", "form"),
    [
        ("1girl, long_hair, ^_^, smile", ".txt", "tags"),
        ("fox\nlong hair\nsnow", ".txt", "lines"),
        ("fox", ".txt", "tags"),
        (CAPTION, ".txt", "caption"),
        ("A red fox runs through deep snow", ".txt", "caption"),
        ("fox, snow", ".caption", "caption"),
        ("{}", ".JSON", "json"),
        ("<x/>", ".xmp", "xmp"),
    ],
)
def test_the_form_is_found_out(text: str, ending: str, form: str) -> None:
    assert guessed_form(text, ending) == form


@pytest.mark.parametrize(
    ("text", "form", "words"),
    [
        ("fox:0.95, snow (0.4), re:zero, (tail:1.2), :3,,", "tags",
         Words(tags=(("fox", 0.95), ("snow", 0.4), ("re:zero", None), ("tail", None), (":3", None)))),
        ("fox\n\n a, b \n", "lines", Words(tags=(("fox", None), ("a, b", None)))),
        (f" {CAPTION}\n", "caption", Words(caption=CAPTION)),
        ('{"tags": "fox, snow", "caption": " A fox. "}', "json",
         Words(tags=(("fox", None), ("snow", None)), caption="A fox.")),
        ('{"tags": {"fox": 0.5}, "rating": "e"}', "json", Words(tags=(("fox", 0.5),))),
        ('{"tags": ["fox", 3], "tag_string_character": "hatsune_miku"}', "json",
         Words(tags=(("fox", None), ("character:hatsune_miku", None)))),
        (described(None, Description(tags=("fox", "a & b"), text="A fox.")).decode(), "xmp",
         Words(tags=(("fox", None), ("a & b", None)), caption="A fox.")),
    ],
)  # fmt: skip
def test_the_forms_are_read(text: str, form: SidecarForm, words: Words) -> None:
    assert read_words(text, form, ".txt") == words


@pytest.mark.parametrize(("text", "form"), [("{", "json"), ("[]", "json"), ("<x", "xmp")])
def test_what_is_none_of_these_is_told(text: str, form: SidecarForm) -> None:
    with pytest.raises(UsageError):
        read_words(text, form, ".txt")


NAMES = st.from_regex(r"[a-z]{2,6}( [a-z]{2,6})?", fullmatch=True)


@given(st.lists(NAMES, min_size=2, max_size=6, unique=True), st.sampled_from(["", CAPTION]))
def test_what_is_written_out_is_read_again(names: list[str], caption: str) -> None:
    said = Said(tags=tuple(names), caption=caption)
    read = read_words(sidecar_text("tags", said), "auto", ".txt")
    assert [name for name, _ in read.tags] == names
    read = read_words(sidecar_text("json", said), "auto", ".json")
    assert ([name for name, _ in read.tags], read.caption or "") == (names, caption)
    assert read_words(sidecar_text("caption", said), "caption", ".txt").caption == (caption or None)


def test_they_are_taken_over_and_back(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    for number, name in enumerate("abcde"):
        write(folder / f"{name}.png", png(seed=number, shade=number))
    (folder / "a.txt").write_text("Long_Hair, fox:0.9, snow:0.2")
    (folder / "b.png.json").write_bytes(orjson.dumps({"tags": "fox", "caption": "A fox."}))
    (folder / "b.caption").write_text("Another caption.")
    (folder / "c.txt").write_text(parameters("a castle", seed=3))
    (folder / "d.json").write_text("{")
    run(collection, folder)
    ids = {row["name"]: row["id"] for row in images(collection)}
    done = ReadSidecars()
    for _ in read_sidecars(collection, list(ids.values()), ReadingOptions(threshold=0.5), done):
        pass
    assert (done.pictures, done.recipes, done.imported.changed) == (2, 1, 2)
    assert [(Path(path).name, sentence) for path, sentence in done.problems] == [("d.json", "It is no JSON.")]
    assert [tag.name for tag in tags_of(collection, ids["a.png"])] == ["Long Hair", "fox"]
    assert [tag.name for tag in tags_of(collection, ids["b.png"])] == ["fox"]
    undo(collection, done.imported.journal_id)
    assert tags_of(collection, ids["a.png"]) == []


def test_words_beside_a_picture_that_has_a_recipe_are_read_when_asked_for(
    collection: Collection, tmp_path: Path
) -> None:
    write(tmp_path / "pictures" / "a.png", png("a castle on a hill"))
    (tmp_path / "pictures" / "a.txt").write_text("castle, hill")
    (tmp_path / "pictures" / "a.caption").write_text("A castle stands on a hill.")
    run(collection, tmp_path / "pictures")
    (row,) = images(collection)
    assert tags_of(collection, row["id"]) == []  # a scan looks beside a picture only where there is nothing in it
    for _ in read_sidecars(collection, [row["id"]], ReadingOptions(), done := ReadSidecars()):
        pass
    assert (done.pictures, done.recipes, done.problems) == (1, 0, [])
    assert [tag.name for tag in tags_of(collection, row["id"])] == ["castle", "hill"]
    with searching(collection) as search:
        assert search.run("caption:hill steps:20 tag:castle", now=NOW).total == 1
