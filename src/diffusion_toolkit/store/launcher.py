"""Starts a PostgreSQL program, as another user when we are root. Runs alone, by its path, without the package.

    python -I -S launcher.py run   UID GID PROGRAM ARGUMENT…    becomes the program
    python -I -S launcher.py serve UID GID PROGRAM ARGUMENT…    starts it and watches over its start

UID and GID are `-` to stay who we are. PostgreSQL refuses to run as root, yet the data folder may lie below a folder
that only root may enter (`/root/.local/share`). So the program gets an ordinary user who keeps the right to pass
closed folders, as an ambient capability; nobody's folder is opened for others.

`serve` exists because whoever starts the server may be killed before the sitter inside the server is in its place
(`sitter.py`): the launcher reads its standard input, goes away at a line `ok`, and stops the server when the input ends
without one.
"""

import contextlib
import ctypes
import os
import select
import signal
import sys

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522
CANNOT_CHANGE_USER = 77
"""Exit code: root without the right to become another user."""
CANNOT_RUN = 78
"""Exit code: the program cannot be executed."""


def main(mode: str, uid: str, gid: str, *command: str) -> int:
    """Runs the command; returns its exit code, or 0 once it is accepted."""
    if mode == "serve":
        return _serve(uid, gid, command)
    return _become(uid, gid, command)


def _become(uid: str, gid: str, command: tuple[str, ...]) -> int:
    try:
        if uid != "-":
            _change_user(int(uid), int(gid))
    except OSError as error:
        sys.stderr.write(f"FATAL:  cannot become user {uid}: {error}\n")
        return CANNOT_CHANGE_USER
    try:
        os.execv(command[0], command)  # noqa: S606  no shell is wanted
    except OSError as error:
        sys.stderr.write(f"FATAL:  cannot run {command[0]}: {error}\n")
        return CANNOT_RUN


def _serve(uid: str, gid: str, command: tuple[str, ...]) -> int:
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_RDONLY)
        os.dup2(quiet, 0)
        os._exit(_become(uid, gid, command))
    while True:
        readable, _, _ = select.select([0], [], [], 0.05)
        if readable:
            if os.read(0, 16).startswith(b"ok"):
                return 0
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGINT)
            return _exit_code(os.waitpid(child, 0)[1])
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return _exit_code(status) or 1


def _exit_code(status: int) -> int:
    return abs(os.waitstatus_to_exitcode(status))


def _change_user(uid: int, gid: int) -> None:
    """From root to `uid`, keeping only the rights to pass closed folders, as far as we have them."""
    kept = _permitted() & (1 << CAP_DAC_OVERRIDE | 1 << CAP_DAC_READ_SEARCH)
    libc = ctypes.CDLL(None, use_errno=True)
    if kept:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    with contextlib.suppress(PermissionError):  # a user namespace may forbid it, and then there are no groups to lose
        os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if kept:
        _set_capabilities(libc, kept)


def _permitted() -> int:
    """The capabilities we may use, as bits; 0 where there is no such thing."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            return next((int(line.split()[1], 16) for line in status if line.startswith("CapPrm:")), 0)
    except OSError:
        return 0


def _set_capabilities(libc: ctypes.CDLL, kept: int) -> None:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # Effective, permitted, inheritable; once for the lower and once for the upper 32 capabilities.
    data = (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)
    if libc.capset(header, data) != 0:
        return  # PostgreSQL then says itself which folder it cannot enter
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if kept & 1 << capability:
            libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
