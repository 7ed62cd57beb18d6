"""Deleting and removing pictures, and taking back what was done to files."""

import os
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from files_world import copy, delete, done, id_of, move, on_disk, places, rate, rating_of, scanned
from scan_pictures import QUICK, images, png, run, write

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.files import trash
from diffusion_toolkit.library.files.removing import remove_entries, take_in_again
from diffusion_toolkit.library.files.renaming import plan_pattern
from diffusion_toolkit.library.files.undo import FILE_ACTIONS
from diffusion_toolkit.library.files.work import outcome
from diffusion_toolkit.library.undo import UNDOERS, undo
from diffusion_toolkit.store.database import Collection

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the trash of the test is that of Linux")


@pytest.fixture(autouse=True)
def trash_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trash of our own, so that no test puts anything into the real one."""
    home = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    monkeypatch.setattr("send2trash.plat_other.XDG_DATA_HOME", os.fsencode(home))
    monkeypatch.setattr("send2trash.plat_other.HOMETRASH_B", os.fsencode(home / "Trash"))
    return home / "Trash"


def missing(collection: Collection) -> set[int]:
    """The images whose files are gone."""
    return {row["id"] for row in images(collection) if row["missing_since"] is not None}


def test_all_actions_on_files_are_undone_by_files() -> None:
    assert set(FILE_ACTIONS) <= set(UNDOERS)


def test_a_move_is_taken_back(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "a/two.png", "b/x.png")
    write(tmp_path / "a/one.txt", b"text")
    before = on_disk(tmp_path)
    went = move(collection, [ids["a/one.png"], ids["a/two.png"]], tmp_path / "b")
    undone = undo(collection)
    assert (undone.journal_id, undone.changed) == (went.journal_id, 2)
    assert on_disk(tmp_path) == before
    assert id_of(collection, tmp_path / "a/two.png") == ids["a/two.png"]
    assert run(collection, tmp_path, QUICK) == {"files": 3}
    with pytest.raises(UsageError, match="already"):
        undo(collection, went.journal_id)


def test_a_move_across_drives_is_taken_back(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "b/x.png")
    before = on_disk(tmp_path)
    move(collection, [ids["a/one.png"]], tmp_path / "b", by_copy=True)
    undo(collection)
    assert on_disk(tmp_path) == before
    assert run(collection, tmp_path, QUICK) == {"files": 2}


def test_what_cannot_go_back_says_so_and_stays(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "a/two.png", "b/x.png")
    went = move(collection, [ids["a/one.png"], ids["a/two.png"]], tmp_path / "b")
    write(tmp_path / "a/one.png", png(seed=99))
    assert undo(collection).changed == 1
    assert id_of(collection, tmp_path / "b/one.png") == ids["a/one.png"]
    assert id_of(collection, tmp_path / "a/two.png") == ids["a/two.png"]
    (problem,) = outcome(collection, went.journal_id).problems
    assert problem.path == str(tmp_path / "b/one.png")
    assert "already" in problem.message


def test_nothing_that_can_go_back_is_an_error(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "b/x.png")
    move(collection, [ids["a/one.png"]], tmp_path / "b")
    write(tmp_path / "a/one.png", png(seed=99))
    with pytest.raises(UsageError, match="already"):
        undo(collection)
    (tmp_path / "a/one.png").unlink()
    assert undo(collection).changed == 1


def test_names_that_changed_places_change_back(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "1.png", "2.png", "3.png")
    done(collection, plan_pattern(collection, [ids["2.png"], ids["3.png"], ids["1.png"]], "{index}"))
    undo(collection)
    assert {name: id_of(collection, tmp_path / name) for name in ids} == ids
    assert run(collection, tmp_path, QUICK) == {"files": 3}


def test_an_unchanged_copy_is_taken_back(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "a/two.png", "a/three.png", "b/x.png")
    write(tmp_path / "a/one.txt", b"text")
    copy(collection, [ids["a/one.png"], ids["a/two.png"], ids["a/three.png"]], tmp_path / "b")
    rate(collection, id_of(collection, tmp_path / "b/two.png"), 5)
    (tmp_path / "b/three.png").write_bytes(png(seed=1234))
    with collection.begin() as connection:
        journal_id = connection.scalar(sa.text("SELECT id FROM journal WHERE action = 'files.copy'"))
    assert undo(collection, journal_id).changed == 1
    assert sorted(os.listdir(tmp_path / "b")) == ["three.png", "two.png", "x.png"]
    assert len(os.listdir(tmp_path / "a")) == 4
    assert str(tmp_path / "b/one.png") not in places(collection)


def test_the_trash_keeps_what_was_said_and_gives_it_back(
    collection: Collection, tmp_path: Path, trash_folder: Path
) -> None:
    ids = scanned(collection, tmp_path, "a/one.png", "a/two.png")
    write(tmp_path / "a/one.txt", b"text")
    rate(collection, ids["a/one.png"], 6)
    before = on_disk(tmp_path)
    went = delete(collection, [ids["a/one.png"]], for_good=False)
    assert (went.done, went.problems) == (1, ())
    assert on_disk(tmp_path) == {str(tmp_path / "a/two.png")}
    assert sorted(os.listdir(trash_folder / "files")) == ["one.png", "one.txt"]
    assert missing(collection) == {ids["a/one.png"]}
    assert run(collection, tmp_path, QUICK) == {"files": 1}
    undo(collection)
    assert on_disk(tmp_path) == before
    assert os.listdir(trash_folder / "info") == []
    assert id_of(collection, tmp_path / "a/one.png") == ids["a/one.png"]
    assert rating_of(collection, ids["a/one.png"]) == 6
    assert run(collection, tmp_path, QUICK) == {"files": 2}


def test_a_picture_that_a_person_takes_out_of_the_trash_is_known(
    collection: Collection, tmp_path: Path, trash_folder: Path
) -> None:
    ids = scanned(collection, tmp_path, "one.png", "two.png")
    rate(collection, ids["one.png"], 6)
    delete(collection, [ids["one.png"]], for_good=False)
    (trash_folder / "files/one.png").rename(tmp_path / "one.png")
    assert run(collection, tmp_path, QUICK) == {"files": 2, "back": 1}
    assert id_of(collection, tmp_path / "one.png") == ids["one.png"]


def test_an_emptied_trash_gives_nothing_back(collection: Collection, tmp_path: Path, trash_folder: Path) -> None:
    ids = scanned(collection, tmp_path, "one.png", "two.png")
    delete(collection, [ids["one.png"]], for_good=False)
    (trash_folder / "files/one.png").unlink()
    with pytest.raises(UsageError, match="not in the trash any more"):
        undo(collection)
    assert missing(collection) == {ids["one.png"]}


def test_without_a_trash_nothing_is_deleted(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from send2trash import TrashPermissionError

    def none(path: str) -> None:
        raise TrashPermissionError(path)

    ids = scanned(collection, tmp_path, "one.png")
    monkeypatch.setattr("send2trash.send2trash", none)
    went = delete(collection, list(ids.values()), for_good=False)
    assert (went.done, went.failed) == (0, 1)
    assert went.problems[0].message == trash.NO_TRASH
    assert (tmp_path / "one.png").exists()
    assert missing(collection) == set()


def test_deleted_for_good_is_gone_and_its_entry_can_come_back(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "one.png", "two.png", deep=True)
    write(tmp_path / "one.txt", b"text")
    rate(collection, ids["one.png"], 6)
    content = (tmp_path / "one.png").read_bytes()
    row = next(row for row in images(collection) if row["id"] == ids["one.png"])
    delete(collection, [ids["one.png"]], for_good=True)
    assert on_disk(tmp_path) == {str(tmp_path / "two.png")}
    assert [row["id"] for row in images(collection)] == [ids["two.png"]]
    undo(collection)
    assert on_disk(tmp_path) == {str(tmp_path / "two.png")}
    assert missing(collection) == {ids["one.png"]}
    back = next(row for row in images(collection) if row["id"] == ids["one.png"])
    kept = {"prompt", "seed", "rating", "record", "fingerprint", "cfg_scale", "file_date", "mtime_ns", "added_at"}
    assert {name: back[name] for name in kept} == {name: row[name] for name in kept}
    write(tmp_path / "restored.png", content)
    run(collection, tmp_path)
    assert id_of(collection, tmp_path / "restored.png") == ids["one.png"]


def test_a_shared_text_survives_the_deletion_of_one_of_its_pictures(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "one.png", "one.webp")
    write(tmp_path / "one.txt", b"text")
    delete(collection, [ids["one.png"]], for_good=True)
    assert sorted(os.listdir(tmp_path)) == ["one.txt", "one.webp"]
    delete(collection, [ids["one.webp"]], for_good=True)
    assert os.listdir(tmp_path) == []


def test_a_removed_entry_stays_away_until_it_is_undone(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "one.png", "two.png", "three.png")
    rate(collection, ids["one.png"], 6)
    removed = remove_entries(collection, [ids["one.png"], ids["two.png"]])
    assert removed.changed == 2
    assert [row["id"] for row in images(collection)] == [ids["three.png"]]
    assert len(os.listdir(tmp_path)) == 3
    assert run(collection, tmp_path, QUICK).get("new", 0) == 0
    assert [row["id"] for row in images(collection)] == [ids["three.png"]]
    write(tmp_path / "two.png", png(seed=77) + b"more")
    assert run(collection, tmp_path, QUICK)["new"] == 1
    undo(collection, removed.journal_id)
    assert id_of(collection, tmp_path / "one.png") == ids["one.png"]
    assert rating_of(collection, ids["one.png"]) == 6
    assert run(collection, tmp_path, QUICK).get("new", 0) == 0


def test_removed_entries_can_be_taken_in_again(collection: Collection, tmp_path: Path) -> None:
    ids = scanned(collection, tmp_path, "one.png", "two.png")
    rate(collection, ids["one.png"], 6)
    removed = remove_entries(collection, [ids["one.png"]])
    with collection.begin() as connection:
        root_id = connection.scalar(sa.text("SELECT id FROM root"))
    assert take_in_again(collection, root_id or 0) == 1
    assert run(collection, tmp_path, QUICK)["new"] == 1
    again = id_of(collection, tmp_path / "one.png")
    assert again != ids["one.png"]
    assert rating_of(collection, again) is None
    undo(collection, removed.journal_id)
    assert id_of(collection, tmp_path / "one.png") == ids["one.png"]
    assert rating_of(collection, ids["one.png"]) == 6
