"""The shape of a graph apart from its values: a fingerprint that many pictures share, and the values in its order.

Nodes get a colour from what they are and what they are wired to, near and far; ids, order and values do not count.
The fingerprint is a digest of all colours; the nodes are listed by colour, so that equal shapes list alike. Nodes that
cannot be told apart by their wires (two equal branches) are listed by their ids, branch by branch.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from diffusion_toolkit.generators.comfyui.graph import Graph, Inputs, Link, Node
from diffusion_toolkit.generators.comfyui.large_shape import arranging, large_shape
from diffusion_toolkit.generators.comfyui.structure import Shape, structure_of
from diffusion_toolkit.record import WorkflowGraph

_MOST_LOOKS = 20_000
"""Nodes looked at in each step of telling them apart: about 0.05 s. What is alike then is listed by id."""

_MOST_ROUNDS = 8
"""Rounds of looking around from one marked node."""

_MOST_NODES = 1_000
"""Larger graphs are not told apart by their wires; people's largest have some hundreds of nodes."""

_DIGITS = re.compile(r"(\d+)")


def workflow_graph(graph: Graph) -> WorkflowGraph:
    """Shape and values of a graph. A structure met before costs one walk over the inputs."""
    structure, values = structure_of(graph)
    shape = structure.shape
    if shape is None:
        is_large = _size(len(structure.key[0]), len(structure.key[4])) > _MOST_NODES
        shape = large_shape(structure.key) if is_large else _shape(list(graph.nodes.values()))
        structure.shape = shape
    return WorkflowGraph(
        fingerprint=shape.fingerprint,
        node_classes=shape.node_classes,
        slots=shape.slots,
        values=shape.in_order(values),
    )


