"""The log file: rotating, in the data folder, and the hook for what nobody expected."""

import logging
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from diffusion_toolkit.settings import LogSettings, default_data_dir

FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"
NAME = "diffusion-toolkit.log"
_log = logging.getLogger("diffusion_toolkit")


def start(folder: Path, options: LogSettings) -> None:
    """Log to `folder` from now on, and everything unexpected of any thread too."""
    path = folder / NAME
    make_private(folder.parent)
    make_private(folder)
    for earlier in list(_log.handlers):
        _log.removeHandler(earlier)
        earlier.close()
    handler = RotatingFileHandler(
        path, maxBytes=options.size_mib * 2**20, backupCount=options.files, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(logging.Formatter(FORMAT))
    _log.addHandler(handler)
    _log.setLevel(options.level)
    _log.propagate = False
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_of_thread


def make_private(folder: Path) -> None:
    """Make a folder that nobody else may read; one that is there stays as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def log_unexpected(error: Exception) -> Path | None:
    """Write the traceback to the log file; its path, or None when not even that can be written."""
    for handler in _log.handlers:
        if isinstance(handler, RotatingFileHandler):
            _log.error("Unexpected", exc_info=error)
            return Path(handler.baseFilename)
    path = default_data_dir() / "logs" / NAME
    try:
        make_private(path.parent.parent)
        make_private(path.parent)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        return None
    return path


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.critical("Uncaught", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)


def _log_uncaught_of_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is None:
        return
    name = arguments.thread.name if arguments.thread else "?"
    _log.critical("Uncaught in %s", name, exc_info=arguments.exc_value)
