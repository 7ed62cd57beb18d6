"""Writes a text file beside a picture, settles it after a crash, and takes it back: the disk is either as before or as
it was to be. What the file said before, and what it is to say, stand in the operation.
"""

import contextlib
import os
from base64 import b64decode

from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.carrying import away
from diffusion_toolkit.library.files.disk import NotMoved
from diffusion_toolkit.library.files.operations import Result, is_undoing, steps_of, temporary_name
from diffusion_toolkit.library.writing_out.replacing import DriveFull, put, sentence
from diffusion_toolkit.store.file_operations import Operation

KIND = "sidecar"


def perform(operation: Operation) -> Result:
    """Write the file; undone, put back what it said, or take it away where there was none."""
    path, wanted, had = _path(operation), _after(operation), _before(operation)
    if is_undoing(operation):
        wanted, had = had, wanted
    try:
        if _content(path) != had:
            raise NotMoved("The file beside the picture was changed meanwhile; it stays as it is.")
        if wanted is None:
            os.unlink(path)
        else:
            put([wanted], path, temporary_name(operation, 0), over=had is not None)
        return Result(happened=True)
    except (NotMoved, OSError) as error:
        return Result(happened=False, message=sentence(error), full=isinstance(error, DriveFull))


def settle(operation: Operation) -> Result:
    """After a crash: the file says the one or the other."""
    if (waiting := away(operation)) is not None:
        return waiting
    with contextlib.suppress(OSError):
        os.unlink(temporary_name(operation, 0))
    wanted = _before(operation) if is_undoing(operation) else _after(operation)
    try:
        happened = _content(_path(operation)) == wanted
    except (NotMoved, OSError) as error:
        return Result(happened=False, message=sentence(error))
    return Result(happened=happened, message=None if happened else "Interrupted; the file was not written.")


def _path(operation: Operation) -> str:
    return steps_of(operation)[0].target


def _after(operation: Operation) -> bytes | None:
    return str(operation.details.get("text", "")).encode()


def _before(operation: Operation) -> bytes | None:
    had = operation.details.get("had")
    return b64decode(had) if isinstance(had, str) else None


def _content(path: str) -> bytes | None:
    """What a file holds; None when it is not there. Raises NotMoved for a link or a folder."""
    if not disk.is_there(path):
        return None
    disk.signature(path)
    with open(path, "rb") as file:
        return file.read()
