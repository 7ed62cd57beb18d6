"""Writes tags and a caption into a picture: beside it first, and only renamed over it when nothing else has changed.

Checked before: the pixels are the same, our own readers read the same recipe, and the file was read back.
"""

import contextlib
import os
import shutil
from base64 import b64decode, b64encode
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Final, cast

from diffusion_toolkit.errors import UnreadableFile
from diffusion_toolkit.formats import Container, read_container
from diffusion_toolkit.formats.source import OPEN_FLAGS, Source
from diffusion_toolkit.generators import record_of
from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.carrying import away
from diffusion_toolkit.library.files.disk import NotMoved
from diffusion_toolkit.library.files.operations import Result, is_undoing, steps_of, temporary_name
from diffusion_toolkit.library.writing_out.replacing import DriveFull, sentence, written
from diffusion_toolkit.media.describing import Description, Splice, backwards, changes, spliced
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.file_operations import Operation

KIND = "describe"

LEFT_OUT: Final = "The caption was left out: the description in this file says how the picture was made."
_CHANGED: Final = "The file was changed since; it stays as it is."
_INTERRUPTED: Final = "Interrupted; the file may have been written, and is whole in any case."


def perform(operation: Operation) -> Result:
    """Write into the picture; undone, make it what it was to the byte."""
    path, temporary = steps_of(operation)[0].target, temporary_name(operation, 0)
    try:
        with _opened(path) as source:
            if is_undoing(operation):
                return _take_back(operation, source, path, temporary)
            return _write(operation, source, path, temporary)
    except (NotMoved, UnreadableFile, OSError) as error:
        return Result(happened=False, message=sentence(error), full=isinstance(error, DriveFull))
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def settle(operation: Operation) -> Result:
    """After a crash: a picture is renamed over in one step, so that it is whole; which one it is nobody wrote down."""
    if (waiting := away(operation)) is not None:
        return waiting
    with contextlib.suppress(OSError):
        os.unlink(temporary_name(operation, 0))
    return Result(happened=False, message=_INTERRUPTED)


def _write(operation: Operation, source: Source, path: str, temporary: str) -> Result:
    before = read_container(path)
    description = _description(operation)
    message = None
    found = _checked(before, source, description, temporary)
    if found is None and description.text is not None:
        description, message = replace(description, text=None), LEFT_OUT
        found = _checked(before, source, description, temporary)
    if found is None:
        raise NotMoved("The recipe in this file would not be read as before; nothing was written.")
    splices, digest = found
    if not splices:
        return Result(happened=True, message=message, details={"splices": []})
    old = os.lstat(path)
    _replace(path, temporary, before.fingerprint, keep_time=bool(operation.details.get("keep_time")))
    back: list[JsonValue] = [
        [splice.offset, splice.length, b64encode(splice.new).decode()] for splice in backwards(source, splices)
    ]
    details: dict[str, JsonValue] = {"splices": back, "digest": digest.hex(), "mtime_ns": old.st_mtime_ns}
    return Result(happened=True, message=message, details=details)


def _checked(
    before: Container, source: Source, description: Description, temporary: str
) -> tuple[list[Splice], bytes] | None:
    """Write the new file beside the old one: what differs, and its digest; None when its recipe is another one."""
    splices = changes(source, before.format, description)
    if not splices:
        return [], b""
    digest = written(spliced(source, splices), temporary)
    after = replace(read_container(temporary), name=before.name)
    if after.pixels != before.pixels or (after.width, after.height) != (before.width, before.height):
        raise NotMoved("The pixels of this file would not stay the same; nothing was written.")
    return (splices, digest) if record_of(after).recipe == record_of(before).recipe else None


def _take_back(operation: Operation, source: Source, path: str, temporary: str) -> Result:
    stored = cast("Sequence[tuple[int, int, str]]", operation.details.get("splices") or ())
    if not stored:
        return Result(happened=True)
    if disk.digest(path).hex() != operation.details.get("digest"):
        raise NotMoved(_CHANGED)
    splices = [Splice(offset, length, b64decode(new)) for offset, length, new in stored]
    before = read_container(path)
    written(spliced(source, splices), temporary)
    if read_container(temporary).pixels != before.pixels:
        raise NotMoved(_CHANGED)
    _replace(path, temporary, before.fingerprint, keep_time=True)
    mtime_ns = cast(int, operation.details["mtime_ns"])
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return Result(happened=True)


def _replace(path: str, temporary: str, fingerprint: bytes | None, *, keep_time: bool) -> None:
    """Rename the new file over the old one, unless that was changed meanwhile."""
    shutil.copystat(path, temporary, follow_symlinks=False)
    if not keep_time:
        os.utime(temporary)
    if read_container(path).fingerprint != fingerprint:
        raise NotMoved("The file is still being written. Try again when it is complete.")
    os.replace(temporary, path)
    disk.keep(os.path.dirname(path))


def _description(operation: Operation) -> Description:
    tags, text = operation.details.get("tags"), operation.details.get("text")
    return Description(
        tags=tuple(map(str, tags)) if isinstance(tags, list) else None,
        text=text if isinstance(text, str) else None,
        append=bool(operation.details.get("append")),
    )


@contextlib.contextmanager
def _opened(path: str) -> Generator[Source]:
    """The bytes of an ordinary file."""
    disk.signature(path)
    descriptor = os.open(path, OPEN_FLAGS | getattr(os, "O_NOFOLLOW", 0))
    try:
        yield Source.of_descriptor(descriptor, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)
