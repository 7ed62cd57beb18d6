"""The order of the images of an album, and the difference that an action made to it, so that undo keeps the rest.

Pure; arrays are int32 image ids, each at most once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
_NONE: Ids = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Take `out` away, then put each of `into` to its place, the lowest place first."""

    out: Sequence[int] = ()
    into: Sequence[tuple[int, int]] = ()

    def __bool__(self) -> bool:
        return bool(self.out or self.into)


def with_added(order: Ids, ids: Ids) -> Ids:
    """With these at the end, in their order; those that are in it already stay where they are."""
    _, first = np.unique(ids, return_index=True)
    fresh = ids[np.sort(first)]
    return np.concatenate([order, fresh[~np.isin(fresh, order)]])


def without(order: Ids, ids: Ids) -> Ids:
    """Without these."""
    return order[~np.isin(order, ids)]


def with_moved(order: Ids, ids: Ids, *, before: int | None = None, after: int | None = None) -> Ids:
    """With these, in their present order, in front of image `before` or behind image `after`, else at the end."""
    moves = np.isin(order, ids)
    moving, rest = order[moves], order[~moves]
    beside = before if after is None else after
    at = np.flatnonzero(order == (0 if beside is None else beside))
    if not len(at):
        return np.concatenate([rest, moving])
    # Dropped on one of themselves, they gather there, between those that stay.
    end = int(at[0]) + (after is not None)
    place = int(np.count_nonzero(~moves[:end]))
    return np.concatenate([rest[:place], moving, rest[place:]])


def back(old: Ids, new: Ids, moved: Ids | None = None) -> Difference:
    """What makes `old` of `new`: images that came go, those that went or were moved return to their places."""
    places = np.flatnonzero(~np.isin(old, new) | np.isin(old, _NONE if moved is None else moved))
    into = list(zip(old[places].tolist(), places.tolist(), strict=True))
    return Difference(out=new[~np.isin(new, old)].tolist(), into=into)


def applied(order: Ids, difference: Difference) -> Ids:
    """The order with a difference made; places beyond the end mean the end."""
    names = np.array([image_id for image_id, _ in difference.into], np.int32)
    rest = without(order, np.concatenate([np.asarray(difference.out, np.int32), names]))
    if not len(names):
        return rest
    places = np.array([place for _, place in difference.into], np.int64)
    sequence = np.argsort(places, kind="stable")
    # np.insert counts places in the array before anything is put in.
    wanted = np.clip(places[sequence] - np.arange(len(places)), 0, len(rest))
    return np.insert(rest, wanted, names[sequence])
