"""Folders: the tree with its counts, what is passed over, and scans of a part of a root."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from scan_pictures import BOTH, QUICK, by_name, images, png, rate, run, write

from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.folders.lookup import folder_id_of, scope_below
from diffusion_toolkit.library.folders.marks import mark_folders
from diffusion_toolkit.library.folders.tree import Folder, folder_tree, open_folder
from diffusion_toolkit.library.rescan import read_images_again
from diffusion_toolkit.library.roots import get_root, list_roots, set_root
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.library.search import Search
from diffusion_toolkit.library.undo import undo
from diffusion_toolkit.store.database import Collection


@pytest.fixture
def top(collection: Collection, tmp_path: Path) -> Path:
    """A root with pictures in three floors."""
    folder = tmp_path / "pictures"
    for number, place in enumerate(("1.png", "a/2.png", "a/3.png", "a/b/4.png", "c/5.png")):
        write(folder / place, png(place, number + 1))
    run(collection, folder, BOTH)
    return folder


def tree(collection: Collection) -> dict[str, Folder]:
    """The folders by the last part of their path."""
    catalog = Catalog(collection, CatalogOptions())
    catalog.load()
    return {folder.name: folder for folder in folder_tree(collection, catalog.state, with_missing=True)}


def found(collection: Collection, query: str = "") -> set[str]:
    """Names of the pictures a query finds."""
    catalog = Catalog(collection, CatalogOptions())
    catalog.load()
    search = Search(catalog)
    selection = search.run(query, now=datetime.now(UTC))
    return {item.name for item in search.page(selection.handle, 0, 100)}


def test_the_tree_counts_exactly(collection: Collection, top: Path) -> None:
    shown = tree(collection)
    assert {name: (folder.images, folder.images_below) for name, folder in shown.items()} == {
        "pictures": (1, 5),
        "a": (2, 3),
        "b": (1, 1),
        "c": (1, 1),
    }
    assert shown["b"].parent_id == shown["a"].id
    assert shown["pictures"].parent_id is None
    assert shown["b"].path == str(top / "a" / "b")


def test_excluded_pictures_are_hidden_and_come_back_as_they_were(collection: Collection, top: Path) -> None:
    rate(collection, "a/b/4.png", 9)
    a = folder_id_of(collection, top / "a")
    mark_folders(collection, [a], "excluded", "folder")
    assert found(collection) == {"1.png", "4.png", "5.png"}
    mark_folders(collection, [a], "excluded", "tree")
    assert found(collection) == {"1.png", "5.png"}
    assert found(collection, "rating:9 unavailable:true|false") == set()
    write(top / "a" / "later" / "6.png", png("later", 6))  # a tree holds for what comes later too
    assert run(collection, top).get("new") is None
    assert tree(collection)["b"].is_excluded
    assert tree(collection)["b"].excluded == "no"
    mark_folders(collection, [a], "excluded", "no")
    run(collection, top)
    assert found(collection) == {"1.png", "2.png", "3.png", "4.png", "5.png", "6.png"}
    assert by_name(collection)["a/b/4.png"]["rating"] == 9


def test_what_lies_below_an_excluded_tree_is_not_taken_back_alone(collection: Collection, top: Path) -> None:
    a, b = folder_id_of(collection, top / "a"), folder_id_of(collection, top / "a" / "b")
    mark_folders(collection, [b], "excluded", "folder")
    mark_folders(collection, [a], "excluded", "tree")
    with pytest.raises(UsageError, match="because a is"):
        mark_folders(collection, [b], "excluded", "no")
    mark_folders(collection, [a], "excluded", "no", below=True)
    assert not tree(collection)["b"].is_excluded


def test_a_mark_is_undone(collection: Collection, top: Path) -> None:
    a, b = folder_id_of(collection, top / "a"), folder_id_of(collection, top / "a" / "b")
    mark_folders(collection, [a], "excluded", "tree")
    journal = mark_folders(collection, [a, b], "excluded", "folder").journal_id
    undo(collection, journal)
    assert (tree(collection)["a"].excluded, tree(collection)["b"].excluded) == ("tree", "no")


def test_archived_folders_stay_and_are_passed_over(collection: Collection, top: Path) -> None:
    mark_folders(collection, [folder_id_of(collection, top / "a")], "archived", "tree")
    (top / "a" / "2.png").unlink()
    write(top / "a" / "new.png", png("new", 8))
    counts = run(collection, top, ScanOptions(rebuild=True, workers=1))
    assert (counts["files"], counts.get("missing"), counts.get("new")) == (2, None, None)
    assert found(collection) == {"1.png", "2.png", "3.png", "4.png", "5.png"}
    assert {row["phase"] for row in images(collection)} == {1}


def test_a_root_that_is_not_recursive_has_its_own_files_only(collection: Collection, top: Path) -> None:
    root = list_roots(collection)[0]
    rate(collection, "a/2.png", 4)
    set_root(collection, root.id, recursive=False)
    write(top / "a" / "new.png", png("new", 8))
    write(top / "top.png", png("top", 9))
    assert run(collection, top).get("new") == 1
    assert found(collection) == {"1.png", "top.png"}
    set_root(collection, root.id, recursive=True)
    run(collection, top)
    assert len(found(collection)) == 7
    assert by_name(collection)["a/2.png"]["rating"] == 4


def test_a_part_of_a_root_is_scanned_alone(collection: Collection, top: Path) -> None:
    root = list_roots(collection)[0]
    write(top / "a" / "b" / "new.png", png("new", 8))
    write(top / "c" / "other.png", png("other", 9))
    (top / "a" / "b" / "4.png").unlink()
    (top / "c" / "5.png").unlink()
    options = ScanOptions(scope=scope_below(root, top / "a"), workers=1)
    counts = [progress.counts for progress in scan(collection, root.id, options)][-1]
    assert (counts["new"], counts["missing"], counts["partial"]) == (1, 1, 1)
    assert set(by_name(collection)) == {"1.png", "a/2.png", "a/3.png", "a/b/new.png", "c/5.png"}
    assert get_root(collection, root.id).scanned_at == root.scanned_at


def test_chosen_images_are_read_again(collection: Collection, top: Path) -> None:
    number = by_name(collection)["c/5.png"]["id"]
    assert read_images_again(collection, [number]) == [list_roots(collection)[0].id]
    assert [row["id"] for row in images(collection) if row["phase"] == 0] == [number]


def test_a_folder_says_what_was_never_scanned(collection: Collection, top: Path) -> None:
    write(top / "a" / "fresh" / "7.png")
    (top / "a" / "link").symlink_to(top / "c")
    catalog = Catalog(collection, CatalogOptions())
    catalog.load()
    opened = open_folder(collection, catalog.state, folder_id_of(collection, top / "a"))
    assert [folder.name for folder in opened.folders] == ["b"]
    assert [(folder.name, folder.passed_over) for folder in opened.never_scanned] == [("fresh", False)]
    run(collection, top, QUICK)
    catalog.refresh()
    assert not open_folder(collection, catalog.state, folder_id_of(collection, top / "a")).never_scanned


def test_a_folder_that_is_gone_is_marked_and_comes_back(collection: Collection, top: Path, tmp_path: Path) -> None:
    (top / "a").rename(tmp_path / "elsewhere")
    run(collection, top)
    assert tree(collection)["a"].missing
    assert tree(collection)["b"].missing
    (tmp_path / "elsewhere").rename(top / "a")
    run(collection, top)
    assert not tree(collection)["a"].missing
    assert found(collection) == {"1.png", "2.png", "3.png", "4.png", "5.png"}


def test_a_scan_recognises_a_renamed_folder_with_its_marks(collection: Collection, top: Path) -> None:
    a = folder_id_of(collection, top / "a")
    mark_folders(collection, [folder_id_of(collection, top / "a" / "b")], "excluded", "folder")
    (top / "a").rename(top / "z")
    run(collection, top)
    assert tree(collection)["z"].id == a
    assert found(collection) == {"1.png", "2.png", "3.png", "5.png"}
    assert len(images(collection)) == 5
