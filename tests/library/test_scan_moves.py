"""Files that move keep what was said of them; copies and successors never inherit it."""

import os
import shutil
from pathlib import Path

from scan_pictures import DEEP, QUICK, by_name, images, png, rate, run, write

from diffusion_toolkit.store.database import Collection


def test_a_renamed_folder_keeps_every_image(collection: Collection, tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / "before" / f"{number}.png", png(seed=number))
    run(collection, tmp_path)
    ids = {row["name"]: row["id"] for row in images(collection)}
    rate(collection, "before/3.png", 8)
    (tmp_path / "before").rename(tmp_path / "after")
    assert run(collection, tmp_path) == {"files": 5, "moved": 5}
    rows = by_name(collection)
    assert {row["name"]: row["id"] for row in rows.values()} == ids
    assert rows["after/3.png"]["rating"] == 8
    assert all(row["phase"] == 1 for row in rows.values())


def test_a_renamed_file_is_recognised_by_its_content(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png", png(seed=1), mtime_s=1_700_000_000)
    write(tmp_path / "z.png", png(seed=2), mtime_s=1_700_000_000)
    run(collection, tmp_path)
    a = rate(collection, "a.png", 3)
    (tmp_path / "a.png").rename(tmp_path / "b.png")
    assert run(collection, tmp_path, QUICK) == {"files": 2, "moved": 1}
    assert by_name(collection)["b.png"]["id"] == a


def test_same_size_and_time_but_other_content_is_no_move(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png", png(seed=1), mtime_s=1_700_000_000)
    write(tmp_path / "z.png", png(seed=3), mtime_s=1_700_000_000)
    run(collection, tmp_path)
    rate(collection, "a.png", 3)
    (tmp_path / "a.png").unlink()
    write(tmp_path / "b.png", png(seed=2), mtime_s=1_700_000_000)
    assert run(collection, tmp_path) == {"files": 2, "new": 1, "missing": 1}
    assert by_name(collection)["b.png"]["rating"] is None


def test_before_the_first_reading_a_move_is_told_by_its_name(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a" / "x.png", mtime_s=1_700_000_000)
    write(tmp_path / "y.png", png(seed=5))
    run(collection, tmp_path, QUICK)
    image_id = rate(collection, "a/x.png", 4)
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "x.png").rename(tmp_path / "b" / "x.png")
    assert run(collection, tmp_path, QUICK) == {"files": 2, "moved": 1}
    assert by_name(collection)["b/x.png"]["id"] == image_id


def test_a_copy_does_not_inherit(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    run(collection, tmp_path)
    rate(collection, "a.png", 10)
    shutil.copy2(tmp_path / "a.png", tmp_path / "b.png")  # same time too
    shutil.copy(tmp_path / "a.png", tmp_path / "c.png")
    assert run(collection, tmp_path) == {"files": 3, "new": 2}
    ratings = {name: row["rating"] for name, row in by_name(collection).items()}
    assert ratings == {"a.png": 10, "b.png": None, "c.png": None}


def test_a_file_moves_between_roots(collection: Collection, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write(one / "a.png")
    write(one / "stays.png", png(seed=9))
    write(two / "other.png", png(seed=8))
    run(collection, one)
    run(collection, two)
    image_id = rate(collection, "a.png", 6)
    (one / "a.png").rename(two / "a.png")
    assert run(collection, two) == {"files": 2, "moved": 1}
    assert by_name(collection)["a.png"]["id"] == image_id
    assert run(collection, one) == {"files": 1}


def test_an_unplugged_drive_does_not_give_its_images_away(collection: Collection, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write(one / "a.png")
    run(collection, one)
    rate(collection, "a.png", 6)
    two.mkdir()
    shutil.copy2(one / "a.png", two / "a.png")
    one.rename(tmp_path / "unplugged")
    assert run(collection, two) == {"files": 1, "new": 1}
    assert [row["rating"] for row in images(collection)] == [6, None]


def test_a_missing_image_is_found_again_by_content_alone(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png", png(seed=1))
    write(tmp_path / "b.png", png(seed=2))
    run(collection, tmp_path)
    image_id = rate(collection, "a.png", 7)
    (tmp_path / "a.png").unlink()
    run(collection, tmp_path)
    write(tmp_path / "again.png", png(seed=1), mtime_s=1_600_000_000)
    assert run(collection, tmp_path) == {"files": 2, "moved": 1}
    row = by_name(collection)["again.png"]
    assert (row["id"], row["rating"]) == (image_id, 7)
    assert len(images(collection)) == 2


def test_a_file_moved_and_stripped_elsewhere_is_recognised_by_its_picture(
    collection: Collection, tmp_path: Path
) -> None:
    write(tmp_path / "a.png", png("a fox", seed=1, shade=7))
    write(tmp_path / "b.png", png("a crow", seed=2, shade=8))
    run(collection, tmp_path)
    image_id = rate(collection, "a.png", 7)
    (tmp_path / "a.png").unlink()
    write(tmp_path / "stripped" / "x.png", png(None, shade=7))
    assert run(collection, tmp_path)["moved"] == 1
    row = by_name(collection)["stripped/x.png"]
    assert (row["id"], row["rating"]) == (image_id, 7)


def test_a_copy_stripped_beside_its_original_inherits_nothing(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png", png("a fox", seed=1, shade=7))
    run(collection, tmp_path)
    rate(collection, "a.png", 7)
    write(tmp_path / "x.png", png(None, shade=7))
    run(collection, tmp_path)
    (tmp_path / "a.png").unlink()
    run(collection, tmp_path)
    assert by_name(collection)["x.png"]["rating"] is None


def test_the_same_failure_of_another_seed_inherits_nothing(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "black.png", png("a fox", seed=1))
    write(tmp_path / "other.png", png("a crow", seed=5, shade=8))
    run(collection, tmp_path)
    rate(collection, "black.png", 1)
    (tmp_path / "black.png").unlink()
    write(tmp_path / "later.png", png("a crow", seed=2))
    run(collection, tmp_path)
    assert by_name(collection)["later.png"]["rating"] is None


def test_of_two_stripped_copies_neither_inherits(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png", png("a fox", seed=1, shade=7))
    write(tmp_path / "b.png", png("a crow", seed=2, shade=8))
    run(collection, tmp_path)
    rate(collection, "a.png", 7)
    (tmp_path / "a.png").unlink()
    for name in ("x.png", "y.png"):
        write(tmp_path / name, png(None, shade=7))
    run(collection, tmp_path)
    assert {row["rating"] for row in by_name(collection).values()} == {None}


def test_what_was_rated_meanwhile_stays_an_image_of_its_own(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png", png(seed=1))
    write(tmp_path / "b.png", png(seed=2))
    run(collection, tmp_path)
    rate(collection, "a.png", 7)
    (tmp_path / "a.png").unlink()
    run(collection, tmp_path)
    write(tmp_path / "again.png", png(seed=1), mtime_s=1_600_000_000)
    run(collection, tmp_path, QUICK)
    rate(collection, "again.png", 2)
    run(collection, tmp_path, DEEP)
    assert by_name(collection)["again.png"]["rating"] == 2
    assert {row["rating"] for row in images(collection) if row["missing_since"]} == {7}


def test_an_emptied_folder_that_starts_again_makes_new_images(collection: Collection, tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"ComfyUI_0000{number}_.png", png(f"old {number}", seed=number, shade=number))
    run(collection, tmp_path)
    rate(collection, "ComfyUI_00001_.png", 10)
    for number in range(3):
        write(tmp_path / f"ComfyUI_0000{number}_.png", png(f"new {number}", seed=100 + number, shade=100 + number))
    counts = run(collection, tmp_path)
    assert counts["changed"] == 3
    rows = by_name(collection)
    assert {row["prompt"] for row in rows.values()} == {"new 0", "new 1", "new 2"}
    assert all(row["rating"] is None for row in rows.values())
    old = [row for row in images(collection) if row["missing_since"]]
    assert {row["prompt"] for row in old} == {"old 0", "old 1", "old 2"}
    assert {row["rating"] for row in old} == {None, 10}


def test_pictures_archived_before_the_folder_starts_again_keep_their_rating(
    collection: Collection, tmp_path: Path
) -> None:
    write(tmp_path / "output" / "ComfyUI_00001_.png", png("old", seed=1, shade=1), mtime_s=1_700_000_000)
    run(collection, tmp_path)
    image_id = rate(collection, "output/ComfyUI_00001_.png", 9)
    (tmp_path / "archive").mkdir()
    (tmp_path / "output" / "ComfyUI_00001_.png").rename(tmp_path / "archive" / "ComfyUI_00001_.png")
    write(tmp_path / "output" / "ComfyUI_00001_.png", png("new", seed=2, shade=2))
    run(collection, tmp_path)
    rows = by_name(collection)
    assert rows["archive/ComfyUI_00001_.png"]["id"] == image_id
    assert rows["archive/ComfyUI_00001_.png"]["rating"] == 9
    assert rows["output/ComfyUI_00001_.png"]["rating"] is None
    assert rows["output/ComfyUI_00001_.png"]["prompt"] == "new"
    assert len(images(collection)) == 2


def test_two_files_that_swap_names_swap_their_ratings(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png", png("first", seed=1, shade=1), mtime_s=1_700_000_000)
    write(tmp_path / "b.png", png("second", seed=2, shade=2), mtime_s=1_700_000_500)
    run(collection, tmp_path)
    rate(collection, "a.png", 1)
    rate(collection, "b.png", 2)
    os.rename(tmp_path / "a.png", tmp_path / "c")
    os.rename(tmp_path / "b.png", tmp_path / "a.png")
    os.rename(tmp_path / "c", tmp_path / "b.png")
    run(collection, tmp_path)
    rows = by_name(collection)
    assert (rows["a.png"]["prompt"], rows["a.png"]["rating"]) == ("second", 2)
    assert (rows["b.png"]["prompt"], rows["b.png"]["rating"]) == ("first", 1)


def test_an_edit_of_the_picture_alone_or_of_the_recipe_alone_keeps_the_image(
    collection: Collection, tmp_path: Path
) -> None:
    write(tmp_path / "a.png", png("castle", shade=1))
    write(tmp_path / "b.png", png("castle", seed=2, shade=1))
    run(collection, tmp_path)
    ids = [rate(collection, "a.png", 5), rate(collection, "b.png", 6)]
    write(tmp_path / "a.png", png("castle", shade=99), mtime_s=1_700_000_000)
    write(tmp_path / "b.png", png("tower", seed=3, shade=1), mtime_s=1_700_000_000)
    assert run(collection, tmp_path) == {"files": 2, "changed": 2}
    rows = by_name(collection)
    assert [rows["a.png"]["id"], rows["b.png"]["id"]] == ids
    assert rows["b.png"]["prompt"] == "tower"
