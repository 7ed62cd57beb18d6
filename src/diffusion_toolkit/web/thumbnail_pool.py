"""Threads of their own for slow work (thumbnails, explanations), so that these never hold up a search, nor it them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from fastapi import Request

Result = TypeVar("Result")


class ClientGone(Exception):
    """The visitor hung up before its turn came; nobody reads an answer."""


class ThumbnailPool:
    """Makes what visitors wait for, in the order they asked; forgets those who left before their turn."""

    def __init__(self, workers: int, name: str = "thumbnail") -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=name)

    async def run(self, request: Request, make: Callable[[], Result]) -> Result:
        """The result of `make`. Raises ClientGone when the visitor left; what had begun still ends, for the cache."""
        working = self._threads.submit(make)
        made = asyncio.wrap_future(working)
        leaving = asyncio.ensure_future(left(request))
        try:
            await asyncio.wait({made, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if made.done():
                return made.result()
            raise ClientGone
        finally:
            leaving.cancel()
            made.cancel()  # takes the work out of the queue, unless it has begun

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def left(request: Request) -> None:
    """Ends when the visitor hangs up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
