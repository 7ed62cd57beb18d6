"""Results of queries, kept so that pages, facets and edits name them: order and total never shift."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Bytes, Ints, Mask
from diffusion_toolkit.errors import Expired
from diffusion_toolkit.query.sort import Sort
from diffusion_toolkit.query.tree import Node


@dataclass(frozen=True, slots=True)
class Chosen:
    """The images of a result in no order, for counting.

    Many are marked by bits, because reading a column from end to end is faster than hopping through it.
    """

    positions: Ints
    bits: Bytes | None = None
    bit_count: int = 0

    @classmethod
    def by(cls, mask: Mask, positions: Ints) -> "Chosen":
        """The images of a mask, which `positions` lists."""
        if not len(positions) or len(positions) * _WORTH_BITS < len(mask):
            return cls(positions)
        return cls(positions, np.packbits(mask), len(mask))

    @property
    def count(self) -> int:
        """How many."""
        return len(self.positions)

    def opened(self) -> "Opened":
        """The same, made ready to be counted several times."""
        mask = None if self.bits is None else np.unpackbits(self.bits, count=self.bit_count).view(np.bool_)
        places = self.positions if mask is None or self.count == len(mask) else np.flatnonzero(mask)
        return Opened(self.positions, mask, places)


@dataclass(frozen=True, slots=True)
class Opened:
    """Chosen images, for as long as they are counted.

    positions: in no order · mask: which of the first images they are, where they are many · places: as numbers.
    """

    positions: Ints
    mask: Mask | None
    places: Array

    @property
    def count(self) -> int:
        """How many."""
        return len(self.positions)

    def of(self, column: Array) -> Array:
        """Their values of a column."""
        if self.mask is not None and self.count == len(self.mask):
            return column[: len(self.mask)]
        return column.take(self.places)


_WORTH_BITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a query found.

    positions: of the images, in order; they mean the same in every later state of the same `library`. A state is not
    kept: a scan would fill the memory with old ones. hidden: how many the options left out, by field.
    """

    handle: str
    library: int
    revision: int
    positions: Ints
    chosen: Chosen
    query: str
    node: Node
    sort: Sort
    now: datetime
    milliseconds: float
    hidden: Mapping[str, int] = field(default_factory=dict[str, int])


class Selections:
    """The latest results: at most `most` of them with `most_bytes` in all; the one longest unused goes first."""

    def __init__(self, *, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, Found] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @staticmethod
    def new_handle() -> str:
        """A name that cannot be guessed."""
        return secrets.token_urlsafe(12)

    def keep(self, found: Found) -> None:
        """Remember a result, and forget old ones to make room."""
        found.positions.flags.writeable = False
        with self._lock:
            self._kept[found.handle] = found
            self._bytes += found.positions.nbytes
            while len(self._kept) > 1 and (len(self._kept) > self._most or self._bytes > self._most_bytes):
                self._bytes -= self._kept.popitem(last=False)[1].positions.nbytes

    def get(self, handle: str) -> Found:
        """The result of this name. Raises Expired."""
        with self._lock:
            found = self._kept.get(handle)
            if found is None:
                raise Expired("This result is no longer kept. Run the query again.")
            self._kept.move_to_end(handle)
            return found

    def forget_all(self) -> None:
        """After the library was replaced, positions mean nothing any more."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0
