"""Says of a new or changed file whether it is complete, or somebody still writes it."""

import os
import sys
from collections import OrderedDict
from typing import Final

from diffusion_toolkit.library.scanning.walk import File

QUIET_S: Final = 1.0
"""Where the system cannot say whether a file is open, its size and time must not change for so long."""

MOST_KNOWN: Final = 20_000


def is_being_written(path: str) -> bool | None:
    """Whether any process has the file open for writing; None when the system does not say."""
    if sys.platform != "linux":
        return None
    import fcntl
    import signal

    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        # A read lease is given only while nobody writes. Who opens the file in this instant waits for some
        # microseconds; the signal that would tell us so is one that nobody minds.
        fcntl.fcntl(number, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    else:
        return False
    finally:
        os.close(number)


class Settling:
    """Remembers how files looked that were still being written, for systems that cannot say it."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[int, int, float]] = OrderedDict()

    def is_ready(self, path: str, file: File, now: float) -> bool:
        """Whether the file (absolute path) is complete. now: seconds of a clock that never goes back."""
        writing = is_being_written(path)
        if writing is not None:
            return not writing
        size, mtime_ns, since = self._seen.get(path, (-1, -1, now))
        if (size, mtime_ns) == file[1:] and now - since >= QUIET_S:
            self._seen.pop(path, None)
            return True
        if (size, mtime_ns) != file[1:]:
            self._seen[path] = (file[1], file[2], now)
            if len(self._seen) > MOST_KNOWN:
                self._seen.popitem(last=False)
        return False
