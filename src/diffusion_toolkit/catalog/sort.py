"""What each sort key compares, and putting the images that a query found in order."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from diffusion_toolkit.catalog.columns import NO_MOMENT, NO_NUMBER, Array, Flag, Ints, Mask
from diffusion_toolkit.catalog.evaluate.names import albums_named
from diffusion_toolkit.catalog.orders import Order, Values
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.query.sort import Sort
from diffusion_toolkit.query.tree import And, Name, Node, Where
from diffusion_toolkit.store.feed import AlbumRow

_FEW = 24
"""Results under one in so many of all images are sorted by themselves."""

_MIXED_AT_ONCE = 1 << 14
"""Numbers mixed in one round, so that they stay in the processor's cache: 128 KiB."""


@dataclass(frozen=True, slots=True)
class Key:
    """A sort key: its values by position, which images have one (None: all), and the columns it depends on.

    table, ranks: the table that one of the columns points to, and the rank of each of its rows, the last one for none.
    """

    values: Callable[[State], Array]
    columns: frozenset[str]
    known: Callable[[State], Mask] | None = None
    table: str | None = None
    ranks: Callable[[State], Array] | None = None

    def of(self, state: State) -> Values:
        """Values of one state."""
        return Values(self.values(state), self.known(state) if self.known else None, state.columns["id"])

    def is_reordered(self, old: State, new: State, tables: Collection[str]) -> bool:
        """Whether older rows of the table stand in another order now. tables: those that changed."""
        if self.ranks is None or self.table not in tables:
            return False
        before = self.ranks(old)[:-1]
        after = self.ranks(new)[: len(before)]
        places, now = (np.unique(ranks, return_inverse=True)[1] for ranks in (before, after))
        return not np.array_equal(places, now)


def _column(name: str, known: Callable[[State], Mask] | None = None) -> Key:
    return Key(lambda state: state.columns[name], frozenset((name,)), known)


def _real(name: str) -> Key:
    return _column(name, lambda state: ~np.isnan(state.columns[name]))


def _moment(name: str) -> Key:
    return _column(name, lambda state: state.columns[name] != NO_MOMENT)


def _pixels(state: State) -> Array:
    return state.columns["width"].astype(np.int64) * state.columns["height"]


def _ratio(state: State) -> Array:
    return state.columns["width"] / np.maximum(state.columns["height"], 1).astype(np.float64)


def _name(state: State) -> Array:
    return state.names.ranks().take(state.columns["name"])


def _path(state: State) -> Array:
    return (state.folders.ranks.take(state.columns["folder"]).astype(np.int64) << 32) + _name(state)


_SIZE = frozenset(("width", "height"))

KEYS: Mapping[str, Key] = {
    "date": _column("date"),
    "added": _column("added"),
    "modified": _column("mtime_ns"),
    "viewed": _moment("viewed"),
    "touched": _moment("touched"),
    "name": Key(_name, frozenset(("name",))),
    "path": Key(_path, frozenset(("name", "folder")), table="folder", ranks=lambda state: state.folders.ranks),
    "rating": _column("rating", lambda state: state.columns["rating"] > 0),
    "aesthetic": _real("aesthetic"),
    "filesize": _column("size_bytes"),
    "pixels": Key(_pixels, _SIZE, lambda state: state.width_known),
    "ratio": Key(_ratio, _SIZE, lambda state: state.width_known),
    "duration": _real("duration_s"),
    "prompt": Key(
        lambda state: state.prompts.ranks().take(state.columns["prompt"]),
        frozenset(("prompt",)),
        lambda state: state.columns["prompt"] >= 0,
    ),
    "model": Key(
        lambda state: state.dimensions["model"].ranks.take(state.columns["model"]),
        frozenset(("model",)),
        lambda state: state.columns["model"] >= 0,
        table="model",
        ranks=lambda state: state.dimensions["model"].ranks,
    ),
    "seed": Key(lambda state: state.columns["seed"], frozenset(("seed", "flags")), lambda s: s.columns.has(Flag.SEED)),
    "steps": _column("steps", lambda state: state.columns["steps"] != NO_NUMBER),
    "cfg": _real("cfg"),
}
"""All sort keys but `random`, which compares nothing, and `album`, which compares with a list."""


def ordered(state: State, found: Mask, sort: Sort, node: Node | None = None) -> Ints:
    """The positions of the found images in this order. node: the query, for the order of the album it asks for."""
    if sort.key == "random":
        return _shuffled(state, np.flatnonzero(found).astype(np.int32), sort)
    if sort.key == "album":
        return _as_in_album(state, found, album_of(state, node)).whole(descending=sort.descending)
    key = KEYS[sort.key]
    total = int(np.count_nonzero(found))
    if total * _FEW < state.count:
        return key.of(state).order(np.flatnonzero(found).astype(np.int32)).whole(descending=sort.descending)
    return prepared(state, sort.key).only(found, total).whole(descending=sort.descending)


def prepared(state: State, name: str, *, ahead: bool = False) -> Order:
    """The order of all images by a key. ahead: nobody waits for it yet."""
    return state.orders.get(name, state.count, lambda: KEYS[name].of(state), ahead=ahead)


def album_of(state: State, node: Node | None) -> AlbumRow | None:
    """The album that the whole query, or one of the terms that must all hold, asks for."""
    parts = node.parts if isinstance(node, And) else (node,)
    names = [part.values[0] for part in parts if isinstance(part, Where) and part.field == "album"]
    named = [albums_named(state, name) for name in names if isinstance(name, Name)]
    return named[0][0] if named and named[0] else None


def _as_in_album(state: State, found: Mask, album: AlbumRow | None) -> Order:
    """The album's pictures in its order, and all others by id."""
    places = np.empty(0, np.int32) if album is None else state.album_positions(album)
    places = places[found[places]]
    rest = found.copy()
    rest[places] = False
    others = np.flatnonzero(rest).astype(np.int32)
    return Order(places, others[np.argsort(state.columns["id"][others], kind="stable")])


def random_numbers(ids: Array, seed: int) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """32 well mixed bits for each id (the finaliser of SplitMix64); another seed gives another order."""
    start = np.uint64((seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % 2**64)
    numbers = ids.astype(np.uint64)
    spare = np.empty(min(_MIXED_AT_ONCE, len(numbers)), np.uint64)
    for begin in range(0, len(numbers), _MIXED_AT_ONCE):
        mixed = numbers[begin : begin + _MIXED_AT_ONCE]
        shifted = spare[: len(mixed)]
        mixed += start
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed ^= np.right_shift(mixed, np.uint64(shift), out=shifted)
            mixed *= np.uint64(factor)
        mixed ^= np.right_shift(mixed, np.uint64(31), out=shifted)
        mixed >>= np.uint64(32)
    return numbers


def _shuffled(state: State, positions: Ints, sort: Sort) -> Ints:
    """By random number and id. One sort of numbers packed with positions is far faster than a sort by two keys."""
    ids = state.columns["id"][positions]
    packed = random_numbers(ids, sort.seed)
    packed <<= np.uint64(32)
    packed |= positions.view(np.uint32)
    packed.sort()
    order = packed.astype(np.uint32).view(np.int32)
    if state.places.places is not None:  # positions are not in the order of ids, so equal numbers need a second look
        packed >>= np.uint64(32)
        same = np.flatnonzero(packed[1:] == packed[:-1])
        tied = np.union1d(same, same + 1)
        there = order[tied]
        order[tied] = there[np.lexsort((state.columns["id"][there], packed[tied]))]
    return order[::-1] if sort.descending else order
