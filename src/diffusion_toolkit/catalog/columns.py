"""The columns of all images, as numpy arrays: appending is cheap, changing copies only the columns that differ.

A *position* is the place of an image in every column. It never changes while the program runs: new images come at the
end, deleted ones leave a dead place behind (`Flag.DEAD`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Bytes: TypeAlias = NDArray[np.uint8]

NO_NUMBER = -(2**31)
"""Stands for "no value" in `steps` and `clip_skip`."""

NO_MOMENT = -(2**63)
"""Stands for "never" in `rated`, `viewed` and `touched`."""

_SLACK = 1_024
_MOST_SLICES = 4_000


class Flag(IntFlag):
    """Bits of the column `flags`."""

    DEAD = 1
    MISSING = 2
    WORKFLOW = 4
    SEED = 8
    DEEP = 16
    FAVORITE = 32
    NSFW = 64
    FOR_DELETION = 128


CURATED = Flag.FAVORITE | Flag.NSFW | Flag.FOR_DELETION

COLUMNS: Mapping[str, str] = {
    "id": "i4",
    "folder": "i4",
    "name": "i4",
    "ext": "i4",
    "size_bytes": "i8",
    "mtime_ns": "i8",
    "date": "i8",
    "added": "i8",
    "flags": "u1",
    "problems": "u1",
    "format": "i1",
    "width": "i4",
    "height": "i4",
    "duration_s": "f4",
    "generator": "i4",
    "prompt": "i4",
    "negative": "i4",
    "model": "i4",
    "sampler": "i4",
    "scheduler": "i4",
    "graph": "i4",
    "steps": "i4",
    "cfg": "f4",
    "seed": "u8",
    "clip_skip": "i4",
    "denoise": "f4",
    "aesthetic": "f4",
    "caption": "i4",
    "rating": "u1",
    "rated": "i8",
    "viewed": "i8",
    "touched": "i8",
}
"""Name and type of each column.

folder, name, ext, format, generator, prompt, negative, caption, model, sampler, scheduler, graph: place in the table of
their values, -1 for none (captions are among the prompts) ·
date, added, rated, viewed, touched: microseconds since 1970 · width, height: pixels, 0 unknown ·
duration_s, cfg, denoise, aesthetic: NaN for none ·
seed: only where `Flag.SEED` is set · rating: 1 to 10, 0 for none · problems: how many, at most 255.
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """All columns of `count` images. Only the newest one may be appended to; older ones stay as they are."""

    count: int
    buffers: Mapping[str, Array]

    def __getitem__(self, name: str) -> Array:
        """The values of a column, by position."""
        return self.buffers[name][: self.count]

    def has(self, flag: Flag) -> Mask:
        """Which images have (all of) a flag's bits."""
        return (self["flags"] & np.uint8(flag)) == np.uint8(flag)

    def appended(self, rows: Mapping[str, Array]) -> "Columns":
        """With more images at the end."""
        more = len(rows["id"])
        buffers = {name: extended(buffer, self.count, rows[name]) for name, buffer in self.buffers.items()}
        return Columns(self.count + more, buffers)

    def changed(self, positions: Ints, rows: Mapping[str, Array]) -> tuple["Columns", frozenset[str]]:
        """With other values at these positions; also the names of the columns that really differ."""
        buffers = dict(self.buffers)
        touched: set[str] = set()
        for name, values in rows.items():
            if not np.array_equal(self[name][positions], values, equal_nan=values.dtype.kind == "f"):
                buffers[name] = buffers[name].copy()
                buffers[name][positions] = values
                touched.add(name)
        return Columns(self.count, buffers), frozenset(touched)


def no_columns() -> Columns:
    """The columns of an empty library."""
    return Columns(0, {name: np.empty(0, kind) for name, kind in COLUMNS.items()})


def extended(buffer: Array, used: int, more: Array) -> Array:
    """A buffer that goes on with `more` after its `used` values; the same one while it has room."""
    needed = used + len(more)
    if needed > len(buffer) or not buffer.flags.writeable:
        larger = np.empty(needed + needed // 8 + _SLACK, buffer.dtype)
        larger[:used] = buffer[:used]
        buffer = larger
    buffer[used:needed] = more
    return buffer


def inserted(old: Array, places: Sequence[int], more: Array) -> Array:
    """`more` put into `old` before these places (ascending). Joining slices is faster than numpy's insert while few."""
    if not len(more):
        return old
    if len(more) > _MOST_SLICES:
        return np.insert(old, places, more)
    pieces: list[Array] = []
    before = 0
    for number, place in enumerate(places):
        pieces += (old[before:place], more[number : number + 1])
        before = place
    return np.concatenate([*pieces, old[before:]])


@dataclass(frozen=True, slots=True)
class Places:
    """Finds the place of an id: sorted ids, and where each stands (None: at the same place)."""

    ids: Ints
    places: Ints | None = None

    @classmethod
    def of(cls, ids: Ints) -> "Places":
        """For ids in the order of their places."""
        if len(ids) < 2 or bool((ids[1:] > ids[:-1]).all()):
            return cls(ids)
        order = np.argsort(ids).astype(np.int32)
        return cls(ids[order], order)

    def find(self, ids: Array) -> Ints:
        """The place of each id, -1 where there is none."""
        if not len(self.ids):
            return np.full(len(ids), -1, np.int32)
        found = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1).astype(np.int32)
        known = self.ids[found] == ids
        return np.where(known, found if self.places is None else self.places[found], np.int32(-1)).astype(np.int32)

    def appended(self, ids: Ints) -> "Places":
        """With more ids, whose places follow."""
        count = len(self.ids)
        if self.places is None and (not count or not len(ids) or ids[0] > self.ids[-1]):
            return Places.of(np.concatenate([self.ids, ids])) if len(ids) else self
        order = np.argsort(ids)
        at = np.searchsorted(self.ids, ids[order])
        places = np.arange(count, dtype=np.int32) if self.places is None else self.places
        return Places(np.insert(self.ids, at, ids[order]), np.insert(places, at, (order + count).astype(np.int32)))
