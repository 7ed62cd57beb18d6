"""What was perhaps meant where a query finds nothing: the nearest value that the library has."""

from collections.abc import Collection as Container
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from diffusion_toolkit.catalog.counts import listed
from diffusion_toolkit.catalog.evaluate import EVALUATORS, Question
from diffusion_toolkit.catalog.known import known_names
from diffusion_toolkit.query import FIELDS, format_query
from diffusion_toolkit.query.known import KnownNames
from diffusion_toolkit.query.tree import And, Name, Node, Not, Or, Where
from diffusion_toolkit.query.wildcards import has_wildcards

_MOST_HINTS = 3
_MOST_NAMES = 1_000
_LENGTHS_APART = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A value that no picture has, in a sentence, and the whole query with the nearest one in its place."""

    message: str
    query: str


def hints(question: Question, node: Node) -> list[Hint]:
    """For values of a query that finds nothing, at most three."""
    found: list[Hint] = []
    known = known_names(question.state)
    for part, value in _named(node):
        if len(found) == _MOST_HINTS:
            break
        if EVALUATORS[part.field](question, value).any():
            continue
        near = _nearest(value.text.lower(), _names(known, part.field))
        if near is not None and _may_be_told(question, part.field, near):
            better = Where(part.field, tuple(Name(near) if each == value else each for each in part.values))
            message = f'No {FIELDS[part.field].title.lower()} "{value.text}"; did you mean "{near}"?'
            found.append(Hint(message=message, query=format_query(_with(node, part, better))))
    return found


def _named(node: Node) -> Iterator[tuple[Where, Name]]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _named(part)
        case Where(field, values) if FIELDS[field].known:
            for value in values:
                if isinstance(value, Name) and not has_wildcards(value.text):
                    yield node, value
        case _:
            return


def _may_be_told(question: Question, field: str, name: str) -> bool:
    """While NSFW is hidden, only what another picture has is named."""
    state = question.state
    return not state.nsfw_hidden or bool((EVALUATORS[field](question, Name(name)) & listed(state)).any())


def _names(known: KnownNames, field: str) -> frozenset[str]:
    kind = FIELDS[field].known
    names: frozenset[str] = getattr(known, kind) if kind else frozenset()
    return names


def _nearest(wanted: str, names: Container[str]) -> str | None:
    alike = sorted(name for name in names if abs(len(name) - len(wanted)) <= _LENGTHS_APART)
    if len(alike) > _MOST_NAMES:
        alike = [name for name in alike if name[:1] == wanted[:1]][:_MOST_NAMES]
    return next(iter(get_close_matches(wanted, alike, n=1, cutoff=0.6)), None)


def _with(node: Node, old: Where, new: Where) -> Node:
    match node:
        case And(parts):
            return And(tuple(_with(part, old, new) for part in parts))
        case Or(parts):
            return Or(tuple(_with(part, old, new) for part in parts))
        case Not(part):
            return Not(_with(part, old, new))
        case _:
            return new if node == old else node
