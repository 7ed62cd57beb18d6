"""Moving, copying and renaming pictures: files, sidecars and what is known of them go together."""

import os
from pathlib import Path

import pytest
from files_world import copy, done, id_of, move, on_disk, places, present, rate, rating_of, scanned
from scan_pictures import QUICK, images, png, run, write

from diffusion_toolkit.errors import NotFound, Refused
from diffusion_toolkit.library.files.moving import plan_move
from diffusion_toolkit.library.files.places import folder_called
from diffusion_toolkit.library.files.renaming import plan_pattern, plan_rename
from diffusion_toolkit.store.database import Collection


@pytest.mark.parametrize("by_copy", [False, True])
def test_a_moved_picture_keeps_number_rating_and_dates(collection: Collection, tmp_path: Path, by_copy: bool) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "b/two.png")
    rate(collection, ids["a/one.png"], 8)
    os.utime(tmp_path / "a/one.png", ns=(1_600_000_000_123_456_789, 1_600_000_000_123_456_789))
    run(collection, tmp_path, QUICK)
    content = (tmp_path / "a/one.png").read_bytes()
    went = move(collection, [ids["a/one.png"]], tmp_path / "b", by_copy=by_copy)
    assert (went.done, went.failed, went.problems) == (1, 0, ())
    assert on_disk(tmp_path) == {str(tmp_path / "b/one.png"), str(tmp_path / "b/two.png")}
    assert (tmp_path / "b/one.png").read_bytes() == content
    assert (tmp_path / "b/one.png").stat().st_mtime_ns == 1_600_000_000_123_456_789
    assert id_of(collection, tmp_path / "b/one.png") == ids["a/one.png"]
    assert rating_of(collection, ids["a/one.png"]) == 8
    assert run(collection, tmp_path, QUICK) == {"files": 2}
    assert len(images(collection)) == 2


def test_files_of_the_same_name_go_along(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "b/x.png")
    for name in ("one.txt", "one.png.json", "one.caption", "one.xmp", "other.txt", "one2.txt"):
        write(tmp_path / "a" / name, b"{}")
    move(collection, [ids["a/one.png"]], tmp_path / "b")
    assert sorted(os.listdir(tmp_path / "a")) == ["one2.txt", "other.txt"]
    assert sorted(os.listdir(tmp_path / "b")) == [
        "one.caption", "one.png", "one.png.json", "one.txt", "one.xmp", "x.png"
    ]  # fmt: skip


def test_a_text_that_two_pictures_share_stays_with_the_one_that_stays(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "a/one.webp", "b/x.png")
    write(tmp_path / "a/one.txt", b"a caption")
    move(collection, [ids["a/one.png"]], tmp_path / "b")
    assert (tmp_path / "a/one.txt").read_bytes() == (tmp_path / "b/one.txt").read_bytes() == b"a caption"
    move(collection, [ids["a/one.webp"]], tmp_path / "b", clash="number")
    assert sorted(os.listdir(tmp_path / "b")) == [
        "one (2).txt", "one (2).webp", "one.png", "one.txt", "x.png"
    ]  # fmt: skip


def test_a_text_that_two_pictures_share_goes_when_both_go(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "a/one.webp", "b/x.png")
    write(tmp_path / "a/one.txt", b"a caption")
    assert move(collection, [ids["a/one.png"], ids["a/one.webp"]], tmp_path / "b").done == 2
    assert os.listdir(tmp_path / "a") == []
    assert sorted(os.listdir(tmp_path / "b")) == ["one.png", "one.txt", "one.webp", "x.png"]


def test_nothing_is_ever_overwritten(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "b/one.png", "c/one.png")
    write(tmp_path / "d/one.txt", b"mine")
    write(tmp_path / "a/one.txt", b"of a")
    refused = move(collection, [ids["a/one.png"]], tmp_path / "b", clash="refuse")
    assert (refused.total, refused.done) == (0, 0)
    moved = move(collection, list(ids.values()), tmp_path / "d")
    assert moved.done == 3
    assert sorted(os.listdir(tmp_path / "d")) == [
        "one (2).png", "one (2).txt", "one (3).png", "one.png", "one.txt"
    ]  # fmt: skip
    assert (tmp_path / "d/one.txt").read_bytes() == b"mine"
    assert (tmp_path / "d/one (2).txt").read_bytes() == b"of a"
    assert id_of(collection, tmp_path / "d/one (2).png") == ids["a/one.png"]


