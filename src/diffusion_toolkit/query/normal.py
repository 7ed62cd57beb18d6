"""The one form of all trees that mean the same by their shape: flat, without double negations and empty parts."""

from dataclasses import replace

from diffusion_toolkit.query.node_property import normal_names, normal_value
from diffusion_toolkit.query.tree import (
    Absent,
    And,
    Everything,
    Name,
    Node,
    NodeProperty,
    Not,
    Or,
    Prompt,
    Term,
    Value,
    Weighted,
    Where,
)
from diffusion_toolkit.query.wildcards import has_wildcards
from diffusion_toolkit.query.words import typed_words

_NOTHING = Where("id", (Absent(),))


def normalise(node: Node) -> Node:
    """The normal form of a tree, which is what `parse` gives."""
    match node:
        case And(parts):
            return _and([normalise(part) for part in parts])
        case Or(parts):
            return _or([normalise(part) for part in parts])
        case Not(part):
            return _not(normalise(part))
        case Where(field, values):
            return Where(field, tuple(_value(value) for value in values)) if values else _NOTHING
        case NodeProperty(kind, name, values):
            return NodeProperty(*normal_names(kind, name), tuple(map(normal_value, values))) if values else _NOTHING
        case Prompt(Term() as term):
            found = _term(term)
            return Prompt(found) if found.words else Everything()
        case _:
            return node


def _and(parts: list[Node]) -> Node:
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
    wanted = tuple(part for part in flat if not isinstance(part, Everything))
    if len(wanted) < 2:
        return wanted[0] if wanted else Everything()
    return And(wanted)


def _or(parts: list[Node]) -> Node:
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,)))
    if any(isinstance(part, Everything) for part in flat):
        return Everything()
    if len(flat) < 2:
        return flat[0] if flat else _NOTHING
    return Or(flat)


def _not(part: Node) -> Node:
    if isinstance(part, Not):
        return part.part
    if isinstance(part, Everything):
        return _NOTHING
    return Everything() if part == _NOTHING else Not(part)


def _value(value: Value) -> Value:
    if isinstance(value, Term):
        return _term(value)
    if isinstance(value, Weighted):
        return replace(value, name=_name(value.name))
    return _name(value) if isinstance(value, Name) else value


def _name(name: Name) -> Name:
    """Quotes only matter for a wildcard: without one, `euler` and `"euler"` ask the same."""
    return replace(name, quoted=name.quoted and has_wildcards(name.text))


def _term(term: Term) -> Term:
    return Term(tuple(typed_words(" ".join(term.words))))
