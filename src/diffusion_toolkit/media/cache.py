"""Thumbnails and renditions on disk, found by what the picture is and not by where it lies.

The folder is bounded; the longest unused go first.
"""

import logging
import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from diffusion_toolkit.errors import UnreadableFile

log = logging.getLogger(__name__)

FAILURES_KEPT: Final = 10_000
FAILURE_S: Final = 600.0
"""A file that could not be read is tried again after this time."""

USED_S: Final = 24 * 3600
"""How exactly a use is noted: one write per thumbnail and day."""

KEPT_SHARE: Final = 0.8
"""A sweep goes down to this share of the limit, so that the next one is far away."""

SWEEP_SHARE: Final = 1 / 32
"""A sweep follows after this share of the limit was written."""


@dataclass(frozen=True, slots=True)
class _Entry:
    used: float
    size_bytes: int
    path: str


class ThumbnailCache:
    """A folder of small files, at most `limit_bytes` large (a little more for a moment). Processes may share it."""

    def __init__(self, folder: Path, limit_bytes: int = 2 * 2**30) -> None:
        self.folder = folder
        self._limit_bytes = limit_bytes
        self._unswept_bytes = limit_bytes  # what earlier runs left is not known: the first write sweeps
        self._failures: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._lock = Lock()
        self._making = [Lock() for _ in range(64)]
        self._sweeping = Lock()

    def get(self, key: str, size: int) -> bytes | None:
        """The thumbnail of this content and size, if it was made before."""
        path = self._path(key, size)
        try:
            with path.open("rb") as file:
                found = file.read()
                if time.time() - os.fstat(file.fileno()).st_mtime > USED_S:
                    os.utime(path)
        except OSError:
            return None
        return found or None

    def get_or_make(self, key: str, size: int, make: Callable[[], bytes]) -> bytes:
        """The thumbnail, made once however many ask. A failure is remembered for some minutes and raised again."""
        found = self.get(key, size)
        if found is not None:
            return found
        with self._making[hash((key, size)) % len(self._making)]:
            found = self.get(key, size)
            if found is not None:
                return found
            self.raise_known_failure(key)
            try:
                made = make()
            except UnreadableFile as error:
                self.remember_failure(key, error)
                raise
            self._put(key, size, made)
            return made

    def rename(self, old: str, new: str, size: int) -> None:
        """What was kept under another key belongs to this one from now on."""
        target = self._path(new, size)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._path(old, size).replace(target)
        except OSError:
            return

    def file(self, key: str, ending: str) -> Path | None:
        """The file of this content, if it was made before."""
        path = self.place(key, ending)
        try:
            if time.time() - path.stat().st_mtime > USED_S:
                os.utime(path)
        except OSError:
            return None
        return path

    def place(self, key: str, ending: str) -> Path:
        """Where the file of this content belongs; its folder exists."""
        folder = self.folder / key[:2]
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{key}{ending}"

    def put_file(self, key: str, ending: str, made: Path) -> Path:
        """Keep a file that lies in the same folder; where it is from then on."""
        path = self.place(key, ending)
        os.replace(made, path)
        self._wrote(path.stat().st_size)
        return path

    def raise_known_failure(self, key: str) -> None:
        """Raises UnreadableFile when this content could not be read some minutes ago."""
        with self._lock:
            when, message = self._failures.get(key, (-FAILURE_S, ""))
        if time.monotonic() - when < FAILURE_S:
            raise UnreadableFile(message)

    def remember_failure(self, key: str, error: Exception) -> None:
        """Note that this content cannot be read; other errors may pass."""
        if not isinstance(error, UnreadableFile):
            return
        with self._lock:
            self._failures[key] = (time.monotonic(), str(error))
            while len(self._failures) > FAILURES_KEPT:
                self._failures.popitem(last=False)

    def sweep(self) -> None:
        """Delete what was not used for the longest time until the limit holds again."""
        with self._sweeping:
            entries = sorted(self._entries(), key=lambda entry: entry.used)
            total = sum(entry.size_bytes for entry in entries)
            aim = self._limit_bytes * KEPT_SHARE if total > self._limit_bytes else total
            for entry in entries:
                if total <= aim:
                    break
                _delete(entry.path)
                total -= entry.size_bytes

    def _path(self, key: str, size: int) -> Path:
        return self.folder / key[:2] / f"{key}-{size}.webp"

    def _put(self, key: str, size: int, made: bytes) -> None:
        try:
            _write(self._path(key, size), made)
        except OSError as error:
            log.warning("the thumbnail cache cannot be written: %s", error)
            return
        self._wrote(len(made))

    def _wrote(self, size_bytes: int) -> None:
        with self._lock:
            self._unswept_bytes += size_bytes
            due = self._unswept_bytes > self._limit_bytes * SWEEP_SHARE
            if due:
                self._unswept_bytes = 0
        if due:
            Thread(target=self.sweep, name="thumbnail-sweep", daemon=True).start()

    def _entries(self) -> Iterator[_Entry]:
        for folder in _scan(self.folder):
            if folder.is_dir(follow_symlinks=False):
                for file in _scan(folder.path):
                    try:
                        status = file.stat(follow_symlinks=False)
                    except OSError:
                        continue
                    if file.name.endswith((".webp", ".mp4", ".new")):
                        yield _Entry(max(status.st_atime, status.st_mtime), status.st_size, file.path)


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, suffix=".new")
    try:
        with open(handle, "wb") as file:
            file.write(content)
        os.replace(beside, path)
    except OSError:
        _delete(beside)
        raise


def _scan(folder: str | Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            yield from found
    except OSError:
        return


def _delete(path: str) -> None:
    try:
        os.unlink(path)
    except OSError as error:
        log.debug("a thumbnail cannot be deleted: %s", error)
