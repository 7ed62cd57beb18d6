"""Moves and copies single files: never over another one, across drives only after the copy was read back."""

import contextlib
import ctypes
import errno
import functools
import os
import shutil
import stat
import sys
from collections.abc import Callable

import xxhash

from diffusion_toolkit.errors import ToolkitError

CHUNK_BYTES = 1 << 20
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_WRITE = os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Exclusive = Callable[[bytes, bytes], int]


class NotMoved(ToolkitError):
    """A file stays as it was; the message says why."""

    http_status = 409


class DriveFull(NotMoved):
    """There is no room for the copy."""

    http_status = 507


class FolderGone(NotMoved):
    """The folder went away while a copy was written into it; a part of it may lie there."""


def move(source: str, target: str, temporary: str, *, by_copy: bool = False) -> None:
    """Move an ordinary file. Across drives (or when told so) it is copied to `temporary` beside the target, read back,
    renamed, and only then removed. Raises NotMoved, and then the source is as it was.
    """
    with _told(source):
        if not by_copy or is_same_entry(source, target):
            try:
                _rename(source, target)
                return
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
        before = signature(source)
        _copied(source, target, temporary)
        try:
            if signature(source) != before:
                raise NotMoved("The file changed while it was copied; it stays where it was. Try again.")
            os.unlink(source)
        except (NotMoved, OSError):
            os.unlink(target)
            raise


def copy(source: str, target: str, temporary: str) -> None:
    """Copy an ordinary file with its dates, and read the copy back. Raises NotMoved."""
    with _told(source):
        _copied(source, target, temporary)


def delete(path: str) -> None:
    """Delete an ordinary file for good. Raises NotMoved."""
    with _told(path):
        signature(path)
        os.unlink(path)


def is_there(path: str) -> bool:
    """Whether something of this name is there. Raises OSError when that cannot be said."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def signature(path: str) -> tuple[int, int]:
    """Size and time of an ordinary file. Raises NotMoved for a link, a folder or a device, OSError when it is gone."""
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode):
        raise NotMoved("This is no ordinary file.")
    return status.st_size, status.st_mtime_ns


def number(path: str) -> tuple[int, int] | None:
    """Numbers of drive and file; None when it is not there or the drive gives none."""
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else None


def digest(path: str) -> bytes:
    """XXH3 (128 bits) of a file's content, read from the drive where the system lets us ask for that."""
    hasher = xxhash.xxh3_128()
    descriptor = os.open(path, _READ)
    try:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        while part := os.read(descriptor, CHUNK_BYTES):
            hasher.update(part)
    finally:
        os.close(descriptor)
    return hasher.digest()


def is_same_entry(source: str, target: str) -> bool:
    """Whether two spellings in one folder are one file there: its drive does not tell them apart."""
    try:
        if not os.path.samestat(os.lstat(source), os.lstat(target)):
            return False
        names = set(os.listdir(os.path.dirname(source)))
    except OSError:
        return False
    return os.path.dirname(source) == os.path.dirname(target) and not (
        os.path.basename(source) in names and os.path.basename(target) in names
    )


def keep(folder: str) -> None:
    """Have the names in a folder survive a power failure."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):  # some network drives cannot
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _copied(source: str, target: str, temporary: str) -> None:
    """Copy, read back, rename. Leaves no temporary file, except when we are killed. Raises FolderGone where that is not
    sure.
    """
    if is_there(target):
        raise FileExistsError(errno.EEXIST, "exists", target)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)
    os.close(os.open(temporary, _WRITE | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        if _written(source, temporary) != digest(temporary):
            raise NotMoved("The copy differs from the file: the drive cannot be trusted. The file stays where it was.")
        shutil.copystat(source, temporary, follow_symlinks=False)
        _rename(temporary, target)
    except (NotMoved, OSError) as error:
        _swept(temporary, error)
        raise
    keep(os.path.dirname(target))


def _swept(temporary: str, why: Exception) -> None:
    """Remove what was written of a copy. Raises FolderGone when its folder is not there."""
    try:
        os.unlink(temporary)
    except FileNotFoundError as error:
        if not os.path.isdir(os.path.dirname(temporary)):
            raise FolderGone(str(told(error))) from why
    except OSError:
        return


def _written(source: str, temporary: str) -> bytes:
    """Write the copy down to the drive; returns the digest of what was read."""
    hasher = xxhash.xxh3_128()
    reading = os.open(source, _READ)
    try:
        before = os.fstat(reading)
        if not stat.S_ISREG(before.st_mode):
            raise NotMoved("This is no ordinary file.")
        writing = os.open(temporary, _WRITE)
        try:
            while part := os.read(reading, CHUNK_BYTES):
                hasher.update(part)
                _write_all(writing, part)
            os.fsync(writing)
        finally:
            os.close(writing)
        after = os.fstat(reading)
    finally:
        os.close(reading)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise NotMoved("The file is still being written. Try again when it is complete.")
    return hasher.digest()


def _write_all(descriptor: int, part: bytes) -> None:
    view = memoryview(part)
    while view:
        view = view[os.write(descriptor, view) :]


def _rename(source: str, target: str) -> None:
    """Rename, never over another file. Raises FileExistsError, or OSError with EXDEV for another drive."""
    if is_same_entry(source, target):
        os.rename(source, target)
        return
    if os.name == "nt":
        os.rename(source, target)
        return
    exclusive = _exclusive_rename()
    if exclusive is not None:
        ctypes.set_errno(0)
        if exclusive(os.fsencode(source), os.fsencode(target)) == 0:
            return
        code = ctypes.get_errno()
        if code not in _UNSUPPORTED:
            raise OSError(code, os.strerror(code), source)
    if is_there(target):  # this drive cannot decide both in one step
        raise FileExistsError(errno.EEXIST, "exists", target)
    os.rename(source, target)


@functools.cache
def _exclusive_rename() -> Exclusive | None:
    """The system's rename that refuses to replace a file; None where there is none."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            renamex = library.renamex_np
            return lambda source, target: int(renamex(source, target, 4))
        renameat2 = library.renameat2
    except (OSError, AttributeError):
        return None
    return lambda source, target: int(renameat2(-100, source, -100, target, 1))


class _told(contextlib.AbstractContextManager[None]):  # noqa: N801  (used like a function)
    """Turns the system's errors into sentences about this file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise told(error) from error


def told(error: OSError) -> NotMoved:
    """What the user should know of an error of the system."""
    if error.errno in _FULL:
        return DriveFull("There is not enough room on the drive. The file stays where it was.")
    if isinstance(error, FileExistsError):
        return NotMoved("There is a file of this name already.")
    if isinstance(error, FileNotFoundError):
        return NotMoved("The file or the folder is not there any more. Is its drive connected?")
    if isinstance(error, PermissionError):
        return NotMoved("The system does not permit it: the file or its folder is write-protected or in use.")
    if error.errno == errno.EROFS:
        return NotMoved("The drive is read-only.")
    if error.errno in (errno.EINVAL, errno.ENAMETOOLONG, errno.EILSEQ):
        return NotMoved("The drive cannot hold a file of this name.")
    return NotMoved(f"The system says: {error.strerror or error}.")
