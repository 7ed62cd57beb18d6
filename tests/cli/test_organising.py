"""Ratings, tags, albums, saved queries and undo on the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from diffusion_toolkit.cli.main import run
from diffusion_toolkit.store.database import Collection
from library.curated import put_images
from pictures import SUBJECTS

Dtk = Callable[..., Any]


@pytest.fixture
def dtk(
    tmp_path: Path,
    collection: Collection,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Dtk:
    """Runs a command with --json on a library of ten pictures, two of them of castles; its document."""
    monkeypatch.setenv("DTK_DATABASE_URL", collection.database.url)
    monkeypatch.setenv("DTK_DATA_DIR", str(tmp_path / "data"))
    put_images(collection, 10, [f"a {subject}, picture {n}" for n in (1, 2) for subject in SUBJECTS])

    def call(*arguments: object, code: int = 0) -> Any:
        capfdbinary.readouterr()
        assert run([*map(str, arguments), "--json"]) == code
        return orjson.loads(capfdbinary.readouterr().out)

    return call


def test_what_a_query_finds_is_rated_and_taken_back(dtk: Dtk, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    written = dtk("rate", "castle", "--rating", 8, "--favorite")
    assert (written["changed"], dtk("search", "rating:8 favorite", "--count")) == (2, {"total": 2})
    assert dtk("rate", "castle", "--rating", 8)["journal"] is None
    dtk("rate", "--all", "--no-rating", "--for-deletion")
    listed = dtk("undo", "--list")
    assert [action["sentence"] for action in listed] == [
        "Took the rating off 10 pictures, marked them for deletion",
        "Rated 2 pictures 8, made them favourites",
    ]
    assert dtk("undo")["changed"] == 10
    assert dtk("search", "rating:8 deleted:false", "--count") == {"total": 2}
    assert dtk("undo", written["journal"])["sentence"] == "Rated 2 pictures 8, made them favourites"
    assert dtk("undo", "--redo")["changed"] == 2
    assert run(["rate", "castle", "--no-favorite"]) == 0
    assert "Took 2 pictures out of the favourites. `dtk undo" in capfdbinary.readouterr().err.decode()


def test_nothing_is_rated_by_mistake(dtk: Dtk) -> None:
    for wrong in (
        ("--rating", 8),
        ("castle",),
        ("castle", "--rating", 0),
        ("castle", "--rating", 3, "--no-rating"),
        ("castle", "--rating", 3, "--nsfw-words"),
        ("rating>>5", "--rating", 3),
    ):
        assert "error" in dtk("rate", *wrong, code=2)
    assert dtk("undo", "--list") == []
    assert dtk("undo", code=1)["error"]["kind"] == "NotFound"


def test_words_mark_nsfw(dtk: Dtk) -> None:
    assert dtk("rate", "--all", "--nsfw-words")["changed"] == 0


def test_tags_are_given_renamed_merged_and_listed(dtk: Dtk, tmp_path: Path) -> None:
    assert dtk("tags", "give", "castle OR fox", "--add", "built_of stone", "--add", "old")["changed"] == 4
    assert dtk("tags", "give", "castle", "--remove", "OLD")["changed"] == 2
    dtk("tags", "rename", "Built of Stone", "stone")
    listing = tmp_path / "tags.txt"
    listing.write_bytes("stone\nmisty\n Misty\n".encode("utf-8-sig"))
    assert dtk("tags", "import", listing)["changed"] == 1
    assert [(tag["name"], tag["count"]) for tag in dtk("tags", "list")] == [("misty", 0), ("old", 2), ("stone", 4)]
    assert [tag["name"] for tag in dtk("tags", "list", "--source", "own")] == ["misty", "old", "stone"]
    assert dtk("tags", "list", "--source", "model") == []
    dtk("tags", "merge", "old", "stone", "--into", "misty")
    dtk("tags", "create", "new")
    dtk("tags", "delete", "new")
    assert dtk("tags", "export") == [{"name": "misty", "count": 4}]
    assert dtk("tags", "delete", "gone", code=1)["error"]["message"] == 'There is no tag "gone".'
    listing.write_bytes(b"\xff\xfe")
    dtk("tags", "import", listing, code=2)


def test_albums_are_made_of_queries(dtk: Dtk) -> None:
    dtk("albums", "create", "Castles", "--from", "castle", "--sort", "name")
    assert dtk("albums", "create", "Foxes", "--smart", "fox")["changed"] == 1
    assert dtk("albums", "add", "castles", "fox")["changed"] == 2
    assert dtk("albums", "remove", "castles", "castle")["changed"] == 2
    dtk("albums", "rename", "castles", "Animals")
    found = dtk("albums", "list", "--order", "name")
    assert [(album["name"], album["count"], album["smart"]) for album in found] == [
        ("Animals", 2, False),
        ("Foxes", 2, True),
    ]
    dtk("albums", "convert", "foxes")
    dtk("albums", "delete", "animals")
    assert [(album["name"], album["smart"]) for album in dtk("albums", "list")] == [("Foxes", False)]
    dtk("albums", "create", "Wrong", "--smart", "rating>>5", code=2)
    dtk("albums", "add", "Gone", "fox", code=1)


def test_queries_are_saved(dtk: Dtk) -> None:
    dtk("queries", "save", "Castles", "castle", "rating>=8", "--sort", "rating")
    dtk("queries", "save", "castles", "fox", code=2)
    dtk("queries", "save", "castles", "fox", "--overwrite")
    dtk("queries", "rename", "CASTLES", "Foxes")
    assert [(saved["name"], saved["query"]) for saved in dtk("queries", "list")] == [("Foxes", "fox")]
    dtk("queries", "delete", "foxes")
    assert dtk("queries", "list") == []


def test_lists_can_be_read_by_people(dtk: Dtk, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    dtk("tags", "create", "a [bold]tag")
    dtk("albums", "create", "an [bold]album")
    dtk("queries", "save", "a [bold]query", "castle")
    for command in (("tags", "list"), ("albums", "list"), ("queries", "list"), ("undo", "--list")):
        capfdbinary.readouterr()
        assert run([*command]) == 0
        assert "[bold]" in capfdbinary.readouterr().out.decode()
