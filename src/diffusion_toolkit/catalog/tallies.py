"""Counts over the whole library, carried from state to state: what a change touched is counted, not everything anew.

Columns of numbers of which few differ (steps, CFG scale, sizes) are also kept as codes, which are counted several times
faster than the numbers are.
"""

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING

import numpy as np

from diffusion_toolkit.catalog.columns import NO_NUMBER, Array, Ints, Longs, extended
from diffusion_toolkit.catalog.days import local_months

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


@dataclass(frozen=True, slots=True)
class Coding:
    """What may be kept as codes: its keys, and the columns they are made of. Those of one name are the same."""

    name: Hashable
    keys: Callable[[Take], Longs] = field(compare=False)
    columns: frozenset[str] = field(compare=False)


STEPS = Coding("steps", _whole("steps"), frozenset(("steps",)))
CLIP_SKIP = Coding("clip_skip", _whole("clip_skip"), frozenset(("clip_skip",)))
CFG = Coding("cfg", _real("cfg"), frozenset(("cfg",)))
"""The keys are the bits of 32-bit numbers."""
SIZE = Coding("size", _sizes, frozenset(("width", "height")))
"""Width in the upper 32 bits, height below."""


def month_of_date(zone: tzinfo) -> Coding:
    """The month that an image is of, counted since January 1970, in a time zone."""
    return Coding(("month", str(zone)), lambda take: local_months(take("date"), zone), frozenset(("date",)))


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

    def __init__(self, coded: "Mapping[Coding, Coded | None] | None" = None):
        self._coded = dict(coded or {})
        self._counts: dict[str | Coding, Longs] = {}
        self._lock = threading.Lock()

    def coded(self, state: "State", coding: Coding) -> Coded | None:
        """A column as codes; None where too many numbers differ."""
        with self._lock:
            if coding not in self._coded:
                self._coded[coding] = Coded.of(coding.keys(state.columns.__getitem__))
            return self._coded[coding]

    def prepare(self, state: "State") -> None:
        """Make the codes now of what facets count that does not depend on who asks."""
        for coding in (STEPS, CLIP_SKIP, CFG, SIZE):
            if self.coded(state, coding) is not None:
                self.counts(state, coding)

    def codes(self, state: "State", column: str | Coding) -> Array:
        """The codes of a column that is made of codes, or can be coded: by position, -1 for none."""
        if isinstance(column, str):
            return state.columns[column]
        coded = self.coded(state, column)
        assert coded is not None, column.name
        return coded.codes

    def counts(self, state: "State", column: str | Coding) -> Longs:
        """For each code, how many of the images have it that a query for everything finds. Not to be written into."""
        codes = self.codes(state, column)
        with self._lock:
            if column not in self._counts:
                self._keep(column, count_codes(np.compress(state.present & state.shown, codes), 0))
            return self._counts[column]

    def _keep(self, column: str | Coding, counts: Longs) -> None:
        counts.flags.writeable = False
        self._counts[column] = counts

    def carried(self, old: "State", new: "State", change: "Change") -> "Tallies":
        """For the next state."""
        with self._lock:
            coded, all_counts = dict(self._coded), dict(self._counts)
        changed = change.positions[change.positions < change.first_new]
        more = np.arange(change.first_new, new.count, dtype=np.int32)
        if (len(changed) + len(more)) * _WORTH_MENDING > new.count:
            return Tallies()
        for coding, column in coded.items():
            if column is not None:
                coded[coding] = _mended(column, coding, new, change, changed, more)
        later = Tallies(coded)
        shown = old.folders.shown[:-1]
        if old.nsfw_hidden != new.nsfw_hidden or not np.array_equal(shown, new.folders.shown[: len(shown)]):
            return later
        before = changed[old.is_listed(changed)]
        after = np.concatenate([changed, more])
        after = after[new.is_listed(after)]
        for column, known in all_counts.items():
            if isinstance(column, Coding) and coded.get(column) is None:
                continue
            counts = count_codes(later.codes(new, column)[after], len(known))
            counts[: len(known)] += known
            gone = count_codes(self.codes(old, column)[before], 0)
            counts[: len(gone)] -= gone
            later._keep(column, counts)
        return later


def _mended(column: Coded, coding: Coding, state: "State", change: "Change", changed: Ints, more: Ints) -> Coded | None:
    if not coding.columns & change.columns:
        changed = changed[:0]

    def at(positions: Ints) -> Longs:
        return coding.keys(lambda part: state.columns[part][positions])

    return column.mended(changed, at(changed), at(more))


def count_codes(codes: Array, size: int) -> Longs:
    """How often each code occurs, for `size` codes at least; -1 is left out."""
    return np.bincount(codes + 1, minlength=size + 1)[1:]
