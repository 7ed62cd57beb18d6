"""Files from outside that somebody gives to a folder of the library: received beside it, looked at, then put in."""

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from diffusion_toolkit.errors import UnreadableFile, UsageError
from diffusion_toolkit.library.files import disk, work
from diffusion_toolkit.library.files.carrying import devices
from diffusion_toolkit.library.files.names import checked_name, with_number
from diffusion_toolkit.library.files.operations import Step
from diffusion_toolkit.library.files.places import Folder
from diffusion_toolkit.library.files.plan import MOST_NUMBERS, Clash, NameTaken
from diffusion_toolkit.library.scanning.walk import is_taken
from diffusion_toolkit.paths import printable, stored_name, system_name
from diffusion_toolkit.record import FileRecord, JsonValue
from diffusion_toolkit.store import journal
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.file_operations import NewOperation

ACTION: Final = "files.add"
KIND: Final = "add"
STALE_S: Final = 24 * 3600
"""What was received so long ago and never put in was left by a crash."""


def receiving(data_dir: Path) -> Path:
    """The folder that files are received in, without what crashes left there."""
    folder = data_dir / "incoming"
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > STALE_S:
                old.unlink()
    return folder


def fitting_name(name: str) -> str:
    """The name, if the library shows files of such a name. Raises UsageError."""
    if not is_taken(checked_name(name)):
        raise UsageError("The library shows pictures and films only; this name ends like neither.")
    return name


def names_taken(to: Folder, names: Sequence[str]) -> list[str]:
    """Those of these names that are taken in a folder."""
    return [name for name in names if disk.is_there(os.path.join(to.system, system_name(name)))]


def check_content(record: FileRecord) -> None:
    """Raises UnreadableFile for what is no picture and no film, whatever its name says."""
    if record.format is None:
        raise UnreadableFile("This is no picture and no film that the library can read.")


def add_file(
    collection: Collection, received: Path, to: Folder, name: str, *, clash: Clash, joins: int | None = None
) -> int:
    """Put a received file into a folder; returns the number of the action, which undo takes back.

    clash: "number" finds a free name, "refuse" raises NameTaken; joins: an action that this file is a part of.
    """
    name = _free_name(to, fitting_name(name), clash)
    target = os.path.join(to.system, system_name(name))
    details: Mapping[str, JsonValue] = {
        "files": [Step(source=os.fspath(received), target=target).as_json()],
        "root_id": to.root_id,
        "folder": to.path,
        "name": name,
        "roots": devices(to.root),
    }
    operation = NewOperation(
        kind=KIND,
        image_id=None,
        source_path=stored_name(os.fspath(received)),
        target_path=stored_name(target),
        details=details,
    )
    count = _count(collection, joins) + 1
    files = "1 file" if count == 1 else f"{count:,} files"
    sentence = f"Added {files} to {printable(to.stored)}"
    return work.finish(work.carry_out(collection, ACTION, [operation], sentence, joins=joins))


def _free_name(to: Folder, name: str, clash: Clash) -> str:
    if not names_taken(to, [name]):
        return name
    if clash == "number":
        numbered = (with_number(name, number) for number in range(2, MOST_NUMBERS))
        if (free := next((each for each in numbered if not names_taken(to, [each])), None)) is not None:
            return free
    raise NameTaken(f"{printable(to.stored)} already has {printable(name)}.")


def _count(collection: Collection, joins: int | None) -> int:
    """How many files the action has already."""
    if joins is None:
        return 0
    with collection.begin() as connection:
        known = journal.get(connection, joins)
    return cast(int, known.details.get("changed", 0)) if known is not None and work.takes_more(known, ACTION) else 0