def _size(nodes: int, wires: int) -> int:
    """How much work it is to look at every node: those of people's graphs have about two wires."""
    return max(1, nodes, wires // 2)


def _named_places(nodes: Sequence[Node]) -> list[list[tuple[str, int]]]:
    """The names of each node's values, with their places among the values of the graph as it is taken apart."""
    named: list[list[tuple[str, int]]] = []
    place, inside = 0, sum(len(node.inputs) for node in nodes)
    for node in nodes:
        own: list[tuple[str, int]] = []
        for name, value in node.inputs.items():
            if isinstance(value, dict) and value:
                own += ((f"{name}.{inner}", number) for number, inner in enumerate(value, inside))
                inside += len(value)
            elif not isinstance(value, Link):
                own.append((name, place))
            place += 1
        named.append(own)
    return named


# --- the shape -----------------------------------------------------------------------------------


class _Wires:
    """Who is wired to whom, by the places of the nodes in the file."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        place = {node.id: number for number, node in enumerate(nodes)}
        self.sources: list[list[tuple[str, int]]] = [[] for _ in nodes]
        self.users: list[list[tuple[str, int]]] = [[] for _ in nodes]
        self.loose: list[list[str]] = [[] for _ in nodes]
        for number, node in enumerate(nodes):
            for name, link in _links(node.inputs):
                source = place.get(link.node)
                if source is None:
                    self.loose[number].append(f"{name}\0{link.slot}")
                else:
                    wire = f"{name}\0{link.slot}"
                    self.sources[number].append((wire, source))
                    self.users[source].append((wire, number))

        self.size = _size(len(nodes), sum(map(len, self.sources)))
        self._seen: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}

    def seen_from(self, colours: Sequence[str], own: str, wires: Sequence[tuple[str, int]]) -> str:
        """The colour of a node that has looked along these wires."""
        if not wires:
            return own
        pairs = tuple(sorted([(wire, colours[other]) for wire, other in wires]))
        found = self._seen.get((own, pairs))
        if found is None:
            found = self._seen[own, pairs] = _digest(own, *[part for pair in pairs for part in pair])
        return found

    def downwards(self) -> list[int]:
        """Nodes after all they get something from; those on a circle, and what hangs on it, are left out."""
        waiting = [len(sources) for sources in self.sources]
        ready = [number for number, count in enumerate(waiting) if not count]
        for number in ready:
            for _, user in self.users[number]:
                waiting[user] -= 1
                if not waiting[user]:
                    ready.append(user)
        return ready


def _links(inputs: Inputs) -> Iterator[tuple[str, Link]]:
    return ((name, value) for name, value in inputs.items() if isinstance(value, Link))


def _shape(nodes: Sequence[Node]) -> Shape:
    named = _named_places(nodes)
    wires = _Wires(nodes)
    colours = [
        _digest("node", node.kind, *sorted(name for name, _ in own), "", *sorted(loose))
        for node, own, loose in zip(nodes, named, wires.loose, strict=True)
    ]
    downwards = wires.downwards()
    for number in downwards:
        colours[number] = wires.seen_from(colours, colours[number], wires.sources[number])
    for number in reversed(downwards):
        colours[number] = wires.seen_from(colours, colours[number], wires.users[number])
    colours = _told_apart(_refined(colours, wires, _MOST_LOOKS // wires.size), wires)
    fingerprint = hashlib.blake2b("\0".join(sorted(colours)).encode(), digest_size=16).digest()
    rank = _ranked(nodes, colours, wires)
    slots: list[tuple[int, str]] = []
    order: list[int] = []
    for position, number in enumerate(rank):
        for name, place in sorted(named[number]):
            slots.append((position, name))
            order.append(place)
    return Shape(fingerprint, tuple(nodes[number].kind for number in rank), tuple(slots), arranging(order))


def _digest(*parts: str) -> str:
    """Parts are told apart by their lengths, as a name may hold anything."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _refined(colours: list[str], wires: _Wires, rounds: int) -> list[str]:
    """The colours after every node has looked around for as long as that tells more of them apart."""
    kinds = len(set(colours))
    while kinds < len(colours) and rounds > 0:
        rounds -= 1
        seen = [wires.seen_from(colours, own, wires.sources[number]) for number, own in enumerate(colours)]
        seen = [wires.seen_from(colours, own, wires.users[number]) for number, own in enumerate(seen)]
        found = len(set(seen))
        if found == kinds:
            break
        colours, kinds = seen, found
    return colours


def _told_apart(colours: list[str], wires: _Wires) -> list[str]:
    """The colours of nodes that look alike, told apart by how the graph looks when one of them is marked.

    Two samplers with their prompts crossed look, node by node, like two with one prompt each.
    """
    counts = Counter(colours)
    alike = [number for number, colour in enumerate(colours) if counts[colour] > 1]
    if not alike or len(alike) * wires.size * _MOST_ROUNDS > _MOST_LOOKS:
        return colours
    result = list(colours)
    for number in alike:
        looks = sorted(_refined(_marked(colours, number), wires, _MOST_ROUNDS))
        result[number] = _digest(colours[number], *looks)
    return result


def _marked(colours: Sequence[str], number: int) -> list[str]:
    marked = list(colours)
    marked[number] = _digest("marked", colours[number])
    return marked


def _ranked(nodes: Sequence[Node], colours: list[str], wires: _Wires) -> list[int]:
    """The nodes by colour; of equal ones that of the lowest id comes first, and what belongs to it follows suit."""
    own, left, price = colours, _MOST_LOOKS, wires.size * _MOST_ROUNDS
    ids = [_natural(node.id) for node in nodes]
    while left >= price:
        alike: defaultdict[str, list[int]] = defaultdict(list)
        for number, colour in enumerate(colours):
            alike[colour].append(number)
        several = [colour for colour, numbers in alike.items() if len(numbers) > 1]
        if not several:
            break
        first = min(alike[min(several)], key=ids.__getitem__)
        left -= price
        colours = _refined(_marked(colours, first), wires, _MOST_ROUNDS)
    return sorted(range(len(nodes)), key=lambda number: (own[number], colours[number], ids[number]))


def _natural(text: str) -> list[tuple[int, str]]:
    """A key that puts node 9 before node 10, and "12:9" before "12:10"."""
    parts = _DIGITS.split(text[:200])
    return [(int(part), "") if place % 2 else (0, part) for place, part in enumerate(parts)]
