"""Sorts many texts by their bytes with numpy, and keeps the order as texts are added."""

import re
import threading
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from diffusion_toolkit.catalog.columns import Bytes, Ints, Longs, Mask, inserted

TextOf = Callable[[int], bytes]

LONGEST_COMPARED = 1_024
"""Texts that agree in so many bytes count as equal."""

_WORD = 8
_WORTH_EXTENDING = 20
_NAMES_AT_ONCE = 100_000


@dataclass(frozen=True)
class TextOrder:
    """The numbers of texts in their order; is_first: differs from the one before."""

    order: Ints
    is_first: Mask

    @cached_property
    def ranks(self) -> Ints:
        """The rank of each text; equal texts have equal ranks. One more at the end for "none"."""
        ranks = np.full(len(self.order) + 1, -1, np.int32)
        ranks[self.order] = np.cumsum(self.is_first, dtype=np.int32)
        return ranks

    def extended(self, count: int, text_of: TextOf) -> "TextOrder":
        """With the texts up to `count`."""
        old = len(self.order)

        @cache
        def key(number: int) -> bytes:
            return text_of(number)[:LONGEST_COMPARED]

        new = sorted(range(old, count), key=key)
        at = [bisect_right(self.order, key(number), key=key) for number in new]
        firsts: list[bool] = []
        for number, place, previous in zip(new, at, [None, *new], strict=False):
            is_after = place > 0 and key(int(self.order[place - 1])) == key(number)
            firsts.append(not is_after and (previous is None or key(previous) != key(number)))
        return TextOrder(
            inserted(self.order, at, np.array(new, np.int32)),
            inserted(self.is_first, at, np.array(firsts, np.bool_)),
        )


class GrowingOrder:
    """The order of texts that only get more; shared by all states, each of which knows the first so many of them."""

    def __init__(self, order: "TextOrder | None" = None) -> None:
        self._lock = threading.Lock()
        self._order = order

    @property
    def order(self) -> "TextOrder | None":
        """As far as it was needed."""
        return self._order

    def ranks(self, count: int, whole: Callable[[], tuple[Bytes, Longs]], reader: Callable[[], TextOf]) -> Ints:
        """Ranks of at least the first `count` texts, the last entry -1.

        whole: gives all texts at once, for a first time; reader: gives what reads single ones, for a few new.
        """
        with self._lock:
            done = len(self._order.order) if self._order else 0
            if self._order is None or (count - done) * _WORTH_EXTENDING > count:
                self._order = text_order(*whole())
            elif done < count:
                self._order = self._order.extended(count, reader())
            return self._order.ranks


def text_order(text: Bytes, starts: Longs) -> TextOrder:
    """The order of the texts that begin at `starts` (with the end as last), compared byte by byte."""
    count = len(starts) - 1
    order = np.arange(count, dtype=np.int32)
    group = np.zeros(count, np.int32)
    tied = np.arange(count, dtype=np.int32)
    is_first = np.zeros(count, np.bool_)
    is_first[:1] = True
    for depth in range(0, LONGEST_COMPARED, _WORD):
        rows = order[tied]
        words = _words_at(text, starts, rows, depth)
        sorting = np.lexsort((words, group[tied]))
        rows, words = rows[sorting], words[sorting]
        order[tied] = rows
        starts_group = np.ones(len(tied), np.bool_)
        starts_group[1:] = (words[1:] != words[:-1]) | (group[tied][1:] != group[tied][:-1])
        is_first[tied] |= starts_group
        group[tied] = np.maximum.accumulate(np.where(starts_group, tied, 0))
        alone = starts_group & np.append(starts_group[1:], True)
        goes_on = starts[rows + 1] - starts[rows] > depth + _WORD
        if not (goes_on & ~alone).any():
            break
        tied = tied[~alone]
    return TextOrder(order, is_first)


def _words_at(text: Bytes, starts: Longs, rows: Ints, depth: int) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """Eight bytes of each text from `depth` on as one number; bytes behind the end are zero."""
    words = np.zeros(len(rows), np.uint64)
    first, end = starts[rows] + depth, starts[rows + 1]
    last_byte = max(len(text) - 1, 0)
    for place in range(_WORD):
        at = first + place
        byte = np.where(at < end, text[np.minimum(at, last_byte)], 0) if len(text) else np.zeros(len(rows), np.uint8)
        words = (words << np.uint64(8)) | byte.astype(np.uint64)
    return words


_RUN = re.compile(rb"[0-9]+")
_LONGEST_RUN = 254


def natural_key(name: str) -> bytes:
    """Sorts names so that numbers in them count by value, ignoring case."""
    return _RUN.sub(_numbered, name.casefold().encode(errors="surrogatepass"))


def _numbered(run: re.Match[bytes]) -> bytes:
    digits = run[0].lstrip(b"0")
    return b"0" + bytes([min(len(digits), _LONGEST_RUN) + 1]) + digits


def natural_keys(text: Bytes, starts: Longs) -> tuple[Bytes, Longs]:
    """`natural_key` of many folded texts at once: comparing bytes compares the numbers in them (img2 before img10)."""
    blocks: list[Bytes] = []
    ends: list[Longs] = [np.zeros(1, np.int64)]
    for first in range(0, len(starts) - 1, _NAMES_AT_ONCE):
        part = starts[first : first + _NAMES_AT_ONCE + 1]
        block, lengths = _natural_block(text[part[0] : part[-1]], part - part[0])
        blocks.append(block)
        ends.append(lengths[1:] + ends[-1][-1])
    return np.concatenate(blocks) if blocks else np.empty(0, np.uint8), np.concatenate(ends)


def _natural_block(text: Bytes, starts: Longs) -> tuple[Bytes, Longs]:
    """Each run of digits becomes: "0", its length without leading zeros plus one, its digits without leading zeros."""
    digit = (text >= ord("0")) & (text <= ord("9"))
    begins = digit.copy()
    begins[1:] &= ~digit[:-1]
    name_starts = starts[:-1][starts[:-1] < len(text)]
    begins[name_starts] = digit[name_starts]
    run_starts = np.flatnonzero(begins)
    run = np.cumsum(begins) - 1
    significant = np.cumsum(digit & (text != ord("0")))
    before = np.zeros(len(run_starts), np.int64)
    before[run_starts > 0] = significant[run_starts[run_starts > 0] - 1]
    kept_digit = digit.copy()
    kept_digit[digit] = significant[digit] > before[run[digit]]
    lengths = np.bincount(run[kept_digit], minlength=len(run_starts))
    counts = (~digit | kept_digit).astype(np.int64) + 2 * begins
    out = np.repeat(text, counts)
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    out[ends[run_starts]] = ord("0")
    out[ends[run_starts] + 1] = np.minimum(lengths, 254) + 1
    return out, ends[starts]
