"""Folders are made, renamed, moved and deleted on the disk, and all that is known of their pictures follows."""

from dataclasses import replace
from pathlib import Path

import pytest
from scan_pictures import BOTH, by_name, images, png, rate, run, write

from diffusion_toolkit.errors import NotFound, Refused, ToolkitError, UsageError
from diffusion_toolkit.library.files.kinds import KINDS
from diffusion_toolkit.library.files.operations import Result
from diffusion_toolkit.library.files.recovery import recover
from diffusion_toolkit.library.folders import kinds
from diffusion_toolkit.library.folders.changes import (
    FolderStays,
    create_folder,
    delete_folder,
    move_folder,
    rename_folder,
)
from diffusion_toolkit.library.folders.lookup import folder_id_of
from diffusion_toolkit.library.undo import undo
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.file_operations import Operation


@pytest.fixture
def top(collection: Collection, tmp_path: Path) -> Path:
    """A root with a rated picture two floors down, and another root."""
    write(tmp_path / "other" / "o.png", png("o", 8))
    run(collection, tmp_path / "other", BOTH)
    folder = tmp_path / "pictures"
    for number, place in enumerate(("a/1.png", "a/b/2.png", "c/3.png")):
        write(folder / place, png(place, number + 1))
    write(folder / "a" / "b" / "2.txt", b"a note")
    run(collection, folder, BOTH)
    rate(collection, "a/b/2.png", 6)
    return folder


def test_a_folder_is_renamed_with_all_below(collection: Collection, top: Path) -> None:
    ids = {row["id"] for row in images(collection)}
    written = rename_folder(collection, folder_id_of(collection, top / "a"), "z")
    assert (top / "z" / "b" / "2.txt").read_bytes() == b"a note"
    assert by_name(collection)["z/b/2.png"]["rating"] == 6
    assert run(collection, top) == {"files": 3}  # a scan finds nothing to do
    assert {row["id"] for row in images(collection)} == ids
    undo(collection, written.journal_id)
    assert by_name(collection)["a/b/2.png"]["rating"] == 6
    assert (top / "a" / "b" / "2.png").exists()


def test_a_folder_is_moved_to_another_root(collection: Collection, top: Path, tmp_path: Path) -> None:
    written = move_folder(collection, folder_id_of(collection, top / "a"), folder_id_of(collection, tmp_path / "other"))
    assert (tmp_path / "other" / "a" / "b" / "2.png").exists()
    moved = by_name(collection)["a/b/2.png"]
    assert (moved["root"], moved["rating"]) == (str(tmp_path / "other"), 6)
    assert run(collection, top) == {"files": 1}
    assert run(collection, tmp_path / "other") == {"files": 3}
    undo(collection, written.journal_id)
    assert by_name(collection)["a/b/2.png"]["root"] == str(top)


