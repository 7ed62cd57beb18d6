"""The kinds of file operations: how each is carried out, settled after a crash, and written to the store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from diffusion_toolkit.library.files import arriving, carrying, deleting
from diffusion_toolkit.library.files.operations import Result, is_undoing
from diffusion_toolkit.library.folders import kinds as folders
from diffusion_toolkit.library.writing_out import picture_files, sidecar_files
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import file_rows
from diffusion_toolkit.store.file_operations import Connection, Operation
from diffusion_toolkit.store.file_rows import NewPlace

Perform = Callable[[Operation], Result]
Notes = Mapping[int, Mapping[str, JsonValue]]
"""By number of an operation: what to add to its details."""

Write = Callable[[Connection, Sequence[Operation]], Notes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. All of it works both ways: an operation that `is_undoing` goes backwards.

    perform: touches the disk; never raises OSError. settle: after a crash, from the row and the disk alone, finishes
    or takes back; may be called again and again. write: the rows of those that happened, in the transaction that
    writes their state.
    """

    perform: Perform
    settle: Perform
    write: Write


def _write_moved(connection: Connection, operations: Sequence[Operation]) -> Notes:
    # A picture on a detour stands there twice; where it came to last counts.
    places = {operation.image_id: _place(operation) for operation in operations if operation.image_id is not None}
    file_rows.move_rows(connection, list(places.values()))
    return {}


def _write_copied(connection: Connection, operations: Sequence[Operation]) -> Notes:
    if operations and is_undoing(operations[0]):
        file_rows.forget(connection, [_copy_id(operation) for operation in operations])
        return {}
    made = file_rows.copy_rows(connection, [_place(operation) for operation in operations])
    return {operations[place].id: {"copy_id": copy_id} for place, copy_id in made.items()}


def _write_trashed(connection: Connection, operations: Sequence[Operation]) -> Notes:
    if operations and is_undoing(operations[0]):
        return _write_moved(connection, operations)
    file_rows.mark_missing(connection, _images(operations))
    return {}


def _write_taken_out(connection: Connection, operations: Sequence[Operation]) -> Notes:
    """Of files deleted for good, and of entries that are removed."""
    by_journal: dict[int, list[Operation]] = {}
    for operation in operations:
        by_journal.setdefault(operation.journal_id or 0, []).append(operation)
    for journal_id, group in by_journal.items():
        if is_undoing(group[0]):
            file_rows.put_back(connection, journal_id, _images(group), as_missing=group[0].kind == "delete")
        else:
            file_rows.take_out(connection, journal_id, _images(group))
    return {}


def _write_nothing(connection: Connection, operations: Sequence[Operation]) -> Notes:
    """Scans see what was written, as whoever wrote it."""
    del connection, operations
    return {}


def _place(operation: Operation) -> NewPlace:
    """Where the picture of an operation is when it happened."""
    details = operation.details
    back = is_undoing(operation)
    times = cast("Sequence[int]", details.get("times") or (None, None))
    return NewPlace(
        image_id=operation.image_id or 0,
        folder_id=cast(int, details["from_folder_id" if back else "folder_id"]),
        name=cast(str, details["from_name" if back else "name"]),
        old_mtime_ns=times[0],
        mtime_ns=times[1],
    )


def _copy_id(operation: Operation) -> int:
    return cast(int, operation.details.get("copy_id", 0))


def _images(operations: Sequence[Operation]) -> list[int]:
    return [operation.image_id for operation in operations if operation.image_id is not None]


_MOVE = Kind(perform=carrying.move, settle=carrying.settle_move, write=_write_moved)

KINDS: dict[str, Kind] = {
    "move": _MOVE,
    "rename": _MOVE,
    "copy": Kind(perform=carrying.copy, settle=carrying.settle_copy, write=_write_copied),
    "trash": Kind(perform=deleting.trash, settle=deleting.settle_trash, write=_write_trashed),
    "delete": Kind(perform=deleting.delete, settle=deleting.settle_delete, write=_write_taken_out),
    "remove": Kind(perform=deleting.nothing, settle=deleting.settle_remove, write=_write_taken_out),
    "add": Kind(perform=arriving.add, settle=arriving.settle_add, write=arriving.write_added),
    sidecar_files.KIND: Kind(perform=sidecar_files.perform, settle=sidecar_files.settle, write=_write_nothing),
    picture_files.KIND: Kind(perform=picture_files.perform, settle=picture_files.settle, write=_write_nothing),
    folders.CREATE: Kind(perform=folders.create, settle=folders.settle_create, write=folders.write_created),
    folders.MOVE: Kind(perform=folders.move, settle=folders.settle_move, write=folders.write_moved),
    folders.TRASH: Kind(perform=folders.trash, settle=folders.settle_trash, write=folders.write_trashed),
    folders.DELETE: Kind(perform=folders.delete, settle=folders.settle_delete, write=folders.write_deleted),
}
