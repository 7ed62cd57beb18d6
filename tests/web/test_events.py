"""The stream of events: what it says, and that it keeps nobody from stopping."""

import asyncio
import json
from collections.abc import AsyncGenerator

from diffusion_toolkit.web.broadcast import Broadcaster, Visitor, message


def test_data_cannot_forge_an_event() -> None:
    wire = message("scan", {"message": "a\n\nevent: changed\ndata: 1\r\n"})
    assert wire.startswith(b"event: scan\ndata: {")
    assert wire.count(b"\n") == 3
    assert json.loads(wire.split(b"data: ", 1)[1])["message"].startswith("a\n\n")


async def next_batch(stream: AsyncGenerator[bytes]) -> bytes:
    return await asyncio.wait_for(anext(stream), 5)


def test_a_slow_visitor_gets_the_latest_state_and_no_backlog() -> None:
    async def play() -> None:
        broadcaster = Broadcaster()
        broadcaster.open()
        visitor = Visitor("main")
        stream = broadcaster.stream(visitor)
        assert (await next_batch(stream)).startswith(b":")
        for revision in range(1000):
            broadcaster.publish("changed", "main", {"revision": revision})
        broadcaster.publish("scan", "main", [])
        broadcaster.publish("changed", "other", {"revision": 5})
        await asyncio.sleep(0.05)
        assert len(visitor.waiting) == 2
        batch = await next_batch(stream)
        assert batch == message("changed", {"revision": 999}) + message("scan", [])
        await stream.aclose()
        assert broadcaster.watched == set()

    asyncio.run(play())


def test_a_state_is_told_once_to_each_until_it_is_another() -> None:
    async def play() -> None:
        broadcaster = Broadcaster()
        broadcaster.open()
        early, late = Visitor("main"), Visitor("main")
        streams = [broadcaster.stream(early)]
        await next_batch(streams[0])
        told: list[bytes] = []
        for state in ("off", "off", "on", "on", "off"):
            if state == "on" and len(streams) == 1:
                late.give("roots", "main", ["off"], is_state=True)
                streams.append(broadcaster.stream(late))
                await next_batch(streams[1])
            broadcaster.publish("roots", "main", [state], is_state=True)
            await asyncio.sleep(0.01)
            told += [b"".join(visitor.waiting.values()) for visitor in (early, late)]
            for visitor in (early, late):
                visitor.waiting.clear()
        off, on = message("roots", ["off"]), message("roots", ["on"])
        assert told[0::2] == [off, b"", on, b"", off]
        assert told[1::2] == [b"", b"", on, b"", off]
        for stream in streams:
            await stream.aclose()

    asyncio.run(play())


def test_closing_ends_every_stream_at_once() -> None:
    async def play() -> None:
        broadcaster = Broadcaster()
        broadcaster.open()
        streams = [broadcaster.stream(Visitor("main")) for _ in range(3)]
        waiting = [asyncio.ensure_future(_all(stream)) for stream in streams]
        await asyncio.sleep(0.05)
        broadcaster.publish("changed", "main", {})
        await asyncio.sleep(0.05)
        broadcaster.close()
        assert [len(parts) for parts in await asyncio.wait_for(asyncio.gather(*waiting), 2)] == [2, 2, 2]

    asyncio.run(play())


async def _all(stream: AsyncGenerator[bytes]) -> list[bytes]:
    return [part async for part in stream]
