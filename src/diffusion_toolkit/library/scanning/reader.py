"""One reading process, as the one who watches it sees it."""

import logging
import multiprocessing
import time
from collections import deque
from collections.abc import Iterator, MutableSequence, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import cast

import psutil

from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.library.scanning.packing import pack, unpack
from diffusion_toolkit.library.scanning.reading import (
    BUSY_BEFORE_S,
    FILES_BEGUN,
    IN_PLUGIN,
    LOADING,
    READ,
    STARTED,
    ReadFile,
    Task,
    serve_readings,
)
from diffusion_toolkit.media.spawning import without_main
from diffusion_toolkit.plugins import PluginFailure

START_LIMIT_S = 60.0
END_LIMIT_S = 5.0
WATCH_AFTER_S = 0.1
"""A reader that was heard of so lately needs no looking at: looking costs 50 microseconds."""

DIED = "stopped the program that read it"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginReport:
    """The plugins that are used, and those that cannot be, with the reason."""

    names: tuple[str, ...] = ()
    failures: tuple[PluginFailure, ...] = ()


@dataclass(slots=True, eq=False)
class Reader:
    """One process. given: indexes of the files it has, in the order it reads them; alone: it was given one file that
    ended a reader before; started: it is ready for files; plugins: what it says of them then; plugin: the one whose
    code runs, "" for none; stale: it is to be replaced when it has nothing left to do.
    """

    process: SpawnProcess
    connection: "Connection[bytes, bytes]"
    shared: MutableSequence[float]
    limits: Limits
    given: deque[int] = field(default_factory=deque[int])
    alone: bool = False
    started: bool = False
    plugins: PluginReport = PluginReport()
    plugin: str = ""
    stale: bool = False
    _answered: int = 0
    _heard_at: float = field(default_factory=time.monotonic)
    _own_bytes: int = 0

    @classmethod
    def start(cls, read: ReadFile, limits: Limits) -> "Reader":
        """Start a process; it says when it is ready."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        shared = cast("MutableSequence[float]", context.RawArray("d", 2))
        task = Task(read, limits, shared)
        process = context.Process(target=serve_readings, args=(theirs, task), name="dtk-reader", daemon=True)
        with nullcontext() if read.__module__ == "__main__" else without_main():
            process.start()
        theirs.close()
        return cls(process=process, connection=cast("Connection[bytes, bytes]", ours), shared=shared, limits=limits)

    @property
    def is_free(self) -> bool:
        """Whether it waits for files."""
        return self.started and not self.given and not self.stale

    @property
    def in_hand(self) -> int | None:
        """The file it is at, None when it is between two."""
        position = int(self.shared[FILES_BEGUN]) - self._answered - 1
        return self.given[position] if 0 <= position < len(self.given) else None

    @property
    def has_begun(self) -> bool:
        """Whether it ever came to a file."""
        return self.shared[FILES_BEGUN] > 0

    def give(self, indexes: Sequence[int], paths: Sequence[str], *, alone: bool = False) -> None:
        """Hand over files to read."""
        self.given.extend(indexes)
        self.alone = alone
        self._heard_at = time.monotonic()
        try:
            self.connection.send_bytes(pack(([paths[index] for index in indexes], alone)))
        except OSError:
            _log.info("A reader ended before it was given work")  # its connection says so, too

    def answers(self) -> Iterator[tuple[int, bytes]]:
        """What it has read, as (index, packed reading). Raises OSError, EOFError or ValueError when it has ended."""
        while self.connection.poll():
            kind, *rest = unpack(self.connection.recv_bytes())
            if kind != IN_PLUGIN:
                self._heard_at = time.monotonic()
            if kind in (LOADING, IN_PLUGIN):
                self.plugin = rest[0]
            elif kind == STARTED:
                self._begin(*rest)
            elif kind == READ:
                for packed in rest[0]:
                    self._answered += 1
                    yield self.given.popleft(), packed

    def overdue(self) -> str | None:
        """What it, or the file it is at, did too long or too much of; None while all is well."""
        silent_s = time.monotonic() - self._heard_at
        if not self.started:
            limit_s = self.limits.waiting_s if self.plugin else START_LIMIT_S
            return None if silent_s < limit_s else f"did not start within {limit_s:g} s"
        if not self.given or silent_s < WATCH_AFTER_S:
            return None
        if silent_s > self.limits.waiting_s:
            return self.limits.too_late
        try:
            process = psutil.Process(self.process.pid)
            times = process.cpu_times()
            more_bytes = process.memory_info().rss - self._own_bytes
        except psutil.Error:
            return None  # it has ended; its connection says so
        if times.user + times.system - self.shared[BUSY_BEFORE_S] > self.limits.busy_s:
            return self.limits.too_long
        return self.limits.too_large if more_bytes > self.limits.memory_bytes else None

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.join(END_LIMIT_S)  # one that waits for a dead drive ends when the system lets it
        self.connection.close()

    def _begin(self, names: tuple[str, ...], failures: tuple[tuple[str, str], ...]) -> None:
        self.started = True
        self.plugin = ""
        self.plugins = PluginReport(
            names=names, failures=tuple(PluginFailure(name=name, message=message) for name, message in failures)
        )
        try:
            self._own_bytes = psutil.Process(self.process.pid).memory_info().rss
        except psutil.Error:
            _log.info("A reader ended as soon as it had started")
