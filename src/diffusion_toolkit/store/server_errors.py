"""Why the embedded server did not start, in one sentence with the decisive line of its log."""

import errno
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from diffusion_toolkit.errors import DiskFull, NewerData, ServerNotStarting, StoreError

_CAUSES: tuple[tuple[str, type[StoreError], str], ...] = (
    (r"No space left on device|Disk quota exceeded", DiskFull, "No space is left on the drive of the data folder"),
    (
        r"initialized by PostgreSQL version|incompatible with (this version|server)",
        NewerData,
        "The data folder belongs to another version of PostgreSQL",
    ),
    (
        r"lock file .* already exists|pre-existing shared memory block",
        ServerNotStarting,
        "Another PostgreSQL still uses this data folder",
    ),
    (
        r"could not (bind|create any|create lock file .*\.s\.PGSQL)|Unix-domain socket path",
        ServerNotStarting,
        "PostgreSQL cannot open its port or socket",
    ),
    (
        r"Cannot allocate memory|could not (map anonymous|create|resize) shared memory",
        ServerNotStarting,
        "There is not enough memory for PostgreSQL",
    ),
    (
        r"Permission denied|Operation not permitted|has wrong ownership|invalid permissions|Read-only file system",
        ServerNotStarting,
        "PostgreSQL may not use the data folder (name another with --data-dir, or start the program as its owner)",
    ),
    (
        r"could not locate (a valid|required) checkpoint record|invalid checkpoint record|could not read .*control",
        ServerNotStarting,
        "The database files are damaged",
    ),
)
# "The database system is starting up" was told to somebody else who came too early.
_LOUD = re.compile(r"\b(?:PANIC|FATAL|ERROR|error|fatal):\s+((?!the database system is).*)")


def failure(what: str, log: str) -> StoreError:
    """The error for a PostgreSQL program that failed and wrote `log`."""
    line = decisive_line(log)
    for pattern, kind, sentence in _CAUSES:
        found = re.search(f".*(?:{pattern}).*", log)
        if found:
            loud = _LOUD.search(found[0])
            return kind(f"{sentence}: {(loud[1] if loud else found[0]).strip()}")
    return ServerNotStarting(f"{what}: {line}" if line else f"{what} and said nothing.")


def decisive_line(log: str) -> str:
    """The first fatal line of a log, else its last line."""
    loud = _LOUD.search(log)
    return loud[1].strip() if loud else log.strip().rpartition("\n")[2].strip()


@contextmanager
def folder_errors(folder: Path) -> Generator[None]:
    """Turns trouble with the data folder itself into our errors."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"No space is left on the drive of the data folder {folder}.") from error
        raise ServerNotStarting(f"The data folder {folder} cannot be used: {error.strerror or error}.") from error
