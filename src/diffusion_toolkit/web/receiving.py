"""Takes a file that is sent, piece by piece."""

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from diffusion_toolkit.errors import NoSpace

_FULL: Final = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))  # Windows has no quotas of this name


async def receive(request: Request, path: Path) -> None:
    """Write what is sent to a new file. Raises NoSpace when the drive cannot hold it."""
    with room_told(), path.open("xb") as file:
        await receive_into(request, file)


async def receive_into(request: Request, file: BinaryIO) -> None:
    """Write what is sent to an open file."""
    async for part in request.stream():
        await run_in_threadpool(file.write, part)


@contextmanager
def room_told() -> Generator[None]:
    """Raises NoSpace where the drive is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise NoSpace("There is not enough room on the drive for what is sent.") from error
