"""Control nets, and what works like them, on the way from a sampler to its texts."""

from typing import NamedTuple

from diffusion_toolkit.generators.comfyui.graph import Graph, Link, Node
from diffusion_toolkit.generators.comfyui.values import Found, Place, find, read
from diffusion_toolkit.generators.grammar.numbers import read_decimal
from diffusion_toolkit.record import JsonValue

_LINKS = ("control_net", "controlnet", "control_net_opt", "optional_controlnet")
_STACKS = ("cnet_stack", "controlnet_stack", "control_net_stack", "optional_controlnet_stack")
_NAMES = ("control_net_name", "controlnet_name", "model_name", "model", "control_net", "controlnet", "name",
          "controlnet_path")  # fmt: skip
_ALL = frozenset({*_LINKS, *_STACKS, "control_net_name", "controlnet_name"})
_TYPES = ("type", "union_type", "control_type")
_STRENGTHS = ("strength", "controlnet_strength", "control_net_strength", "conditioning_scale")
_LIMITS = (("start_percent", "start_percent"), ("end_percent", "end_percent"))
_NONE = frozenset({"", "none", "null", "undefined"})
_MOST_NUMBERED = 10
_DEEPEST = 20


class Unit(NamedTuple):
    """One control net: its settings as the record has them, and where they stand."""

    fields: dict[str, JsonValue]
    places: list[Place]


def controlnets_of(graph: Graph, node: Node) -> list[Unit]:
    """The control nets that a node applies: its own, numbered ones, and those of stacks plugged into it."""
    if node.inputs.keys().isdisjoint(_ALL):
        return []
    units: list[Unit] = []
    if node.link(*_LINKS) is not None or _own_name(graph, node) is not None:
        unit = _unit(graph, node)
        units.extend([unit] if unit.fields else [])
    stack, depth = node.link(*_STACKS), 0
    while stack is not None and depth < _DEEPEST:
        source = graph.at(stack)
        if source is None:
            break
        units[:0] = _numbered(graph, source) or [_unit(graph, source)]
        stack, depth = source.link(*_STACKS), depth + 1
    return units


def _own_name(graph: Graph, node: Node) -> Found | None:
    """A control net's file that a node names itself, as all-in-one loaders do."""
    for name in ("control_net_name", "controlnet_name"):
        found = find(graph, node, name) if name in node.inputs else None
        if found and isinstance(found.value, str) and found.value.strip().casefold() not in _NONE:
            return found
    return None


def _unit(graph: Graph, node: Node) -> Unit:
    unit = Unit({}, [])
    _keep(unit, "model", _model(graph, node, unit))
    for name in _STRENGTHS:
        if name in node.inputs:
            _keep_number(unit, "weight", find(graph, node, name))
            break
    for key, name in _LIMITS:
        if name in node.inputs:
            _keep_number(unit, key, find(graph, node, name))
    return unit


def _model(graph: Graph, node: Node, unit: Unit) -> Found | None:
    """The file of a control net, and on the way to its loader the kind of a union."""
    source: Node | None = node
    for _ in range(_DEEPEST):
        if source is None:
            return None
        if source is not node:
            kind = next(
                (find(graph, source, name) for name in _TYPES if isinstance(source.inputs.get(name), str)), None
            )
            _keep(unit, "type", kind)
        for name in _NAMES:
            value = source.inputs.get(name)
            if value is not None and not (isinstance(value, Link) and name not in _NAMES[:2]):
                found = find(graph, source, name)
                if found and isinstance(found.value, str) and (source is not node or name in _NAMES[:2]):
                    return found
        source = graph.at(source.link(*_LINKS))
    return None


def _numbered(graph: Graph, node: Node) -> list[Unit]:
    """The units of a stack with numbered inputs: `controlnet_1`, `controlnet_strength_1`, `switch_1` …"""
    units: list[Unit] = []
    for number in range(1, _MOST_NUMBERED):
        name = find(graph, node, f"controlnet_{number}") if f"controlnet_{number}" in node.inputs else None
        is_off = str(node.inputs.get(f"switch_{number}", "on")).casefold() in ("off", "false")
        if name is None or is_off or str(name.value).strip().casefold() in _NONE:
            continue
        unit = Unit({}, [])
        _keep(unit, "model", name)
        _keep_number(unit, "weight", find(graph, node, f"controlnet_strength_{number}"))
        for key, base in _LIMITS:
            _keep_number(unit, key, find(graph, node, f"{base}_{number}"))
        units.append(unit)
    return units


def _keep(unit: Unit, key: str, found: Found | None) -> None:
    if found is not None and key not in unit.fields:
        unit.fields[key] = found.value
        unit.places.append(found.place)


def _keep_number(unit: Unit, key: str, found: Found | None) -> None:
    number = read(found, read_decimal)
    if found is not None and number is not None:
        unit.fields[key] = number
        unit.places.append(found.place)
