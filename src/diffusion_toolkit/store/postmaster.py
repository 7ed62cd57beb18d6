"""The server's main process: whether it runs, its start and its end."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from diffusion_toolkit.errors import ServerNotStarting
from diffusion_toolkit.store.data_folder import DataFolder
from diffusion_toolkit.store.server_errors import failure, folder_errors
from diffusion_toolkit.store.server_programs import Account, Installation, command, environment, run

Report = Callable[[str], None]
"""Takes one sentence about what is being waited for."""

LOG_LIMIT_BYTES = 4 * 1024 * 1024
_STOP_LIMIT_S = 120
_ORPHAN_LIMIT_S = 5
_LONG_WAIT_S = 3
_SILENCE_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmaster:
    """A running server, as its own file `postmaster.pid` tells it. status: starting, ready, stopping."""

    pid: int
    port: int
    host: str
    status: str


def running(cluster: Path) -> Postmaster | None:
    """The server at work on these files, None when there is none."""
    lines = _pid_file(cluster)
    if not lines or not lines[0].isdigit() or not _is_postgres(int(lines[0]), cluster):
        return None
    lines += [""] * (8 - len(lines))
    port = int(lines[3]) if lines[3].isdigit() else 0
    return Postmaster(
        pid=int(lines[0]), port=port, host=lines[4] or lines[5] or "127.0.0.1", status=lines[7] or "starting"
    )


def _pid_file(cluster: Path) -> list[str]:
    try:
        text = (cluster / "postmaster.pid").read_text("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [line.strip() for line in text.splitlines()]


def _is_postgres(pid: int, cluster: Path) -> bool:
    """Whether this is a live PostgreSQL of these files: process ids are used again, after a restart for certain."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return sys.platform == "win32" or Path(process.cwd()) == cluster
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


@contextmanager
def started(
    folder: DataFolder, installation: Installation, account: Account | None, report: Report
) -> Generator[Postmaster]:
    """Start the server and wait until it is ready; it stays when the block ends well, and is stopped when not."""
    trim_log(folder.log)
    with folder_errors(folder.log), folder.log.open("ab") as log:
        begin = log.tell()
        arguments = [installation.program("postgres"), "-D", str(folder.cluster)]
        if sys.platform == "win32":
            # PostgreSQL refuses an administrator too; pg_ctl takes the rights away.
            arguments = [
                installation.program("pg_ctl"),
                "-D",
                str(folder.cluster),
                "-W",
                "-l",
                str(folder.log),
                "start",
            ]
        child = subprocess.Popen(
            command(arguments, account, "serve"),
            stdin=subprocess.DEVNULL if sys.platform == "win32" else subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=environment(),
            start_new_session=True,  # Ctrl-C in our terminal is not meant for the server
        )
    with child:
        yield _wait_until_ready(folder, child, begin, report)
        if child.stdin:
            child.stdin.write(b"ok\n")


def _wait_until_ready(folder: DataFolder, child: subprocess.Popen[bytes], begin: int, report: Report) -> Postmaster:
    since = time.monotonic()
    told = False
    while True:
        found = running(folder.cluster)
        if found and found.status == "ready":
            return found
        waited_s = time.monotonic() - since
        if child.poll() is not None and (child.returncode or (not found and waited_s > _SILENCE_S)):
            raise failure("PostgreSQL did not start", _log_since(folder.log, begin))
        if waited_s > _LONG_WAIT_S and not told:
            report("The database was not closed properly last time and is being recovered. Nothing is lost.")
            told = True
        time.sleep(0.01 if waited_s < 2 else 0.1)


def _log_since(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        file.seek(begin)
        return file.read(1 << 20).decode("utf-8", "replace")


def wait_while(cluster: Path, status: str, report: Report) -> Postmaster | None:
    """Wait until the running server leaves this status; the server then, None when it has gone."""
    since = time.monotonic()
    told = False
    while (found := running(cluster)) and found.status == status:
        if time.monotonic() - since > _LONG_WAIT_S and not told:
            report(f"Waiting for the database server, which is {status}.")
            told = True
        time.sleep(0.02)
    return found


def stop(cluster: Path, installation: Installation) -> None:
    """Stop the server cleanly and wait for its end: a last checkpoint, so that the next start is quick."""
    found = running(cluster)
    if found is None:
        return
    if sys.platform == "win32":
        run(
            [installation.program("pg_ctl"), "-D", str(cluster), "-m", "fast", "-w", "-t", str(_STOP_LIMIT_S), "stop"],
            None,
        )
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(found.pid, signal.SIGINT)
    if not _gone(cluster, _STOP_LIMIT_S):
        with contextlib.suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGQUIT)  # at once; the next start recovers from the log
        _gone(cluster, 10)


def _gone(cluster: Path, limit_s: float) -> bool:
    until = time.monotonic() + limit_s
    while running(cluster):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def clear_remains(cluster: Path) -> None:
    """End what a killed server left behind. Call it only while no server runs, under the start lock.

    Processes of a dead postmaster end by themselves, except in the middle of a long calculation; while one lives, the
    shared memory is in use and PostgreSQL refuses to start.
    """
    if not _pid_file(cluster):
        return
    for process in _processes_left(cluster, _ORPHAN_LIMIT_S):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    for process in _processes_left(cluster, _ORPHAN_LIMIT_S):
        raise ServerNotStarting(f"A process of an earlier database server does not end: {process.pid}.")
    # Its process id may belong to another program by now, and PostgreSQL would then take it for a running server.
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _processes_left(cluster: Path, limit_s: float) -> list[psutil.Process]:
    until = time.monotonic() + limit_s
    while (found := _processes_in(cluster)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _processes_in(cluster: Path) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name().startswith("postgres") and Path(process.cwd()) == cluster:
                found.append(process)
    return found


def trim_log(log: Path) -> None:
    """Move a long log aside, so that the two together stay within bounds. The server may go on writing."""
    with folder_errors(log):
        if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
            shutil.copyfile(log, log.with_suffix(".1.log"))
            os.truncate(log, 0)  # the server appends, so it goes on at the beginning
