"""How many images of a result have each value, where an image has many: exact, and as fast as the result allows.

Three ways lead to the same counts: value by value through the images of the result, the same through those that are
left out, or code by code through the images that have it. The one that touches least is taken.

Where only the commonest values are asked for, a sample of the result tells which codes may be among them, and only
these are counted. A code that belongs there is missed with a chance below one in a billion (Chernoff's bound); what is
told is exact.
"""

import math

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Longs, Mask
from diffusion_toolkit.catalog.lists import Lists
from diffusion_toolkit.catalog.postings import Postings, packed, slots
from diffusion_toolkit.catalog.selection import Opened

_VALUES_AT_ONCE = 1 << 16
"""Stay in the processor's cache."""
_SAMPLE = 4_096
"""Images."""
_SURE = -2 * math.log(1e-9)

_NS_PER_IMAGE = 25.0
"""Of beginning with an image."""
_NS_PER_VALUE = 8.0
"""Of counting value by value."""
_NS_PER_PLACE = 4.0
"""Of looking whether an image that has a code is in the result."""
_NS_PER_WORD = 1.6
"""Of the same for 64 images at once."""
_NS_PER_CODE = 5_000.0
"""Of beginning with a code."""


def all_counts(lists: Lists, chosen: Opened, count: int, code_count: int) -> Longs:
    """For each code, how many of the chosen images have it."""
    return _Counting(lists, chosen, count, code_count).everything()


def commonest(lists: Lists, chosen: Opened, count: int, live: Mask, limit: int) -> Longs:
    """The same, but exact only for the `limit` commonest live codes; all others may be 0."""
    counting = _Counting(lists, chosen, count, len(live))
    counts = counting.everything() if limit >= len(live) else counting.commonest(live, limit)
    return np.where(live, counts, 0)


class _Counting:
    def __init__(self, lists: Lists, chosen: Opened, count: int, code_count: int) -> None:
        self._postings = lists.postings
        self._code_count = code_count
        mask = chosen.mask
        marks = np.zeros(count, np.bool_)
        if mask is None:
            marks[chosen.positions] = True
        else:
            marks[: len(mask)] = mask
        self._laid = _laid(lists, marks, code_count)
        marks[lists.overlay.positions] = False
        self._there = marks[: self._postings.count]
        self._total = int(np.count_nonzero(self._there))
        self._left = self._postings.count - self._total
        self._is_most = self._left < self._total

    def everything(self) -> Longs:
        """Of all codes."""
        if self._cost_of_all_places < self._cost_of_values:
            return self._added(self._laid.copy(), self._by_places())
        if not self._is_most:
            return self._added(self._laid.copy(), _counted(self._postings, np.flatnonzero(self._there)))
        others = _counted(self._postings, np.flatnonzero(~self._there))
        return self._added(self._laid.copy(), self._postings.totals - others)

    def commonest(self, live: Mask, limit: int) -> Longs:
        """Of the commonest codes, found by a sample."""
        if self._cost_of_values < 2 * self._cost_of_images(_SAMPLE):
            return self.everything()
        drawn = np.random.default_rng(self._total).integers(0, self._total, _SAMPLE)
        sample = self._added(
            np.zeros(self._code_count, np.int64), _counted(self._postings, np.flatnonzero(self._there)[drawn])
        )
        seemingly = np.where(live, self._laid + sample * (self._total / _SAMPLE), -1)
        first = np.argpartition(-seemingly, limit)[:limit]
        if self._cost_of_places(self._known_totals(first)) > self._cost_of_values:
            return self.everything()
        counts = np.zeros(self._code_count, np.int64)
        bits = self._bits()
        for code in first.tolist():
            counts[code] = self._count(code, bits)
        least = counts[first].min()
        # So many of a sample have a code on average that as many images have as the last of the first.
        expected = np.maximum(least - self._laid, 0) * (_SAMPLE / self._total)
        maybe = live & (sample >= expected - np.sqrt(_SURE * expected))
        maybe &= self._laid + self._bounds() >= least
        maybe[first] = False
        others = np.flatnonzero(maybe)
        if self._cost_of_places(self._known_totals(others)) > self._cost_of_values:
            return self.everything()
        for code in others.tolist():
            counts[code] = self._count(code, bits)
        return counts

    @property
    def _cost_of_values(self) -> float:
        return self._cost_of_images(self._left if self._is_most else self._total)

    def _cost_of_images(self, images: int) -> float:
        values = len(self._postings.codes) / max(self._postings.count, 1)
        return images * (_NS_PER_IMAGE + values * _NS_PER_VALUE)

    @property
    def _cost_of_all_places(self) -> float:
        return len(self._postings.places) * _NS_PER_PLACE + self._postings.bits.size * _NS_PER_WORD

    def _cost_of_places(self, totals: Longs) -> float:
        """Of looking at each image of some codes."""
        words = self._postings.bits.shape[1]
        return float(np.minimum(totals * _NS_PER_PLACE, words * _NS_PER_WORD).sum() + len(totals) * _NS_PER_CODE)

    def _known_totals(self, codes: Array) -> Longs:
        return self._postings.totals[codes[codes < self._postings.code_count]]

    def _bounds(self) -> Longs:
        """More than so many images of the result have a code in no case, changed ones aside."""
        bounds = np.zeros(self._code_count, np.int64)
        return self._added(bounds, np.minimum(self._postings.totals, self._total))

    def _bits(self) -> Array:
        marks = np.zeros(self._postings.bits.shape[1] * 64, np.bool_)
        marks[: len(self._there)] = self._there
        return packed(marks)

    def _count(self, code: int, bits: Array) -> int:
        postings = self._postings
        if code >= postings.code_count:
            return int(self._laid[code])
        row = int(postings.bits_of[code])
        if row >= 0:
            return int(self._laid[code]) + _both(postings.bits[row], bits)
        return int(self._laid[code]) + int(np.count_nonzero(self._there.take(postings.images(code))))

    def _by_places(self) -> Longs:
        postings, bits = self._postings, self._bits()
        counts = np.zeros(postings.code_count, np.int64)
        running = np.concatenate([np.zeros(1, np.int32), np.cumsum(self._there.take(postings.places), dtype=np.int32)])
        counts += np.diff(running[postings.place_starts])
        for row, code in enumerate(postings.common.tolist()):
            counts[code] = _both(postings.bits[row], bits)
        return counts

    @staticmethod
    def _added(counts: Longs, more: Longs) -> Longs:
        counts[: len(more)] += more[: len(counts)]
        return counts


def _both(one: Array, other: Array) -> int:
    """How many images are in both."""
    return int(np.sum(np.bitwise_count(one & other), dtype=np.uint32))


def _laid(lists: Lists, marks: Mask, code_count: int) -> Longs:
    """Counts of the chosen images that changed."""
    overlay = lists.overlay
    codes = np.compress(np.repeat(marks[overlay.positions], overlay.lengths), overlay.codes)
    return np.bincount(codes, minlength=code_count)[:code_count].astype(np.int64)


def _counted(postings: Postings, images: Array) -> Longs:
    """Counts of these images, in parts that stay in the processor's cache."""
    counts = np.zeros(postings.code_count, np.int64)
    starts, ends = postings.starts[images], postings.starts[images + 1]
    done = np.cumsum(ends - starts)
    first = 0
    while first < len(images):
        before = done[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(done, before + _VALUES_AT_ONCE, side="right")))
        entries = slots(starts[first:last], ends[first:last])
        counts += np.bincount(postings.codes.take(entries), minlength=postings.code_count)
        first = last
    return counts
