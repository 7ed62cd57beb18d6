"""The two ways InvokeAI writes a graph, as one: nodes with their values, and what is wired into what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from diffusion_toolkit.record import JsonValue

_FARTHEST = 50
"""Nodes that a single value is followed through; real graphs need three or four."""

_RANGES = ("range_of_size",)
"""Give the seeds of a batch. Which of them made this picture is only known when there is one."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node: its name in the graph, its type ("denoise_latents"), and the values written into it."""

    id: str
    kind: str
    values: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by name, and for each node what is wired into which of its inputs: input to (node, output)."""

    nodes: Mapping[str, Node]
    wires: Mapping[str, Mapping[str, tuple[str, str]]]

    def has_inputs(self, node: Node) -> bool:
        """Whether something is wired into the node."""
        return bool(self.wires.get(node.id))

    def feeder(self, node: Node, key: str) -> Node | None:
        """The node that is wired into this input."""
        wire = self.wires.get(node.id, {}).get(key)
        return self.nodes.get(wire[0]) if wire else None

    def upstream(self, node: Node | None) -> Iterator[Node]:
        """Every node this one depends on, nearest first, each once."""
        seen = {node.id} if node else set[str]()
        ring = [node.id] if node else []
        while ring:
            found = dict.fromkeys(name for near in ring for name, _ in self.wires.get(near, {}).values())
            ring = [name for name in found if name not in seen and name in self.nodes]
            seen.update(ring)
            yield from (self.nodes[name] for name in ring)

    def value(self, node: Node, key: str) -> tuple[Node, str, JsonValue] | None:
        """The value of an input, where it really stands: in the node, or in one that is wired there.

        None when the node that is wired there works it out, as a random number or one of many.
        """
        for _ in range(_FARTHEST):
            wire = self.wires.get(node.id, {}).get(key)
            if wire is None:
                break
            feeder = self.nodes.get(wire[0])
            if feeder is None or (feeder.kind in _RANGES and feeder.values.get("size") != 1):
                return None
            node, key = feeder, _holding(feeder, wire[1], self.wires.get(feeder.id, {}))
        else:
            return None
        value = node.values.get(key)
        return None if value is None else (node, key, value)


def _holding(node: Node, output: str, wired: Mapping[str, object]) -> str:
    """The input of a node that its output repeats: "value" of the primitive ones, else one of the same name."""
    if node.kind == "iterate":
        return "collection"
    if node.kind in _RANGES and output == "collection":
        return "start"
    names = (output, "value", "item", "collection")
    return next((name for name in names if name in node.values or name in wired), output)


def read_graph(values: Mapping[str, JsonValue]) -> Graph:
    """The graph of either way of writing. What is damaged is left out."""
    listed = values.get("nodes")
    items = list(listed.values()) if isinstance(listed, dict) else listed if isinstance(listed, list) else []
    nodes: dict[str, Node] = {}
    for item in items:
        node = _node(item) if isinstance(item, dict) else None
        if node is not None:
            nodes.setdefault(node.id, node)
    wires: dict[str, dict[str, tuple[str, str]]] = {}
    edges = values.get("edges")
    for edge in edges if isinstance(edges, list) else ():
        wire = _wire(edge) if isinstance(edge, dict) else None
        if wire is not None:
            wires.setdefault(wire[2], {}).setdefault(wire[3], wire[:2])
    return Graph(nodes, wires)


def _node(item: Mapping[str, JsonValue]) -> Node | None:
    """What ran is flat; on the page the values stand in `data.inputs`, each in an object of its own."""
    data = item.get("data")
    name, kind = item.get("id"), (data if isinstance(data, dict) else item).get("type")
    if not isinstance(name, str) or not isinstance(kind, str):
        return None
    if not isinstance(data, dict):
        return Node(name, kind, item)
    inputs = data.get("inputs")
    values = (
        {key: field.get("value") for key, field in inputs.items() if isinstance(field, dict)}
        if isinstance(inputs, dict)
        else dict[str, JsonValue]()
    )
    return Node(name, kind, {"is_intermediate": data.get("isIntermediate"), **values})


def _wire(edge: Mapping[str, JsonValue]) -> tuple[str, str, str, str] | None:
    """From node and output, to node and input."""
    source, target = edge.get("source"), edge.get("destination", edge.get("target"))
    if isinstance(source, dict) and isinstance(target, dict):
        ends = (source.get("node_id"), source.get("field"), target.get("node_id"), target.get("field"))
    else:
        ends = (source, edge.get("sourceHandle"), target, edge.get("targetHandle"))
    if all(isinstance(end, str) for end in ends):
        return str(ends[0]), str(ends[1]), str(ends[2]), str(ends[3])
    return None
