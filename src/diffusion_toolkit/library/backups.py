"""Backups of a collection: where they lie, making one, and restoring one with a way back."""

import os
import re
from datetime import datetime
from pathlib import Path

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.target_folders import own_folder, require_folder_of
from diffusion_toolkit.store import backup
from diffusion_toolkit.store.backup import BackupFile
from diffusion_toolkit.store.database import Collection, Database

FOLDER = "backups"
SUFFIX = ".dtkbackup"

__all__ = ["BackupFile", "back_up", "describe", "kept", "restore"]


def back_up(collection: Collection, data_dir: Path, to: Path | None = None) -> BackupFile:
    """Back the collection up: to the file `to`, into the folder `to`, or into the data folder under a name with the
    time.

    Raises UsageError when the file is there already, or its folder is not: that of a drive that is away is not made on
    another one. StoreError when the disk or the server does not allow it.
    """
    path = _place(collection, data_dir, to)
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already; name another file.")
    require_folder_of(path)
    return backup.write(collection, path)


def describe(path: Path) -> BackupFile:
    """What a backup file holds. Raises UsageError when it is none."""
    return backup.describe(path)


def restore(database: Database, data_dir: Path, path: Path) -> tuple[BackupFile, BackupFile]:
    """Put a backup in the place of its collection. What was there is backed up first: (restored, what was there)."""
    found = backup.describe(path)
    before = back_up(database.collection(found.collection), data_dir)
    backup.restore(database, found)
    return found, before


def kept(data_dir: Path) -> list[Path]:
    """The backups in the data folder, newest first."""
    return sorted((data_dir / FOLDER).glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime_ns, reverse=True)


def _place(collection: Collection, data_dir: Path, to: Path | None) -> Path:
    if to is not None and not os.path.isdir(to):
        return to
    folder = own_folder(data_dir, FOLDER) if to is None else to
    return folder / _name(collection.name, local_now())


def _name(collection: str, now: datetime) -> str:
    moment = re.sub(r"[:.]", "", now.strftime("%Y-%m-%d-%H%M%S-%f"))
    return f"{collection}-{moment}{SUFFIX}"
