"""Values of nodes that were asked for last, of one state of the library."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from diffusion_toolkit.catalog.columns import Ints
from diffusion_toolkit.store.workflows import Slots

PAIRS_AT_ONCE: Final = 8_000_000
"""Values that are asked for at once: 64 MB on their way; of a million pictures, a property has 300,000."""

MOST_KEPT_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, slots=True)
class PositionedValues:
    """Which image has which value: (pairs,) each. positions: of the state; value_ids: of the store, 0 = null."""

    positions: Ints
    value_ids: Ints

    @property
    def size_bytes(self) -> int:
        """What it takes in memory."""
        return self.positions.nbytes + self.value_ids.nbytes


class NodeValues:
    """Keeps values by the places that were asked for, the last ones, up to 64 MiB. May be used from many threads."""

    def __init__(self, most_bytes: int = MOST_KEPT_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[bytes, bytes], PositionedValues] = OrderedDict()
        self._size_bytes = 0
        self._lock = threading.Lock()

    def get(self, slots: Slots, ask: Callable[[], PositionedValues]) -> PositionedValues:
        """The values in these places; asked for when they are not kept. Two who ask do not wait for each other."""
        key = (slots.graph_ids.tobytes(), slots.places.tobytes())
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = ask()
        with self._lock:
            if key not in self._kept and found.size_bytes <= self._most_bytes:
                self._kept[key] = found
                self._size_bytes += found.size_bytes
                while self._size_bytes > self._most_bytes:
                    self._size_bytes -= self._kept.popitem(last=False)[1].size_bytes
        return found
