"""Roots: one spelling per folder, none inside another."""

from pathlib import Path

import pytest
from scan_pictures import QUICK, rate, run, write

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library.roots import add_root, check_roots, list_roots, remove_root
from diffusion_toolkit.store.database import Collection


def test_a_folder_is_one_root_however_it_is_spelled(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    root = add_root(collection, folder)
    for spelling in (f"{folder}/", f"{folder}/../pictures", tmp_path / "link"):
        assert add_root(collection, spelling) == root
    assert [found.path for found in list_roots(collection)] == [str(folder)]


def test_roots_do_not_nest(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "bb").mkdir()
    outer = add_root(collection, tmp_path / "a" / "b")
    assert add_root(collection, tmp_path / "a" / "b" / "c") == outer
    with pytest.raises(UsageError, match=r"holds .*/a/b,"):
        add_root(collection, tmp_path / "a")
    add_root(collection, tmp_path / "a" / "bb")
    assert len(list_roots(collection)) == 2


def test_what_is_no_folder_is_no_root(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    for path in (tmp_path / "nothing", tmp_path / "a.png", tmp_path / ("long" * 100), tmp_path / "a.png" / "b"):
        with pytest.raises(NotFound):
            add_root(collection, path)
    with pytest.raises(UsageError, match="Name a folder"):
        add_root(collection, "")


def test_a_removed_root_takes_its_images_and_leaves_the_files(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "one" / "a.png")
    write(tmp_path / "two" / "b.png")
    run(collection, tmp_path / "one", QUICK)
    run(collection, tmp_path / "two", QUICK)
    rate(collection, "a.png", 5)
    remove_root(collection, list_roots(collection)[0].id)
    assert [root.path for root in list_roots(collection)] == [str(tmp_path / "two")]
    assert (tmp_path / "one" / "a.png").exists()
    with pytest.raises(NotFound):
        remove_root(collection, 999)


def test_looking_at_roots_notes_which_can_be_reached(collection: Collection, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    write(drive / "a.png")
    run(collection, drive, QUICK)
    drive.rename(tmp_path / "away")
    assert [root.state for root in check_roots(collection)] == ["unavailable"]
    drive.mkdir()
    assert [root.state for root in check_roots(collection)] == ["unavailable"]
    drive.rmdir()
    (tmp_path / "away").rename(drive)
    assert [root.state for root in check_roots(collection)] == ["available"]
