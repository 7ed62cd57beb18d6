"""The workflow graphs of a library as a few arrays: a question about a class or a property is a look at the names.

Names of classes and properties are numbers into one list of distinct words. The code of a graph is its place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Ints, Mask, Places
from diffusion_toolkit.store.feed import GraphRow
from diffusion_toolkit.store.workflows import Slots


def _none() -> Ints:
    return np.empty(0, np.int32)


@dataclass(frozen=True)
class Graphs:
    """All graphs in the order they came.

    words: distinct names · ids: of the store · nodes, slots: how many each graph has · classes: the word of each node,
    graph by graph · properties: the word of each slot, graph by graph · owners: the node of each slot in its graph.
    """

    words: tuple[str, ...] = ()
    ids: Ints = field(default_factory=_none)
    nodes: Ints = field(default_factory=_none)
    slots: Ints = field(default_factory=_none)
    classes: Ints = field(default_factory=_none)
    properties: Ints = field(default_factory=_none)
    owners: Ints = field(default_factory=_none)

    @property
    def count(self) -> int:
        """How many graphs."""
        return len(self.ids)

    @cached_property
    def _places(self) -> Places:
        return Places.of(self.ids)

    def codes(self, ids: Array) -> Ints:
        """The codes of database ids; -1 for 0 and for unknown ones."""
        return self._places.find(ids)

    def updated(self, rows: Sequence[GraphRow]) -> "Graphs":
        """With new graphs. A graph never changes, so those known stay."""
        known = set(self.ids.tolist()) if rows else set[int]()
        new = [row for row in rows if row.id not in known]
        if not new:
            return self
        number = {word: place for place, word in enumerate(self.words)}

        def numbers(words: Sequence[str]) -> list[int]:
            return [number.setdefault(word, len(number)) for word in words]

        def longer(old: Ints, more: list[int]) -> Ints:
            return np.concatenate([old, np.array(more, np.int32)])

        return Graphs(
            ids=longer(self.ids, [row.id for row in new]),
            nodes=longer(self.nodes, [len(row.node_classes) for row in new]),
            slots=longer(self.slots, [len(row.slot_names) for row in new]),
            classes=longer(self.classes, [word for row in new for word in numbers(row.node_classes)]),
            properties=longer(self.properties, [word for row in new for word in numbers(row.slot_names)]),
            owners=longer(self.owners, [node for row in new for node in row.slot_nodes]),
            words=tuple(number),
        )

    def only(self, wanted: Mask) -> "Graphs":
        """Some of the graphs. wanted: by code."""
        nodes, slots = wanted[self._graph_of_node], wanted[self._graph_of_slot]
        return Graphs(
            words=self.words,
            ids=self.ids[wanted],
            nodes=self.nodes[wanted],
            slots=self.slots[wanted],
            classes=self.classes[nodes],
            properties=self.properties[slots],
            owners=self.owners[slots],
        )

    def with_class(self, fits: Callable[[str], bool]) -> Mask:
        """Which codes have a node of such a class; the last entry stands for code -1."""
        found = np.zeros(self.count + 1, np.bool_)
        found[self._graph_of_node[self._fitting(fits)[self.classes]]] = True
        return found

    def with_property(self, is_class: Callable[[str], bool], is_property: Callable[[str], bool]) -> Mask:
        """Which codes have such a property on such a node; the last entry stands for code -1."""
        found = np.zeros(self.count + 1, np.bool_)
        found[self._graph_of_slot[self._slots(is_class, is_property)]] = True
        return found

    def places(self, is_class: Callable[[str], bool], is_property: Callable[[str], bool]) -> Slots:
        """Where the values of such a property of such nodes lie."""
        here = np.flatnonzero(self._slots(is_class, is_property)).astype(np.int32)
        graphs = self._graph_of_slot[here]
        return Slots(self.ids[graphs], (here - _starts(self.slots)[graphs]).astype(np.int32))

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        """All classes of nodes, by name."""
        numbers: list[int] = np.unique(self.classes).tolist()
        return tuple(sorted((self.words[number] for number in numbers), key=str.casefold))

    def property_names(self, is_class: Callable[[str], bool]) -> list[str]:
        """All properties of nodes of such classes, by name."""
        nodes = self._fitting(is_class)[self.classes]
        numbers: list[int] = np.unique(self.properties[nodes[self._node_of_slot]]).tolist()
        return sorted((self.words[number] for number in numbers), key=str.casefold)

    def _slots(self, is_class: Callable[[str], bool], is_property: Callable[[str], bool]) -> Mask:
        nodes = self._fitting(is_class)[self.classes]
        return nodes[self._node_of_slot] & self._fitting(is_property)[self.properties]

    def _fitting(self, fits: Callable[[str], bool]) -> Mask:
        return np.fromiter(map(fits, self.words), np.bool_, count=len(self.words))

    @cached_property
    def _graph_of_node(self) -> Ints:
        return np.repeat(np.arange(self.count, dtype=np.int32), self.nodes)

    @cached_property
    def _graph_of_slot(self) -> Ints:
        return np.repeat(np.arange(self.count, dtype=np.int32), self.slots)

    @cached_property
    def _node_of_slot(self) -> Ints:
        """The place in `classes` of each slot's node."""
        return self.owners + _starts(self.nodes)[self._graph_of_slot]


def _starts(lengths: Ints) -> Ints:
    return (np.cumsum(lengths, dtype=np.int32) - lengths).astype(np.int32)
