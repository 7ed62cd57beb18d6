"""The reading process of the deep scan: takes paths, answers with what the files hold.

Before it opens a file it says so in shared memory, so that whoever watches it knows which file ended it.
"""

import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, MutableSequence, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

from diffusion_toolkit.generators import FileReader, expect_many_files
from diffusion_toolkit.library.scanning.file_state import FileState, clamped_ns, file_state
from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.library.scanning.packing import FileReading, pack, packed_reading, unpack
from diffusion_toolkit.paths import printable, stored_name
from diffusion_toolkit.plugins import PluginFailure, Tell
from diffusion_toolkit.record import FileRecord

ReadFile = Callable[[str], FileRecord]
"""From a file's path to its record. It crosses to other processes, so it must be picklable: a `FileReader`, which
brings plugins with it, or a function of a module."""

LOADING, STARTED, IN_PLUGIN, READ = "loading", "started", "in plugin", "read"
"""What a message is about; each is a tuple that begins with one of these."""

TELL_S = 0.005
"""Answers are handed on together, but none waits longer: a message costs as much as reading a small file."""

FILES_BEGUN, BUSY_BEFORE_S = 0, 1
"""Places in the shared memory: how many files were begun, and how long the process had worked before the last."""

_log = logging.getLogger(__name__)

Send = Callable[[tuple[object, ...]], None]


@dataclass(frozen=True, slots=True)
class Task:
    """What a reading process is started with. shared: of two numbers, see FILES_BEGUN."""

    read: ReadFile
    limits: Limits
    shared: MutableSequence[float]


def serve_readings(connection: "Connection[bytes, bytes]", task: Task) -> None:
    """Take lists of paths, answer each path with its reading, end with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which ends its readers
    _keep_output_apart()
    expect_many_files()
    read = task.read

    def send(message: tuple[object, ...]) -> None:
        connection.send_bytes(pack(message))

    try:
        names, failures = _loaded_plugins(read, lambda name: send((LOADING, name)))
        _limit_memory(task.limits.memory_bytes)
        send((STARTED, names, failures))
        telling = _telling(read, lambda name: send((IN_PLUGIN, name)))
        while True:
            paths, alone = unpack(connection.recv_bytes())
            _read_all(paths, telling if alone else read, task, send)
    except (EOFError, OSError):
        return


def _read_all(paths: Sequence[str], read: ReadFile, task: Task, send: Send) -> None:
    answers: list[bytes] = []
    told_at = time.monotonic()
    for path in paths:
        _begin(task)
        answers.append(_answer(path, read, task.limits))
        if time.monotonic() - told_at > TELL_S:
            send((READ, answers))
            answers, told_at = [], time.monotonic()
    if answers:
        send((READ, answers))


def _begin(task: Task) -> None:
    task.shared[BUSY_BEFORE_S] = time.process_time()
    task.shared[FILES_BEGUN] += 1
    if hasattr(signal, "setitimer"):
        # Its default action ends the process, so that a hanging one does not outlive a parent that was killed.
        signal.setitimer(signal.ITIMER_PROF, 2 * task.limits.busy_s)


def _answer(path: str, read: ReadFile, limits: Limits) -> bytes:
    """The reading as bytes; one that is not plain (a plugin's, nested too deep) is a problem."""
    reading = read_one(path, read, limits)
    try:
        return packed_reading(reading)
    except (ValueError, TypeError, AttributeError, RecursionError, MemoryError) as error:
        assert reading is not None
        _log.warning("What was read cannot be handed on: %s", error)
        return packed_reading(_with_problem(reading, "What was read of this file cannot be kept."))


def read_one(path: str, read: ReadFile, limits: Limits) -> FileReading | None:
    """The reading of one file; None when it is not there. What is no regular file is not even opened."""
    try:
        state = file_state(path)
    except OSError:
        return None
    if state is None:
        return None
    empty = FileRecord(size_bytes=state.size_bytes), state
    if state.kind != "file":
        name = printable(stored_name(os.path.basename(path)))
        what = "a folder" if state.kind == "folder" else "a pipe, socket or device"
        return _with_problem(empty, f"{name} is {what}, not a file.")
    try:
        record = read(path)
        if not record.problems:
            return record, state
        if not _is_still_there(path):
            return None
        return record, state if _opens(path) else _to_be_read_again(state)
    except MemoryError:
        return _with_problem(empty, f"This file {limits.too_large}.")
    except Exception as error:  # noqa: BLE001  a fault of a parser becomes this file's problem
        _log.exception("Reading %r failed", path)
        return _with_problem(empty, f"Reading failed: {type(error).__name__}.")


def _with_problem(reading: FileReading, problem: str) -> FileReading:
    return FileRecord(size_bytes=reading[1].size_bytes, problems=(problem,)), reading[1]


def _is_still_there(path: str) -> bool:
    """A drive that is unplugged while its files are read does not damage them."""
    try:
        return file_state(path) is not None
    except OSError:
        return False


def _opens(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            file.read(1)
    except OSError:
        return False
    return True


def _to_be_read_again(state: FileState) -> FileState:
    """A state that no file has: what could not be opened may be readable at the next scan, and looks the same then."""
    return replace(state, mtime_ns=clamped_ns(state.mtime_ns - 1))


def _loaded_plugins(read: ReadFile, tell: Tell) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    telling = _telling(read, tell)
    if not isinstance(telling, FileReader):
        return (), ()
    plugins, failures = telling.plugins()
    return tuple(plugin.name for plugin in plugins), tuple(_plain(failure) for failure in failures)


def _telling(read: ReadFile, tell: Tell) -> ReadFile:
    return replace(read, tell=tell) if isinstance(read, FileReader) else read


def _plain(failure: PluginFailure) -> tuple[str, str]:
    return failure.name, failure.message


def _keep_output_apart() -> None:
    """What a plugin prints must not get into what the program prints."""
    with contextlib.suppress(OSError):
        os.dup2(2, 1)
    sys.stdout = sys.stderr


def _limit_memory(more_bytes: int) -> None:
    """Make what would go beyond fail in this process, where the system can; elsewhere the parent watches."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError, ValueError), open("/proc/self/statm") as file:
            pages = int(file.read().split()[5])  # data and stack, which is what RLIMIT_DATA counts since Linux 4.7
            limit = pages * resource.getpagesize() + more_bytes
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
