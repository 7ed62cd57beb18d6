"""The problems of a query that need a word of advice."""

from difflib import get_close_matches
from typing import Literal

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query.fields import field_names
from diffusion_toolkit.query.node_property import half_property, half_property_at
from diffusion_toolkit.query.values import BOUNDARY

# Below this likeness a name is no misspelt field, but rather text that holds a colon.
_NEAR = 0.7
_LONGEST_NAME = 40


def nothing_beside(query: str, where: Literal["before", "after"], start: int, end: int) -> QueryError:
    """An operator without the thing it stands before or after."""
    return QueryError(f"nothing stands {where} {query[start:end]}", position=start + 1, length=end - start)


def unknown_field(query: str, at: int, word: str) -> QueryError:
    """A name that is no field: the nearest one, or quotes if it looks like text with a colon."""
    if half_property_at(word, 0):
        return half_property(query, at, word)
    typed = word.lower().replace("_", " ")[:_LONGEST_NAME]
    name = get_close_matches(typed, field_names(), n=1, cutoff=0)[0]
    end = at + len(word)
    while end < len(query) and query[end] not in f'{BOUNDARY}"(':
        end += 1
    if get_close_matches(typed, (name,), cutoff=_NEAR):
        suggestion, fix = name, f"{query[:at]}{name}{query[at + len(word) :]}"
    elif query[end : end + 1] in ('"', "("):
        suggestion, fix = name, None
    else:
        suggestion = f'{name}, or the text "{query[at:end]}" in quotes'
        fix = f'{query[:at]}"{query[at:end]}"{query[end:]}'
    return QueryError(f'no field "{word}"; did you mean {suggestion}?', position=at + 1, length=len(word), fix=fix)
