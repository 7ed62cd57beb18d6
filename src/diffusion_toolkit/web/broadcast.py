"""Server-sent events: one broadcaster on the event loop; slow visitors get the latest state, never a backlog."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import orjson

PING_S = 15.0
PAUSE_S = 0.5
"""Between two batches to one visitor: at most two per second."""

MOST_VISITORS = 64


@dataclass(slots=True, eq=False)
class Visitor:
    """One open stream. `waiting` holds at most one message per name and collection: a newer one takes its place.

    known: the states that were told, by their events.
    """

    collection: str
    waiting: dict[tuple[str, str], bytes] = field(default_factory=dict[tuple[str, str], bytes])
    called: asyncio.Event = field(default_factory=asyncio.Event)
    known: dict[tuple[str, str], bytes] = field(default_factory=dict[tuple[str, str], bytes])

    def give(self, event: str, collection: str, data: object, *, is_state: bool = False) -> None:
        """Leave a message; a state that it has been told already is no news."""
        text = message(event, data)
        if is_state and self.known.get((event, collection)) == text:
            return
        if is_state:
            self.known[event, collection] = text
        self.waiting[event, collection] = text
        self.called.set()


class Broadcaster:
    """Hands messages from any thread to every open stream."""

    def __init__(self) -> None:
        self._visitors: set[Visitor] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def open(self) -> None:
        """Call on the event loop before the first visitor."""
        self._loop = asyncio.get_running_loop()
        self._closed = False

    def close(self) -> None:
        """End every stream, so that the server can stop. Call on the event loop."""
        self._closed = True
        for visitor in self._visitors:
            visitor.called.set()

    @property
    def watched(self) -> set[str]:
        """The collections somebody looks at."""
        return {visitor.collection for visitor in tuple(self._visitors)}

    @property
    def is_full(self) -> bool:
        """No more streams are given out."""
        return len(self._visitors) >= MOST_VISITORS

    def publish(self, event: str, collection: str, data: object, *, is_state: bool = False) -> None:
        """Tell all who look at this collection. From any thread. is_state: it says how something is, not that something
        happened; who knows it is not told again.
        """
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._give, event, collection, data, is_state)

    def _give(self, event: str, collection: str, data: object, is_state: bool) -> None:
        for visitor in self._visitors:
            if visitor.collection == collection:
                visitor.give(event, collection, data, is_state=is_state)

    async def stream(self, visitor: Visitor) -> AsyncGenerator[bytes]:
        """The bytes of one stream, until it or the server ends."""
        self._visitors.add(visitor)
        try:
            yield b": welcome\nretry: 2000\n\n"
            while not self._closed:
                try:
                    await asyncio.wait_for(visitor.called.wait(), PING_S)
                except TimeoutError:
                    yield b": ping\n\n"
                    continue
                visitor.called.clear()
                batch = b"".join(visitor.waiting.values())
                visitor.waiting.clear()
                if batch:
                    yield batch
                    await self._pause()
        finally:
            self._visitors.discard(visitor)

    async def _pause(self) -> None:
        """Let half a second pass, or less when the server stops."""
        for _ in range(5):
            if self._closed:
                return
            await asyncio.sleep(PAUSE_S / 5)


def message(event: str, data: object) -> bytes:
    """One event as the wire has it. JSON has no line breaks, so the data cannot forge another event."""
    return b"event: " + event.encode() + b"\ndata: " + orjson.dumps(data, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n\n"
