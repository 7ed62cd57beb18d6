"""Starts processes that do not import the program that is running."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from types import ModuleType
from typing import Final

_starting: Final = Lock()


@contextmanager
def without_main() -> Generator[None]:
    """Keep a new process from importing the program that is running: the command line or server, a second's work.

    multiprocessing imports the main module into every process it spawns; an empty one has nothing to import.
    """
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
