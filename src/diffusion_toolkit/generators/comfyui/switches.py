"""Nodes that let one of their inputs through: which one, by the names of their inputs."""

import re
from collections.abc import Sequence

from diffusion_toolkit.generators.comfyui.graph import Graph, Link, Node
from diffusion_toolkit.generators.grammar.numbers import read_integer
from diffusion_toolkit.record import JsonValue

_TRUE = frozenset({"on_true", "true", "tt_value", "if_true", "true_value", "value_if_true", "input_true", "yes"})
_FALSE = frozenset({"on_false", "false", "ff_value", "if_false", "false_value", "value_if_false", "input_false", "no"})
_CONDITIONS = ("boolean", "switch", "condition", "cond", "on_off", "value", "bool", "boolean_value", "if")
_NUMBERS = ("select", "index", "Input", "input", "selected", "input_index", "choice", "boolean_number", "select_input")
_HOLDERS = ("value", "boolean", "Value", "int", "number", "bool", "index", "select")
_FIRST_OF = re.compile(r"(?:any|ctx)_\d{1,2}$")
_TRAILING_NUMBER = re.compile(r"(\d{1,4})$")
_SIDES = {True: re.compile(r"(?:^|[ _])a$", re.IGNORECASE), False: re.compile(r"(?:^|[ _])b$", re.IGNORECASE)}


def chosen(graph: Graph, node: Node, links: Sequence[tuple[str, Link]]) -> list[Link]:
    """All links, but of a switch only the one it is set to."""
    if len(links) < 2:
        return [link for _, link in links]
    kept = set(let_through(graph, node, [name for name, _ in links]))
    return list(dict.fromkeys(link for name, link in links if name in kept))


def sides(node: Node) -> list[str]:
    """The two inputs of a switch between true and false, whether linked or filled in; none of other nodes."""
    names = [name for name in node.inputs if name.casefold() in _TRUE or name.casefold() in _FALSE]
    is_pair = len(names) == 2 and (names[0].casefold() in _TRUE) != (names[1].casefold() in _TRUE)
    return names if is_pair else []


def let_through(graph: Graph, node: Node, names: Sequence[str]) -> Sequence[str]:
    """All these inputs, but of a switch only the one it is set to."""
    if len(names) < 2:
        return names
    side = _of_pair(graph, node, names)
    if side is not None:
        return (side,)
    is_switch = "witch" in node.kind
    if not is_switch and node.inputs.keys().isdisjoint(_NUMBERS):
        return names[:1] if all(map(_FIRST_OF.match, names)) else names
    numbered = _of_number(graph, node, names)
    if numbered is not None:
        return (numbered,)
    return (_of_condition(graph, node, names) or names[0],) if is_switch else names


def _of_pair(graph: Graph, node: Node, names: Sequence[str]) -> str | None:
    """The side that a condition takes: on_true or on_false."""
    sides = {name.casefold(): name for name in names}
    if sides.keys().isdisjoint(_TRUE) and sides.keys().isdisjoint(_FALSE):
        return None
    condition = _condition(graph, node)
    if condition is None:
        return None
    return next((name for folded, name in sides.items() if folded in (_TRUE if condition else _FALSE)), None)


def _of_number(graph: Graph, node: Node, names: Sequence[str]) -> str | None:
    for selector in _NUMBERS:
        number = read_integer(_plain(graph, node, selector)) if selector in node.inputs else None
        found = None if number is None else _with_number(names, number)
        if found is not None and found != selector:
            return found
    return None


def _of_condition(graph: Graph, node: Node, names: Sequence[str]) -> str | None:
    """The input of a pair "a" and "b" or 1 and 2; the first of both stands for true where they are letters."""
    condition = _condition(graph, node)
    if condition is None:
        return None
    lettered = next((name for name in names if _SIDES[condition].search(name)), None)
    return lettered or _with_number(names, 1 + condition)


def _with_number(names: Sequence[str], number: int) -> str | None:
    ends = ((name, _TRAILING_NUMBER.search(name)) for name in names)
    return next((name for name, digits in ends if digits and int(digits[1]) == number), None)


def _condition(graph: Graph, node: Node) -> bool | None:
    return next((value for name in _CONDITIONS if isinstance(value := _plain(graph, node, name), bool)), None)


def _plain(graph: Graph, node: Node, name: str) -> JsonValue:
    """A selector's value: as it stands, or from a primitive node."""
    value = node.inputs.get(name)
    for _ in range(8):
        if not isinstance(value, Link):
            return value
        source = graph.at(value)
        holder = next((key for key in _HOLDERS if source is not None and key in source.inputs), None)
        if source is None or holder is None:
            return None
        value = source.inputs[holder]
    return None
