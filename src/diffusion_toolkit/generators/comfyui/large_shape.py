"""The shape of a graph too large to be told apart node by node: how many nodes of each class with the same inputs.

Nobody draws such graphs by hand, so that it only matters that they are done with soon.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import cast

from diffusion_toolkit.generators.comfyui.graph import Input, Link
from diffusion_toolkit.generators.comfyui.structure import Key, Scalar, Shape

_LINK, _OBJECT = 1, 2
_Group = tuple[str, tuple[str, ...], bytes, tuple[tuple[str, ...], ...]]
"""Class of a node, names of its inputs, whether each is a link or an object, and the names inside of the objects."""


def large_shape(key: Key) -> Shape:
    """The shape from the structure of a graph."""
    groups = _groups(key)
    marks = {group: _mark(group) for group in dict.fromkeys(groups)}
    counts = Counter(groups)
    lines = sorted(f"{marks[group]}{count}" for group, count in counts.items())
    fingerprint = hashlib.blake2b("\0".join(["large", *lines]).encode("utf-8", "surrogatepass"), digest_size=16)
    rank = sorted(range(len(groups)), key=lambda number: (marks[groups[number]], len(key[0][number]), key[0][number]))
    slots, order = _slots(groups, rank)
    return Shape(fingerprint.digest(), tuple(key[1][number] for number in rank), slots, arranging(order))


def arranging(order: Sequence[int]) -> Callable[[list[Input]], tuple[Scalar, ...]]:
    """A function that takes these values in this order, as quickly as Python can."""
    if len(order) > 1:
        return itemgetter(*order)
    return lambda values: tuple([cast("Scalar", values[place]) for place in order])


def _groups(key: Key) -> list[_Group]:
    """The group of each node."""
    _, kinds, ends, names, shapes = key
    marks = bytearray(len(names))
    objects: dict[int, tuple[str, ...]] = {}
    for place, what in shapes:
        if isinstance(what, Link):
            marks[place] = _LINK
        else:
            marks[place] = _OBJECT
            objects[place] = what
    groups: list[_Group] = []
    begin = 0
    for kind, end in zip(kinds, ends, strict=True):
        own, mark = names[begin:end], bytes(marks[begin:end])
        inner = tuple(objects[place] for place in range(begin, end) if place in objects) if _OBJECT in mark else ()
        groups.append((kind, own, mark, inner))
        begin = end
    return groups


def _mark(group: _Group) -> str:
    """A text that is the same for all nodes of a group, whatever the order of their inputs."""
    kind, names, marks, inner = group
    left = iter(inner)
    parts = sorted(f"{_part(name)}{_inside(mark, left)}" for name, mark in zip(names, marks, strict=True))
    return f"{_part(kind)}{len(parts)}{''.join(parts)}"


def _inside(mark: int, left: Iterator[tuple[str, ...]]) -> str:
    return "*" if mark == _LINK else "+".join(["", *map(_part, sorted(next(left)))]) if mark == _OBJECT else ""


def _part(name: str) -> str:
    return f"{len(name)}:{name}"


def _slots(groups: Sequence[_Group], rank: Sequence[int]) -> tuple[tuple[tuple[int, str], ...], list[int]]:
    """The names of all values by rank, and where the values are among those taken apart."""
    begins, insides = [0], [sum(len(group[1]) for group in groups)]
    for _, names, _, inner in groups:
        begins.append(begins[-1] + len(names))
        insides.append(insides[-1] + sum(map(len, inner)))
    known: dict[_Group, tuple[list[tuple[str, int]], list[tuple[str, int]]]] = {}
    slots: list[tuple[int, str]] = []
    order: list[int] = []
    for position, number in enumerate(rank):
        group = groups[number]
        if group not in known:
            known[group] = _places(group)
        for found, begin in zip(known[group], (begins[number], insides[number]), strict=True):
            if found:
                slots += [(position, name) for name, _ in found]
                order += [begin + place for _, place in found]
    return tuple(slots), order


def _places(group: _Group) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The values of a node: those of its inputs, and those inside of objects, with their places."""
    _, names, marks, inner = group
    plain = sorted((name, place) for place, (name, mark) in enumerate(zip(names, marks, strict=True)) if not mark)
    objects = [name for name, mark in zip(names, marks, strict=True) if mark == _OBJECT]
    inside = [f"{name}.{key}" for name, found in zip(objects, inner, strict=True) for key in found]
    return plain, sorted((name, place) for place, name in enumerate(inside))
