"""Makes, renames, moves and deletes folders on the disk; rows, pictures and all that is known of them follow.

Each is written down before the disk is touched (`library.files.work`), so that a crash in between is put right, and can
be undone from the journal.
"""

import os
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from diffusion_toolkit.errors import NotFound, Refused, ToolkitError, UsageError
from diffusion_toolkit.library.files.carrying import devices
from diffusion_toolkit.library.files.places import folder_by_id, is_plain
from diffusion_toolkit.library.files.work import carry_out, outcome
from diffusion_toolkit.library.folders import kinds
from diffusion_toolkit.library.folders.names import folder_name
from diffusion_toolkit.paths import printable, stored_name, system_name
from diffusion_toolkit.progress import Progress
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import folders, roots
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.file_operations import NewOperation

ROOT: Final = "This is a root of the library. Re-point it or take it out of the library instead: `dtk roots`."


class FolderStays(ToolkitError):
    """The folder could not be changed; the message says why."""

    http_status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderWritten:
    """What was done. folder_id: of the folder, where it is still there; journal_id: undoes it; token: a search with
    `after=token` sees it; message: what to know of it."""

    folder_id: int | None
    journal_id: int
    token: int
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A known folder on the disk. path: relative, stored form; system: absolute, as the system has it."""

    folder_id: int
    root_id: int
    root: str
    path: str
    system: str


def create_folder(collection: Collection, parent_id: int, name: str) -> FolderWritten:
    """Make a folder in another one. Raises UsageError for a name that cannot be, FolderStays when it is taken."""
    parent = folder_by_id(collection, parent_id)
    system = os.path.join(parent.system, folder_name(name))
    _refuse_taken(system)
    path = _joined(parent.path, stored_name(name))
    details: dict[str, JsonValue] = {"root_id": parent.root_id, "path": path, "roots": devices(parent.root)}
    written = _carry_out(collection, _operation(kinds.CREATE, system, None, details), f'Made the folder "{name}"')
    return _found(collection, written, parent.root_id, path)


def rename_folder(collection: Collection, folder_id: int, name: str) -> FolderWritten:
    """Give a folder another name in its place."""
    place = _located(collection, folder_id)
    target = os.path.join(os.path.dirname(place.system), folder_name(name))
    path = _joined(place.path.rpartition("/")[0], stored_name(name))
    return _move(collection, place, target, place.root_id, place.root, path, f'Renamed the folder to "{name}"')


def move_folder(collection: Collection, folder_id: int, to_folder_id: int) -> FolderWritten:
    """Move a folder into another one, of any root, on any drive."""
    place, to = _located(collection, folder_id), folder_by_id(collection, to_folder_id)
    if to.root_id == place.root_id and f"{to.path}/".startswith(f"{place.path}/"):
        raise UsageError("A folder cannot be moved into itself.")
    name = os.path.basename(place.system)
    path = _joined(to.path, stored_name(name))
    sentence = f'Moved the folder "{printable(stored_name(name))}" to "{printable(to.stored)}"'
    return _move(collection, place, os.path.join(to.system, name), to.root_id, to.root, path, sentence)


def delete_folder(collection: Collection, folder_id: int, *, for_good: bool = False) -> FolderWritten:
    """Put a folder with all that is in it into the system's trash, or delete it for good."""
    place = _located(collection, folder_id)
    kind = kinds.DELETE if for_good else kinds.TRASH
    details: dict[str, JsonValue] = {"root_id": place.root_id, "path": place.path, "roots": devices(place.root)}
    how = "Deleted the folder {} for good" if for_good else "Put the folder {} into the trash"
    sentence = how.format(f'"{printable(place.path)}"')
    return _carry_out(collection, _operation(kind, place.system, None, details), sentence)


def _move(
    collection: Collection, place: _Place, target: str, root_id: int, root: str, path: str, sentence: str
) -> FolderWritten:
    if target == place.system:
        raise UsageError("The folder is there already.")
    if os.path.normcase(target) != os.path.normcase(place.system):
        _refuse_taken(target)
    details: dict[str, JsonValue] = {
        "root_id": place.root_id,
        "path": place.path,
        "to_root_id": root_id,
        "to_path": path,
        "roots": devices(place.root, root),
    }
    written = _carry_out(collection, _operation(kinds.MOVE, place.system, target, details), sentence)
    return _found(collection, written, root_id, path)


def _located(collection: Collection, folder_id: int) -> _Place:
    """A folder that may be changed: known, there, not a root, not reached through a link."""
    with collection.begin() as connection:
        rows = folders.chosen_folders(connection, [folder_id])
        root = roots.root(connection, rows[0].root_id) if rows else None
    if not rows or root is None:
        raise NotFound("There is no such folder in the library.")
    row = rows[0]
    if not row.path:
        raise Refused(ROOT)
    system = os.path.join(system_name(root.path), system_name(row.path))
    if not os.path.isdir(system):
        raise NotFound(f"There is no folder {printable(stored_name(system))}. Is its drive connected?")
    if not is_plain(system):
        raise Refused("This folder lies behind a symbolic link; nothing outside the library is touched.")
    return _Place(folder_id=row.id, root_id=row.root_id, root=root.path, path=row.path, system=system)


def _refuse_taken(system: str) -> None:
    if os.path.lexists(system):
        raise FolderStays(f"{printable(stored_name(system))} is there already. Choose another name.")


def _operation(kind: str, source: str, target: str | None, details: dict[str, JsonValue]) -> NewOperation:
    return NewOperation(
        kind=kind,
        image_id=None,
        source_path=stored_name(source),
        target_path=None if target is None else stored_name(target),
        details=details,
    )


def _carry_out(collection: Collection, operation: NewOperation, sentence: str) -> FolderWritten:
    journal_id = _ended(carry_out(collection, f"files.{operation.kind}", [operation], sentence))
    found = outcome(collection, journal_id)
    message = found.problems[0].message if found.problems else None
    if not found.done:
        raise FolderStays(message or "The folder stays as it was.")
    return FolderWritten(folder_id=None, journal_id=journal_id, token=found.token, message=message)


def _ended(work: Generator[Progress, None, int]) -> int:
    while True:
        try:
            next(work)
        except StopIteration as ended:
            return int(ended.value)


def _found(collection: Collection, written: FolderWritten, root_id: int, path: str) -> FolderWritten:
    with collection.begin() as connection:
        row = folders.folder_at(connection, root_id, path)
    return FolderWritten(
        folder_id=None if row is None else row.id,
        journal_id=written.journal_id,
        token=written.token,
        message=written.message,
    )


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
