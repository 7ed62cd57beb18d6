"""Carries out operations on whole folders, and settles what a crash left of one."""

import os
import shutil
from collections.abc import Mapping, Sequence
from typing import cast

from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.disk import NotMoved
from diffusion_toolkit.library.files.operations import Result, is_undoing
from diffusion_toolkit.library.files.trash import Trashes, gives_back, to_trash
from diffusion_toolkit.paths import printable, stored_name, system_name
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import file_rows, folders, roots
from diffusion_toolkit.store.file_operations import Connection, Operation

Notes = Mapping[int, Mapping[str, JsonValue]]

CREATE = "folder_create"
MOVE = "folder_move"
TRASH = "folder_trash"
DELETE = "folder_delete"

CLASH = "There is a file or folder of this name already."
GONE_FOR_GOOD = "The folder was deleted for good. What is known of its pictures is back; the files are not."
NOT_GIVEN_BACK = "Only the system's trash itself can give a folder back on this system. Do that there, then scan."


def create(operation: Operation) -> Result:
    """Make a folder; undone, remove it while it is empty."""
    path = system_name(operation.source_path)
    try:
        if is_undoing(operation):
            os.rmdir(path)
        else:
            os.mkdir(path)
    except FileExistsError:
        return Result(happened=False, message=CLASH)
    except OSError as error:
        undoing = is_undoing(operation) and os.path.isdir(path)
        return Result(happened=False, message="It is not empty any more; it stays." if undoing else _told(error))
    return Result(happened=True)


def settle_create(operation: Operation) -> Result:
    """After a crash: the folder is there or not."""
    there = os.path.isdir(system_name(operation.source_path))
    return Result(happened=there != is_undoing(operation))


def write_created(connection: Connection, operations: Sequence[Operation]) -> Notes:
    """A row for each new folder."""
    for operation in operations:
        root_id, path = _place(operation, "")
        numbers = list(roots.insert_folders(connection, root_id, [path]).values())
        (folders.note_missing if is_undoing(operation) else folders.note_back)(connection, numbers)
    return {}


def move(operation: Operation) -> Result:
    """Rename a folder, or move it into another one; across drives it is copied, compared, and only then removed."""
    source, target = _ways(operation)
    try:
        if os.path.lexists(target) and not disk.is_same_entry(source, target):
            return Result(happened=False, message=CLASH)
        if on_one_drive(source, os.path.dirname(target)):
            disk.move(source, target, target)
            return Result(happened=True)
        return _move_by_copy(operation, source, target)
    except (NotMoved, OSError) as error:
        return Result(happened=False, message=_told(error))


def on_one_drive(folder: str, other: str) -> bool:
    """Whether a folder can be renamed into another one."""
    return os.stat(folder).st_dev == os.stat(other).st_dev


def settle_move(operation: Operation) -> Result:
    """After a crash: a folder that arrived has moved; an unfinished copy goes."""
    source, target = _ways(operation)
    temporary = _temporary(operation, target)
    if os.path.isdir(temporary):
        shutil.rmtree(temporary, ignore_errors=True)
    if not os.path.isdir(target):
        if os.path.isdir(source):
            return Result(happened=False, message="Interrupted; the folder was not moved.")
        return Result(happened=None, message="Interrupted; waits until the folder can be reached again.")
    if os.path.isdir(source) and not disk.is_same_entry(source, target):
        return Result(happened=True, message=_remove_copied(source, target))
    return Result(happened=True)


def write_moved(connection: Connection, operations: Sequence[Operation]) -> Notes:
    """The folder's row, and those below it, go along; pictures stay what they are."""
    for operation in operations:
        before, after = _place(operation, ""), _place(operation, "to_")
        if is_undoing(operation):
            before, after = after, before
        folders.move_tree(connection, *before, *after)
    return {}


def trash(operation: Operation) -> Result:
    """Put a folder with all that is in it into the system's trash; undone, take it out."""
    path = system_name(operation.source_path)
    try:
        if not is_undoing(operation):
            to_trash(path, folder=True)
        elif gives_back():
            Trashes().back(path)
        else:
            return Result(happened=False, message=NOT_GIVEN_BACK)
    except (NotMoved, OSError) as error:
        return Result(happened=False, message=_told(error))
    return Result(happened=True)


def settle_trash(operation: Operation) -> Result:
    """After a crash: the folder is there or not."""
    there = os.path.isdir(system_name(operation.source_path))
    return Result(happened=there if is_undoing(operation) else not there)


