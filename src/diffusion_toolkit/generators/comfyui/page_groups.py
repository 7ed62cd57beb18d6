"""Node groups, the forerunners of subgraphs: `workflow/NAME` nodes whose inside stands in `extra.groupNodes`."""

from collections.abc import Mapping

from diffusion_toolkit.generators.comfyui.page_entries import Entry, slots_of
from diffusion_toolkit.generators.comfyui.page_sheet import SUBGRAPH_INPUT, SUBGRAPH_OUTPUT, Sheet, read_sheet
from diffusion_toolkit.generators.grammar.numbers import read_integer
from diffusion_toolkit.record import JsonValue

_PREFIXES = ("workflow/", "workflow>")


def group_named(groups: JsonValue, kind: str) -> Entry | None:
    """The inside of a group node by its class; None when it is no group."""
    if not isinstance(groups, dict) or not kind.startswith(_PREFIXES):
        return None
    group = groups.get(kind[len(_PREFIXES[0]) :])
    return group if isinstance(group, dict) else None


def group_sheet(group: Entry, host: Entry) -> Sheet:
    """The inside of one group node, as if it were a subgraph: its nodes are numbered from 0."""
    found = group.get("nodes")
    inner = [node if isinstance(node, dict) else {} for node in found] if isinstance(found, list) else []
    wires = _wires(group.get("links"))
    links: list[JsonValue] = []
    nodes: list[JsonValue] = []
    outer_slot = 0
    for number, (node, values) in enumerate(zip(inner, _values(inner, host), strict=True)):
        slots: list[JsonValue] = []
        for slot_number, slot in enumerate(slots_of(node, "inputs")):
            origin = wires.get((number, slot_number))
            if origin is None:
                origin = (SUBGRAPH_INPUT, outer_slot)
                outer_slot += 1
            slots.append({**slot, "link": len(links)})
            links.append([len(links), *origin, number, slot_number])
        nodes.append({**node, "id": number, "inputs": slots, "widgets_values": values})
    for position, (number, slot_number) in enumerate(_outputs(group, inner, wires)):
        links.append([len(links), number, slot_number, SUBGRAPH_OUTPUT, position])
    return read_sheet({"nodes": nodes, "links": links})


def _wires(value: JsonValue) -> dict[tuple[int, int], tuple[str | int, int]]:
    """For each input inside, by node and slot, where it comes from; links are lists of source, slot, target, slot."""
    wires: dict[tuple[int, int], tuple[str | int, int]] = {}
    for item in value if isinstance(value, list) else ():
        numbers = [read_integer(part) for part in item[:4]] if isinstance(item, list) else []
        if len(numbers) == 4 and None not in numbers:
            source, from_slot, target, to_slot = (number or 0 for number in numbers)
            wires[target, to_slot] = (source, from_slot)
    return wires


def _outputs(
    group: Entry, inner: list[Entry], wires: Mapping[tuple[int, int], tuple[str | int, int]]
) -> list[tuple[int, int]]:
    """The outputs a group shows: those not used inside, and those it lists as external."""
    used = set(wires.values())
    listed = group.get("external")
    external = {
        (read_integer(item[0]), read_integer(item[1]))
        for item in (listed if isinstance(listed, list) else ())
        if isinstance(item, list) and len(item) >= 2
    }
    return [
        (number, slot)
        for number, node in enumerate(inner)
        for slot in range(len(slots_of(node, "outputs")))
        if (number, slot) not in used or (number, slot) in external
    ]


def _values(inner: list[Entry], host: Entry) -> list[JsonValue]:
    """The values of each node inside: the group lists them one node after the other.

    Where they do not add up (a widget inside was turned into an input) nobody knows whose they are, and the ones
    the group was made with may be old: the nodes then have none.
    """
    own = [values if isinstance(values := node.get("widgets_values"), list) else [] for node in inner]
    values = host.get("widgets_values")
    if not isinstance(values, list):
        return list(own)
    if sum(map(len, own)) != len(values):
        return [[] for _ in inner]
    cut: list[JsonValue] = []
    position = 0
    for part in own:
        cut.append(values[position : position + len(part)])
        position += len(part)
    return cut
