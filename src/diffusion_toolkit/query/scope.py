"""Where the text of a query is looked for beside the prompt: in values of workflow nodes and in the raw metadata."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from diffusion_toolkit.query.tree import And, Exact, Name, Node, NodeProperty, Not, Or, Prompt, Where
from diffusion_toolkit.query.wildcards import has_wildcards

TEXT_PROPERTIES = ("text", "text_g", "text_l", "text_positive", "text_negative", "prompt")
"""The properties of nodes that hold prompts in most workflows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """node_properties: names of properties, with wildcards (`*` is every one); raw: all metadata, slowly."""

    node_properties: tuple[str, ...] = ()
    raw: bool = False


def scope_properties(names: Sequence[str]) -> tuple[str, ...]:
    """The properties of a list in which `default` stands for those that hold prompts in most workflows."""
    each = (TEXT_PROPERTIES if name == "default" else (name,) for name in names)
    return tuple(dict.fromkeys(chain.from_iterable(each)))


def widened(node: Node, scope: Scope) -> Node:
    """The same query, whose text may also stand in these other places. Fields stay as they are."""
    if not scope.node_properties and not scope.raw:
        return node
    match node:
        case And(parts):
            return And(tuple(widened(part, scope) for part in parts))
        case Or(parts):
            return Or(tuple(widened(part, scope) for part in parts))
        case Not(part):
            return Not(widened(part, scope))
        case Prompt():
            return Or((node, *_elsewhere(node, scope)))
        case _:
            return node


def _elsewhere(prompt: Prompt, scope: Scope) -> list[Node]:
    text = prompt.text
    written = text.text if isinstance(text, Exact) else " ".join(text.words)
    is_exact = isinstance(text, Exact)
    value = text if isinstance(text, Exact) else Name(written)
    places: list[Node] = [NodeProperty(Name("*"), Name(name), (value,)) for name in scope.node_properties]
    if scope.raw:
        places.append(Where("raw", (Name(written) if has_wildcards(written) and not is_exact else Exact(written),)))
    return places
