"""The quick phase: what it finds, what it leaves alone."""

import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from scan_pictures import BOTH, DEEP, QUICK, by_name, images, png, rate, run, write

from diffusion_toolkit.library.roots import add_root, list_roots
from diffusion_toolkit.library.scan import scan
from diffusion_toolkit.library.scanning.runs import last_scan
from diffusion_toolkit.paths import system_name
from diffusion_toolkit.store.database import Collection


def test_new_files_are_rows_before_any_of_them_is_read(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png", mtime_s=1_700_000_000)
    write(tmp_path / "sub" / "b.JPG")
    write(tmp_path / "sub" / "deep" / "c.webp")
    write(tmp_path / "notes.txt")
    assert run(collection, tmp_path, QUICK) == {"files": 3, "new": 3}
    rows = by_name(collection)
    assert set(rows) == {"a.png", "sub/b.JPG", "sub/deep/c.webp"}
    assert rows["a.png"]["phase"] == 0
    assert rows["a.png"]["mtime_ns"] == 1_700_000_000 * 10**9
    assert rows["a.png"]["file_date"].timestamp() == 1_700_000_000
    assert rows["a.png"]["size_bytes"] == len(png())


def test_nothing_changed_is_nothing_written(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    run(collection, tmp_path, QUICK)
    before = images(collection)
    assert run(collection, tmp_path, QUICK) == {"files": 1}
    assert images(collection) == before


def test_system_folders_resource_forks_and_links_are_left_out(collection: Collection, tmp_path: Path) -> None:
    library = tmp_path / "library"
    write(library / "a.png")
    for folder in (".git", "@eaDir", "$RECYCLE.BIN", ".Trash-1000", "System Volume Information"):
        write(library / folder / "x.png")
    write(library / "._a.png")
    write(tmp_path / "elsewhere" / "b.png")
    (library / "link").symlink_to(tmp_path / "elsewhere")
    (library / "loop").symlink_to(library)
    (library / "b.png").symlink_to(tmp_path / "elsewhere" / "b.png")
    (library / "broken.png").symlink_to(tmp_path / "nothing")
    assert run(collection, library, QUICK) == {"files": 1, "new": 1}


def test_a_changed_file_waits_to_be_read_again_and_keeps_its_rating(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    run(collection, tmp_path)
    image_id = rate(collection, "a.png", 9)
    write(tmp_path / "a.png", png("a castle", shade=7), mtime_s=1_700_000_000)
    assert run(collection, tmp_path, QUICK) == {"files": 1, "changed": 1}
    assert by_name(collection)["a.png"]["phase"] == 0
    run(collection, tmp_path)
    row = by_name(collection)["a.png"]
    assert (row["id"], row["phase"], row["rating"]) == (image_id, 1, 9)
    assert row["mtime_ns"] == 1_700_000_000 * 10**9


def test_a_file_changed_before_its_first_reading_shows_its_new_size(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    run(collection, tmp_path, QUICK)
    write(tmp_path / "a.png", png("a longer prompt than before"))
    assert run(collection, tmp_path, QUICK) == {"files": 1, "changed": 1}
    assert by_name(collection)["a.png"]["size_bytes"] == len(png("a longer prompt than before"))
    assert run(collection, tmp_path, QUICK) == {"files": 1}


def test_a_missing_file_keeps_its_rating_until_it_is_back(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png", png(seed=1))
    write(tmp_path / "b.png", png(seed=2))
    run(collection, tmp_path)
    image_id = rate(collection, "a.png", 10)
    (tmp_path / "a.png").rename(tmp_path.parent / "kept.png")
    assert run(collection, tmp_path) == {"files": 1, "missing": 1}
    assert set(by_name(collection)) == {"b.png"}
    (tmp_path.parent / "kept.png").rename(tmp_path / "a.png")
    assert run(collection, tmp_path) == {"files": 2, "back": 1}
    row = by_name(collection)["a.png"]
    assert (row["id"], row["rating"], row["phase"]) == (image_id, 10, 1)


def test_an_unplugged_root_is_a_state_and_nothing_is_missing(collection: Collection, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    write(drive / "a.png")
    run(collection, drive)
    drive.rename(tmp_path / "unplugged")
    root = list_roots(collection)[0]
    assert list(scan(collection, root.id, BOTH))[-1].counts["missing"] == 0
    run_deep = list(scan(collection, root.id, DEEP))  # nothing waits, so nothing is looked for
    assert run_deep[-1].counts["missing"] == 0
    assert list_roots(collection)[0].state == "unavailable"
    drive.mkdir()  # the empty mount point
    assert run(collection, drive)["files"] == 0
    assert list_roots(collection)[0].state == "unavailable"
    assert set(by_name(collection)) == {"a.png"}
    ended = last_scan(collection, root.id)
    assert ended is not None
    assert (ended.state, "kept" in (ended.message or "")) == ("failed", True)
    drive.rmdir()
    (tmp_path / "unplugged").rename(drive)
    assert run(collection, drive) == {"files": 1}
    assert list_roots(collection)[0].state == "available"


def test_a_new_root_may_be_empty(collection: Collection, tmp_path: Path) -> None:
    assert run(collection, tmp_path) == {"files": 0}
    assert list_roots(collection)[0].state == "available"


def test_a_deleted_folder_takes_its_pictures_along(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    write(tmp_path / "old" / "b.png")
    write(tmp_path / "old" / "er" / "c.png")
    run(collection, tmp_path, QUICK)
    shutil.rmtree(tmp_path / "old")
    assert run(collection, tmp_path, QUICK) == {"files": 1, "missing": 2}


@pytest.mark.skipif(os.name == "nt", reason="names are bytes on POSIX only")
def test_names_that_are_no_utf8_and_both_normal_forms_are_kept_apart(collection: Collection, tmp_path: Path) -> None:
    raw = os.fsdecode(b"caf\xe9.png")
    names = {
        unicodedata.normalize("NFC", "é.png"),
        unicodedata.normalize("NFD", "é.png"),
        raw,
        "new\nline.png",
        "日本.png",
    }
    folder = tmp_path / os.fsdecode(b"\xff\xfe")
    for number, name in enumerate(sorted(names)):
        write(folder / name, png(seed=number))
    assert run(collection, tmp_path) == {"files": 5, "new": 5}
    rows = by_name(collection).values()
    assert {system_name(row["name"]) for row in rows} == names
    assert {system_name(row["folder"]) for row in rows} == {folder.name}
    assert all(row["phase"] == 1 and row["prompt"] == "a castle" for row in rows)
    assert run(collection, tmp_path) == {"files": 5}


@pytest.mark.parametrize("moment_ns", [-5_000_000_000 * 10**9, -1, 9 * 10**18])
def test_strange_dates_are_kept_within_what_everybody_can_hold(
    collection: Collection, tmp_path: Path, moment_ns: int
) -> None:
    path = write(tmp_path / "a.png")
    os.utime(path, ns=(moment_ns, moment_ns))
    run(collection, tmp_path)
    assert run(collection, tmp_path) == {"files": 1}
    assert 1 <= by_name(collection)["a.png"]["file_date"].year <= 9999


def test_a_folder_that_cannot_be_listed_marks_nothing_missing(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.png")
    write(tmp_path / "locked" / "b.png")
    write(tmp_path / "locked" / "inner" / "c.png")
    run(collection, tmp_path, QUICK)
    listed = os.scandir

    def refusing(path: str):
        if os.fspath(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert run(collection, tmp_path, QUICK) == {"files": 1, "failed": 1}
    assert set(by_name(collection)) == {"a.png", "locked/b.png", "locked/inner/c.png"}
    ended = last_scan(collection, add_root(collection, tmp_path).id)
    assert ended is not None
    sentence = "Folders that could not be read: locked (Permission denied). Their pictures are kept."
    assert ended.message == sentence
    run(collection, tmp_path, DEEP)  # what only reads files does not hide what the look for them said
    ended = last_scan(collection, add_root(collection, tmp_path).id)
    assert ended is not None
    assert (ended.stage, ended.message) == ("deep", sentence)
    monkeypatch.undo()
    run(collection, tmp_path, QUICK)
    ended = last_scan(collection, add_root(collection, tmp_path).id)
    assert ended is not None
    assert ended.message is None


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (PermissionError(13, "Permission denied"), "The system does not permit to list the folder."),
        (OSError(5, "Input/output error"), "The folder cannot be reached."),
    ],
)
def test_a_root_that_cannot_be_listed_says_why(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: OSError, sentence: str
) -> None:
    write(tmp_path / "a.png")
    run(collection, tmp_path, QUICK)

    def refusing(path: str) -> None:
        raise reason

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", refusing)
        assert run(collection, tmp_path, QUICK) == {"files": 0}
    ended = last_scan(collection, add_root(collection, tmp_path).id)
    assert ended is not None
    assert (ended.state, list_roots(collection)[0].state) == ("failed", "unavailable")
    assert (ended.message or "").startswith(sentence)
    assert set(by_name(collection)) == {"a.png"}
