"""Links of a page's graph: lists of six in the main graph, objects in subgraphs, or only known to the nodes' slots."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from diffusion_toolkit.generators.comfyui.page_entries import Entry, key_of, slots_of
from diffusion_toolkit.generators.grammar.numbers import read_integer
from diffusion_toolkit.record import JsonValue

_MOST_LINKS = 500_000


class PageLink(NamedTuple):
    """One wire, from a node's output to a node's input; a tuple, because there are many."""

    id: str
    from_node: str
    from_slot: int
    to_node: str
    to_slot: int


def page_links(value: JsonValue, entries: Mapping[str, Entry]) -> dict[str, PageLink]:
    """The links of one level by id, without what is none. Where there is no list, the nodes' outputs tell them."""
    items: Iterable[JsonValue] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found: dict[str, PageLink] = {}
    for item in items:
        link = _link(item)
        if link is not None and len(found) < _MOST_LINKS:
            found[link.id] = link
    return found or _told_by_outputs(entries)


def _link(item: JsonValue) -> PageLink | None:
    if isinstance(item, list) and len(item) >= 5:
        link_id, from_node, from_slot, to_node, to_slot = item[:5]
    elif isinstance(item, dict):
        link_id, from_node, to_node = item.get("id"), item.get("origin_id"), item.get("target_id")
        from_slot, to_slot = item.get("origin_slot"), item.get("target_slot")
    else:
        return None
    start = from_slot if type(from_slot) is int else read_integer(from_slot)
    end = to_slot if type(to_slot) is int else read_integer(to_slot)
    if start is None or end is None or start < 0 or end < 0:
        return None
    return PageLink(key_of(link_id), key_of(from_node), start, key_of(to_node), end)


def _told_by_outputs(entries: Mapping[str, Entry]) -> dict[str, PageLink]:
    """Links by the ids that outputs list. Their ends are not needed: the inputs name the same ids."""
    found: dict[str, PageLink] = {}
    for key, entry in entries.items():
        for number, slot in enumerate(slots_of(entry, "outputs")):
            ids = slot.get("links")
            for link_id in ids if isinstance(ids, list) else ():
                if isinstance(link_id, (int, str)) and len(found) < _MOST_LINKS:
                    found[str(link_id)] = PageLink(str(link_id), key, number, "", 0)
    return found
