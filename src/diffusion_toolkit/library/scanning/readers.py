"""Reads files in processes of their own, so that a file that kills or hangs one costs one, not the scan."""

import logging
import multiprocessing
import sys
import time
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import ModuleType
from typing import cast

from diffusion_toolkit.errors import Cancelled, ToolkitError
from diffusion_toolkit.library.scanning.options import ReadFile
from diffusion_toolkit.library.scanning.reading import Answer, FileReading, Started, serve_readings
from diffusion_toolkit.library.scanning.walk import file_state
from diffusion_toolkit.record import FileRecord

CHUNK = 16
"""Files given to a reader at once: few, so that all readers end together; more than one, so that none waits."""

START_LIMIT_S = 60.0
MOST_FAILED_STARTS = 3
POLL_S = 0.5

_log = logging.getLogger(__name__)


class Readers:
    """A pool of reading processes. Use as a context manager; `read` may be called from one thread at a time."""

    def __init__(self, read: ReadFile, count: int, file_limit_s: float) -> None:
        self._read_file = read
        self._count = count
        self._file_limit_s = file_limit_s
        self._readers: list[_Reader] = []
        self._failed_starts = 0
        self._stopped = False

    def __enter__(self) -> "Readers":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for reader in self._readers:
            reader.end()
        self._readers = []

    def stop(self) -> None:
        """Make a running `read` in another thread raise Cancelled soon."""
        self._stopped = True

    def read(self, paths: Sequence[str]) -> list[FileReading | None]:
        """The readings of files, in order; None where the file is not there any more."""
        results: list[FileReading | None] = [None] * len(paths)
        waiting = deque(range(len(paths)))
        left = len(paths)
        while left:
            if self._stopped:
                raise Cancelled("Stopped. What was done so far is kept.")
            self._start_readers(len(waiting))
            for reader in self._readers:
                if not reader.given and waiting:
                    reader.give([waiting.popleft() for _ in range(min(CHUNK, len(waiting)))], paths)
            for reader in self._ready():
                left -= self._take(reader, paths, results, waiting)
        return results

    def _start_readers(self, waiting: int) -> None:
        busy = sum(bool(reader.given) for reader in self._readers)
        wanted = min(self._count, busy + -(-waiting // CHUNK))
        while len(self._readers) < wanted:
            self._readers.append(_Reader.start(self._read_file))

    def _ready(self) -> list["_Reader"]:
        """Readers that have something to say, or that must be given up."""
        ready = wait([reader.connection for reader in self._readers], POLL_S)
        return [
            reader
            for reader in self._readers
            if reader.connection in ready or (reader.given and reader.silent_s > self._limit_s(reader))
        ]

    def _limit_s(self, reader: "_Reader") -> float:
        return self._file_limit_s if reader.started else START_LIMIT_S

    def _take(
        self,
        reader: "_Reader",
        paths: Sequence[str],
        results: list[FileReading | None],
        waiting: deque[int],
    ) -> int:
        """Take what a reader has; returns how many files are done with."""
        taken = 0
        try:
            while reader.connection.poll():
                answer = reader.receive()
                if not isinstance(answer, Started):
                    results[reader.given.popleft()] = answer
                    taken += 1
        except (EOFError, OSError):
            return taken + self._give_up(reader, "stopped the program that read it", paths, results, waiting)
        if reader.given and reader.silent_s > self._limit_s(reader):
            why = f"took longer than {self._file_limit_s:g} s to read"
            return taken + self._give_up(reader, why, paths, results, waiting)
        return taken

    def _give_up(
        self,
        reader: "_Reader",
        why: str,
        paths: Sequence[str],
        results: list[FileReading | None],
        waiting: deque[int],
    ) -> int:
        """End a dead or hanging reader: the file it was at gets a problem, the rest goes to others."""
        reader.end()
        self._readers.remove(reader)
        if not reader.started:
            self._failed_starts += 1
            if self._failed_starts >= MOST_FAILED_STARTS:
                raise ToolkitError("The processes that read files do not start. See the log.")
            waiting.extendleft(reversed(reader.given))
            return 0
        if not reader.given:
            return 0
        culprit = reader.given.popleft()
        _log.warning("%r %s", paths[culprit], why)
        state = file_state(paths[culprit])
        if state is not None:
            record = FileRecord(size_bytes=state.size_bytes, problems=(f"This file {why}.",))
            results[culprit] = (record, state)
        waiting.extendleft(reversed(reader.given))
        return 1


@dataclass(slots=True, eq=False)
class _Reader:
    """One process. given: indexes of the files it has, the one it is at first; started: it has answered once."""

    process: SpawnProcess
    connection: "Connection[list[str], Answer]"
    given: deque[int] = field(default_factory=deque[int])
    started: bool = False
    heard_at: float = field(default_factory=time.monotonic)

    @classmethod
    def start(cls, read: ReadFile) -> "_Reader":
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve_readings, args=(theirs, read), name="dtk-reader", daemon=True)
        with _without_main(read):
            process.start()
        theirs.close()
        return cls(process=process, connection=cast("Connection[list[str], Answer]", ours))

    @property
    def silent_s(self) -> float:
        return time.monotonic() - self.heard_at

    def give(self, indexes: list[int], paths: Sequence[str]) -> None:
        self.given.extend(indexes)
        self.heard_at = time.monotonic()
        try:
            self.connection.send([paths[index] for index in indexes])
        except OSError:
            _log.info("A reader ended before it was given work")  # its connection says so to `_take`

    def receive(self) -> Answer:
        answer = self.connection.recv()
        self.heard_at = time.monotonic()
        self.started = True
        return answer

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


@contextmanager
def _without_main(read: ReadFile) -> Generator[None]:
    """Keep a new process from importing the program that is running: the command line or server, a second's work.

    multiprocessing imports the main module into every process it spawns; an empty one has nothing to import.
    """
    main = sys.modules["__main__"]
    if read.__module__ != "__main__":
        sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
