"""Counts over the whole library, carried from state to state: what a change touched is counted, not everything anew.

Columns of numbers of which few differ (steps, CFG scale, sizes) are also kept as codes, which are counted several times
faster than the numbers are.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diffusion_toolkit.catalog.columns import NO_NUMBER, Array, Ints, Longs, extended

if TYPE_CHECKING:
    from diffusion_toolkit.catalog.load import Change
    from diffusion_toolkit.catalog.state import State

NO_KEY = -(2**63)
"""Stands for "no number" among the keys of a coded column."""

MOST_DISTINCT = 2**15 - 1
"""A column of more distinct numbers is not coded."""

_SAMPLE = 64
_WORTH_MENDING = 4

Take = Callable[[str], Array]
"""The values of a column, of those images that are asked for."""


def _whole(name: str) -> Callable[[Take], Longs]:
    def keys(take: Take) -> Longs:
        numbers = take(name).astype(np.int64)
        numbers[numbers == NO_NUMBER] = NO_KEY
        return numbers

    return keys


def _real(name: str) -> Callable[[Take], Longs]:
    def keys(take: Take) -> Longs:
        numbers = take(name) + np.float32(0)  # there is one nought, not two
        return np.where(np.isfinite(numbers), numbers.view(np.uint32).astype(np.int64), NO_KEY)

    return keys


def _sizes(take: Take) -> Longs:
    width, height = take("width"), take("height")
    return np.where((width > 0) & (height > 0), (width.astype(np.int64) << 32) + height, NO_KEY)


CODED: Mapping[str, tuple[Callable[[Take], Longs], frozenset[str]]] = {
    "steps": (_whole("steps"), frozenset(("steps",))),
    "clip_skip": (_whole("clip_skip"), frozenset(("clip_skip",))),
    "cfg": (_real("cfg"), frozenset(("cfg",))),
    "size": (_sizes, frozenset(("width", "height"))),
}
"""What is coded: its keys, and of which columns they are made.

steps, clip_skip: the number itself · cfg: the bits of a 32-bit number · size: width in the upper 32 bits, height below.
"""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as codes: `keys[code]` is the key of an image; code -1 of those without. Codes keep their meaning."""

    buffer: Array
    count: int
    keys: Longs

    @classmethod
    def of(cls, keys: Longs) -> "Coded | None":
        """Of all images; None where too many differ."""
        known = np.unique(keys[:: max(1, len(keys) // MOST_DISTINCT, _SAMPLE)])
        known = known[known != NO_KEY]
        return cls(np.empty(0, np.int16), 0, known)._appended(keys)

    @property
    def codes(self) -> Array:
        """By position."""
        return self.buffer[: self.count]

    def mended(self, changed: Ints, keys: Longs, more: Longs) -> "Coded | None":
        """With other keys at the changed positions, and more at the end; None where too many differ by now."""
        coded = self
        if len(changed):
            known = self._codes_of(keys)
            if known is None:
                return None
            codes, all_keys = known
            if not np.array_equal(self.codes[changed], codes):
                buffer = self.buffer.copy()
                buffer[changed] = codes
                coded = Coded(buffer, self.count, all_keys)
        return coded._appended(more) if len(more) else coded

    def _appended(self, keys: Longs) -> "Coded | None":
        known = self._codes_of(keys)
        if known is None:
            return None
        codes, all_keys = known
        return Coded(extended(self.buffer, self.count, codes), self.count + len(keys), all_keys)

    def _codes_of(self, keys: Longs) -> tuple[Array, Longs] | None:
        """Their codes, and all keys there are then."""
        all_keys = np.append(self.keys, np.int64(NO_KEY))
        order = np.argsort(all_keys)
        places = np.searchsorted(all_keys, keys, sorter=order)
        codes = order[np.minimum(places, len(order) - 1)]
        new = np.flatnonzero(all_keys[codes] != keys)
        distinct, which = np.unique(keys[new], return_inverse=True)
        if len(self.keys) + len(distinct) > MOST_DISTINCT:
            return None
        codes[codes == len(self.keys)] = -1
        codes[new] = which + len(self.keys)
        return codes.astype(np.int16), np.concatenate([self.keys, distinct])


class Tallies:
    """Coded columns of one state, and for each code how many of its images have it. Both are made when asked for."""

    def __init__(self, coded: "Mapping[str, Coded | None] | None" = None, counts: Mapping[str, Longs] | None = None):
        self._coded = dict(coded or {})
        self._counts = dict(counts or {})
        self._lock = threading.Lock()

    def coded(self, state: "State", name: str) -> Coded | None:
        """One of CODED; None where too many numbers differ."""
        with self._lock:
            if name not in self._coded:
                self._coded[name] = Coded.of(CODED[name][0](state.columns.__getitem__))
            return self._coded[name]

    def codes(self, state: "State", name: str) -> Array:
        """The codes of a column, coded or made of codes: by position, -1 for none."""
        if name not in CODED:
            return state.columns[name]
        coded = self.coded(state, name)
        assert coded is not None, name
        return coded.codes

    def counts(self, state: "State", name: str) -> Longs:
        """For each code, how many of the images have it that a query for everything finds. Not to be written into."""
        codes = self.codes(state, name)
        with self._lock:
            if name not in self._counts:
                self._keep(name, count_codes(codes[state.present & state.shown], 0))
            return self._counts[name]

    def _keep(self, name: str, counts: Longs) -> None:
        counts.flags.writeable = False
        self._counts[name] = counts

    def carried(self, old: "State", new: "State", change: "Change") -> "Tallies":
        """For the next state."""
        with self._lock:
            coded, all_counts = dict(self._coded), dict(self._counts)
        changed = change.positions[change.positions < change.first_new]
        more = np.arange(change.first_new, new.count, dtype=np.int32)
        if (len(changed) + len(more)) * _WORTH_MENDING > new.count:
            return Tallies()
        for name, column in coded.items():
            if column is not None:
                coded[name] = _mended(column, name, new, change, changed, more)
        later = Tallies(coded)
        shown = old.folders.shown[:-1]
        if old.nsfw_hidden != new.nsfw_hidden or not np.array_equal(shown, new.folders.shown[: len(shown)]):
            return later
        before = changed[old.is_listed(changed)]
        after = np.concatenate([changed, more])
        after = after[new.is_listed(after)]
        for name, known in all_counts.items():
            if name in CODED and coded.get(name) is None:
                continue
            counts = count_codes(later.codes(new, name)[after], len(known))
            counts[: len(known)] += known
            gone = count_codes(self.codes(old, name)[before], 0)
            counts[: len(gone)] -= gone
            later._keep(name, counts)
        return later


def _mended(column: Coded, name: str, state: "State", change: "Change", changed: Ints, more: Ints) -> Coded | None:
    keys, columns = CODED[name]
    if not columns & change.columns:
        changed = changed[:0]

    def at(positions: Ints) -> Longs:
        return keys(lambda part: state.columns[part][positions])

    return column.mended(changed, at(changed), at(more))


def count_codes(codes: Array, size: int) -> Longs:
    """How often each code occurs, for `size` codes at least; -1 is left out."""
    return np.bincount(codes + 1, minlength=size + 1)[1:]
