"""What stands between those who decode and those who look: prepared pictures, and when they are a batch."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from diffusion_toolkit.enrich.engine.stage import AnyStage
from diffusion_toolkit.errors import Cancelled
from diffusion_toolkit.store.enrichment_items import ClaimedImage

WAIT_S: Final = 0.25
"""A batch that is not full waits so long for more."""

Item: TypeAlias = tuple[ClaimedImage, Any]
"""A picture, and what its stage made of it."""


class Between:
    """Prepared pictures by stage. room: how many of a stage may wait here; lookers: how many look."""

    def __init__(self, stages: Mapping[str, AnyStage], room: Callable[[str], int], lookers: int) -> None:
        self._waiting: dict[str, deque[Item]] = {name: deque() for name in stages}
        self._room = room
        self._lookers = lookers
        self._looked_at = 0
        self._changed = threading.Condition()
        self._begun = 0
        self._ended = 0
        self._closed = False

    def begin(self) -> None:
        """One more decodes."""
        with self._changed:
            self._begun += 1

    def end(self) -> None:
        """One less decodes; after the last, nothing comes any more."""
        with self._changed:
            self._ended += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def put(self, name: str, item: Item) -> None:
        """Add a picture, when there is room for it. Raises Cancelled when all was closed."""
        with self._changed:
            while len(self._waiting[name]) >= self._room(name) and not self._closed:
                self._changed.wait()
            if self._closed:
                raise Cancelled("The work was stopped.")
            self._waiting[name].append(item)
            self._changed.notify_all()

    def take(self, sizes: Mapping[str, int], patience_s: float | None = None) -> tuple[str, list[Item]] | None:
        """The next batch: a full one, or what there is after a short wait; `settled` or `give_back` follows it.

        An empty one when nothing came in `patience_s`; None when nothing comes any more.
        """
        with self._changed:
            begun = since = time.monotonic()
            while not self._closed:
                name = max(sizes, key=lambda name: len(self._waiting[name]) / sizes[name])
                waiting = self._waiting[name]
                decoded = self._begun > 0 and self._begun == self._ended
                waited = time.monotonic() - since
                if len(waiting) >= sizes[name] or (waiting and (decoded or waited >= WAIT_S)):
                    batch = [waiting.popleft() for _ in range(min(sizes[name], len(waiting)))]
                    self._looked_at += 1
                    self._changed.notify_all()
                    return name, batch
                if decoded and not self._looked_at:
                    return None
                if not waiting and patience_s is not None and time.monotonic() - begun >= patience_s:
                    return name, []
                # An empty shelf has no batch to wait for.
                self._changed.wait(max(0.0, WAIT_S - waited) if waiting else patience_s)
                if not waiting:
                    since = time.monotonic()
        return None

    def settled(self) -> None:
        """A batch was looked at."""
        with self._changed:
            self._looked_at -= 1
            self._changed.notify_all()

    def give_back(self, items: Mapping[str, Sequence[Item]]) -> bool:
        """Whoever had a batch looks at none any more, others get these; False, and nothing happens, without others."""
        with self._changed:
            if self._lookers == 1:
                return False
            self._lookers -= 1
            self._looked_at -= 1
            for name, some in items.items():
                self._waiting[name].extendleft(reversed(some))
            self._changed.notify_all()
            return True
