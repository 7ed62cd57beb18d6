"""Thumbnails wait in a queue of their own, and nobody works for those who left."""

import asyncio
import threading
from collections.abc import MutableMapping
from typing import Any

import pytest
from fastapi import Request

from diffusion_toolkit.web.thumbnail_pool import ClientGone, ThumbnailPool


def request(*, leaving: asyncio.Event | None = None) -> Request:
    """A visitor who stays, or who leaves when told."""
    messages: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        if messages:
            return messages.pop()
        await (leaving or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "method": "GET", "path": "/", "headers": []}, receive)


def test_who_left_before_his_turn_is_forgotten() -> None:
    async def play() -> None:
        pool = ThumbnailPool(1)
        gate, leaving = threading.Event(), asyncio.Event()
        made: list[str] = []

        def first() -> bytes:
            gate.wait(10)
            return b"first"

        def second() -> bytes:
            made.append("second")
            return b"second"

        staying = asyncio.ensure_future(pool.run(request(), first))
        going = asyncio.ensure_future(pool.run(request(leaving=leaving), second))
        await asyncio.sleep(0.05)
        leaving.set()
        with pytest.raises(ClientGone):
            await going
        gate.set()
        assert await staying == b"first"
        assert await pool.run(request(), lambda: b"third") == b"third"
        assert made == []
        pool.close()

    asyncio.run(play())


def test_what_fails_fails_for_the_one_who_asked() -> None:
    async def play() -> None:
        pool = ThumbnailPool(1)
        with pytest.raises(ZeroDivisionError):
            await pool.run(request(), lambda: bytes(1 // 0))
        pool.close()

    asyncio.run(play())
