"""Steps from a node to the ones it gets something from, also through nodes nobody has heard of.

Known names come first; a node without any of them is passed through all links that cannot be meant,
so reroutes, contexts, pipes, switches and whatever will be written next year need no entry here.
"""

from collections.abc import Callable

from diffusion_toolkit.generators.comfyui.graph import Graph, Link, Node
from diffusion_toolkit.generators.comfyui.names import is_bundle, is_model, is_picture, may_be_picture, stem
from diffusion_toolkit.generators.comfyui.switches import chosen

MOST_STEPS = 20_000
"""Steps of one walk; a graph of 20 MB has about ten thousand nodes."""

Step = Callable[[Graph, Node], list[Link]]


def picture_links(graph: Graph, node: Node) -> list[Link]:
    """Where a node's picture (image or latent) comes from: what is named so, the bundles, else what could be it."""
    found = graph.pictures.get(node.id)
    if found is None:
        found = graph.pictures[node.id] = _picture_links(graph, node)
    return found


def _picture_links(graph: Graph, node: Node) -> list[Link]:
    links = node.links()
    for wanted in (is_picture, is_bundle, may_be_picture):
        named = [(name, link) for name, link in links if wanted(name)]
        if named:
            return chosen(graph, node, _without_guides(node, named))
    return []


def _without_guides(node: Node, pictures: list[tuple[str, Link]]) -> list[tuple[str, Link]]:
    """Of a node that lays an image with a strength over a latent, the latent alone: the image only guides it."""
    if "strength" not in node.inputs:
        return pictures
    latents = [(name, link) for name, link in pictures if stem(name) == "latent"]
    return latents or pictures


def model_links(graph: Graph, node: Node) -> list[Link]:
    """Where a node's diffusion model comes from."""
    links = node.links()
    named = [(name, link) for name, link in links if is_model(name)]
    if not named:
        named = [(name, link) for name, link in links if is_bundle(name) or stem(name) == "sampler"]
    return chosen(graph, node, named)


def bundle_links(graph: Graph, node: Node) -> list[Link]:
    """The links of a node that carry many things at once."""
    return chosen(graph, node, [(name, link) for name, link in node.links() if is_bundle(name)])


def nearest(
    graph: Graph, starts: list[Link], step: Step, found: Callable[[Node], bool], most: int = MOST_STEPS
) -> list[Node]:
    """The first nodes on every way back that are what is looked for, in the order of the inputs; at most so many."""
    seen: set[str] = set()
    results: list[Node] = []
    waiting = starts[::-1]
    while waiting and len(results) < most and len(seen) < MOST_STEPS:
        node = graph.at(waiting.pop())
        if node is None or node.id in seen:
            continue
        seen.add(node.id)
        if found(node):
            results.append(node)
        else:
            waiting.extend(reversed(step(graph, node)))
    return results


def path(graph: Graph, start: Node, step: Step, end: Callable[[Node], bool]) -> list[Node]:
    """The nodes from the one behind `start` to the first that is the end, along one way; [] when there is no end.

    Searches depth first, so a way that leads nowhere is left again.
    """
    before: dict[str, Node | None] = {}
    waiting: list[tuple[Link, Node | None]] = [(link, None) for link in reversed(step(graph, start))]
    while waiting and len(before) < MOST_STEPS:
        link, parent = waiting.pop()
        node = graph.at(link)
        if node is None or node.id in before:
            continue
        before[node.id] = parent
        if end(node):
            return _way(before, node)
        waiting.extend((further, node) for further in reversed(step(graph, node)))
    return []


def _way(before: dict[str, Node | None], last: Node) -> list[Node]:
    way = [last]
    while (parent := before[way[-1].id]) is not None:
        way.append(parent)
    return way[::-1]
