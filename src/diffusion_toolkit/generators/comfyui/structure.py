"""What all graphs of one structure share, so that the work on it is done once: most pictures of a library came from a
dozen graphs with other values.

The structure is everything that the file says but the values: ids, classes, names of inputs and links, in their order.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

from diffusion_toolkit.generators.comfyui.graph import Graph, Input, Link, Span, resolved
from diffusion_toolkit.record import JsonValue

Scalar = str | int | float | bool | None

_LONGEST_VALUE = 1_000_000
_MOST_REMEMBERED = 64
"""Structures a process remembers; pictures of one structure lie beside each other."""
_MOST_REMEMBERED_PARTS = 20_000


@dataclass(frozen=True, slots=True)
class Shape:
    """What is the same in all graphs alike; in_order: gives the values as taken apart in the order of the slots."""

    fingerprint: bytes
    node_classes: tuple[str, ...]
    slots: tuple[tuple[int, str], ...]
    in_order: Callable[[list[Input]], tuple[Scalar, ...]]


Key: TypeAlias = tuple[
    tuple[str, ...], tuple[str, ...], tuple[int, ...], tuple[str, ...], tuple[tuple[int, Link | tuple[str, ...]], ...]
]
"""Ids and classes of the nodes, where the inputs of each end among all inputs, the names of these, and links and names
inside of objects by the input's number."""


@dataclass(slots=True)
class Structure:
    """What is known of one structure; outputs: numbers of the nodes that may save or show a picture."""

    key: Key
    shape: Shape | None = None
    outputs: tuple[int, ...] | None = None
    _spans: dict[str, Span] | None = None

    def links(self) -> list[Link]:
        """All links of the graph."""
        return [what for _, what in self.key[4] if isinstance(what, Link)]

    def spans(self) -> dict[str, Span]:
        """Which values are whose, by the ids of the nodes."""
        if self._spans is None:
            ids, _, ends, names, _ = self.key
            begin, spans = 0, dict[str, Span]()
            for key, end in zip(ids, ends, strict=True):
                spans[key] = names[begin:end], begin
                begin = end
            self._spans = spans
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
    parts = _Parts(graph.document)
    ids: list[str] = []
    kinds: list[str] = []
    ends: list[int] = []
    names: list[str] = []
    whole = parts.whole
    for key, kind, inputs in graph.rows():
        ids.append(key)
        kinds.append(kind)
        for name, value in inputs.items():
            names.append(name)
            if isinstance(value, (list, dict, tuple)):
                parts.take(value)
            else:
                whole.append(value)
        ends.append(len(names))
    key_of_all = (tuple(ids), tuple(kinds), tuple(ends), tuple(names), tuple(parts.shapes))
    values = _scalars(whole, parts.changed, parts.inside, shorten=not 0 < graph.characters <= _LONGEST_VALUE)
    return key_of_all, whole, values


class _Parts:
    """What the inputs of a graph hold, one after the other.

    whole: their values, links being links already; shapes: links and names inside of objects by the input's number;
    changed: lists and empty objects as scalars, likewise; inside: the values inside of objects.
    """

    __slots__ = ("_document", "_links", "changed", "inside", "shapes", "whole")

    def __init__(self, document: dict[str, JsonValue] | None) -> None:
        self._document = document
        self._links: dict[tuple[JsonValue, ...], Link] = {}  # pyright: ignore[reportUnhashable] a text and a number
        self.whole: list[Input] = []
        self.shapes: list[tuple[int, Link | tuple[str, ...]]] = []
        self.changed: dict[int, Scalar] = {}
        self.inside: list[Input] = []

    def take(self, value: Input) -> None:
        """Take a value that is a link, a list or an object."""
        if self._document is not None:
            value = self._resolved(value, self._document)
        place = len(self.whole)
        self.whole.append(value)
        if isinstance(value, Link):
            self.shapes.append((place, value))
        elif isinstance(value, dict) and value:
            self.shapes.append((place, tuple(value)))
            self.inside.extend([scalar_of(item) for item in value.values()])
        else:
            self.changed[place] = scalar_of(value)

    def _resolved(self, value: Input, document: dict[str, JsonValue]) -> Input:
        """The value with links as links; one that several inputs share is made once."""
        if not (isinstance(value, list) and _is_pair(value)):
            return resolved(value, document)
        pair = tuple(value)
        known = self._links.get(pair)
        if known is not None:
            return known
        found = resolved(value, document)
        if isinstance(found, Link):
            self._links[pair] = found
        return found


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
