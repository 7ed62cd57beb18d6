"""The system's trash: files go into it, and come back where it says from where they came.

On Linux (freedesktop.org's trash) we find a file again by its note. On Windows and macOS only the system gives it back.
"""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.disk import NotMoved

LARGEST_NOTE_BYTES: Final = 64 * 1024
NO_TRASH: Final = (
    "There is no trash on the drive of this file, so it was not deleted. Delete it for good if you are sure."
)
_FIXED_DRIVE: Final = 3


def to_trash(path: str, *, folder: bool = False) -> None:
    """Put an ordinary file (or a folder) into the trash of the system. Raises NotMoved; nothing is ever deleted
    instead."""
    with contextlib.suppress(FileNotFoundError):
        if not folder:
            disk.signature(path)
    if sys.platform == "win32" and not _has_recycle_bin(path):
        raise NotMoved(NO_TRASH)
    # Imported late: it looks for the home folder when imported.
    from send2trash import TrashPermissionError
    from send2trash import send2trash as send  # pyright: ignore[reportUnknownVariableType]  (it has no types)

    try:
        send(path)
    except TrashPermissionError as error:
        raise NotMoved(NO_TRASH) from error
    except OSError as error:
        if not disk.is_there(path):
            raise NotMoved("The file is not there any more.") from error
        raise NotMoved(NO_TRASH if error.errno is None else str(disk.told(error))) from error
    if disk.is_there(path):
        raise NotMoved(NO_TRASH)


def gives_back() -> bool:
    """Whether files can be taken out of this system's trash by us."""
    return sys.platform not in ("win32", "darwin")


class Trashes:
    """What lies in the trash, looked at once. Only of use where the trash `gives_back`."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, tuple[datetime, str]]] = {}

    def back(self, path: str) -> None:
        """Put the file that was deleted from `path` last back there. Raises NotMoved."""
        if disk.is_there(path):
            raise NotMoved("Another file has its name now. Rename that one first.")
        found = self._find(path)
        if found is None:
            raise NotMoved("It is not in the trash any more.")
        note, file = found
        if not os.path.isdir(os.path.dirname(path)):
            raise NotMoved("Its folder is not there any more.")
        disk.move(file, path, os.path.join(os.path.dirname(path), f".dtk-{os.getpid()}.part"))
        with contextlib.suppress(OSError):
            os.unlink(note)

    def _find(self, path: str) -> tuple[str, str] | None:
        """Note and file of what was deleted from a place last."""
        newest: tuple[datetime, str, str] | None = None
        for trash in _folders(path):
            if trash not in self._known:
                self._known[trash] = dict(_notes(trash))
            if (found := self._known[trash].get(path)) is not None:
                name = os.path.basename(found[1]).removesuffix(".trashinfo")
                file = os.path.join(trash, "files", name)
                if os.path.lexists(file) and (newest is None or found[0] > newest[0]):
                    newest = (found[0], found[1], file)
        return None if newest is None else newest[1:]


def _folders(path: str) -> list[str]:
    """The trash folders that a file of this place may have gone to."""
    home = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    top = os.path.realpath(os.path.dirname(path))
    while not os.path.ismount(top):
        top = os.path.dirname(top)
    user = getattr(os, "getuid", lambda: 0)()
    return [os.path.join(home, "Trash"), os.path.join(top, ".Trash", str(user)), os.path.join(top, f".Trash-{user}")]


def _notes(trash: str) -> Iterator[tuple[str, tuple[datetime, str]]]:
    """What was deleted from where, and when: the oldest first, so that the newest of a place counts."""
    found: list[tuple[datetime, str, str]] = []
    try:
        notes = [entry.path for entry in os.scandir(os.path.join(trash, "info")) if entry.name.endswith(".trashinfo")]
    except OSError:
        return
    for note in notes:
        with contextlib.suppress(OSError, ValueError):
            if os.path.getsize(note) <= LARGEST_NOTE_BYTES:
                place, moment = _read_note(Path(note).read_text("utf-8", "replace"), os.path.dirname(trash))
                found.append((moment, place, note))
    for moment, place, note in sorted(found):
        yield place, (moment, note)


def _read_note(text: str, top: str) -> tuple[str, datetime]:
    """The place and moment of a note. Raises ValueError when it says neither."""
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    place = os.fsdecode(unquote_to_bytes(values.get("Path", "")))
    if not place or "\0" in place:
        raise ValueError("no place")
    if os.path.basename(top) == ".Trash":
        top = os.path.dirname(top)
    moment = datetime.fromisoformat(values.get("DeletionDate", "")).replace(tzinfo=None)
    return os.path.normpath(os.path.join(top, place)), moment


def _has_recycle_bin(path: str) -> bool:
    """Whether the drive has a recycle bin: on others, network drives too, Windows deletes for good without a word."""
    drive = os.path.splitdrive(os.path.abspath(path))[0]
    loader = getattr(ctypes, "windll", None)
    return bool(loader) and loader.kernel32.GetDriveTypeW(f"{drive}\\") == _FIXED_DRIVE
