"""Values that name pictures and files by number, digits or characters: `stack:123 same:seed 123 model_hash: raw:`."""

import re
from difflib import get_close_matches

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query.fields import Field
from diffusion_toolkit.query.tree import SAME, Like, Name, Same, Value
from diffusion_toolkit.query.values import BOUNDARY

_NUMBER = re.compile(r"[0-9]{1,10}")
_SAME = re.compile(r"([A-Za-z][A-Za-z_]{0,30})(?:\s+(?:as\s+)?|\s*:\s*)([0-9]{1,10})")
_WORD = re.compile(r"[^\s,|)]+")
_HASH = re.compile(r"(?i:0x)?([0-9A-Fa-f]{4,64})")
_SAME_ALIASES = {"negative_prompt": "negative", "checkpoint": "model", "cfg_scale": "cfg", "day": "date"}


def read_picture(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
    """The number of a picture."""
    found = _NUMBER.match(query, start, stop)
    if found is None or _goes_on(query, found.end(), stop):
        raise _problem(field, query, start, stop, "the number of a picture is expected, like")
    return Like(int(found[0])), found.end()


def read_same(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
    """What is the same, and the number of the picture: `seed 123`."""
    found = _SAME.match(query, start, stop)
    if found is None or _goes_on(query, found.end(), stop):
        raise _problem(field, query, start, stop, f"one of {', '.join(SAME)} is expected, and a number, like")
    typed = found[1].lower()
    name = _SAME_ALIASES.get(typed, typed)
    if name not in SAME:
        near = get_close_matches(name, SAME, n=1, cutoff=0.5)
        fix = f"{query[: found.start(1)]}{near[0]}{query[found.end(1) :]}" if near else None
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(SAME)}"
        raise QueryError(f'{field.name}: no "{typed}"; {hint}', position=start + 1, length=len(typed), fix=fix)
    return Same(name, int(found[2])), found.end()


def read_hash(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
    """Digits of a hash, at least four, in lower case."""
    found = _HASH.match(query, start, stop)
    if found is None or _goes_on(query, found.end(), stop):
        raise _problem(field, query, start, stop, "4 to 64 hexadecimal digits are expected, like")
    return Name(found[1].lower()), found.end()


def _goes_on(query: str, at: int, stop: int) -> bool:
    return at < stop and query[at] not in BOUNDARY


def _problem(field: Field, query: str, start: int, stop: int, expected: str) -> QueryError:
    found = _WORD.match(query, start, stop)
    length = len(found[0]) if found else 1
    return QueryError(f"{field.name}: {expected} {field.examples[0]}", position=start + 1, length=length)
