"""The folders that make up a library: one spelling per folder, none inside another."""

import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from diffusion_toolkit.errors import NotFound, Refused, UsageError
from diffusion_toolkit.paths import printable, real_root, stored_name, system_name
from diffusion_toolkit.store import folders as folder_rows
from diffusion_toolkit.store import roots as store
from diffusion_toolkit.store import scan_runs, watching
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.locks import RootLock, root_lock

COMPARED_FILES = 200
LEAST_FOUND = 20
"""One in so many of the files compared must be at the new place of a root."""

REMOVE_TIMEOUT_S = 30.0
"""How long removing a root waits for its running scan to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A folder of the library. path: stored form; state: "available" or "unavailable" (not connected now); recursive:
    with all folders below it; watched: what happens in it is taken over at once."""

    id: int
    path: str
    state: str
    scanned_at: datetime | None
    recursive: bool = True
    watched: bool = True


How = Literal["events", "polling", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How a root is watched. reason: why not by events, or why not at all; folder_id: its topmost folder."""

    how: How
    reason: str | None
    folder_id: int | None


def add_root(
    collection: Collection, folder: str | os.PathLike[str], *, recursive: bool = True, watched: bool = True
) -> Root:
    """Add a folder to the library; one that is a root already, however spelled, or lies inside one, gives that root.

    Raises NotFound when there is no such folder, UsageError when it holds a root.
    """
    path = real_root(folder)
    if not os.path.isdir(path):
        raise NotFound(f"There is no folder {printable(stored_name(str(path)))}.")
    with collection.begin() as connection:
        store.lock_roots(connection)
        known = [_root(row) for row in store.roots(connection)]
        around = _root_around(path, known)
        if around is not None:
            return around
        _refuse_holding(path, known)
        added = store.insert_root(connection, stored_name(str(path)), recursive=recursive, watched=watched)
        return _root(added)


def list_roots(collection: Collection) -> list[Root]:
    """All roots, in the order they were added."""
    with collection.begin() as connection:
        return [_root(row) for row in store.roots(connection)]


def get_root(collection: Collection, root_id: int) -> Root:
    """One root. Raises NotFound."""
    with collection.begin() as connection:
        row = store.root(connection, root_id)
    if row is None:
        raise NotFound("There is no such folder in the library.")
    return _root(row)


def find_root(collection: Collection, folder: str | os.PathLike[str]) -> Root:
    """The root that is this folder, however it is spelled, also when its drive is away. Raises NotFound."""
    known = list_roots(collection)
    given = os.fspath(folder)
    path = real_root(folder)
    for root in known:
        other = Path(system_name(root.path))
        if other == path or given in (root.path, printable(root.path)) or is_same_folder(other, path):
            return root
    raise NotFound(f"{printable(stored_name(given))} is not one of the library's folders; `dtk roots list` shows them.")


def set_root(
    collection: Collection, root_id: int, *, recursive: bool | None = None, watched: bool | None = None
) -> Root:
    """Set whether a root is taken with all folders below it, and whether it is watched; None leaves it.

    Pictures below a root that is not recursive are hidden; what is known of them comes back with them.
    """
    with collection.begin() as connection:
        store.set_flags(connection, root_id, recursive=recursive, watched=watched)
    return get_root(collection, root_id)


def move_root(collection: Collection, root_id: int, folder: str | os.PathLike[str], *, force: bool = False) -> Root:
    """Point a root to another place, where its files are now. No file is touched; pictures keep all that is known.

    Raises NotFound when there is no such folder, UsageError when it is or holds another root or lies in one, Refused
    when none of the known files is there and `force` does not say to take it anyway.
    """
    path = real_root(folder)
    if not os.path.isdir(path):
        raise NotFound(f"There is no folder {printable(stored_name(str(path)))}.")
    root = get_root(collection, root_id)
    if not force:
        _refuse_strange(collection, root, path)
    with root_lock(collection, root_id) as lock:
        _stop_scan(collection, root_id, lock)
        with collection.begin() as connection:
            store.lock_roots(connection)
            others = [known for known in map(_root, store.roots(connection)) if known.id != root_id]
            if around := _root_around(path, others):
                raise UsageError(f"{printable(stored_name(str(path)))} belongs to {printable(around.path)} already.")
            _refuse_holding(path, others)
            store.set_path(connection, root_id, stored_name(str(path)))
            store.set_state(connection, root_id, "available")
    return get_root(collection, root_id)


def watched_roots(collection: Collection) -> dict[int, Watched]:
    """How each root is watched now, by number."""
    with collection.begin() as connection:
        found = watching.watched(connection, collection)
        rows = store.roots(connection)
        tops = {row.root_id: row.id for row in folder_rows.topmost(connection)}
    nobody = "No watcher runs; `dtk serve` starts one."
    result: dict[int, Watched] = {}
    for row in rows:
        known = found.get(row.id)
        how: How = "off" if known is None else known.how
        reason = known.reason if known is not None else "It is about to be watched." if found else nobody
        result[row.id] = Watched(how=how, reason=reason, folder_id=tops.get(row.id))
    return result


def note_state(collection: Collection, root_id: int, *, available: bool) -> None:
    """Note whether a root can be reached."""
    with collection.begin() as connection:
        store.set_state(connection, root_id, "available" if available else "unavailable")


def check_roots(collection: Collection) -> list[Root]:
    """All roots, after looking which of them can be reached now. Never says that a picture is missing."""
    for root in list_roots(collection):
        reachable = can_be_read(root.path)
        with collection.begin() as connection:
            empty = reachable and not is_mounted(root.path) and store.has_pictures(connection, root.id)
            store.set_state(connection, root.id, "available" if reachable and not empty else "unavailable")
    return list_roots(collection)


def remove_root(collection: Collection, root_id: int) -> None:
    """Forget a root with all that is known of its pictures. Files are not touched; a running scan of it is stopped."""
    with root_lock(collection, root_id) as lock:
        _stop_scan(collection, root_id, lock)
        with collection.begin() as connection:
            if not store.delete_root(connection, root_id):
                raise NotFound("There is no such folder in the library.")


def can_be_read(path: str) -> bool:
    """Whether the folder (stored form) is there and can be listed."""
    try:
        with os.scandir(system_name(path)):
            return True
    except OSError:
        return False


def is_empty(path: str) -> bool:
    """Whether the folder (stored form) holds nothing at all, as the mount point of an unplugged drive does.

    Raises OSError when it cannot be listed.
    """
    with os.scandir(system_name(path)) as entries:
        return next(entries, None) is None


def is_mounted(path: str) -> bool:
    """Whether the folder (stored form) can be listed and holds something."""
    try:
        return not is_empty(path)
    except OSError:
        return False


def _root(row: store.RootRow) -> Root:
    return Root(
        id=row.id,
        path=row.path,
        state=row.state,
        scanned_at=row.scanned_at,
        recursive=row.recursive,
        watched=row.watched,
    )


def is_same_folder(one: Path, other: Path) -> bool:
    """Whether two spellings name one folder."""
    number = _number(one)
    return number is not None and number == _number(other)


def _refuse_strange(collection: Collection, root: Root, path: Path) -> None:
    """Refuse a place that holds none of the files known of a root."""
    with collection.begin() as connection:
        known = store.some_files(connection, root.id, COMPARED_FILES)
    if not known:
        return
    found = sum(_has_size(path / system_name(folder) / system_name(name), size) for folder, name, size in known)
    if found * LEAST_FOUND < len(known):
        place = printable(stored_name(str(path)))
        raise Refused(
            f"Of {len(known)} files known of {printable(root.path)} {found or 'none'} are in {place}."
            " If this is the right folder all the same, say so with force."
        )


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _number(path: Path) -> tuple[int, int] | None:
    """Device and file number: the same for two spellings of one folder. None when it cannot be reached."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else None


def _root_around(path: Path, known: list[Root]) -> Root | None:
    """The root that is this folder or holds it: by path, and by file number, so that a case-insensitive or twice
    mounted drive does not deceive."""
    places = (path, *path.parents)
    numbers = {number for number in map(_number, places) if number is not None}
    for root in known:
        other = Path(system_name(root.path))
        if other in places or _number(other) in numbers:
            return root
    return None


def _refuse_holding(path: Path, known: list[Root]) -> None:
    for root in known:
        other = Path(system_name(root.path))
        if path in other.parents or _number(path) in {_number(parent) for parent in other.parents}:
            raise UsageError(
                f"{printable(stored_name(str(path)))} holds {printable(root.path)}, which is a folder of the library "
                "already. Remove that one first, or add other folders beside it."
            )


def _stop_scan(collection: Collection, root_id: int, lock: RootLock) -> None:
    deadline = time.monotonic() + REMOVE_TIMEOUT_S
    while not lock.take():
        with collection.begin() as connection:
            scan_runs.ask_cancel(connection, root_id)
        if time.monotonic() > deadline:
            raise Refused("This folder is being scanned; stop the scan first.")
        time.sleep(0.1)
