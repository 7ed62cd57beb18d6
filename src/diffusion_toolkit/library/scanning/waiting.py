"""What both phases of a scan need: a root that is there, and waiting that can be stopped."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.roots import Root, can_be_read, is_empty

CHECK_S = 0.5

Check = Callable[[], None]
"""Raises Cancelled when the scan was asked to stop."""

Result = TypeVar("Result")


class RootUnavailable(NotFound):
    """The root cannot be reached now: its drive is not connected, or its mount point is empty."""


def require_root(root: Root, *, had_pictures: bool) -> None:
    """Raise RootUnavailable when the root cannot be listed, or is empty though it held pictures."""
    if not can_be_read(root.path):
        raise RootUnavailable("The folder cannot be reached. Its pictures are kept; is its drive connected?")
    if had_pictures and is_empty(root.path):
        raise RootUnavailable("The folder is empty but held pictures. They are kept; is its drive connected?")


def wait_for(work: "Future[Result]", check: Check) -> Result:
    """The result of work in another thread; meanwhile checks whether the scan was asked to stop."""
    while not wait([work], CHECK_S).done:
        check()
    return work.result()