def test_a_file_that_came_after_the_plan_is_not_overwritten(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "b/x.png")
    write(tmp_path / "a/one.txt", b"text")
    plan = plan_move(collection, [ids["a/one.png"]], folder_called(collection, str(tmp_path / "b")))
    write(tmp_path / "b/one.txt", b"a stranger")
    went = done(collection, plan)
    assert (went.done, went.failed) == (0, 1)
    assert "already" in went.problems[0].message
    assert (tmp_path / "a/one.png").exists()
    assert (tmp_path / "a/one.txt").read_bytes() == b"text"
    assert (tmp_path / "b/one.txt").read_bytes() == b"a stranger"
    assert not (tmp_path / "b/one.png").exists()
    assert id_of(collection, tmp_path / "a/one.png") == ids["a/one.png"]


def test_a_copy_is_a_new_picture(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "b/x.png", deep=True)
    rate(collection, ids["a/one.png"], 9)
    assert copy(collection, [ids["a/one.png"]], tmp_path / "b").done == 1
    copied = id_of(collection, tmp_path / "b/one.png")
    assert copied not in ids.values()
    assert rating_of(collection, copied) is None
    rows = {row["id"]: row for row in present(collection)}
    assert rows[copied]["prompt"] == "a castle"
    assert rows[copied]["phase"] == 1
    assert rows[copied]["record"] == rows[ids["a/one.png"]]["record"]
    (tmp_path / "a/one.png").unlink()
    run(collection, tmp_path)
    assert rating_of(collection, id_of(collection, tmp_path / "b/one.png")) is None


