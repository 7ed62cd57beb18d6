"""Carries out moves, renames and copies of a picture with its sidecars; and settles what a crash left of one."""

import contextlib
import os
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import cast

from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.disk import FolderGone, NotMoved
from diffusion_toolkit.library.files.operations import Result, Step, is_undoing, steps_of, temporary_name
from diffusion_toolkit.paths import printable, stored_name, system_name
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.file_operations import Operation


class Where(Enum):
    """Where a file is, seen from the operation: not moved yet, moved, complete at both places, at none."""

    BEFORE = "before"
    AFTER = "after"
    BOTH = "both"
    NOWHERE = "nowhere"


def move(operation: Operation) -> Result:
    """Move a picture and its sidecars; all of them, or none."""
    steps = steps_of(operation)
    carried: list[int] = []
    try:
        _check_folders(steps)
        _, mtime_ns = disk.signature(steps[0].source)
        for place, step in enumerate(steps):
            _carry(operation, place, step)
            carried.append(place)
        return Result(happened=True, details=_times(mtime_ns, steps[0].target) | _arrived(steps))
    except (NotMoved, OSError) as error:
        if (carried or isinstance(error, FolderGone)) and (waiting := away(operation)) is not None:
            return waiting
        message = _sentence(error)
        left = [steps[place] for place in reversed(carried) if not _carried_back(operation, place, steps[place])]
        return Result(happened=steps[0] in left, message=_and_left(message, left), full=_is_full(error))


def copy(operation: Operation) -> Result:
    """Copy a picture and its sidecars; all of them, or none. Undone: delete the copies that nobody changed."""
    if is_undoing(operation):
        return _uncopy(operation)
    steps = steps_of(operation)
    made: list[Step] = []
    try:
        _check_folders(steps)
        for place, step in enumerate(steps):
            disk.copy(step.source, step.target, temporary_name(operation, place))
            made.append(step)
        copies = cast("list[JsonValue]", [list(disk.signature(step.target)) for step in steps])
        return Result(happened=True, details={"copies": copies})
    except (NotMoved, OSError) as error:
        if (made or isinstance(error, FolderGone)) and (waiting := away(operation)) is not None:
            return waiting
        for step in made:
            with contextlib.suppress(OSError):
                os.unlink(step.target)
        message = _sentence(error)
        return Result(happened=False, message=message, full=_is_full(error))


def settle_move(operation: Operation) -> Result:
    """After a crash: finish a move whose picture arrived, take back the others."""
    if (waiting := away(operation)) is not None:
        return waiting
    steps = steps_of(operation)
    try:
        _sweep(operation, steps)
        where = _where(steps[0])
        if where is Where.NOWHERE:
            return Result(happened=False, message="Interrupted; the file is at neither place any more.")
        if where is Where.BEFORE:
            left = [step for place, step in enumerate(steps[1:], 1) if not _carried_back(operation, place, step)]
            return Result(happened=False, message=_and_left("Interrupted; the file was not moved.", left))
        for place, step in enumerate(steps):
            _finish(operation, place, step)
    except (NotMoved, OSError) as error:
        return Result(happened=_where(steps[0]) in (Where.AFTER, Where.BOTH), message=_sentence(error))
    return Result(happened=True, details=_arrived(steps))


def settle_copy(operation: Operation) -> Result:
    """After a crash: finish a copy whose picture is complete, take back the others."""
    if (waiting := away(operation)) is not None:
        return waiting
    if is_undoing(operation):
        return _uncopy(operation)
    steps = steps_of(operation)
    try:
        _sweep(operation, steps)
        if _where(steps[0]) not in (Where.AFTER, Where.BOTH):
            for step in steps[1:]:
                if _where(step) is Where.BOTH:
                    os.unlink(step.target)
            return Result(happened=False, message="Interrupted; the file was not copied.")
        for place, step in enumerate(steps[1:], 1):
            if _where(step) is Where.BEFORE and not disk.is_there(step.target):
                disk.copy(step.source, step.target, temporary_name(operation, place))
        copies = cast("list[JsonValue]", [list(disk.signature(step.target)) for step in steps])
    except (NotMoved, OSError) as error:
        return Result(happened=_where(steps[0]) in (Where.AFTER, Where.BOTH), message=_sentence(error))
    return Result(happened=True, details={"copies": copies})


def away(operation: Operation) -> Result | None:
    """What to say when a drive of the operation is not there now, so that nobody can tell what happened."""
    for root, device in cast("Mapping[str, int]", operation.details.get("roots", {})).items():
        path = system_name(root)
        try:
            with os.scandir(path) as entries:
                empty = next(entries, None) is None
            there = not empty or os.stat(path).st_dev == device
        except OSError:
            there = False
        if not there:
            return Result(happened=None, message=f"Interrupted; waits until {printable(root)} can be reached again.")
    return None


