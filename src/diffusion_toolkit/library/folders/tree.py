"""The folders of the library as a tree, each with its state and its exact number of pictures."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from diffusion_toolkit.catalog import State
from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.scanning.passing import Passing
from diffusion_toolkit.library.scanning.walk import is_skipped
from diffusion_toolkit.paths import folders_above, printable, stored_name, system_name
from diffusion_toolkit.store import folders, roots
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.folders import FolderRow
from diffusion_toolkit.store.roots import RootRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One folder. name, path: printable, path absolute; parent_id: the nearest folder above that is known, None for a
    root's own.

    images: pictures that are shown, in the folder itself; images_below: with all folders below. excluded, archived:
    what was said of this folder; is_excluded, is_archived: what holds for it, also by a folder above. available: its
    root can be reached; missing: it was gone at the last look.
    """

    id: int
    root_id: int
    parent_id: int | None
    name: str
    path: str
    images: int
    images_below: int
    excluded: str
    archived: str
    is_excluded: bool
    is_archived: bool
    available: bool
    missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFolder:
    """A folder on the disk that was never scanned. passed_over: scans do not look into it."""

    name: str
    passed_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFolder:
    """A folder with what lies in it. never_scanned: folders on the disk that no scan has seen yet."""

    folder: Folder
    folders: tuple[Folder, ...]
    never_scanned: tuple[NewFolder, ...]


def folder_tree(collection: Collection, state: State, *, with_missing: bool = False) -> list[Folder]:
    """All folders, by root and path; those that are gone only when asked for, or when pictures of theirs are shown."""
    with collection.begin() as connection:
        rows = folders.folders(connection)
        known = {root.id: root for root in roots.roots(connection)}
    found = _Tree(rows, known, state).folders()
    return [folder for folder in found if with_missing or not folder.missing or folder.images_below]


def open_folder(collection: Collection, state: State, folder_id: int) -> OpenFolder:
    """One folder, the known folders in it, and those on the disk that were never scanned. Raises NotFound."""
    everything = folder_tree(collection, state, with_missing=True)
    folder = next((each for each in everything if each.id == folder_id), None)
    if folder is None:
        raise NotFound("There is no such folder in the library.")
    inner = [each for each in everything if each.parent_id == folder_id]
    with collection.begin() as connection:
        row = folders.chosen_folders(connection, [folder_id])[0]
        root = roots.root(connection, row.root_id)
        passing = Passing.of(connection, row.root_id, recursive=root is None or root.recursive)
    new: list[NewFolder] = []
    if root is not None and folder.available:
        known = {each.path for each in inner if "/" not in each.path[len(folder.path) :].strip("/")}
        for name in sorted(_on_disk(root, row)):
            relative = f"{row.path}/{name}" if row.path else name
            if f"{folder.path.rstrip('/')}/{printable(name)}" not in known:
                new.append(NewFolder(name=printable(name), passed_over=passing.over_tree(relative)))
    shown = tuple(each for each in inner if not each.missing or each.images_below)
    return OpenFolder(folder=folder, folders=shown, never_scanned=tuple(new))


class _Tree:
    """Puts rows and counts together."""

    def __init__(self, rows: list[FolderRow], known: Mapping[int, RootRow], state: State) -> None:
        self._rows = sorted(rows, key=lambda row: (row.root_id, row.path.split("/") if row.path else []))
        self._roots = known
        self._numbers = {(row.root_id, row.path): row.id for row in rows}
        self._images = _counts(state)
        self._below = self._summed()
        self._trees = {
            mark: {(row.root_id, row.path) for row in rows if value(row) == "tree"} for mark, value in _VALUES.items()
        }

    def folders(self) -> list[Folder]:
        return [self._folder(row, self._roots[row.root_id]) for row in self._rows if row.root_id in self._roots]

    def _folder(self, row: FolderRow, root: RootRow) -> Folder:
        parents = (self._numbers.get((row.root_id, above)) for above in folders_above(row.path))
        path = f"{root.path.rstrip('/')}/{row.path}" if row.path else root.path
        return Folder(
            id=row.id,
            root_id=row.root_id,
            parent_id=next((number for number in parents if number is not None), None),
            name=printable(path.rstrip("/").rpartition("/")[2] or path),
            path=printable(path),
            images=self._images.get(row.id, 0),
            images_below=self._below.get(row.id, 0),
            excluded=row.excluded,
            archived=row.archived,
            is_excluded=self._is_held(row, "excluded") or bool(row.path and not root.recursive),
            is_archived=self._is_held(row, "archived"),
            available=root.state == "available",
            missing=row.missing,
        )

    def _is_held(self, row: FolderRow, mark: str) -> bool:
        trees = self._trees[mark]
        return _VALUES[mark](row) != "no" or any((row.root_id, above) in trees for above in folders_above(row.path))

    def _summed(self) -> dict[int, int]:
        """Pictures of each folder with all below."""
        below: dict[int, int] = {}
        for row in self._rows:
            count = self._images.get(row.id, 0)
            if count:
                for path in (row.path, *folders_above(row.path)):
                    number = self._numbers.get((row.root_id, path))
                    if number is not None:
                        below[number] = below.get(number, 0) + count
        return below


_VALUES: Mapping[str, Callable[[FolderRow], str]] = {
    "excluded": lambda row: row.excluded,
    "archived": lambda row: row.archived,
}


def _counts(state: State) -> dict[int, int]:
    """Shown pictures by number of their folder."""
    codes = state.columns["folder"][np.flatnonzero(state.present & state.shown)]
    counted = np.bincount(codes[codes >= 0], minlength=len(state.folders.rows))
    return {row.id: count for row, count in zip(state.folders.rows, counted.tolist(), strict=True) if count}


def _on_disk(root: RootRow, row: FolderRow) -> list[str]:
    """The names (stored form) of the folders in a folder."""
    path = os.path.join(system_name(root.path), system_name(row.path)) if row.path else system_name(root.path)
    try:
        with os.scandir(path) as entries:
            return [
                stored_name(entry.name)
                for entry in entries
                if entry.is_dir(follow_symlinks=False) and not is_skipped(entry.name)
            ]
    except OSError:
        return []