def write_trashed(connection: Connection, operations: Sequence[Operation]) -> Notes:
    """Pictures of a folder that went away are missing; those that an undo brought back are there."""
    notes: dict[int, Mapping[str, JsonValue]] = {}
    for operation in operations:
        root_id, path = _place(operation, "")
        if is_undoing(operation):
            folders.restore_tree(connection, root_id, path, cast(str, operation.details["missing_since"]))
        else:
            notes[operation.id] = {"missing_since": folders.forget_tree(connection, root_id, path)}
    return notes


def delete(operation: Operation) -> Result:
    """Delete a folder with all that is in it for good; undone, only what is known of its pictures comes back."""
    if is_undoing(operation):
        return Result(happened=True, message=GONE_FOR_GOOD)
    path = system_name(operation.source_path)
    problems: list[str] = []
    shutil.rmtree(path, onerror=lambda _, name, __: problems.append(name))
    if not os.path.lexists(path):
        return Result(happened=True)
    first = printable(stored_name(problems[0])) if problems else printable(operation.source_path)
    return Result(
        happened=False, message=f"Not everything could be deleted, for one {first}. Scan to see what is left."
    )


def settle_delete(operation: Operation) -> Result:
    """After a crash: what is left of the folder stays."""
    if is_undoing(operation):
        return Result(happened=True, message=GONE_FOR_GOOD)
    there = os.path.lexists(system_name(operation.source_path))
    return Result(happened=not there, message="Interrupted; some of its files may be deleted." if there else None)


def write_deleted(connection: Connection, operations: Sequence[Operation]) -> Notes:
    """The pictures leave the library; the journal keeps what is known of them."""
    for operation in operations:
        root_id, path = _place(operation, "")
        below = folders.ids_below(connection, root_id, path)
        journal_id = operation.journal_id or 0
        if is_undoing(operation):
            image_ids = cast(Sequence[int], operation.details.get("image_ids", ()))
            file_rows.put_back(connection, journal_id, image_ids, as_missing=True)
            return {}
        image_ids = folders.image_ids_in(connection, below)
        file_rows.take_out(connection, journal_id, image_ids)
        folders.note_missing(connection, below)
        return {operation.id: {"image_ids": list(image_ids)}}
    return {}


def _place(operation: Operation, which: str) -> tuple[int, str]:
    """Root and path (relative, stored form)."""
    details = operation.details
    return cast(int, details[f"{which}root_id"]), cast(str, details[f"{which}path"])


def _ways(operation: Operation) -> tuple[str, str]:
    """From where to where, as the system has it."""
    source, target = system_name(operation.source_path), system_name(operation.target_path or "")
    return (target, source) if is_undoing(operation) else (source, target)


def _temporary(operation: Operation, target: str) -> str:
    name = f".dtk-{operation.details.get('token', '')}-{operation.id}.part"
    return os.path.join(os.path.dirname(target), name)


def _move_by_copy(operation: Operation, source: str, target: str) -> Result:
    """To another drive."""
    temporary = _temporary(operation, target)
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        _copy_tree(source, temporary)
        disk.move(temporary, target, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    disk.keep(os.path.dirname(target))
    return Result(happened=True, message=_remove_copied(source, target))


def _copy_tree(source: str, target: str) -> None:
    """Copy a folder, each file read back; links are copied as links."""
    os.mkdir(target)
    with os.scandir(source) as entries:
        for entry in entries:
            place = os.path.join(target, entry.name)
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), place)
            elif entry.is_dir():
                _copy_tree(entry.path, place)
            else:
                disk.copy(entry.path, place, place + ".part")
    shutil.copystat(source, target, follow_symlinks=False)


def _remove_copied(source: str, target: str) -> str | None:
    """Remove what arrived at the target; what did not, or changed since, stays."""
    for place, _, names in os.walk(source, topdown=False):
        other = os.path.join(target, os.path.relpath(place, source))
        for name in names:
            if _is_copy(os.path.join(place, name), os.path.join(other, name)):
                os.unlink(os.path.join(place, name))
        for name in os.listdir(place):
            link = os.path.join(place, name)
            if os.path.islink(link) and os.path.islink(os.path.join(other, name)):
                os.unlink(link)
        if not os.listdir(place):
            os.rmdir(place)
    if os.path.isdir(source):
        return "The folder was copied, but some files changed meanwhile and stayed at the old place."
    return None


def _is_copy(source: str, target: str) -> bool:
    try:
        one, other = os.lstat(source), os.lstat(target)
    except OSError:
        return False
    # Drives keep times to different exactness; two seconds is the coarsest.
    return one.st_size == other.st_size and abs(one.st_mtime_ns - other.st_mtime_ns) <= 2_000_000_000


def _told(error: Exception) -> str:
    return str(disk.told(error) if isinstance(error, OSError) else error)
