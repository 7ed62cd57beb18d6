"""A ComfyUI graph: nodes with named inputs that are values or links to other nodes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeAlias, cast

from diffusion_toolkit.record import JsonValue


class Link(NamedTuple):
    """An input that comes from another node's output."""

    node: str
    slot: int


_linked = partial(tuple.__new__, Link)  # pyright: ignore[reportUnknownMemberType]
"""A link from a pair; a named tuple's own constructor is a Python function, even where readers are compiled."""

Input: TypeAlias = JsonValue | Link
Inputs: TypeAlias = dict[str, Input]
"""What a node gets, by name. Nobody changes it; compiled readers look into a `dict` sooner than into a `Mapping`."""

Row: TypeAlias = tuple[str, str, Inputs]
"""A node's id, class and inputs; of a graph that is read as it is walked, links are still lists."""

Span: TypeAlias = tuple[tuple[str, ...], int]
"""Names of a node's inputs, and the place of the first value among those of the graph."""

_MOST_NODES = 20_000
"""Nodes that are looked at; people's largest graphs have some hundreds."""
_MOST_INPUTS = 30_000
_MOST_LINKS = 500
"""Links of one node that are followed; switches of a hundred inputs have been seen."""
_MOST_VISITS, _FEWEST_VISITS, _PER_VISIT, _MORE_VISITS = 90_000, 30_000, 5, 100
"""How many inputs of visited nodes all walks over a graph may see together, at 0.7 us each. Of a long text most of the
time goes into taking it apart, so every 5 characters leave one visit less; but every 100 give one more."""
_VISITS_OF_HUGE = 10_000
_NODE_VISITS = 4
"""What a visit costs beside the inputs that are seen."""


@dataclass(slots=True, kw_only=True)
class Node:
    """One node; kind is its class ("KSampler"). Its inputs never change."""

    id: str
    kind: str
    title: str = ""
    inputs: Inputs
    _links: list[tuple[str, Link]] | None = field(default=None, init=False, repr=False, compare=False)

    def links(self) -> list[tuple[str, Link]]:
        """The inputs that come from other nodes, as far as they can be looked at."""
        links = self._links
        if links is None:
            links = [(name, value) for name, value in self.inputs.items() if isinstance(value, Link)]
            links = self._links = links if len(links) <= _MOST_LINKS else links[:_MOST_LINKS]
        return links

    def link(self, *names: str) -> Link | None:
        """The link of the first of these inputs that has one."""
        inputs = self.inputs
        for name in names:
            if name in inputs and isinstance(value := inputs[name], Link):
                return value
        return None

    def has(self, *names: str) -> bool:
        """Whether one of these inputs is there."""
        return not self.inputs.keys().isdisjoint(names)


class _ExecutedNodes(Mapping[str, Node]):
    """The nodes of an executed graph, each made when it is first asked for: most of a graph is never visited."""

    __slots__ = ("_rows", "_spans", "_values", "document", "made")

    def __init__(self, rows: dict[str, Row], document: dict[str, JsonValue]) -> None:
        self._rows = rows
        self._values: list[Input] = []
        self._spans: dict[str, Span] = {}
        self.document = document
        self.made: dict[str, Node] = {}

    def __getitem__(self, key: str) -> Node:
        found = self.find(key)
        if found is None:
            raise KeyError(key)
        return found

    def find(self, key: str) -> Node | None:
        """The node of this id; None when there is none."""
        found = self.made.get(key)
        if found is None and (row := self._rows.get(key)) is not None:
            found = self.made[key] = self._node(key, row)
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self) -> list[Row]:
        """The nodes as the file has them."""
        return list(self._rows.values())

    def take(self, values: list[Input], spans: dict[str, Span]) -> None:
        """The values of all inputs, links being links already, and which of them are whose."""
        self._values, self._spans = values, spans

    def _node(self, key: str, row: Row) -> Node:
        span, entry = self._spans.get(key), self.document[key]
        if span is None:
            inputs = _inputs(row[2], self.document)
        else:
            names, begin = span
            inputs = {name: self._values[place] for place, name in enumerate(names, begin)}
        meta = entry.get("_meta") if isinstance(entry, dict) else None
        title = meta.get("title") if isinstance(meta, dict) else None
        return Node(id=key, kind=row[1], title=title if isinstance(title, str) else "", inputs=inputs)


