"""Walks a root and stats every file that may be a picture: 3 microseconds per file, of which the system takes 2."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from diffusion_toolkit.library.scanning.file_state import (
    EARLIEST_NS,
    HAS_BIRTH_TIME,
    LATEST_NS,
    born_us,
    clamped_ns,
    file_state,
)
from diffusion_toolkit.library.scanning.passing import EVERYTHING, Passing, Scope
from diffusion_toolkit.paths import stored_name, system_name

EXTENSIONS = frozenset(
    (
        *("png", "apng", "jpg", "jpeg", "jpe", "jfif", "webp", "avif", "heic", "heif", "gif", "bmp", "tif", "tiff"),
        *("mp4", "m4v", "webm", "mov", "mkv", "avi"),
    )
)
"""Endings of the files that are taken in, in small letters."""

SKIPPED_FOLDERS = frozenset(
    (
        *(".git", ".svn", ".thumbnails", ".Spotlight-V100", ".fseventsd", ".TemporaryItems", ".DocumentRevisions-V100"),
        *("@eaDir", "#recycle", "@Recycle", "#snapshot", ".snapshot", ".zfs"),
        *("$RECYCLE.BIN", "System Volume Information", "lost+found"),
    )
)
SKIPPED_BEGINNINGS = (".Trash", ".dtk-")
"""The system's trash, and folders that we are still copying."""

RESOURCE_FORK = "._"
"""macOS writes a file of this beginning beside every file on foreign drives; it has the picture's ending."""

File = tuple[str, int, int]
"""Name (stored form), size in bytes, mtime in nanoseconds (clamped to 64 bits)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One folder of a root. path: relative, stored form, "" for the root; born_us: birth times, where known."""

    path: str
    files: list[File]
    born_us: dict[str, int] = field(default_factory=dict[str, int])

    def dates_us(self, files: list[File]) -> list[int]:
        """The dates of these files in microseconds since 1970: the earlier of birth and modification."""
        if not self.born_us:
            return [file[2] // 1000 for file in files]
        return [min(file[2] // 1000, self.born_us[file[0]]) for file in files]


@dataclass(slots=True)
class Walk:
    """A walk over one root, or a part of it. unreadable: folders (stored form) that could not be listed, and why, known
    while walking."""

    root: str
    passing: Passing = field(default_factory=Passing)
    scope: Scope = EVERYTHING
    unreadable: dict[str, str] = field(default_factory=dict[str, str])

    def listings(self) -> Iterator[Listing]:
        """Every folder that can be read, in a fixed order. Symbolic links are not followed."""
        waiting = [
            (os.path.join(self.root, system_name(path)) if path else self.root, path, deep)
            for path, deep in reversed(self.scope.starts)
            if not self.passing.over_tree(path) and not self.is_outside(path)
        ]
        marks, recursive = self.passing.marks, self.passing.recursive
        while waiting:
            folder, path, deep = waiting.pop()
            mark = marks.get(path) if marks else None
            if mark == "tree":
                continue
            inner: list[str] = []
            try:
                listing = _list(folder, path, inner)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                self.unreadable[path] = error.strerror or str(error)
                continue
            if mark is None:
                yield listing
            if deep and recursive:
                inner.sort(reverse=True)
                before = f"{path}/" if path else ""
                waiting.extend((os.path.join(folder, name), before + stored_name(name), True) for name in inner)

    def named(self) -> Iterator[Listing]:
        """The files of the scope that are asked for by name, one listing per folder, without those that are gone."""
        for path, names in sorted(self.scope.files.items()):
            if not self.scope.covers(path) and not self.passing.over(path) and not self.is_outside(path):
                yield _some(os.path.join(self.root, system_name(path)), path, names)

    def is_outside(self, path: str) -> bool:
        """Whether a folder is reached only through a symbolic link, or belongs to the system."""
        if not path:
            return False
        if any(is_skipped(part) for part in path.split("/")):
            return True
        top = os.path.realpath(self.root)
        return os.path.realpath(os.path.join(top, system_name(path))) != os.path.join(top, system_name(path))


def is_taken(name: str) -> bool:
    """Whether a file of this name may be a picture of the library."""
    _, dot, ending = name.rpartition(".")
    return bool(dot) and ending.lower() in EXTENSIONS and not name.startswith(RESOURCE_FORK)


def is_skipped(name: str) -> bool:
    """Whether a folder of this name belongs to the system, not to the user."""
    return name in SKIPPED_FOLDERS or name.startswith(SKIPPED_BEGINNINGS)


def _list(folder: str, path: str, inner: list[str]) -> Listing:
    """List one folder; adds the names of the folders in it to `inner`. This is the hot loop of the quick scan."""
    listing = Listing(path=path, files=[])
    add = listing.files.append
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            _, dot, ending = name.rpartition(".")
            if dot and ending.lower() in EXTENSIONS:
                try:
                    found = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                kind = found.st_mode & 0o170000
                mtime_ns = found.st_mtime_ns
                if kind == 0o100000 and EARLIEST_NS <= mtime_ns <= LATEST_NS and name.isascii():
                    if name.startswith(RESOURCE_FORK):
                        continue
                    add((name, found.st_size, mtime_ns))
                else:
                    if kind == 0o120000 or name.startswith(RESOURCE_FORK):
                        continue
                    if kind == 0o040000:
                        inner.append(name)
                    name = stored_name(name)
                    add((name, found.st_size if kind == 0o100000 else 0, clamped_ns(mtime_ns)))
                if HAS_BIRTH_TIME:
                    listing.born_us[name] = born_us(found)
            elif entry.is_dir(follow_symlinks=False) and not is_skipped(name):
                inner.append(name)
    listing.files.sort()
    return listing


def _some(folder: str, path: str, names: Iterable[str]) -> Listing:
    """These files of a folder, by their stored names."""
    listing = Listing(path=path, files=[])
    for name in sorted(names):
        try:
            state = file_state(os.path.join(folder, system_name(name)))
        except OSError:
            state = None
        if state is not None and is_taken(name):
            listing.files.append((name, state.size_bytes, state.mtime_ns))
            if HAS_BIRTH_TIME:
                listing.born_us[name] = state.date_us
    return listing
