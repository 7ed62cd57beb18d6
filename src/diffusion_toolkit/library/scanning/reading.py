"""The reading process of the deep scan: takes paths, answers with what the files hold."""

import copyreg
import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pickle import PicklingError
from types import MappingProxyType
from typing import Any, Union

from diffusion_toolkit.library.scanning.options import ReadFile
from diffusion_toolkit.library.scanning.walk import FileState, file_state
from diffusion_toolkit.paths import printable, stored_name
from diffusion_toolkit.record import FileRecord

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    """The first thing a reading process says."""


FileReading = tuple[FileRecord, FileState]
"""What a file holds, and its state just before it was read."""

_Fields = MappingProxyType[Any, Any]

Answer = Union[Started, FileReading, None]


def serve_readings(connection: "Connection[Answer, list[str]]", read: ReadFile) -> None:
    """Take lists of paths, answer each path with its reading, end with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which ends its readers
    copyreg.pickle(MappingProxyType, _pickled_mapping)  # an empty field of a recipe is one
    try:
        connection.send(Started())
        while True:
            for path in connection.recv():
                _answer(connection, read_one(path, read))
    except (EOFError, OSError):
        return


def read_one(path: str, read: ReadFile) -> FileReading | None:
    """The reading of one file; None when it is not there. What is no regular file is not even opened."""
    try:
        state = file_state(path)
    except OSError:
        return None
    if state is None:
        return None
    if state.kind != "file":
        name = printable(stored_name(os.path.basename(path)))
        what = "a folder" if state.kind == "folder" else "a pipe, socket or device"
        return FileRecord(size_bytes=0, problems=(f"{name} is {what}, not a file.",)), state
    try:
        record = read(path)
        return None if record.problems and not _is_still_there(path) else (record, state)
    except Exception as error:  # noqa: BLE001  the border around plugins: their fault becomes this file's problem
        _log.exception("Reading %r failed", path)
        return FileRecord(size_bytes=state.size_bytes, problems=(f"Reading failed: {type(error).__name__}.",)), state


def _is_still_there(path: str) -> bool:
    """A drive that is unplugged while its files are read does not damage them."""
    try:
        return file_state(path) is not None
    except OSError:
        return False


def _answer(connection: "Connection[Answer, list[str]]", reading: FileReading | None) -> None:
    """Hand a reading on; one that cannot cross to another process (a plugin's, nested too deep) is a problem."""
    try:
        connection.send(reading)
    except (TypeError, AttributeError, RecursionError, PicklingError) as error:
        assert reading is not None
        _log.warning("What was read cannot be handed on: %s", error)
        record = FileRecord(size_bytes=reading[1].size_bytes, problems=("What was read of this file cannot be kept.",))
        connection.send((record, reading[1]))


def _pickled_mapping(mapping: _Fields) -> tuple[Callable[[dict[Any, Any]], _Fields], tuple[dict[Any, Any]]]:
    return _unpickled_mapping, (dict(mapping),)


def _unpickled_mapping(pairs: dict[Any, Any]) -> _Fields:
    return MappingProxyType(pairs)
