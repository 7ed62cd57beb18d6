"""The graph as ComfyUI's page saves it (`workflow`), turned into the form that is executed.

Muted nodes fall out, bypassed ones are passed through, Set/Get pairs are joined, subgraphs are opened.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from diffusion_toolkit.generators.comfyui.graph import Graph, Input, Link, Node
from diffusion_toolkit.generators.comfyui.page_links import PageLink, page_links
from diffusion_toolkit.generators.comfyui.widgets import named_values
from diffusion_toolkit.record import JsonValue

_MUTED, _BYPASSED = 2, 4
_NOT_EXECUTED = frozenset({"Note", "MarkdownNote"})
_SUBGRAPH_IN, _SUBGRAPH_OUT = "-10", "-20"
_DEEPEST = 16
_MOST_NODES = 50_000
_MOST_LINKS = 200_000
_MOST_SLOTS = 1_000


@dataclass(slots=True)
class _Page:
    """A page graph being opened: its nodes by the ids they have there, those of subgraphs as "outer:inner"."""

    definitions: Mapping[str, dict[str, JsonValue]]
    nodes: dict[str, dict[str, JsonValue]] = field(default_factory=dict[str, dict[str, JsonValue]])
    prefixes: dict[str, str] = field(default_factory=dict[str, str])
    links: dict[tuple[str, str], PageLink] = field(default_factory=dict[tuple[str, str], PageLink])
    doors: dict[str, "_Door"] = field(default_factory=dict[str, "_Door"])
    given: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])


@dataclass(slots=True)
class _Door:
    """The inside of a subgraph node: which inner output stands behind each of its outputs."""

    inside: str
    outputs: dict[int, PageLink]


def page_graph(document: Mapping[str, JsonValue]) -> Graph | None:
    """The graph of a page document; None when it holds no nodes."""
    page = _Page(definitions=_definitions(document))
    _open(page, document, "", 0)
    if not page.nodes:
        return None
    nodes: dict[str, Node] = {}
    for key, entry in page.nodes.items():
        if _mode(entry) in (_MUTED, _BYPASSED) or key in page.doors:
            continue
        kind = str(entry.get("type", ""))
        title = entry.get("title")
        nodes[key] = Node(
            id=key, kind=kind, title=title if isinstance(title, str) else "", inputs=_inputs(page, key, entry)
        )
    return Graph(nodes)


def _definitions(document: Mapping[str, JsonValue]) -> dict[str, dict[str, JsonValue]]:
    definitions = document.get("definitions")
    subgraphs = definitions.get("subgraphs") if isinstance(definitions, dict) else None
    found = (item for item in subgraphs if isinstance(item, dict)) if isinstance(subgraphs, list) else ()
    return {str(item.get("id")): item for item in found}


def _open(page: _Page, document: Mapping[str, JsonValue], prefix: str, depth: int) -> None:
    """Take a document's nodes and links, and those of the subgraphs it uses."""
    for key, link in page_links(document.get("links")).items():
        page.links[prefix, key] = link
    entries = document.get("nodes")
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or "id" not in entry or len(page.nodes) >= _MOST_NODES:
            continue
        kind = str(entry.get("type", ""))
        if kind in _NOT_EXECUTED:
            continue
        key = f"{prefix}{entry['id']}"
        page.nodes[key] = entry
        page.prefixes[key] = prefix
        if kind == "SetNode":
            page.given[prefix, _first_value(entry)] = key
        inner = page.definitions.get(kind)
        if (
            inner is not None
            and depth < _DEEPEST
            and len(page.links) < _MOST_LINKS
            and _mode(entry) not in (_MUTED, _BYPASSED)
        ):
            outputs = {
                link.to_slot: link for link in page_links(inner.get("links")).values() if link.to_node == _SUBGRAPH_OUT
            }
            page.doors[key] = _Door(f"{key}:", outputs)
            _open(page, inner, f"{key}:", depth + 1)


def _mode(entry: Mapping[str, JsonValue]) -> int:
    mode = entry.get("mode")
    return mode if isinstance(mode, int) else 0


def _slots(entry: Mapping[str, JsonValue], name: str) -> list[dict[str, JsonValue]]:
    slots = entry.get(name)
    return [slot if isinstance(slot, dict) else {} for slot in slots[:_MOST_SLOTS]] if isinstance(slots, list) else []


def _inputs(page: _Page, key: str, entry: Mapping[str, JsonValue]) -> dict[str, Input]:
    """A node's inputs: its widgets' values, over which links win."""
    inputs: dict[str, Input] = {}
    slots = _slots(entry, "inputs")
    values = entry.get("widgets_values")
    if isinstance(values, dict):
        inputs.update(values)
    elif isinstance(values, list):
        names = [str(slot.get("name", "")) for slot in slots if isinstance(slot.get("widget"), dict)]
        inputs.update(named_values(str(entry.get("type", "")), names, values))
    for slot in slots:
        link = _source(page, page.prefixes[key], slot.get("link"))
        if link is not None:
            inputs[str(slot.get("name", ""))] = link
    if entry.get("type") == "GetNode":
        prefix = page.prefixes[key]
        giver = page.nodes.get(page.given.get((prefix, _first_value(entry)), ""), {})
        links = (_source(page, prefix, slot.get("link")) for slot in _slots(giver, "inputs"))
        inputs["value"] = next((link for link in links if link is not None), None)
    return inputs


def _first_value(entry: Mapping[str, JsonValue]) -> str:
    """The name that a SetNode gives and a GetNode asks for."""
    values = entry.get("widgets_values")
    return str(values[0]) if isinstance(values, list) and values else ""


def _source(page: _Page, prefix: str, link_id: JsonValue) -> Link | None:
    """The executed node behind a link: through doors of subgraphs and bypassed nodes."""
    for _ in range(256):
        link = page.links.get((prefix, str(link_id))) if link_id is not None else None
        if link is None:
            return None
        if link.from_node == _SUBGRAPH_IN and prefix:
            outer = prefix[:-1]
            prefix = page.prefixes.get(outer, "")
            slots = _slots(page.nodes.get(outer, {}), "inputs")
            link_id = slots[link.from_slot].get("link") if link.from_slot < len(slots) else None
            continue
        key = f"{prefix}{link.from_node}"
        entry = page.nodes.get(key)
        if entry is None or _mode(entry) == _MUTED:
            return None
        door = page.doors.get(key)
        if door is not None:
            inner = door.outputs.get(link.from_slot)
            if inner is None:
                return None
            prefix, link_id = door.inside, inner.id
            continue
        if _mode(entry) != _BYPASSED:
            return Link(key, link.from_slot)
        link_id = next(_behind_bypass(entry, link.from_slot), None)
    return None


def _behind_bypass(entry: Mapping[str, JsonValue], slot: int) -> Iterator[JsonValue]:
    """The links of a bypassed node's inputs that have the type of this output: it hands them through."""
    outputs = _slots(entry, "outputs")
    wanted = outputs[slot].get("type") if slot < len(outputs) else None
    for item in _slots(entry, "inputs"):
        if item.get("type") == wanted and item.get("link") is not None:
            yield item.get("link")
