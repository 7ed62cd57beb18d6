"""Carries out deletions: to the system's trash and back from it, or for good."""

import functools
from collections.abc import Callable

from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.carrying import away
from diffusion_toolkit.library.files.disk import NotMoved
from diffusion_toolkit.library.files.operations import Result, Step, is_undoing, steps_of
from diffusion_toolkit.library.files.trash import Trashes, gives_back, to_trash
from diffusion_toolkit.store.file_operations import Operation

NOT_GIVEN_BACK = (
    "Only the system's trash itself can give it back on this system. Do that there; the next scan finds the picture "
    "with everything you said of it."
)
GONE_FOR_GOOD = "The file was deleted for good. Its entry is back; the file is not."


def trash(operation: Operation) -> Result:
    """Put a picture and its own sidecars into the trash; undone, take them out of it."""
    if is_undoing(operation):
        return _out_of_trash(operation)
    steps = steps_of(operation)
    try:
        to_trash(steps[0].source)
    except (NotMoved, OSError) as error:
        return Result(happened=False, message=_sentence(error))
    return Result(happened=True, message=_left(steps[1:], to_trash))


def delete(operation: Operation) -> Result:
    """Delete a picture and its own sidecars for good. Undone, only what is known of it comes back."""
    if is_undoing(operation):
        return Result(happened=True, message=GONE_FOR_GOOD)
    steps = steps_of(operation)
    try:
        disk.delete(steps[0].source)
    except (NotMoved, OSError) as error:
        return Result(happened=False, message=_sentence(error))
    return Result(happened=True, message=_left(steps[1:], disk.delete))


def settle_trash(operation: Operation) -> Result:
    """After a crash: a picture that is still there was not deleted; the sidecars of one that is gone follow it."""
    if (waiting := away(operation)) is not None:
        return waiting
    if is_undoing(operation):
        return _out_of_trash(operation, settling=True)
    steps = steps_of(operation)
    if disk.is_there(steps[0].source):
        return Result(happened=False, message="Interrupted; the file was not deleted.")
    return Result(happened=True, message=_left(steps[1:], to_trash))


def settle_delete(operation: Operation) -> Result:
    """After a crash: as for the trash."""
    if is_undoing(operation):
        return Result(happened=True, message=GONE_FOR_GOOD)
    if (waiting := away(operation)) is not None:
        return waiting
    steps = steps_of(operation)
    if disk.is_there(steps[0].source):
        return Result(happened=False, message="Interrupted; the file was not deleted.")
    return Result(happened=True, message=_left(steps[1:], disk.delete))


def settle_remove(operation: Operation) -> Result:
    """Entries are removed in one transaction, which either happened or not."""
    return Result(happened=is_undoing(operation))


def nothing(operation: Operation) -> Result:
    """No file is touched."""
    del operation
    return Result(happened=True)


def _out_of_trash(operation: Operation, *, settling: bool = False) -> Result:
    if not gives_back():
        return Result(happened=False, message=NOT_GIVEN_BACK)
    picture, *others = steps_of(operation)
    trashes = _trashes(operation.journal_id)
    try:
        if not (settling and disk.is_there(picture.source)):
            trashes.back(picture.source)
    except (NotMoved, OSError) as error:
        return Result(happened=False, message=_sentence(error))
    return Result(happened=True, message=_left(others, trashes.back, there=True))


def _left(steps: list[Step], do: Callable[[str], None], *, there: bool = False) -> str | None:
    """Do the same to sidecars; returns a sentence when one could not follow."""
    for step in steps:
        try:
            if not step.shared and disk.is_there(step.source) != there:
                do(step.source)
        except (NotMoved, OSError) as error:
            return f"A file beside the picture could not follow: {_sentence(error)}"
    return None


def _sentence(error: Exception) -> str:
    return str(disk.told(error) if isinstance(error, OSError) else error)


@functools.lru_cache(maxsize=1)
def _trashes(journal_id: int | None) -> Trashes:
    """The trash as it was when the undo of this action began, so that it is not read for each file."""
    del journal_id
    return Trashes()
