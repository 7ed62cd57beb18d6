"""Prepared sort orders: made once per key, and mended after changes instead of sorted anew.

An order is a list of positions: those with a value ascending by value and id, then those without by id. Descending
is the same backwards, but images without a value stay last.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Ints, Longs, Mask, inserted

_WORTH_MENDING = 4
_RECENT = 2


@dataclass(frozen=True, slots=True)
class Order:
    """valued: positions with a value, by value and id; rest: positions without, by id."""

    valued: Ints
    rest: Ints

    def whole(self, *, descending: bool) -> Ints:
        """All positions in one direction."""
        step = -1 if descending else 1
        if not len(self.rest):
            return self.valued[::step]
        return np.concatenate([self.valued[::step], self.rest[::step]])

    def only(self, found: Mask, total: int) -> "Order":
        """The same order of the found images, `total` in number."""
        if total == len(found):
            return self
        return Order(_only(found, self.valued), _only(found, self.rest))


@dataclass(frozen=True, slots=True)
class Values:
    """What is sorted by: a value per image, and which images have one (None: all)."""

    values: Array
    known: Mask | None
    ids: Ints

    def order(self, positions: Ints) -> Order:
        """These positions in order."""
        known = None if self.known is None else self.known.take(positions)
        valued = positions if known is None else np.compress(known, positions)
        rest = positions[:0] if known is None else np.compress(~known, positions)
        by_value = np.lexsort((self.ids[valued], self.values[valued]))
        return Order(valued[by_value], rest[np.argsort(self.ids[rest], kind="stable")])

    def mended(self, old: Order, touched: Ints) -> Order:
        """The order after these positions changed or came new; all others kept their values."""
        more = self.order(touched)
        if (touched < len(old.valued) + len(old.rest)).any():
            stays = np.ones(len(self.ids), np.bool_)
            stays[touched] = False
            old = Order(_only(stays, old.valued), _only(stays, old.rest))
        return Order(
            self._merged(old.valued, more.valued, self.values),
            self._merged(old.rest, more.rest, self.ids),
        )

    def _merged(self, old: Ints, more: Ints, values: Array) -> Ints:
        """Both in order; `more` is small against `old`, so only the places it meets are looked at."""
        wanted, wanted_ids = values[more], self.ids[more]

        def is_before(positions: Ints) -> Mask:
            there = values[positions]
            return (there < wanted) | ((there == wanted) & (self.ids[positions] < wanted_ids))

        return inserted(old, first_places(old, len(more), is_before).tolist(), more)


def first_places(order: Ints, count: int, is_before: Callable[[Ints], Mask]) -> Longs:
    """For `count` things at once, how many positions of the order come before each; looks only where it must."""
    low, high = np.zeros(count, np.int64), np.full(count, len(order), np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        is_open = low < high
        before = is_before(order[np.minimum(middle, len(order) - 1)])
        low, high = np.where(is_open & before, middle + 1, low), np.where(is_open & ~before, middle, high)
    return low


def _only(stays: Mask, positions: Ints) -> Ints:
    return np.compress(stays.take(positions), positions)


@dataclass(frozen=True, slots=True)
class _Kept:
    order: Order
    count: int
    touched: Ints


class OrderCache:
    """The orders prepared for one state; the next state takes them over with what changed since.

    recent: the keys asked for last, the latest first.
    """

    def __init__(self, kept: Mapping[str, _Kept] | None = None, recent: Sequence[str] = ()) -> None:
        self._kept = dict(kept or {})
        self._recent = tuple(recent)
        self._lock = threading.Lock()
        self._making: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def get(self, key: str, count: int, values: Callable[[], Values], *, ahead: bool = False) -> Order:
        """The order of a key over `count` images, made or mended if needed. ahead: nobody waits for it yet."""
        with self._lock:
            if not ahead and self._recent[:1] != (key,):
                self._recent = (key, *(other for other in self._recent if other != key))[:_RECENT]
            making = self._making[key]
        with making:
            kept = self._kept.get(key)
            if kept is not None and not len(kept.touched) and kept.count == count:
                return kept.order
            found = values()
            if kept is None:
                order = found.order(np.arange(count, dtype=np.int32))
            else:
                new = np.arange(kept.count, count, dtype=np.int32)
                order = found.mended(kept.order, np.concatenate([kept.touched, new]))
            with self._lock:
                self._kept[key] = _Kept(order, count, np.empty(0, np.int32))
            return order

    @property
    def recent(self) -> Sequence[str]:
        """The keys asked for last."""
        return self._recent

    def carried(self, touches: Callable[[str], bool], positions: Ints, count: int) -> "OrderCache":
        """For the next state of `count` images. touches: whether the change concerns a key's values."""
        with self._lock:
            kept = dict(self._kept)
        for key, one in list(kept.items()):
            touched = np.union1d(one.touched, positions[positions < one.count]).astype(np.int32)
            if not touches(key):
                touched = one.touched
            if (len(touched) + count - one.count) * _WORTH_MENDING > count:
                del kept[key]
            else:
                kept[key] = _Kept(one.order, one.count, touched)
        return OrderCache(kept, self._recent)

    def without(self, keys: Collection[str]) -> "OrderCache":
        """After values changed that many images share."""
        with self._lock:
            return OrderCache({key: one for key, one in self._kept.items() if key not in keys}, self._recent)

    @property
    def ready(self) -> Mapping[str, Order]:
        """The orders that need no mending, for the snapshot."""
        with self._lock:
            return {key: one.order for key, one in self._kept.items() if not len(one.touched)}

    def joined(self, others: "OrderCache", count: int) -> "OrderCache":
        """The orders of both, of the same `count` images; of two for one key, the other's."""
        return OrderCache.of({**self.ready, **others.ready}, count, self._recent)

    @classmethod
    def of(cls, orders: Mapping[str, Order], count: int, recent: Sequence[str] = ()) -> "OrderCache":
        """Orders of `count` images that were prepared before."""
        return cls({key: _Kept(order, count, np.empty(0, np.int32)) for key, order in orders.items()}, recent)
