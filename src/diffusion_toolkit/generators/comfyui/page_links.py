"""Links of a page's graph: lists of six in the main graph, objects in subgraphs."""

from dataclasses import dataclass

from diffusion_toolkit.generators.grammar.numbers import read_integer
from diffusion_toolkit.record import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """One wire, from a node's output to a node's input."""

    id: str
    from_node: str
    from_slot: int
    to_node: str
    to_slot: int


def page_links(value: JsonValue) -> dict[str, PageLink]:
    """The links of a document by id; what is no link is left out."""
    found = (_link(item) for item in value) if isinstance(value, list) else ()
    return {link.id: link for link in found if link is not None}


def _link(item: JsonValue) -> PageLink | None:
    if isinstance(item, dict):
        parts = [item.get(name) for name in ("id", "origin_id", "origin_slot", "target_id", "target_slot")]
    elif isinstance(item, list) and len(item) >= 5:
        parts = item[:5]
    else:
        return None
    from_slot, to_slot = read_integer(parts[2]), read_integer(parts[4])
    if from_slot is None or to_slot is None or from_slot < 0 or to_slot < 0:
        return None
    return PageLink(
        id=str(parts[0]), from_node=str(parts[1]), from_slot=from_slot, to_node=str(parts[3]), to_slot=to_slot
    )