class Graph:
    """Nodes by id. Following links costs, and a graph made to keep us busy comes to an end without an answer.

    characters: length of the text the graph stood in; pictures: where each node's picture comes from, as far as that
    was asked before; models: the model behind these links, likewise; taken_apart: structure and values, once they were
    asked for; document: of an executed graph the JSON it is, in whose rows links still are lists.
    """

    __slots__ = (
        "_executed",
        "_is_huge",
        "_left",
        "_rows",
        "characters",
        "document",
        "models",
        "nodes",
        "pictures",
        "taken_apart",
    )

    def __init__(self, nodes: Mapping[str, Node], characters: int = 0) -> None:
        self.nodes = nodes
        self.characters = characters
        self._executed = nodes if isinstance(nodes, _ExecutedNodes) else None
        self.document = None if self._executed is None else self._executed.document
        self.pictures: dict[str, list[Link]] = {}
        self.models: dict[tuple[Link, ...], object] = {}
        self._rows: list[Row] | None = None
        self._is_huge: bool | None = None
        self.taken_apart: object = None
        self._left = max(_MOST_VISITS - characters // _PER_VISIT, _FEWEST_VISITS) + characters // _MORE_VISITS

    def at(self, link: Link | None) -> Node | None:
        """The node a link comes from; None when the graph does not hold it, or enough was followed."""
        if link is None or self._left < 0:
            return None
        key, executed = link[0], self._executed  # by its number, which is sooner than by its name
        node = self.nodes.get(key) if executed is None else executed.find(key)
        if node is None:
            return None
        self._left -= _NODE_VISITS + len(node.inputs)
        return node if self._left >= 0 else None

    def take(self, values: list[Input], spans: dict[str, Span]) -> None:
        """Make nodes of these values, one for each input in the order of the file, links being links already."""
        if self._executed is not None:
            self._executed.take(values, spans)

    def is_huge(self) -> bool:
        """Whether the graph has so many inputs that nobody drew it, and there is no time to look at each."""
        found = self._is_huge
        if found is None:
            found = self.characters > _MOST_INPUTS and sum(len(row[2]) for row in self.rows()) > _MOST_INPUTS
            self._is_huge = found
            if found:
                self._left = min(self._left, _VISITS_OF_HUGE + self.characters // _MORE_VISITS)
        return found

    def rows(self) -> list[Row]:
        """All nodes without making them."""
        rows = self._rows
        if rows is None:
            if self._executed is not None:
                rows = self._executed.rows()
            else:
                rows = [(node.id, node.kind, node.inputs) for node in self.nodes.values()]
            self._rows = rows
        return rows


def api_graph(value: JsonValue, characters: int = 0) -> Graph | None:
    """The graph as ComfyUI executes it: `{"3": {"class_type": "KSampler", "inputs": {…}}, …}`; None for other JSON."""
    if not isinstance(value, dict):
        return None
    rows: dict[str, Row] = {}
    for key, entry in value.items():
        if isinstance(entry, dict) and isinstance(kind := entry.get("class_type"), str):
            inputs = entry.get("inputs")
            rows[key] = key, kind, cast(Inputs, inputs) if isinstance(inputs, dict) else {}
            if len(rows) >= _MOST_NODES:
                break
    return Graph(_ExecutedNodes(rows, value), characters) if rows else None


def _inputs(inputs: Inputs, nodes: dict[str, JsonValue]) -> Inputs:
    return {name: resolved(item, nodes) if isinstance(item, (list, dict)) else item for name, item in inputs.items()}


def resolved(item: Input, nodes: dict[str, JsonValue]) -> Input:
    """What a list or object among the inputs is: `["4", 0]` is a link when a node 4 is there.

    A list meant as a value comes as `{"__value__": […]}`.
    """
    if type(item) is list:
        if len(item) == 2:
            node, slot = item
            name = node if isinstance(node, str) else str(node) if isinstance(node, int) else None
            if name is not None and name in nodes and isinstance(slot, int):
                return _linked((name, int(slot)))
    elif type(item) is dict:
        return item.get("__value__", item)
    return item
