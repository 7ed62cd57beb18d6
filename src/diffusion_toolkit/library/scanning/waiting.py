"""What both phases of a scan need: a root that is there, and waiting that can be stopped."""

import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import TypeVar

from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.roots import Root, is_empty
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.locks import root_lock

CHECK_S = 0.5
LOCK_POLL_S = 0.1

Check = Callable[[], None]
"""Raises Cancelled when the scan was asked to stop."""

Result = TypeVar("Result")


class RootUnavailable(NotFound):
    """The root cannot be reached now: its drive is not connected, or its mount point is empty."""


def require_root(root: Root, *, had_pictures: bool) -> None:
    """Raise RootUnavailable when the root cannot be listed, or is empty though it held pictures."""
    try:
        empty = is_empty(root.path)
    except PermissionError as error:
        raise RootUnavailable("The system does not permit to list the folder. Its pictures are kept.") from error
    except OSError as error:
        raise RootUnavailable("The folder cannot be reached. Its pictures are kept; is its drive connected?") from error
    if had_pictures and empty:
        raise RootUnavailable("The folder is empty but held pictures. They are kept; is its drive connected?")


@contextmanager
def quick_lock(collection: Collection, root_id: int, check: Check) -> Generator[None]:
    """Look for files alone: a scan and the watcher never do so at the same time in one root."""
    with root_lock(collection, root_id, "quick") as lock:
        while not lock.take():
            check()
            time.sleep(LOCK_POLL_S)
        yield


def wait_for(work: "Future[Result]", check: Check) -> Result:
    """The result of work in another thread; meanwhile checks whether the scan was asked to stop."""
    while not wait([work], CHECK_S).done:
        check()
    return work.result()
