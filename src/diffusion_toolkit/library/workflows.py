"""The workflow of one image, to be read: its nodes with their wires, and which of them its values come from."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.explain import Explainer
from diffusion_toolkit.record import GraphNode, Origin
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.workflows import StoredGraph, graph_of, value_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property of a node. value: its text, "" for none; is_text: somebody wrote it, it is no number or switch."""

    name: str
    value: str
    is_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """An input that comes from another node's output."""

    input: str
    node: str
    output: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowNode:
    """A node. kind: its class; fields: fields of the recipe that come from it."""

    id: str
    kind: str
    title: str
    fields: tuple[str, ...]
    properties: tuple[Property, ...]
    wires: tuple[Wire, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A graph. nodes: in the order of the file; wired: whether it is known how they hang together, which only the file
    says."""

    nodes: tuple[WorkflowNode, ...]
    wired: bool


NONE = Workflow(nodes=(), wired=False)


def workflow(collection: Collection, image_id: int, explainer: Explainer) -> Workflow:
    """The graph of an image: from its file, or, where that cannot be reached, what the library knows of it.

    Raises NotFound when there is no such image.
    """
    with collection.begin() as connection:
        stored = graph_of(connection, image_id)
    try:
        explanation = explainer.explain(collection, image_id)
    except NotFound:
        if stored is None:
            raise
        return _stored(stored)
    if not explanation.nodes:
        return _stored(stored) if stored else NONE
    fields = _fields(explanation.origins)
    return Workflow(nodes=tuple(_node(node, fields) for node in explanation.nodes), wired=True)


def _fields(origins: Mapping[str, tuple[Origin, ...]]) -> dict[str, list[str]]:
    """Node to the fields of the recipe that stood in it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, places in origins.items():
        for node in dict.fromkeys(place.node for place in places):
            if node is not None:
                found[node].append(name)
    return found


def _node(node: GraphNode, fields: Mapping[str, list[str]]) -> WorkflowNode:
    return WorkflowNode(
        id=node.id,
        kind=node.kind,
        title=node.title,
        fields=tuple(fields.get(node.id, ())),
        properties=tuple(_property(name, value) for name, value in node.values),
        wires=tuple(Wire(input=name, node=source, output=output) for name, source, output in node.links),
    )


def _property(name: str, value: str | int | float | bool | None) -> Property:
    text = value_text(value)
    return Property(name=name, value=text[0] if text else "", is_text=isinstance(value, str))


def _stored(graph: StoredGraph) -> Workflow:
    properties: defaultdict[int, list[Property]] = defaultdict(list)
    for (node, name), value in zip(graph.slots, graph.values, strict=False):
        properties[node].append(Property(name=name, value=value or "", is_text=value is not None))
    return Workflow(
        nodes=tuple(
            WorkflowNode(id=str(number), kind=kind, title="", fields=(), properties=tuple(properties[number]), wires=())
            for number, kind in enumerate(graph.node_classes)
        ),
        wired=False,
    )