def devices(*roots: str) -> dict[str, JsonValue]:
    """The roots (stored forms) of an operation with the numbers of their drives, as `details` holds them."""
    found: dict[str, JsonValue] = {}
    for root in roots:
        with contextlib.suppress(OSError):
            found[root] = os.stat(system_name(root)).st_dev
    return found


def _carry(operation: Operation, place: int, step: Step) -> None:
    temporary = temporary_name(operation, place)
    if step.shared:
        disk.copy(step.source, step.target, temporary)
    else:
        disk.move(step.source, step.target, temporary, by_copy=bool(operation.details.get("by_copy")))


def _carried_back(operation: Operation, place: int, step: Step) -> bool:
    """Take back what was done of one file; says whether it is where it was."""
    try:
        where = _where(step)
        if where is Where.AFTER:
            temporary = os.path.join(os.path.dirname(step.source), os.path.basename(temporary_name(operation, place)))
            disk.move(step.target, step.source, temporary)
        elif where is Where.BOTH:
            os.unlink(step.target)
    except (NotMoved, OSError):
        return False
    return True


def _finish(operation: Operation, place: int, step: Step) -> None:
    """Bring one file of a move to its end."""
    where = _where(step)
    if where is Where.BOTH and not step.shared:
        os.unlink(step.source)
    elif where is Where.BEFORE:
        _carry(operation, place, step)


def _where(step: Step) -> Where:
    source, target = disk.is_there(step.source), disk.is_there(step.target)
    if source and target and disk.is_same_entry(step.source, step.target):
        names = os.listdir(os.path.dirname(step.target))
        return Where.AFTER if os.path.basename(step.target) in names else Where.BEFORE
    if source and step.number is not None and disk.number(step.source) != step.number:
        source = False  # another file took its name
    if source and target:
        if step.number is not None and disk.number(step.target) == step.number:
            return Where.AFTER
        equal = disk.signature(step.source)[0] == disk.signature(step.target)[0]
        return Where.BOTH if equal and disk.digest(step.source) == disk.digest(step.target) else Where.BEFORE
    if source:
        return Where.BEFORE
    return Where.AFTER if target else Where.NOWHERE


def _uncopy(operation: Operation) -> Result:
    """Delete the copies; the picture's only when it is as it was made."""
    steps = steps_of(operation)
    copies = cast("Sequence[Sequence[int]]", operation.details.get("copies", ()))
    try:
        for place, (step, made) in enumerate(zip(steps, copies, strict=False)):
            if not disk.is_there(step.source):
                continue
            if list(disk.signature(step.source)) == list(made):
                os.unlink(step.source)
            elif place == 0:
                return Result(happened=False, message="The copy was changed since; it stays.")
    except (NotMoved, OSError) as error:
        gone = not disk.is_there(steps[0].source)
        return Result(happened=gone, message=_sentence(error))
    return Result(happened=True)


def _sweep(operation: Operation, steps: Sequence[Step]) -> None:
    """Remove the unfinished copies of an operation that was killed."""
    for place, step in enumerate(steps):
        name = os.path.basename(temporary_name(operation, place))
        for path in (step.source, step.target):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                os.unlink(os.path.join(os.path.dirname(path), name))


def _check_folders(steps: Sequence[Step]) -> None:
    """Raise NotMoved when a folder of the operation became a symbolic link since it was planned."""
    for folder in {os.path.dirname(path) for step in steps for path in (step.source, step.target)}:
        if os.path.normcase(os.path.realpath(folder)) != os.path.normcase(folder):
            raise NotMoved("Its folder lies behind a symbolic link; files are only moved inside the library.")


def _arrived(steps: Sequence[Step]) -> dict[str, JsonValue]:
    """The numbers that the files have now, for the way back."""
    numbers = [disk.number(step.target) for step in steps]
    return {"arrived": [list(number) if number else None for number in numbers]}


def _sentence(error: Exception) -> str:
    return str(disk.told(error) if isinstance(error, OSError) else error)


def _times(mtime_ns: int, target: str) -> dict[str, JsonValue]:
    """Both times of a picture, where the drive it went to holds them less exactly."""
    now_ns = disk.signature(target)[1]
    return {} if now_ns == mtime_ns else {"times": [mtime_ns, now_ns]}


def _and_left(message: str, left: Sequence[Step]) -> str:
    if not left:
        return message
    names = ", ".join(printable(stored_name(step.target)) for step in left)
    return f"{message} This could not be taken back: {names}."


def _is_full(error: Exception) -> bool:
    return isinstance(error, disk.DriveFull)
