"""A ComfyUI graph: nodes with named inputs that are values or links to other nodes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from diffusion_toolkit.record import JsonValue


@dataclass(frozen=True, slots=True)
class Link:
    """An input that comes from another node's output."""

    node: str
    slot: int


Input: TypeAlias = JsonValue | Link

_MOST_INPUTS_SEEN = 5_000_000
"""Inputs of all nodes that are visited, each time they are; ten thousand nodes of twenty inputs seen 25 times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node; kind is its class ("KSampler")."""

    id: str
    kind: str
    title: str = ""
    inputs: Mapping[str, Input]

    def links(self) -> Iterator[tuple[str, Link]]:
        """The inputs that come from other nodes."""
        return ((name, value) for name, value in self.inputs.items() if isinstance(value, Link))

    def link(self, *names: str) -> Link | None:
        """The link of the first of these inputs that has one."""
        return next((value for name in names if isinstance(value := self.inputs.get(name), Link)), None)

    def has(self, *names: str) -> bool:
        """Whether one of these inputs is there."""
        return any(name in self.inputs for name in names)


class Graph:
    """Nodes by id. Following links costs, and a graph made to keep us busy comes to an end without an answer."""

    __slots__ = ("_left", "nodes")

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self.nodes = nodes
        self._left = _MOST_INPUTS_SEEN

    def at(self, link: Link | None) -> Node | None:
        """The node a link comes from; None when the graph does not hold it, or enough was followed."""
        node = self.nodes.get(link.node) if link else None
        if node is None:
            return None
        self._left -= 1 + len(node.inputs)
        return node if self._left >= 0 else None


def api_graph(value: JsonValue) -> Graph | None:
    """The graph as ComfyUI executes it: `{"3": {"class_type": "KSampler", "inputs": {…}}, …}`; None for other JSON."""
    if not isinstance(value, dict):
        return None
    nodes: dict[str, Node] = {}
    for key, entry in value.items():
        if not isinstance(entry, dict) or not isinstance(kind := entry.get("class_type"), str):
            continue
        inputs = entry.get("inputs")
        meta = entry.get("_meta")
        title = meta.get("title") if isinstance(meta, dict) else None
        nodes[key] = Node(
            id=key,
            kind=kind,
            title=title if isinstance(title, str) else "",
            inputs={name: _input(item, value) for name, item in inputs.items()} if isinstance(inputs, dict) else {},
        )
    return Graph(nodes) if nodes else None


def _input(item: JsonValue, nodes: Mapping[str, JsonValue]) -> Input:
    """`["4", 0]` is a link when a node 4 is there. A list meant as a value comes as `{"__value__": […]}`."""
    if isinstance(item, list) and len(item) == 2:
        node, slot = item
        if isinstance(node, str | int) and isinstance(slot, int) and str(node) in nodes:
            return Link(str(node), slot)
    if isinstance(item, dict) and "__value__" in item:
        return item["__value__"]
    return item
