"""Writing out: pixels and recipes stay, recipes beside pictures are never touched, everything is taken back."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.generators import read_file
from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.library.files.kinds import KINDS
from diffusion_toolkit.library.files.operations import temporary_name
from diffusion_toolkit.library.files.work import Outcome, begin, carry_out, finish, held, outcome, settle
from diffusion_toolkit.library.portable.xmp_ratings import foreign_curation
from diffusion_toolkit.library.tags import Tagging, tag_images
from diffusion_toolkit.library.undo import last_actions, undo
from diffusion_toolkit.library.writing_out.picture_files import LEFT_OUT
from diffusion_toolkit.library.writing_out.plan import (
    ACTION,
    PictureOptions,
    Plan,
    SidecarOptions,
    plan_into_pictures,
    plan_sidecars,
)
from diffusion_toolkit.library.writing_out.texts import Said, TextOptions, said, sidecar_text
from diffusion_toolkit.store import file_operations, model_tags
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.described import SaidTag
from library.scan_pictures import images, png, run, write
from pictures import parameters

BOOK = Path(__file__).parents[1] / "book" / "files"
Library = Callable[..., dict[str, int]]


@pytest.fixture
def library(collection: Collection, tmp_path: Path) -> Library:
    """Puts pictures into a folder, scans it, and gives their numbers by name."""

    def make(**files: bytes) -> dict[str, int]:
        for name, content in files.items():
            write(tmp_path / "pictures" / name.replace("__", "."), content)
        run(collection, tmp_path / "pictures")
        return {row["name"]: row["id"] for row in images(collection)}

    return make


def done(collection: Collection, plan: Plan) -> Outcome:
    journal_id = finish(carry_out(collection, ACTION, plan.operations, plan.sentence))
    return outcome(collection, journal_id)


def test_which_tags_are_written_and_how() -> None:
    tags = [
        SaidTag(name="mine", source="user", confidence=None),
        SaidTag(name="long hair", source="wd", confidence=0.9),
        SaidTag(name="fox (animal)", source="joytag", confidence=0.6),
        SaidTag(name="Long_Hair", source="joytag", confidence=0.3),
        SaidTag(name="^_^", source="wd", confidence=0.2),
    ]

    def names(**options: Any) -> tuple[str, ...]:
        return said(tags, " a caption ", TextOptions(**options)).tags

    assert names() == ("mine", "long hair", "fox (animal)", "^_^")
    assert names(threshold=0.5, first=("ohwx", "mine")) == ("ohwx", "mine", "long hair", "fox (animal)")
    assert names(sources=("wd",), underscores=True) == ("long_hair", "^_^")
    assert names(escape=True, order="name", most=3) == ("^_^", "fox \\(animal\\)", "long hair")
    with pytest.raises(UsageError):
        TextOptions(threshold=2)


def test_the_forms_of_sidecars() -> None:
    words = Said(tags=("fox", "snow"), caption="A fox,\nin snow.")
    assert sidecar_text("tags", words) == "fox, snow"
    assert sidecar_text("tags", words, "SNOW, night\n") == "SNOW, night, fox"
    assert sidecar_text("caption", words) == "A fox, in snow."
    assert sidecar_text("caption", words, "Before.\n") == "Before.\nA fox, in snow."
    assert sidecar_text("caption", words, "A fox, in snow.") == "A fox, in snow."
    assert sidecar_text("both", words) == "fox, snow, A fox, in snow."
    assert json.loads(sidecar_text("json", words)) == {"tags": "fox, snow", "caption": "A fox, in snow."}
    added = json.loads(sidecar_text("json", words, '{"tags": "snow", "score": 1}'))
    assert added == {"tags": "snow, fox", "score": 1, "caption": "A fox, in snow."}
    assert sidecar_text("tags", Said(tags=(), caption="x")) == ""
    with pytest.raises(UsageError, match="no JSON"):
        sidecar_text("json", words, "fox, snow")


def test_sidecars_are_written_and_taken_back(collection: Collection, library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    ids = library(a__png=png(), b__png=png(seed=2), c__png=png(seed=3), d__png=png(seed=4), d__jpg=png(seed=5))
    (folder / "b.txt").write_text("old, words\n")
    (folder / "c.txt").write_text(parameters("a castle", seed=3))
    (folder / "c.png.txt").write_text("elsewhere")
    tag_images(collection, list(ids.values()), Tagging(add=["fox", "old"]))
    plan = plan_sidecars(collection, list(ids.values()), SidecarOptions(existing="append"))
    problems = {Path(item.path).name: item.problem or "" for item in plan.problems}
    assert sorted(problems) == ["c.png", "d.jpg", "d.png"]
    assert "says how the picture was made" in problems["c.png"]
    assert "would belong to" in problems["d.png"]
    assert not (folder / "a.txt").exists()
    went = done(collection, plan)
    assert (went.done, went.failed) == (2, 0)
    assert (folder / "a.txt").read_text() == "fox, old\n"
    assert (folder / "b.txt").read_text() == "old, words, fox\n"
    assert (folder / "c.txt").read_text() == parameters("a castle", seed=3)
    assert last_actions(collection, 1)[0].sentence == "Wrote tags and captions beside 2 pictures"
    assert plan_sidecars(collection, [ids["b.png"]], SidecarOptions(existing="append")).operations == []
    assert plan_sidecars(collection, [ids["b.png"]], SidecarOptions(existing="skip")).operations == []
    undo(collection, went.journal_id)
    assert not (folder / "a.txt").exists()
    assert (folder / "b.txt").read_text() == "old, words\n"
    assert sorted(os.listdir(folder)) == ["a.png", "b.png", "b.txt", "c.png", "c.png.txt", "c.txt", "d.jpg", "d.png"]


def test_a_sidecar_that_was_changed_since_stays(collection: Collection, library: Library, tmp_path: Path) -> None:
    ids = library(a__png=png())
    tag_images(collection, list(ids.values()), Tagging(add=["fox"]))
    plan = plan_sidecars(collection, list(ids.values()), SidecarOptions(form="json", existing="overwrite"))
    sidecar = tmp_path / "pictures" / "a.json"
    sidecar.write_text("{}")
    assert done(collection, plan).failed == 1
    assert sidecar.read_text() == "{}"
    went = done(
        collection, plan_sidecars(collection, list(ids.values()), SidecarOptions(form="json", existing="append"))
    )
    sidecar.write_text('{"tags": "mine"}')
    with pytest.raises(UsageError, match="changed"):
        undo(collection, went.journal_id)
    assert sidecar.read_text() == '{"tags": "mine"}'


def test_a_picture_is_described_found_again_and_taken_back(
    collection: Collection, library: Library, tmp_path: Path
) -> None:
    ids = library(a__png=png("a castle", seed=7))
    path = tmp_path / "pictures" / "a.png"
    before, status = path.read_bytes(), path.stat()
    tag_images(collection, list(ids.values()), Tagging(add=["fox", "snow & ice"]))
    with collection.begin() as connection:
        model_tags.write(connection, "wd", [(ids["a.png"], [("sky", 0.4)])])
    curate(collection, list(ids.values()), Change(caption="A red fox."))
    plan = plan_into_pictures(collection, list(ids.values()), PictureOptions(keep_time=True))
    went = done(collection, plan)
    assert (went.done, path.stat().st_mtime_ns) == (1, status.st_mtime_ns)
    assert path.read_bytes() != before
    run(collection, tmp_path / "pictures")
    (row,) = images(collection)
    assert (row["id"], row["prompt"], row["missing_since"]) == (ids["a.png"], "a castle", None)
    assert done(collection, plan).done == 1
    undo(collection, went.journal_id)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, status.st_mtime_ns)
    assert os.listdir(tmp_path / "pictures") == ["a.png"]


def test_other_formats_and_changed_files_are_told(collection: Collection, library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("L", (8, 8)).save(folder / "b.gif")
    ids = library(a__png=png())
    tag_images(collection, list(ids.values()), Tagging(add=["fox"]))
    plan = plan_into_pictures(collection, list(ids.values()), PictureOptions(what="tags"))
    assert [(Path(item.path).name, item.problem) for item in plan.problems] == [
        ("b.gif", "Tags and captions are written into PNG, JPEG and WebP files only. Write them beside it.")
    ]
    went = done(collection, plan)
    content = (folder / "a.png").read_bytes()
    (folder / "a.png").write_bytes(content + b"\0")
    with pytest.raises(UsageError, match="changed since"):
        undo(collection, went.journal_id)
    (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    went = done(collection, plan)
    assert (went.failed, went.problems[0].message) == (1, "This PNG file is damaged; nothing is written into it.")
    assert (folder / "a.png").read_bytes() == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("name", ["drawthings/drawthings-description.png", "mflux/mflux-xmp.png"])
def test_a_description_that_is_the_recipe_stays(collection: Collection, tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "pictures" / "a.png", (BOOK / name).read_bytes())
    recipe = read_file(path).recipe
    run(collection, tmp_path / "pictures")
    (number,) = (row["id"] for row in images(collection))
    tag_images(collection, [number], Tagging(add=["fox"]))
    curate(collection, [number], Change(caption="A red fox."))
    went = done(collection, plan_into_pictures(collection, [number], PictureOptions()))
    assert (went.done, [problem.message for problem in went.problems]) == (1, [LEFT_OUT])
    assert read_file(path).recipe == recipe
    assert foreign_curation(str(path)).tags == ("fox",)


@pytest.mark.parametrize("reached", [False, True])
def test_what_a_crash_left_is_settled(collection: Collection, library: Library, tmp_path: Path, reached: bool) -> None:
    ids = library(a__png=png())
    tag_images(collection, list(ids.values()), Tagging(add=["fox"]))
    chosen = list(ids.values())
    plans = (
        plan_sidecars(collection, chosen, SidecarOptions()),
        plan_into_pictures(collection, chosen, PictureOptions()),
    )
    journal_ids = [begin(collection, ACTION, plan.operations, plan.sentence) for plan in plans]
    for journal_id in journal_ids:
        with collection.begin() as connection:
            (operation,) = file_operations.start(connection, journal_id, 1)
        (tmp_path / "pictures" / Path(temporary_name(operation, 0)).name).write_bytes(b"half")
        if reached:
            assert KINDS[operation.kind].perform(operation).happened
    with held(collection):
        assert settle(collection) == 2
    beside, inside = (outcome(collection, journal_id) for journal_id in journal_ids)
    assert (beside.done, beside.failed) == ((1, 0) if reached else (0, 1))
    assert "is whole in any case" in inside.problems[0].message
    assert read_file(tmp_path / "pictures" / "a.png").recipe is not None
    assert sorted(os.listdir(tmp_path / "pictures")) == (["a.png", "a.txt"] if reached else ["a.png"])
    if reached:
        undo(collection, journal_ids[0])
        assert os.listdir(tmp_path / "pictures") == ["a.png"]
