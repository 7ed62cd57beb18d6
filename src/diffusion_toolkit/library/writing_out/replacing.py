"""Puts new content in the place of a file: written beside it, read back, and only then renamed over it."""

import contextlib
import os
import shutil
from collections.abc import Iterable
from typing import Final

import xxhash

from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.disk import DriveFull, NotMoved

__all__ = ["DriveFull", "put", "sentence", "written"]

_WRITE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def put(parts: Iterable[bytes], path: str, temporary: str, *, over: bool) -> None:
    """Let a file have this content. over: a file is there, whose mode is kept; else none may be.

    Raises NotMoved.
    """
    try:
        written(parts, temporary)
        if over:
            shutil.copymode(path, temporary)
            os.replace(temporary, path)
        else:
            os.chmod(temporary, 0o666 & ~_mask())
            disk.move(temporary, path, temporary + "2")
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    disk.keep(os.path.dirname(path))


def written(parts: Iterable[bytes], temporary: str) -> bytes:
    """Write these parts to a new file, down to the drive, and read them back; their digest, XXH3 (128 bits)."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)
    hasher = xxhash.xxh3_128()
    try:
        descriptor = os.open(temporary, _WRITE, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for part in parts:
                hasher.update(part)
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise disk.told(error) from error
    if disk.digest(temporary) != hasher.digest():
        raise NotMoved("What was written differs when it is read back: the drive cannot be trusted.")
    return hasher.digest()


def sentence(error: Exception) -> str:
    """What to tell of an error."""
    return str(disk.told(error) if isinstance(error, OSError) else error)


def _mask() -> int:
    """What the system takes from the mode of new files; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