def test_a_copy_into_its_own_folder_gets_a_number(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "one.png")
    copy(collection, list(ids.values()), tmp_path)
    copy(collection, list(ids.values()), tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["one (2).png", "one (3).png", "one.png"]
    assert run(collection, tmp_path, QUICK) == {"files": 3}


def test_files_go_only_into_the_library(collection: Collection, tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    ids = scanned(collection, root, "a/one.png")
    outside.mkdir()
    (root / "link").symlink_to(outside)
    (root / "inner").symlink_to(root / "a")
    (root / ".Trash-1000").mkdir()
    for folder in (outside, root / "link", root / "inner", root / ".." / "outside", root / ".Trash-1000"):
        with pytest.raises(Refused):
            move(collection, list(ids.values()), folder)
    with pytest.raises(NotFound):
        move(collection, list(ids.values()), root / "nowhere")
    assert (root / "a/one.png").exists()


def test_a_folder_that_becomes_a_link_after_the_plan(collection: Collection, tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    ids = scanned(collection, root, "a/one.png", "b/x.png")
    outside.mkdir()
    plan = plan_move(collection, [ids["a/one.png"]], folder_called(collection, str(root / "b")))
    (root / "b").rename(root / "c")
    (root / "b").symlink_to(outside)
    went = done(collection, plan)
    assert went.failed == 1
    assert "symbolic link" in went.problems[0].message
    assert list(outside.iterdir()) == []


def test_what_cannot_be_moved_says_why(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/gone.png", "a/here.png", "b/x.png")
    (tmp_path / "a/gone.png").unlink()
    to = folder_called(collection, str(tmp_path / "b"))
    plan = plan_move(collection, [*ids.values(), 10_000], to)
    assert plan.unknown == 1
    problems = {os.path.basename(item.source): item.problem for item in plan.problems}
    assert problems == {
        "gone.png": "The file or the folder is not there any more. Is its drive connected?",
        "x.png": "It is there already.",
    }
    assert [item.name for item in plan.ready] == ["here.png"]


def test_names_that_are_not_unicode(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    raw = os.fsencode(tmp_path) + b"/a\xff"
    os.mkdir(raw)
    with open(raw + b"/\xe9t\xe9.png", "wb") as file:
        file.write(png())
    write(tmp_path / "b/x.png")
    run(collection, tmp_path, QUICK)
    (row,) = [row for row in present(collection) if row["name"] != "x.png"]
    assert move(collection, [row["id"]], tmp_path / "b").done == 1
    assert b"\xe9t\xe9.png" in os.listdir(os.fsencode(tmp_path / "b"))
    assert run(collection, tmp_path, QUICK) == {"files": 2}


def test_a_scan_that_met_the_file_first_leaves_no_second_picture(collection: Collection, tmp_path: Path) -> None:
    """As if a scan found the file at its new place after the disk was touched and before the row was written."""
    ids = scanned(collection, tmp_path, "a/one.png", "b/x.png")
    rate(collection, ids["a/one.png"], 7)
    plan = plan_move(collection, [ids["a/one.png"]], folder_called(collection, str(tmp_path / "b")))
    write(tmp_path / "b/one.png", png(seed=77))
    run(collection, tmp_path, QUICK)
    (tmp_path / "b/one.png").unlink()
    assert done(collection, plan).done == 1
    assert places(collection) == {str(tmp_path / "b/one.png"), str(tmp_path / "b/x.png")}
    assert id_of(collection, tmp_path / "b/one.png") == ids["a/one.png"]
    assert run(collection, tmp_path, QUICK) == {"files": 2}


def test_a_rated_picture_in_the_way_that_is_gone_becomes_missing(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "b/one.png")
    rate(collection, ids["b/one.png"], 7)
    (tmp_path / "b/one.png").unlink()
    assert move(collection, [ids["a/one.png"]], tmp_path / "b").done == 1
    assert id_of(collection, tmp_path / "b/one.png") == ids["a/one.png"]
    assert rating_of(collection, ids["b/one.png"]) == 7
    assert rating_of(collection, ids["a/one.png"]) is None


def test_many_move_as_one_action(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, *(f"a/{number:03}.png" for number in range(150)), "b/x.png")
    chosen = [number for name, number in ids.items() if name.startswith("a/")]
    went = move(collection, chosen, tmp_path / "b")
    assert (went.done, went.left, len(went.image_ids)) == (150, 0, 150)
    assert len(list((tmp_path / "b").iterdir())) == 151
    assert run(collection, tmp_path, QUICK) == {"files": 151}


def test_a_name_keeps_its_ending(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "one.png", "two.PNG")
    write(tmp_path / "one.txt", b"text")
    done(collection, plan_rename(collection, ids["one.png"], "a cat v1.5"))
    done(collection, plan_rename(collection, ids["two.PNG"], "dog.png"))
    assert sorted(os.listdir(tmp_path)) == ["a cat v1.5.png", "a cat v1.5.txt", "dog.PNG"]
    assert id_of(collection, tmp_path / "dog.PNG") == ids["two.PNG"]
    assert run(collection, tmp_path, QUICK) == {"files": 2}


def test_a_taken_name_is_refused_or_numbered(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "one.png", "two.png")
    plan = plan_rename(collection, ids["one.png"], "two")
    assert [item.problem for item in plan.items] == ["There is a file of this name already."]
    done(collection, plan_rename(collection, ids["one.png"], "two", clash="number"))
    assert sorted(os.listdir(tmp_path)) == ["two (2).png", "two.png"]


def test_a_name_may_change_only_its_case(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "one.png")
    assert done(collection, plan_rename(collection, ids["one.png"], "One")).done == 1
    assert os.listdir(tmp_path) == ["One.png"]
    assert id_of(collection, tmp_path / "One.png") == ids["one.png"]


def test_a_picture_stays_one_whatever_it_was_called(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path / "a", ".png", "..png", "...PNG", "a.b.png")
    plan = plan_pattern(collection, [ids[name] for name in (".png", "..png", "...PNG", "a.b.png")], "x{index}")
    assert done(collection, plan).done == 4
    assert sorted(os.listdir(tmp_path / "a")) == ["x1.png", "x2.png", "x3.PNG", "x4.png"]


def test_names_of_a_pattern(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "a/two.png", "b/three.png", deep=True)
    plan = plan_pattern(collection, list(ids.values()), "{folder}-{index:3} {model} {seed} {rating}", first=7)
    assert [item.name for item in plan.ready] == [
        "a-007 dream 1 unknown.png",
        "a-008 dream 2 unknown.png",
        "b-009 dream 3 unknown.png",
    ]
    assert done(collection, plan).done == 3
    assert id_of(collection, tmp_path / "b/b-009 dream 3 unknown.png") == ids["b/three.png"]


def test_names_may_change_places(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "1.png", "2.png", "3.png", "4.png")
    write(tmp_path / "1.txt", b"of one")
    order = [ids["2.png"], ids["3.png"], ids["1.png"], ids["4.png"]]
    plan = plan_pattern(collection, order, "{index}")
    went = done(collection, plan)
    assert went.failed == 0
    assert sorted(os.listdir(tmp_path)) == ["1.png", "2.png", "3.png", "3.txt", "4.png"]
    assert [id_of(collection, tmp_path / f"{place}.png") for place in (1, 2, 3, 4)] == order
    assert (tmp_path / "3.txt").read_bytes() == b"of one"
    assert run(collection, tmp_path, QUICK) == {"files": 4}
