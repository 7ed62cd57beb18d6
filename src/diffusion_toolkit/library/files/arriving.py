"""Carries out the arrival of files from outside, and settles what a crash left of one."""

import contextlib
import os
from collections.abc import Mapping, Sequence
from typing import cast

from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.carrying import away
from diffusion_toolkit.library.files.disk import DriveFull, NotMoved
from diffusion_toolkit.library.files.operations import Result, is_undoing, steps_of, temporary_name
from diffusion_toolkit.library.files.trash import to_trash
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import file_rows
from diffusion_toolkit.store.file_operations import Connection, Operation

INTERRUPTED = "Interrupted; the file was not added. Add it again."


def add(operation: Operation) -> Result:
    """Put a received file into its folder; undone, put it into the trash."""
    if is_undoing(operation):
        return _to_trash(operation)
    [step] = steps_of(operation)
    try:
        disk.move(step.source, step.target, temporary_name(operation, 0))
    except (NotMoved, OSError) as error:
        return Result(happened=False, message=_sentence(error), full=isinstance(error, DriveFull))
    return Result(happened=True)


def settle_add(operation: Operation) -> Result:
    """After a crash: a file that arrived stays, what was left on the way goes; whoever gave it still has it."""
    if (waiting := away(operation)) is not None:
        return waiting
    if is_undoing(operation):
        return _to_trash(operation)
    [step] = steps_of(operation)
    try:
        arrived = disk.is_there(step.target) and (
            not disk.is_there(step.source) or disk.digest(step.source) == disk.digest(step.target)
        )
    except OSError as error:
        return Result(happened=None, message=_sentence(error))
    for left in (step.source, temporary_name(operation, 0)):
        with contextlib.suppress(OSError):
            os.unlink(left)
    return Result(happened=arrived, message=None if arrived else INTERRUPTED)


def write_added(connection: Connection, operations: Sequence[Operation]) -> Mapping[int, Mapping[str, JsonValue]]:
    """Scans see what arrived; what an undo took away is missing at once."""
    for operation in operations:
        if is_undoing(operation):
            details = operation.details
            place = (cast(int, details["root_id"]), cast(str, details["folder"]), cast(str, details["name"]))
            file_rows.mark_missing(connection, file_rows.images_at(connection, *place))
    return {}


def _to_trash(operation: Operation) -> Result:
    [step] = steps_of(operation)
    try:
        if disk.is_there(step.source):
            to_trash(step.source)
    except (NotMoved, OSError) as error:
        return Result(happened=False, message=_sentence(error))
    return Result(happened=True)


def _sentence(error: Exception) -> str:
    return str(disk.told(error) if isinstance(error, OSError) else error)