def test_a_folder_is_moved_to_another_drive(
    collection: Collection, top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> bool:
        return False

    monkeypatch.setattr(kinds, "on_one_drive", never)
    (top / "a" / "b" / "link").symlink_to("2.png")
    move_folder(collection, folder_id_of(collection, top / "a"), folder_id_of(collection, tmp_path / "other"))
    assert not (top / "a").exists()
    assert (tmp_path / "other" / "a" / "b" / "link").is_symlink()
    assert sorted(path.name for path in (tmp_path / "other").iterdir()) == ["a", "o.png"]
    assert by_name(collection)["a/b/2.png"]["rating"] == 6
    assert run(collection, tmp_path / "other") == {"files": 3}


def test_names_and_places_that_cannot_be_are_refused(collection: Collection, top: Path, tmp_path: Path) -> None:
    a, c = folder_id_of(collection, top / "a"), folder_id_of(collection, top / "c")
    for name in (
        "",
        ".",
        "..",
        "x/y",
        "x\\y",
        "x\0",
        "con",
        "lpt1.txt",
        "dot.",
        "blank ",
        "n" * 300,
        ".Trash-0",
        "@eaDir",
    ):
        with pytest.raises(UsageError):
            rename_folder(collection, a, name)
    with pytest.raises(FolderStays, match="there already"):
        rename_folder(collection, a, "c")
    with pytest.raises(FolderStays, match="there already"):
        create_folder(collection, folder_id_of(collection, top), "c")
    with pytest.raises(UsageError, match="into itself"):
        move_folder(collection, a, folder_id_of(collection, top / "a" / "b"))
    with pytest.raises(Refused, match="root"):
        delete_folder(collection, folder_id_of(collection, top), for_good=True)
    with pytest.raises(NotFound):
        rename_folder(collection, 999_999, "x")
    (top / "c").rename(tmp_path / "outside")
    (top / "c").symlink_to(tmp_path / "outside")
    for forbidden in (lambda: delete_folder(collection, c, for_good=True), lambda: create_folder(collection, c, "x")):
        with pytest.raises(ToolkitError):
            forbidden()
    assert sorted(path.name for path in (tmp_path / "outside").iterdir()) == ["3.png"]
    assert (top / "a" / "b" / "2.png").exists()


def test_a_folder_is_made_and_taken_back_while_it_is_empty(collection: Collection, top: Path) -> None:
    written = create_folder(collection, folder_id_of(collection, top / "a"), "new")
    assert written.folder_id == folder_id_of(collection, top / "a" / "new")
    assert (top / "a" / "new").is_dir()
    write(top / "a" / "new" / "4.png")
    with pytest.raises(UsageError, match="not empty"):
        undo(collection, written.journal_id)
    (top / "a" / "new" / "4.png").unlink()
    undo(collection, written.journal_id)
    assert not (top / "a" / "new").exists()


def test_a_folder_goes_to_the_trash_and_comes_back(
    collection: Collection, top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trash = tmp_path / "trash"
    trash.mkdir()

    def away(path: str, *, folder: bool) -> None:
        assert folder
        Path(path).rename(trash / "a")

    def back(_: object, path: str) -> None:
        (trash / "a").rename(path)

    monkeypatch.setattr(kinds, "to_trash", away)
    monkeypatch.setattr(kinds.Trashes, "back", back)
    written = delete_folder(collection, folder_id_of(collection, top / "a"))
    assert set(by_name(collection)) == {"c/3.png", "o.png"}
    assert run(collection, top) == {"files": 1}
    undo(collection, written.journal_id)
    assert by_name(collection)["a/b/2.png"]["rating"] == 6
    assert run(collection, top) == {"files": 3}


def test_a_folder_is_deleted_for_good(collection: Collection, top: Path) -> None:
    written = delete_folder(collection, folder_id_of(collection, top / "a"), for_good=True)
    assert not (top / "a").exists()
    assert {row["name"] for row in images(collection)} == {"3.png", "o.png"}
    undo(collection, written.journal_id)
    back = next(row for row in images(collection) if row["name"] == "2.png")
    assert (back["rating"], back["missing_since"] is None) == (6, False)


@pytest.mark.parametrize("after_disk", [False, True])
def test_a_crash_of_a_move_is_put_right(
    collection: Collection, top: Path, monkeypatch: pytest.MonkeyPatch, *, after_disk: bool
) -> None:
    def killed(_: Operation) -> Result:
        if after_disk:
            (top / "a").rename(top / "z")
        raise KeyboardInterrupt

    def left_alone(_: Collection) -> int:
        return 0

    monkeypatch.setitem(KINDS, kinds.MOVE, replace(KINDS[kinds.MOVE], perform=killed))
    monkeypatch.setattr("diffusion_toolkit.library.files.work.settle", left_alone)
    with pytest.raises(KeyboardInterrupt):
        rename_folder(collection, folder_id_of(collection, top / "a"), "z")
    monkeypatch.undo()
    assert recover(collection) == 1
    place = "z" if after_disk else "a"
    assert by_name(collection)[f"{place}/b/2.png"]["rating"] == 6
    assert run(collection, top) == {"files": 3}
    assert len(images(collection)) == 4
