"""The folders that make up a library: one spelling per folder, none inside another."""

import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from diffusion_toolkit.errors import NotFound, Refused, UsageError
from diffusion_toolkit.paths import printable, real_root, stored_name, system_name
from diffusion_toolkit.store import roots as store
from diffusion_toolkit.store import scan_runs
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.locks import RootLock, root_lock

REMOVE_TIMEOUT_S = 30.0
"""How long removing a root waits for its running scan to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A folder of the library. path: stored form; state: "available" or "unavailable" (not connected now)."""

    id: int
    path: str
    state: str
    scanned_at: datetime | None


def add_root(collection: Collection, folder: str | os.PathLike[str]) -> Root:
    """Add a folder to the library; one that is a root already, however spelled, or lies inside one, gives that root.

    Raises NotFound when there is no such folder, UsageError when it holds a root.
    """
    path = real_root(folder)
    if not path.is_dir():
        raise NotFound(f"There is no folder {printable(stored_name(str(path)))}.")
    with collection.begin() as connection:
        store.lock_roots(connection)
        known = [_root(row) for row in store.roots(connection)]
        around = _root_around(path, known)
        if around is not None:
            return around
        _refuse_holding(path, known)
        return _root(store.insert_root(connection, stored_name(str(path))))


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


def check_roots(collection: Collection) -> list[Root]:
    """All roots, after looking which of them can be reached now. Never says that a picture is missing."""
    for root in list_roots(collection):
        reachable = can_be_read(root.path)
        with collection.begin() as connection:
            empty = reachable and is_empty(root.path) and store.has_pictures(connection, root.id)
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
    """Whether the folder (stored form) holds nothing at all, as the mount point of an unplugged drive does."""
    with os.scandir(system_name(path)) as entries:
        return next(entries, None) is None


def _root(row: store.RootRow) -> Root:
    return Root(id=row.id, path=row.path, state=row.state, scanned_at=row.scanned_at)


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
