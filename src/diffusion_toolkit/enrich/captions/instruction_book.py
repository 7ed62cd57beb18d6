"""The instructions as a user changed them, and types of the user's own: a file in the data folder that people can edit.

[instructions]
descriptive = "Tell me what you see{limit}."
poem = "Give me a {length} poem about this picture{limit}."
"""

import os
import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Final, cast

import tomlkit
from filelock import FileLock

from diffusion_toolkit.enrich.captions.instructions import TYPES, CaptionType, checked_text
from diffusion_toolkit.errors import NotFound, UsageError

FILE: Final = "captions.toml"
TABLE: Final = "instructions"
MOST_TEXTS: Final = 200
_NAME: Final = re.compile("[a-z0-9][a-z0-9-]{0,39}")
_OURS: Final = {each.name: each for each in TYPES}


class InstructionBook:
    """The instructions of one data folder. May be used from many threads and processes at once."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE

    def texts(self) -> dict[str, str]:
        """What the user changed or added, by the name of the type. Raises UsageError for a file that is damaged."""
        return _checked(_table(self._document()))

    def types(self) -> tuple[CaptionType, ...]:
        """All types, ours first, with the texts that hold. Raises UsageError for a file that is damaged."""
        texts = self.texts()
        ours = [CaptionType(name=each.name, title=each.title, text=texts.get(each.name, each.text)) for each in TYPES]
        return (*ours, *(_type(name, text) for name, text in texts.items() if name not in _OURS))

    def change(self, name: str, text: str) -> CaptionType:
        """Give a type this instruction; a new name makes a new type. Raises UsageError."""
        if not _NAME.fullmatch(name):
            raise UsageError("The name of a type has small letters, digits and hyphens, at most 40.")
        checked = checked_text(text)
        with self._locked():
            document = self._document()
            table = _table(document)
            if name not in table and len(table) >= MOST_TEXTS:
                raise UsageError(f"There are {MOST_TEXTS} instructions of yours already.")
            table[name] = checked
            self._write(document)
        return _type(name, checked)

    def restore(self, name: str) -> None:
        """Take back what the user made of a type; one of the user's own goes. Raises NotFound, UsageError."""
        with self._locked():
            document = self._document()
            if _table(document).pop(name, None) is None:
                raise NotFound(f'No instruction of yours is called "{name[:40]}".')
            self._write(document)

    def _locked(self) -> FileLock:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self._path.with_suffix(".lock"))

    def _document(self) -> tomlkit.TOMLDocument:
        try:
            text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
            return tomlkit.parse(text)
        except ValueError as error:
            raise UsageError(f"{FILE} in the data folder cannot be read: {error}") from error

    def _write(self, document: tomlkit.TOMLDocument) -> None:
        """In one step, so that a reader never sees half of it."""
        growing = self._path.with_suffix(f".{os.getpid()}")
        with growing.open("w", encoding="utf-8", newline="\n") as file:
            file.write(tomlkit.dumps(document))
            file.flush()
            os.fsync(file.fileno())
        growing.replace(self._path)


def _table(document: tomlkit.TOMLDocument) -> MutableMapping[str, object]:
    """The table of instructions, made where it is missing; what is none is an error."""
    found = document.setdefault(TABLE, tomlkit.table())
    if not isinstance(found, MutableMapping):
        raise UsageError(f"{FILE} in the data folder: [{TABLE}] is a table of texts.")
    return cast("MutableMapping[str, object]", found)


def _checked(table: MutableMapping[str, object]) -> dict[str, str]:
    for name, text in table.items():
        if not _NAME.fullmatch(name) or not isinstance(text, str):
            raise UsageError(f'{FILE} in the data folder: "{name[:40]}" is no name of a type with a text behind it.')
    return {name: checked_text(str(text)) for name, text in table.items()}


def _type(name: str, text: str) -> CaptionType:
    known = _OURS.get(name)
    title = known.title if known else name.replace("-", " ").capitalize()
    return CaptionType(name=name, title=title, text=text)
