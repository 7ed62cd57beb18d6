"""Watching: what happens in a root is there a moment later, and nothing is lost by it. With real files and events."""

import os
import time
from pathlib import Path

import pytest
from scan_pictures import BOTH, by_name, images, png, run, write
from watching_roots import eventually, hows, prompts, rated_root, watching

from diffusion_toolkit.library.folders.lookup import folder_id_of
from diffusion_toolkit.library.folders.marks import Mark, mark_folders
from diffusion_toolkit.store.database import Collection


@pytest.fixture
def top(collection: Collection, tmp_path: Path) -> Path:
    """A root of one picture, scanned and rated."""
    return rated_root(collection, tmp_path / "pictures")


def test_a_new_file_is_there_with_its_metadata(collection: Collection, top: Path) -> None:
    with watching(collection):
        write(top / "new.png", png("new", 2))
        write(top / "deep" / "er" / "in.png", png("in", 3))
        eventually(lambda: prompts(collection) == {"old.png": "old", "new.png": "new", "deep/er/in.png": "in"})


def test_a_file_that_is_still_written_waits(collection: Collection, top: Path) -> None:
    content = png("slow", 2)
    with watching(collection):
        with (top / "slow.png").open("wb", buffering=0) as file:
            for part in (content[:20], content[20:-8], content[-8:]):
                file.write(part)
                time.sleep(0.8)
                assert "slow.png" not in by_name(collection)
        eventually(lambda: prompts(collection).get("slow.png") == "slow")
        assert not by_name(collection)["slow.png"]["problems"]


def test_a_truncated_file_is_read_again_when_it_is_whole(collection: Collection, top: Path) -> None:
    content = png("late", 2)
    with watching(collection):
        write(top / "late.png", content[:40])
        eventually(lambda: bool(by_name(collection).get("late.png", {}).get("problems")))
        before = (top / "late.png").stat()
        with (top / "late.png").open("r+b") as file:
            file.write(content)
        os.utime(top / "late.png", ns=(before.st_atime_ns, before.st_mtime_ns))
        eventually(lambda: prompts(collection)["late.png"] == "late")


def test_renaming_and_moving_keeps_the_rating(collection: Collection, top: Path) -> None:
    (top / "sub").mkdir()
    with watching(collection):
        (top / "old.png").rename(top / "renamed.png")
        eventually(lambda: by_name(collection).get("renamed.png", {}).get("rating") == 7)
        (top / "renamed.png").rename(top / "sub" / "moved.png")
        eventually(lambda: by_name(collection).get("sub/moved.png", {}).get("rating") == 7)
        assert len(images(collection)) == 1


def test_a_renamed_folder_keeps_its_number_and_pictures(collection: Collection, top: Path) -> None:
    for number in range(5):
        write(top / "a" / f"{number}.png", png(seed=number))
        write(top / "a" / "b" / f"{number}.png", png(seed=10 + number))
    run(collection, top)
    folder = by_name(collection)["a/0.png"]["folder_id"]
    ids = {row["id"] for row in images(collection)}
    with watching(collection):
        (top / "a").rename(top / "z")
        eventually(lambda: {"z/0.png", "z/b/4.png"} <= set(by_name(collection)))
        eventually(lambda: not any(place.startswith("a/") for place in by_name(collection)))
    assert by_name(collection)["z/0.png"]["folder_id"] == folder
    assert {row["id"] for row in images(collection)} == ids


def test_a_picture_that_moves_to_another_root_keeps_its_rating(
    collection: Collection, top: Path, tmp_path: Path
) -> None:
    write(tmp_path / "other" / "x.png", png("x", 9))
    run(collection, tmp_path / "other")
    write(top / "stays.png", png("stays", 3))
    with watching(collection):
        eventually(lambda: len(hows(collection)) == 2)
        (top / "old.png").rename(tmp_path / "other" / "old.png")
        eventually(lambda: root_of(collection, "old.png") == str(tmp_path / "other"))
        assert by_name(collection)["old.png"]["rating"] == 7


def root_of(collection: Collection, name: str) -> str:
    """In which root a picture lies now."""
    return str(by_name(collection).get(name, {}).get("root"))


def test_a_deleted_file_is_missing_with_its_rating(collection: Collection, top: Path) -> None:
    write(top / "stays.png", png("stays", 3))
    with watching(collection):
        (top / "old.png").unlink()
        eventually(lambda: set(by_name(collection)) == {"stays.png"})
        assert images(collection)[0]["rating"] == 7
        write(top / "old.png", png("old", 1))
        eventually(lambda: by_name(collection).get("old.png", {}).get("rating") == 7)


def test_a_text_beside_a_picture_is_read_when_it_comes(collection: Collection, top: Path) -> None:
    write(top / "bare.png", png(None))
    with watching(collection):
        eventually(lambda: "bare.png" in by_name(collection))
        text = "a lighthouse\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 8x8, Model: dream"
        (top / "bare.txt").write_text(text)
        eventually(lambda: prompts(collection)["bare.png"] == "a lighthouse")


def test_a_flood_becomes_few_scans(collection: Collection, top: Path) -> None:
    content = png("flood", 5)
    with watching(collection):
        for number in range(2_000):
            write(top / "flood" / f"{number:04}.png", content)
        eventually(lambda: len(by_name(collection)) == 2_001)


def test_what_is_not_for_the_library_stays_out(collection: Collection, top: Path, tmp_path: Path) -> None:
    write(tmp_path / "outside" / "secret.png", png("secret"))
    with watching(collection):
        (top / "link").symlink_to(tmp_path / "outside")
        write(top / ".thumbnails" / "small.png")
        write(top / "notes.tmp", b"x")
        write(tmp_path / "outside" / "other.png", png("other"))
        write(top / "last.png", png("last", 2))
        eventually(lambda: "last.png" in by_name(collection))
        time.sleep(1.0)
        assert set(by_name(collection)) == {"old.png", "last.png"}


def test_excluded_and_archived_folders_are_passed_over(collection: Collection, top: Path) -> None:
    marks: tuple[Mark, ...] = ("excluded", "archived")
    for mark in marks:
        write(top / mark / "before.png", png(mark, 3))
    run(collection, top, BOTH)
    for mark in marks:
        mark_folders(collection, [folder_id_of(collection, top / mark)], mark, "tree")
    with watching(collection):
        for mark in marks:
            write(top / mark / "after.png", png("after", 4))
            write(top / mark / "deeper" / "after.png", png("after", 5))
        write(top / "last.png", png("last", 2))
        eventually(lambda: "last.png" in by_name(collection))
        time.sleep(1.0)
        assert set(by_name(collection)) == {"old.png", "last.png", "excluded/before.png", "archived/before.png"}


def test_a_name_that_is_no_text_does_not_stop_the_watching(collection: Collection, top: Path) -> None:
    with watching(collection):
        (top / os.fsdecode(b"\xff\xfe.png")).write_bytes(png("odd", 3))
        eventually(lambda: "odd" in prompts(collection).values())
        write(top / "after.png", png("after", 2))
        eventually(lambda: prompts(collection).get("after.png") == "after")
