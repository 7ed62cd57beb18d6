"""Processes that decode, so that a file that kills or hangs one costs that file, not the program."""

import contextlib
import logging
import multiprocessing
import os
import time
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import BoundedSemaphore, Lock
from typing import Any, Final, Protocol, cast

import psutil

from diffusion_toolkit.errors import Cancelled, NotFound, UnreadableFile
from diffusion_toolkit.media.decoding import DONE, LARGE, MISSING, READY, UNREADABLE, pack, serve_decoding, unpack
from diffusion_toolkit.media.limits import WorkLimits
from diffusion_toolkit.media.spawning import without_main

START_LIMIT_S: Final = 60.0
END_LIMIT_S: Final = 5.0
POLL_S: Final = 0.1
UNWATCHED_S: Final = 0.2
"""What is done within this time needs no looking at."""

_log = logging.getLogger(__name__)
_one_large_picture: Final = Lock()


class Cancel(Protocol):
    """What can be asked whether a task is to be given up; `threading.Event` is one."""

    def is_set(self) -> bool:
        """Whether it is."""
        ...


class _Died(Exception):
    """The process ended while it worked."""


@dataclass(slots=True, eq=False)
class _Decoder:
    """One process, as the one who asks it sees it."""

    process: SpawnProcess
    connection: "Connection[bytes, bytes]"

    @classmethod
    def start(cls, limits: WorkLimits, niceness: int) -> "_Decoder":
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve_decoding, args=(theirs, limits, niceness), name="dtk-decoder", daemon=True
        )
        with without_main():
            process.start()
        theirs.close()
        decoder = cls(process=process, connection=cast("Connection[bytes, bytes]", ours))
        if not ours.poll(START_LIMIT_S) or decoder._received() != (READY,):
            decoder.end()
            raise UnreadableFile("the process that decodes does not start. See the log.")
        return decoder

    @property
    def rests(self) -> bool:
        """Whether it is there and waits."""
        return self.process.is_alive() and not self.connection.poll()

    def ask(self, name: str, arguments: tuple[object, ...], limits: WorkLimits, cancelled: Cancel | None) -> Any:
        """Its answer. Raises _Died, UnreadableFile for a broken limit, Cancelled."""
        begun, busy_before = time.monotonic(), self._busy_s()
        try:
            self.connection.send_bytes(pack((name, arguments, limits.busy_s)))
        except OSError as error:
            raise _Died from error
        while not self.connection.poll(POLL_S):
            if cancelled and cancelled.is_set():
                raise Cancelled("Nobody waits for it any more.")
            waited = time.monotonic() - begun
            if waited > UNWATCHED_S:
                self._watch(limits, waited, busy_before)
        return self._received()

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.join(END_LIMIT_S)  # one that waits for a dead drive ends when the system lets it
        self.connection.close()

    def _received(self) -> Any:
        try:
            return unpack(self.connection.recv_bytes())
        except (EOFError, OSError, ValueError, TypeError) as error:
            raise _Died from error

    def _busy_s(self) -> float:
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self.process.pid).cpu_times()
            return times.user + times.system
        return 0.0

    def _watch(self, limits: WorkLimits, waited_s: float, busy_before_s: float) -> None:
        if waited_s > limits.waiting_s:
            raise UnreadableFile(limits.too_late)
        if self._busy_s() - busy_before_s > limits.busy_s:
            raise UnreadableFile(limits.too_long)
        with contextlib.suppress(psutil.Error):  # it has ended; its connection says so
            if psutil.Process(self.process.pid).memory_info().rss > limits.memory_bytes:
                raise UnreadableFile(limits.too_large)


class Decoders:
    """At most `count` processes, started when needed and kept for the next task. May be used from many threads.

    A process that breaks a limit is ended and replaced; a file that ends two processes is given up. niceness: by how
    much they give way to their parent and others, where the system knows it (nice(2), 0 to 19).
    """

    def __init__(self, count: int, limits: WorkLimits | None = None, niceness: int = 0) -> None:
        self.limits = limits or WorkLimits()
        self._niceness = niceness
        self._count = count
        self._places = BoundedSemaphore(count)
        self._resting: list[_Decoder] = []
        self._lock = Lock()

    def run(self, name: str, path: str | os.PathLike[str], *arguments: object, cancelled: Cancel | None = None) -> Any:
        """What the task of this name makes of a file; large pictures one after another.

        Raises NotFound, Cancelled, and UnreadableFile with a reason that begins in lower case: who asks says what
        cannot be had.
        """
        given = (os.fspath(path), *arguments)
        answer = self._asked(name, (*given, False), cancelled)
        if answer[0] == LARGE:
            with _one_large_picture:
                answer = self._asked(name, (*given, True), cancelled)
        if answer[0] == DONE:
            return answer[1]
        if answer[0] == MISSING:
            raise NotFound(answer[1])
        assert answer[0] == UNREADABLE
        raise UnreadableFile(answer[1])

    def close(self) -> None:
        """End the processes that rest; the others end when they are done."""
        with self._lock:
            resting, self._resting = self._resting, []
        for decoder in resting:
            decoder.end()

    def _asked(self, name: str, arguments: tuple[object, ...], cancelled: Cancel | None) -> Any:
        with self._places:
            with contextlib.suppress(_Died):
                return self._ask_once(name, arguments, cancelled)
            try:  # it may have ended for reasons of its own, such as rest
                return self._ask_once(name, arguments, cancelled)
            except _Died:
                _log.warning("%s of %r stopped two processes", name, arguments[0])
                return UNREADABLE, "the file stops the program that decodes it."

    def _ask_once(self, name: str, arguments: tuple[object, ...], cancelled: Cancel | None) -> Any:
        decoder = self._taken()
        try:
            answer = decoder.ask(name, arguments, self.limits, cancelled)
        except BaseException:
            decoder.end()
            raise
        with self._lock:
            self._resting.append(decoder)
        return answer

    def _taken(self) -> _Decoder:
        while True:
            with self._lock:
                decoder = self._resting.pop() if self._resting else None
            if decoder is None:
                return _Decoder.start(self.limits, self._niceness)
            if decoder.rests:
                return decoder
            decoder.end()


@cache
def shared_decoders() -> Decoders:
    """The processes of this program that decode pictures and frames: one per core, at most eight."""
    return Decoders(max(2, min(8, os.cpu_count() or 2)))
