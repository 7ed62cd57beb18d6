"""What the system says of one file. Knows no store, so that reading processes start quickly."""

import os
import stat
from dataclasses import dataclass

EARLIEST_NS = -(2**63)
LATEST_NS = 2**63 - 1
EARLIEST_US = -62_135_596_800_000_000
LATEST_US = 253_402_300_799_000_000
"""The years 1 to 9999: PostgreSQL holds more, but neither Python's dates nor browsers do."""

HAS_BIRTH_TIME = hasattr(os.stat_result, "st_birthtime") or os.name == "nt"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """What the system says of one file now. date_us: the earlier of birth and modification, microseconds since 1970."""

    size_bytes: int
    mtime_ns: int
    date_us: int
    kind: str
    """"file", "folder" or "special" (a pipe, socket or device)."""


def file_state(path: str) -> FileState | None:
    """The state of a file; None when it is not there or a symbolic link. Raises OSError when that cannot be said."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(found.st_mode):
        return None
    regular = stat.S_ISREG(found.st_mode)
    mtime_ns = clamped_ns(found.st_mtime_ns)
    date_us = mtime_ns // 1000
    return FileState(
        size_bytes=found.st_size if regular else 0,
        mtime_ns=mtime_ns,
        date_us=min(date_us, born_us(found)) if HAS_BIRTH_TIME else date_us,
        kind="file" if regular else "folder" if stat.S_ISDIR(found.st_mode) else "special",
    )


def clamped_ns(mtime_ns: int) -> int:
    """A time as 64 bits hold it: the years 1677 to 2262."""
    return min(max(mtime_ns, EARLIEST_NS), LATEST_NS)


def clamped_us(moment_us: int) -> int:
    """A time in the years 1 to 9999."""
    return min(max(moment_us, EARLIEST_US), LATEST_US)


def born_us(found: os.stat_result) -> int:
    """Birth time in microseconds since 1970, the year 9999 where it is not known. Windows: st_ctime."""
    born = getattr(found, "st_birthtime", None)
    if born is None and os.name == "nt":
        born = found.st_ctime
    return LATEST_US if not born else clamped_us(int(born * 1_000_000))
