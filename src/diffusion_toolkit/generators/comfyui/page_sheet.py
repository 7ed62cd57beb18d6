"""One level of a page's graph: its nodes and links as the file has them, before anything is opened or followed."""

from collections.abc import Mapping
from dataclasses import dataclass

from diffusion_toolkit.generators.comfyui.page_entries import SET_NODES, Entry, key_of, shared_name, slots_of
from diffusion_toolkit.generators.comfyui.page_everywhere import Implied, implied_links
from diffusion_toolkit.generators.comfyui.page_links import PageLink, page_links
from diffusion_toolkit.record import JsonValue

SUBGRAPH_INPUT, SUBGRAPH_OUTPUT = "-10", "-20"
_MOST_NODES = 50_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """The main graph, or the inside of a subgraph.

    input_names: the subgraph's inputs, empty when it does not name them; promoted: those that show a widget of a
    node inside; outputs: the wire behind each output; given: the SetNode for each name; implied: wires that an
    "Anything Everywhere" node stands for.
    """

    nodes: Mapping[str, Entry]
    links: Mapping[str, PageLink]
    input_names: tuple[str, ...]
    promoted: tuple[str, ...]
    outputs: Mapping[int, PageLink]
    given: Mapping[str, str]
    implied: Implied


def read_sheet(document: Mapping[str, JsonValue]) -> Sheet:
    """One level of a document: the document itself or one of its subgraphs."""
    nodes = _nodes(document.get("nodes"))
    links = page_links(document.get("links"), nodes)
    names = tuple(key_of(slot.get("name")) for slot in slots_of(document, "inputs"))
    inner = [link for link in links.values() if link.from_node == SUBGRAPH_INPUT] if names else []
    return Sheet(
        nodes=nodes,
        links=links,
        input_names=names,
        promoted=_promoted(names, nodes, inner),
        outputs={link.to_slot: link for link in links.values() if link.to_node == SUBGRAPH_OUTPUT},
        given={shared_name(entry): key for key, entry in nodes.items() if entry.get("type") in SET_NODES},
        implied=implied_links(document, nodes, links),
    )


def _nodes(value: JsonValue) -> dict[str, Entry]:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    nodes: dict[str, Entry] = {}
    for item in items:
        if isinstance(item, dict) and isinstance(key := item.get("id"), (str, int)):
            nodes[str(key)] = item
            if len(nodes) >= _MOST_NODES:
                break
    return nodes


def _promoted(names: tuple[str, ...], nodes: Mapping[str, Entry], inner: list[PageLink]) -> tuple[str, ...]:
    """The inputs whose wire ends in a widget, in the order of the subgraph's inputs: so its node lists their values."""
    ends: set[int] = set()
    for link in inner:
        slots = slots_of(nodes.get(link.to_node, {}), "inputs")
        if link.to_slot < len(slots) and isinstance(slots[link.to_slot].get("widget"), dict):
            ends.add(link.from_slot)
    return tuple(name for number, name in enumerate(names) if number in ends)
