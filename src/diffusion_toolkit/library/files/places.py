"""Folders that files may go to: inside a root, really there, not behind a symbolic link."""

import os
from dataclasses import dataclass
from pathlib import Path

from diffusion_toolkit.errors import NotFound, Refused, UsageError
from diffusion_toolkit.library.scanning.walk import is_skipped
from diffusion_toolkit.paths import folders_above, inside, printable, stored_name, system_name
from diffusion_toolkit.store import folders, roots
from diffusion_toolkit.store.database import Collection

EXCLUDING = {"folder", "tree"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder of the library on the disk. root, path: stored forms, path relative to the root; system: the whole path
    as the system has it."""

    root_id: int
    root: str
    path: str
    system: str

    @property
    def stored(self) -> str:
        """The whole path, stored form."""
        return stored_name(self.system)


def folder_by_id(collection: Collection, folder_id: int) -> Folder:
    """The folder of a number. Raises NotFound when it is not there, Refused when no file may go there."""
    with collection.begin() as connection:
        rows = folders.chosen_folders(connection, [folder_id])
    if not rows:
        raise NotFound("There is no such folder in the library.")
    return folder_in_root(collection, rows[0].root_id, rows[0].path)


def folder_on_disk(collection: Collection, folder_id: int) -> Path:
    """Where a folder of the library is, an excluded one too. Raises NotFound when it is not there."""
    with collection.begin() as connection:
        rows = folders.chosen_folders(connection, [folder_id])
        root = roots.root(connection, rows[0].root_id) if rows else None
    if not rows or root is None:
        raise NotFound("There is no such folder in the library.")
    whole = inside(root.path, rows[0].path)
    if not whole.is_dir():
        raise NotFound(f"There is no folder {printable(stored_name(os.fspath(whole)))}. Is its drive connected?")
    return whole


def folder_in_root(collection: Collection, root_id: int, path: str) -> Folder:
    """The folder of a path (stored form) relative to a root. Raises NotFound or Refused."""
    with collection.begin() as connection:
        root = roots.root(connection, root_id)
        marked = {row[0]: row[1] for row in folders.marked(connection, root_id)}
    if root is None:
        raise NotFound("There is no such root in the library.")
    parts = _parts(path)
    if ".." in parts:
        raise Refused("This folder lies outside the library.")
    if skipped := next((part for part in parts if is_skipped(system_name(part))), None):
        raise Refused(f"The library passes over folders called {printable(skipped)}; pictures would vanish from it.")
    relative = "/".join(parts)
    if marked.get(relative) in EXCLUDING or any(marked.get(each) == "tree" for each in folders_above(relative)):
        raise Refused("This folder is excluded from the library; pictures would vanish from it.")
    whole = os.path.join(system_name(root.path), *map(system_name, parts))
    if not is_plain(whole) or str(inside(root.path, relative)) != os.path.normpath(whole):
        raise Refused("This folder lies behind a symbolic link; files are only moved inside the library.")
    if not os.path.isdir(whole):
        raise NotFound(f"There is no folder {printable(stored_name(whole))}. Is its drive connected?")
    return Folder(root_id=root_id, root=root.path, path=relative, system=os.path.normpath(whole))


def folder_called(collection: Collection, path: str) -> Folder:
    """The folder of an absolute path as the system has it. Raises Refused outside of all roots."""
    whole = os.path.abspath(os.path.expanduser(path))
    with collection.begin() as connection:
        known = roots.roots(connection)
    for root in known:
        top = system_name(root.path)
        if whole == top or whole.startswith(top.rstrip(os.sep) + os.sep):
            return folder_in_root(collection, root.id, stored_name(os.path.relpath(whole, top)).replace(os.sep, "/"))
    raise Refused(f"{printable(stored_name(whole))} lies outside the library.")


def is_plain(folder: str) -> bool:
    """Whether no part of an absolute path is a symbolic link."""
    return os.path.normcase(os.path.realpath(folder)) == os.path.normcase(os.path.normpath(folder))


def _parts(path: str) -> list[str]:
    if "\0" in path:
        raise UsageError("The name of a folder cannot hold a NUL character.")
    slashes = path.replace("\\", "/") if os.name == "nt" else path
    return [part for part in slashes.split("/") if part not in ("", ".")]
