"""How many images of a result have each value, where an image has many: exact, and as fast as the result allows.

Few images are counted value by value; of most of the library, those that are left out are counted instead. Where only
the commonest values are asked for, codes are counted from the commonest down: a code that fewer images have in all than
the last of the wanted ones has in the result cannot be among them.
"""

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Ints, Longs, Mask
from diffusion_toolkit.catalog.lists import Lists
from diffusion_toolkit.catalog.postings import Postings, packed, slots
from diffusion_toolkit.catalog.selection import Opened

_IMAGES_AT_ONCE = 2_000
_CODES_AT_ONCE = 64
_NS_PER_VALUE = 8.0
"""Of counting value by value."""
_NS_PER_PLACE = 4.0
"""Of looking whether an image that has a code is in the result."""
_NS_PER_WORD = 3.0
"""Of the same for 64 images at once."""


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
        self._changed = lists.overlay.positions[lists.overlay.positions < self._postings.count]
        self._total = int(np.count_nonzero(self._there))
        self._left = self._postings.count - self._total - len(self._changed)

    def everything(self) -> Longs:
        """By the images that are chosen or, when these are fewer, by the others."""
        counts = self._laid.copy()
        if self._total <= self._left:
            return self._added(counts, _counted(self._postings, np.flatnonzero(self._there)), 1)
        rest = ~self._there
        counts = self._added(counts, self._postings.totals, 1)
        return self._added(counts, _counted(self._postings, np.flatnonzero(rest)), -1)

    def commonest(self, live: Mask, limit: int) -> Longs:
        """From the commonest code down, until no other can be among the first."""
        bounds = self._added(self._laid.copy(), np.minimum(self._postings.totals, self._total), 1)
        bounds[~live] = 0
        order = np.argsort(-bounds, kind="stable")
        counts = np.zeros(len(live), np.int64)
        bits = self._bits()
        done, least = 0, 0
        while done < len(order):
            if self._cost_of_all < self._cost(order[done : done + _CODES_AT_ONCE]):
                return self.everything()
            end = int(np.searchsorted(-bounds[order], -least, side="left"))
            if end <= done:
                break
            if done and self._cost(order[done:end]) > self._cost_of_all:
                return self.everything()
            for code in order[done : min(done + max(_CODES_AT_ONCE, limit), end)].tolist():
                counts[code] = self._laid[code] + self._count(code, bits)
            done = min(done + max(_CODES_AT_ONCE, limit), end)
            counted = counts[order[:done]]
            least = int(np.partition(counted, -limit)[-limit]) if done >= limit else 0
        return counts

    @property
    def _cost_of_all(self) -> float:
        images = min(self._total, self._left + len(self._changed))
        return images * len(self._postings.codes) / max(self._postings.count, 1) * _NS_PER_VALUE

    def _cost(self, codes: Array) -> float:
        known = codes[codes < self._postings.code_count]
        has_bits = self._postings.bits_of[known] >= 0
        places = self._postings.totals[known[~has_bits]].sum() * _NS_PER_PLACE
        return float(places + np.count_nonzero(has_bits) * self._postings.bits.shape[1] * _NS_PER_WORD)

    def _bits(self) -> Array:
        marks = np.zeros(self._postings.bits.shape[1] * 64, np.bool_)
        marks[: len(self._there)] = self._there
        return packed(marks)

    def _count(self, code: int, bits: Array) -> int:
        postings = self._postings
        if code >= postings.code_count:
            return 0
        row = int(postings.bits_of[code])
        if row >= 0:
            return int(np.sum(np.bitwise_count(postings.bits[row] & bits), dtype=np.uint32))
        return int(np.count_nonzero(self._there.take(postings.images(code))))

    @staticmethod
    def _added(counts: Longs, more: Longs, sign: int) -> Longs:
        counts[: len(more)] += sign * more[: len(counts)]
        return counts


def _laid(lists: Lists, marks: Mask, code_count: int) -> Longs:
    """Counts of the chosen images that changed."""
    entries = marks[lists.overlay.owners]
    return np.bincount(lists.overlay.codes[entries], minlength=code_count)[:code_count].astype(np.int64)


def _counted(postings: Postings, images: Array) -> Longs:
    """Counts of these images, in parts that stay in the processor's cache."""
    counts = np.zeros(postings.code_count, np.int64)
    for first in range(0, len(images), _IMAGES_AT_ONCE):
        some: Ints = images[first : first + _IMAGES_AT_ONCE]
        entries = slots(postings.starts[some], postings.starts[some + 1])
        counts += np.bincount(postings.codes.take(entries), minlength=postings.code_count)
    return counts
