"""Reads files in processes of their own, so that a file that kills or hangs one costs one, not the scan."""

import logging
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait

from diffusion_toolkit.errors import Cancelled, ToolkitError
from diffusion_toolkit.generators import FileReader
from diffusion_toolkit.library.scanning.file_state import file_state
from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.library.scanning.packing import FileReading, unpacked_reading
from diffusion_toolkit.library.scanning.reader import DIED, PluginReport, Reader
from diffusion_toolkit.library.scanning.reading import ReadFile
from diffusion_toolkit.plugins import PluginFailure
from diffusion_toolkit.record import FileRecord

CHUNK = 16
"""Most files given to a reader at once: enough that it seldom waits for more."""

MOST_FAILED_STARTS = 3
MOST_PLUGIN_FAULTS = 3
"""A plugin that ended a reader for so many files, twice each, is left out from then on."""

POLL_S = 0.1

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Work:
    """The files of one call. waiting: not given yet; again: ended a reader once, to be tried alone; left: how many
    have no result yet."""

    paths: Sequence[str]
    waiting: deque[int]
    results: list[FileReading | None]
    left: int
    again: deque[int] = field(default_factory=deque[int])

    @classmethod
    def of(cls, paths: Sequence[str]) -> "_Work":
        return cls(paths=paths, waiting=deque(range(len(paths))), results=[None] * len(paths), left=len(paths))

    def done(self, index: int, reading: FileReading | None) -> None:
        self.results[index] = reading
        self.left -= 1

    def give_back(self, indexes: Sequence[int]) -> None:
        self.waiting.extendleft(reversed(indexes))


class Readers:
    """A pool of reading processes. Use as a context manager; `read` may be called from one thread at a time.

    A process that dies or is stopped is replaced, and the file it was at is tried once more, alone. A file that ends
    two processes gets a problem on its record.
    """

    def __init__(self, read: ReadFile, count: int, limits: Limits | None = None) -> None:
        self._read_file = read
        self._count = count
        self._limits = limits or Limits()
        self._readers: list[Reader] = []
        self._failed_starts = 0
        self._plugin_faults: Counter[str] = Counter()
        self._banned: dict[str, PluginFailure] = {}
        self._stopped = False

    def __enter__(self) -> "Readers":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        self.stop()
        for reader in self._readers:
            reader.end()
        self._readers = []

    def stop(self) -> None:
        """Make a running `read` in another thread raise Cancelled soon."""
        self._stopped = True

    def read(self, paths: Sequence[str]) -> list[FileReading | None]:
        """The readings of files, in order; None where the file is not there any more."""
        work = _Work.of(paths)
        while work.left:
            self._step(work)
        return work.results

    def plugins(self) -> PluginReport:
        """The plugins that the readers use, and those that cannot be used."""
        started: Reader | None = None
        while started is None:
            self._step(_Work.of([]), at_least=1)
            started = next((reader for reader in self._readers if reader.started), None)
        return replace(started.plugins, failures=(*started.plugins.failures, *self._banned.values()))

    def _step(self, work: _Work, at_least: int = 0) -> None:
        if self._stopped:
            raise Cancelled("Stopped. What was done so far is kept.")
        self._start_readers(work, at_least)
        for reader in self._readers:
            if reader.is_free:
                self._give(reader, work)
        ready = wait([reader.connection for reader in self._readers], POLL_S)
        for reader in list(self._readers):
            if reader.connection in ready:
                self._take(reader, work)
            elif why := reader.overdue():
                self._give_up(reader, why, work)

    def _start_readers(self, work: _Work, at_least: int) -> None:
        for reader in [reader for reader in self._readers if reader.stale and not reader.given]:
            reader.end()
            self._readers.remove(reader)
        busy = sum(bool(reader.given) for reader in self._readers)
        wanted = min(self._count, max(at_least, busy + len(work.again) - (-len(work.waiting) // CHUNK)))
        while len(self._readers) < wanted:
            self._readers.append(Reader.start(self._read_file, self._limits))

    def _give(self, reader: Reader, work: _Work) -> None:
        """Give a reader something to do: less and less towards the end, so that all end together."""
        if work.again:
            reader.give([work.again.popleft()], work.paths, alone=True)
        elif work.waiting:
            count = min(CHUNK, max(1, len(work.waiting) // (2 * self._count)))
            reader.give([work.waiting.popleft() for _ in range(count)], work.paths)

    def _take(self, reader: Reader, work: _Work) -> None:
        """Take what a reader has."""
        try:
            for index, packed in reader.answers():
                work.done(index, unpacked_reading(packed))
                self._failed_starts = 0
        except (EOFError, OSError, ValueError, TypeError):
            self._give_up(reader, DIED, work)

    def _give_up(self, reader: Reader, why: str, work: _Work) -> None:
        """End a dead or hanging reader. The file it was at is tried again alone, the rest goes to others."""
        reader.end()
        self._readers.remove(reader)
        culprit = reader.in_hand
        if culprit is None:
            work.give_back(reader.given)
            self._note_failed_start(reader, why)
            return
        work.give_back([index for index in reader.given if index != culprit])
        if not reader.alone:
            _log.info("%r %s; it is tried once more", work.paths[culprit], why)
            work.again.append(culprit)
            return
        place = f", in the plugin {reader.plugin}" if reader.plugin else ""
        _log.warning("%r %s%s", work.paths[culprit], why, place)
        work.done(culprit, _given_up(work.paths[culprit], f"This file {why}{place}."))
        self._note_plugin_fault(reader.plugin, why)

    def _note_failed_start(self, reader: Reader, why: str) -> None:
        if reader.plugin and not reader.started:
            self._ban(reader.plugin, f"The plugin {reader.plugin} {'ends the program' if why == DIED else why}.")
        elif not reader.has_begun:
            self._failed_starts += 1
            if self._failed_starts >= MOST_FAILED_STARTS:
                raise ToolkitError("The processes that read files do not start. See the log.")

    def _note_plugin_fault(self, plugin: str, why: str) -> None:
        self._plugin_faults[plugin] += 1
        if plugin and self._plugin_faults[plugin] == MOST_PLUGIN_FAULTS:
            what = "ends the program" if why == DIED else "takes too long or too much memory"
            self._ban(plugin, f"The plugin {plugin} {what}; it is left out until the next start.")

    def _ban(self, plugin: str, message: str) -> None:
        """Leave a plugin out from now on."""
        assert isinstance(self._read_file, FileReader)
        _log.warning("%s", message)
        self._banned[plugin] = PluginFailure(name=plugin, message=message)
        self._read_file = replace(self._read_file, without_plugins=tuple(self._banned))
        for reader in self._readers:
            reader.stale = True


def _given_up(path: str, problem: str) -> FileReading | None:
    state = file_state(path)
    return None if state is None else (FileRecord(size_bytes=state.size_bytes, problems=(problem,)), state)
