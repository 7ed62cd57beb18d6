"""What all graphs of one structure share, so that the work on it is done once: most pictures of a library came from a
dozen graphs with other values.

The structure is everything that the file says but the values: ids, classes, names of inputs and links, in their order.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TypeAlias, cast

from diffusion_toolkit.generators.comfyui.graph import Graph, Input, Link, Span, resolved
from diffusion_toolkit.record import JsonValue

Scalar = str | int | float | bool | None

_LONGEST_VALUE = 1_000_000
_MOST_REMEMBERED = 64
"""Structures a process remembers; pictures of one structure lie beside each other."""
_MOST_REMEMBERED_PARTS = 20_000
_NESTED = frozenset({list, dict, Link})


@dataclass(frozen=True, slots=True)
class Shape:
    """What is the same in all graphs alike; in_order: gives the values as taken apart in the order of the slots."""

    fingerprint: bytes
    node_classes: tuple[str, ...]
    slots: tuple[tuple[int, str], ...]
    in_order: Callable[[list[Input]], tuple[Scalar, ...]]


Key: TypeAlias = tuple[
    tuple[str, ...], tuple[str, ...], tuple[tuple[str, ...], ...], tuple[tuple[int, Link | tuple[str, ...]], ...]
]
"""Ids and classes of the nodes, names of their inputs, and links and names inside of objects by the input's number."""


@dataclass(slots=True)
class Structure:
    """What is known of one structure; outputs: numbers of the nodes that may save or show a picture."""

    key: Key
    shape: Shape | None = None
    outputs: tuple[int, ...] | None = None
    _spans: dict[str, Span] | None = None

    def spans(self) -> dict[str, Span]:
        """Which values are whose, by the ids of the nodes."""
        if self._spans is None:
            begins = accumulate(map(len, self.key[2]), initial=0)
            self._spans = dict(zip(self.key[0], zip(self.key[2], begins, strict=False), strict=True))
        return self._spans


_remembered: dict[Key, Structure] = {}


def structure_of(graph: Graph) -> tuple[Structure, list[Input]]:
    """The structure of a graph and its values: one for each input in the order of the file, which are of no use where
    the input is a link or an object, then those inside of objects."""
    known = cast("tuple[Structure, list[Input]] | None", graph.taken_apart)
    if known is None:
        key, whole, values = _taken_apart(graph)
        structure = _structure(key, len(values))
        graph.take(whole, structure.spans())
        known = graph.taken_apart = structure, values
    return known


def _structure(key: Key, parts: int) -> Structure:
    if len(key[0]) + parts > _MOST_REMEMBERED_PARTS:
        return Structure(key)
    found = _remembered.get(key)
    if found is None:
        found = _remembered[key] = Structure(key)
        if len(_remembered) > _MOST_REMEMBERED:
            del _remembered[next(iter(_remembered))]  # the oldest: which was used last costs a hash of the key to tell
    return found


def _taken_apart(graph: Graph) -> tuple[Key, list[Input], list[Input]]:
    """Everything but the values; the values of the inputs; the same as scalars, with those inside of objects."""
    rows, document = graph.rows(), graph.document
    inputs = [row[2] for row in rows]
    whole = list(chain.from_iterable([each.values() for each in inputs]))
    shapes: list[tuple[int, Link | tuple[str, ...]]] = []
    links: dict[tuple[JsonValue, ...], Link] = {}  # pyright: ignore[reportUnhashable] a text and a number are put into it
    changed: dict[int, Scalar] = {}
    inside: list[Input] = []
    for place in [place for place, kind in enumerate(map(type, whole)) if kind in _NESTED]:
        value = whole[place]
        if document is not None:
            pair = tuple(value) if type(value) is list and _is_pair(value) else None
            link = links.get(pair) if pair else None
            if link is None:
                value = resolved(value, document)
                if pair and isinstance(value, Link):
                    links[pair] = value
            else:
                value = link
            whole[place] = value
        if isinstance(value, Link):
            shapes.append((place, value))
        elif isinstance(value, dict) and value:
            shapes.append((place, tuple(value)))
            inside.extend(map(scalar_of, value.values()))
        else:
            changed[place] = scalar_of(value)
    ids, kinds, _ = zip(*rows, strict=True) if rows else ((), (), ())
    key = (ids, kinds, tuple(map(tuple, inputs)), tuple(shapes))
    return key, whole, _scalars(whole, changed, inside, shorten=not 0 < graph.characters <= _LONGEST_VALUE)


def _is_pair(value: list[JsonValue]) -> bool:
    return len(value) == 2 and type(value[0]) is str and type(value[1]) is int


def _scalars(whole: list[Input], changed: dict[int, Scalar], inside: list[Input], *, shorten: bool) -> list[Input]:
    values = whole
    if changed or inside or shorten:
        values = values + inside
        for place, value in changed.items():
            values[place] = value
    if shorten:
        values = [value[:_LONGEST_VALUE] if isinstance(value, str) else value for value in values]
    return values


def scalar_of(value: JsonValue) -> Scalar:
    """A value as one slot holds it: lists and objects as compact JSON."""
    if isinstance(value, (list, dict)):
        try:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        except (RecursionError, ValueError):  # deeper than Python writes, or a number of more than 4,300 digits
            return "…"
    return value
