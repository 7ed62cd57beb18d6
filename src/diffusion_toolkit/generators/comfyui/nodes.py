"""The nodes of the graph in a file, to be shown: with their ids, titles and wires, which the shape leaves out."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.comfyui.graph import Graph, Link, Node
from diffusion_toolkit.generators.comfyui.sources import find_graph
from diffusion_toolkit.generators.comfyui.structure import scalar_of
from diffusion_toolkit.record import GraphNode

MOST_NODES = 2_000
"""Nodes that are shown; people's largest graphs have some hundreds."""

_MOST_INPUTS = 300
_LONGEST_VALUE = 20_000
_MOST_CHARACTERS = 4_000_000
"""Of the values of all nodes together."""


def graph_nodes(container: Container) -> tuple[GraphNode, ...]:
    """The nodes of the graph that made the picture, in the order of the file; none where there is no graph."""
    found = find_graph(container).found
    if found is None or found.graph.is_huge():
        return ()
    nodes: list[GraphNode] = []
    left = _MOST_CHARACTERS
    for key in list(found.graph.nodes)[:MOST_NODES]:
        node = _node(found.graph, found.graph.nodes[key])
        left -= sum(len(value) for _, value in node.values if isinstance(value, str))
        if left < 0:
            break
        nodes.append(node)
    return tuple(nodes)


def _node(graph: Graph, node: Node) -> GraphNode:
    values: list[tuple[str, str | int | float | bool | None]] = []
    links: list[tuple[str, str, int]] = []
    for name, value in list(node.inputs.items())[:_MOST_INPUTS]:
        if not isinstance(value, Link):
            held = scalar_of(value)
            values.append((name, held[:_LONGEST_VALUE] if isinstance(held, str) else held))
        elif value.node in graph.nodes:
            links.append((name, value.node, value.slot))
    return GraphNode(id=node.id, kind=node.kind, title=node.title, values=tuple(values), links=tuple(links))
