"""Rows of a filter over workflow nodes, as the reference program has them, and the query they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from diffusion_toolkit.query.format import format_query
from diffusion_toolkit.query.tree import Affix, And, Everything, Exact, Name, Node, NodeProperty, Not, Or, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRow:
    """One row. operation: how it joins those above it, left to right (the first row's does not count, unless `not`) ·
    property: a name, `*` in it is any run · value: characters."""

    operation: Literal["and", "or", "not"] = "and"
    property: str
    comparison: Literal["contains", "equals", "starts with", "ends with"] = "contains"
    value: str


def query_of_rows(rows: Sequence[NodeRow]) -> str:
    """The query of all rows that have a value."""
    found: Node | None = None
    for row in rows:
        if row.value:
            found = _joined(found, row)
    return format_query(found or Everything())


def _joined(before: Node | None, row: NodeRow) -> Node:
    part: Node = NodeProperty(Name("*"), Name(row.property or "*"), (_value(row),))
    if row.operation == "not":
        return And((before or Everything(), Not(part)))
    if before is None:
        return part
    return Or((before, part)) if row.operation == "or" else And((before, part))


def _value(row: NodeRow) -> Value:
    match row.comparison:
        case "contains":
            return Exact(row.value)
        case "equals":
            return Name(row.value, quoted=True)
        case "starts with":
            return Affix("starts", row.value)
        case "ends with":
            return Affix("ends", row.value)
