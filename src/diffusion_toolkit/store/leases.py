"""Leases: one locked file per process that uses the embedded server, so that the last to leave can stop it.

The operating system drops a lock when its process ends, however it ends; no count can go wrong. The file's name tells
the container (its process-id namespace): process ids of another one mean nothing here.
"""

import os
import uuid
from pathlib import Path

from filelock import FileLock, Timeout

START_LOCK = "start.lock"
_SUFFIX = ".lease"


def start_lock(folder: Path) -> FileLock:
    """The lock under which servers are started and stopped, and leases taken and given back."""
    return FileLock(folder / START_LOCK, thread_local=False, poll_interval=0.02)


def take_lease(folder: Path) -> FileLock:
    """A lease of this process, held until given back. Call it under the start lock."""
    name = f"{_container()}-{os.getpid()}-{uuid.uuid4().hex}{_SUFFIX}"
    lease = FileLock(folder / name, thread_local=False)
    lease.acquire(timeout=0)
    return lease


def give_back(lease: FileLock) -> None:
    """End a lease. Call it under the start lock."""
    lease.release(force=True)
    Path(lease.lock_file).unlink(missing_ok=True)


def holders(folder: Path) -> int:
    """How many leases are held. Call it under the start lock."""
    return len(_held(folder))


def held_elsewhere(folder: Path) -> bool:
    """Whether a process of another container holds a lease: its server cannot be seen from here."""
    return any(not path.name.startswith(f"{_container()}-") for path in _held(folder))


def _held(folder: Path) -> list[Path]:
    return [path for path in folder.glob(f"*{_SUFFIX}") if _is_held(path)]


def _is_held(path: Path) -> bool:
    """Whether a process holds it; the file of a dead one is removed."""
    probe = FileLock(path, thread_local=False)
    try:
        probe.acquire(timeout=0)
    except Timeout:
        return True
    probe.release(force=True)
    path.unlink(missing_ok=True)
    return False


def _container() -> int:
    try:
        return os.stat("/proc/self/ns/pid").st_ino
    except OSError:  # not Linux
        return 0
