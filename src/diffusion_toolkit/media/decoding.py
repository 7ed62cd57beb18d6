"""The decoding process: takes tasks by name, answers with plain values, ends with its parent or when idle.

Decoders are large C libraries that read hostile files: they run here, where a crash costs one file. Answers cross with
`marshal`, not pickle: what it reads becomes plain values and never code.
"""

import contextlib
import importlib
import logging
import marshal
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Final

from diffusion_toolkit.errors import NotFound, UnreadableFile
from diffusion_toolkit.media.limits import WorkLimits

IDLE_S: Final = 300.0
"""A process that had nothing to do for so long ends; the next task starts another (0.3 s)."""

READY, DONE, UNREADABLE, MISSING, LARGE = "ready", "done", "unreadable", "missing", "large"
"""What an answer is about; each is a tuple that begins with one of these."""

TASKS: Final = {
    "thumbnail": "diffusion_toolkit.media.thumbnails:made_thumbnail",
    "hashes": "diffusion_toolkit.media.pixel_hashes:made_hashes",
    "picture": "diffusion_toolkit.media.pictures:made_rendition",
    "film": "diffusion_toolkit.media.film_renditions:made_rendition",
    "pixels": "diffusion_toolkit.media.pixels:made_pixels",
}

_log = logging.getLogger(__name__)


class LargePicture(Exception):
    """Decoding it takes much memory: to be asked again when no other large one is decoded."""


def pack(value: Any) -> bytes:
    """Plain values as bytes."""
    return marshal.dumps(value)


def unpack(data: bytes) -> Any:
    """The values again. Raises ValueError, EOFError or TypeError for bytes that are none of `pack`."""
    return marshal.loads(data)  # noqa: S302 it gives plain values only, from a process of ours


def serve_decoding(connection: "Connection[bytes, bytes]", limits: WorkLimits, niceness: int) -> None:
    """Do tasks until the parent is gone or nothing came for a while. niceness: added to that of the parent."""
    if niceness and hasattr(os, "nice"):
        os.nice(niceness)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which ends its processes
    with contextlib.suppress(OSError):
        os.dup2(2, 1)  # what a decoder prints must not get into what the program prints
    with contextlib.suppress(EOFError, OSError):
        _limit_memory(limits.memory_bytes)
        connection.send_bytes(pack((READY,)))
        while connection.poll(IDLE_S):
            name, arguments, busy_s = unpack(connection.recv_bytes())
            _limit_work(busy_s)
            connection.send_bytes(pack(_answer(name, arguments)))


def _answer(name: str, arguments: tuple[object, ...]) -> tuple[object, ...]:
    try:
        return DONE, _task(name)(*arguments)
    except LargePicture:
        return (LARGE,)
    except NotFound as error:
        return MISSING, str(error)
    except UnreadableFile as error:
        return UNREADABLE, str(error)
    except MemoryError:
        return UNREADABLE, "decoding needs too much memory."
    except Exception as error:  # noqa: BLE001  a fault of a decoder becomes this file's problem
        _log.warning("%s of %r failed: %s", name, arguments[:1], error, exc_info=True)
        return UNREADABLE, "the file is damaged, or not a picture we know."


def _task(name: str) -> Callable[..., object]:
    module, function = TASKS[name].split(":")
    return getattr(importlib.import_module(module), function)


def _limit_work(busy_s: float) -> None:
    """Whose parent was killed does not work on: the timer's default action ends the process."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 2 * busy_s + 5)


def _limit_memory(more_bytes: int) -> None:
    """Make what would go beyond fail in this process, where the system can; elsewhere the parent watches."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError, ValueError), open("/proc/self/statm") as file:
            pages = int(file.read().split()[5])  # data and stack, which is what RLIMIT_DATA counts since Linux 4.7
            limit = pages * resource.getpagesize() + more_bytes
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
