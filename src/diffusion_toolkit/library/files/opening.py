"""Opens pictures with other programs of this machine: only with those on the user's list, and never through a shell."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from diffusion_toolkit.errors import NotFound, ToolkitError, UsageError

PLACEHOLDER: Final = "%1"
MOST_FILES: Final = 100
SHOW_TIMEOUT_S: Final = 5.0
_BATCH_FILES: Final = (".bat", ".cmd")
_SECRETS: Final = "DTK_"
"""What begins so in the environment (the database's password among it) is not for other programs."""


class NotOpened(ToolkitError):
    """The other program could not be started."""

    http_status = 502


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program on the list. path: where it is, or its name where the system finds it; arguments: "%1" stands for the
    files; alone it becomes one argument for each, within an argument the first file. Without any they come last."""

    name: str
    path: str
    arguments: tuple[str, ...] = (PLACEHOLDER,)


def open_with(program: Program, files: Sequence[Path]) -> None:
    """Start a program with these files; it lives on by itself. Raises NotFound, NotOpened or UsageError."""
    if not files:
        raise UsageError("Name the pictures to open.")
    if len(files) > MOST_FILES:
        raise UsageError(f"At most {MOST_FILES} pictures are opened at once.")
    _start([_found(program), *arguments_for(program, files)])


def arguments_for(program: Program, files: Sequence[Path]) -> list[str]:
    """The arguments of a program for these files."""
    paths = [os.fspath(file) for file in files]
    arguments: list[str] = []
    for each in program.arguments:
        arguments += paths if each == PLACEHOLDER else [each.replace(PLACEHOLDER, paths[0])]
    named = any(PLACEHOLDER in each for each in program.arguments)
    return arguments if named else [*arguments, *paths]


def show_in_folder(file: Path) -> None:
    """Show a file in the system's file manager. Raises NotOpened where there is none."""
    if sys.platform == "win32":
        _start(["explorer.exe", "/select,", os.fspath(file)])
    elif sys.platform == "darwin":
        _start(["open", "-R", os.fspath(file)])
    elif not _shown_by_bus(file):
        opener = shutil.which("xdg-open")
        if opener is None:
            raise NotOpened("There is no file manager that can be asked to show a file (no xdg-open).")
        _start([opener, os.fspath(file.parent)])


def open_folder(folder: Path) -> None:
    """Open a folder in the system's file manager. Raises NotOpened where there is none."""
    openers = {"win32": "explorer.exe", "darwin": "open"}
    opener = openers.get(sys.platform) or shutil.which("xdg-open")
    if opener is None:
        raise NotOpened("There is no file manager that can be asked to open a folder (no xdg-open).")
    _start([opener, os.fspath(folder)])


def _shown_by_bus(file: Path) -> bool:
    """Ask the desktop's file manager to select the file; says whether it did."""
    bus = shutil.which("gdbus")
    if bus is None:
        return False
    service = "org.freedesktop.FileManager1"
    call = ["call", "--session", "--dest", service, "--object-path", "/org/freedesktop/FileManager1"]
    try:
        done = subprocess.run(
            [bus, *call, "--method", f"{service}.ShowItems", f"['{file.as_uri()}']", ""],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SHOW_TIMEOUT_S,
            env=_environment(),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _found(program: Program) -> str:
    path = shutil.which(os.path.expanduser(program.path))
    if path is None:
        raise NotFound(f"{program.name} was not found: there is no program {program.path}.")
    if os.name == "nt" and path.lower().endswith(_BATCH_FILES):
        raise UsageError("Windows hands batch files to its shell, which reads file names as commands; name a program.")
    return path


def _start(command: Sequence[str]) -> None:
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path.home(),
            env=_environment(),
            start_new_session=True,
        )
    except OSError as error:
        raise NotOpened(f"{command[0]} could not be started: {error.strerror or error}.") from error
    # Somebody must take note of its end, or it would stay in the list of processes as long as we live.
    threading.Thread(target=process.wait, name="opened program", daemon=True).start()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}
