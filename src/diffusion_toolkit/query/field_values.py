"""Reads what stands behind a field's colon, by the field's kind: one alternative at a time."""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TypeAlias

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query.days import read_days
from diffusion_toolkit.query.fields import Field, Kind
from diffusion_toolkit.query.known import KnownNames, longest_known
from diffusion_toolkit.query.node_property import read_property_value
from diffusion_toolkit.query.options import ParseOptions
from diffusion_toolkit.query.picture_values import read_hash, read_picture, read_same
from diffusion_toolkit.query.tree import (
    Absent,
    Aspect,
    Dimensions,
    Exact,
    Flag,
    Like,
    Name,
    PathText,
    Present,
    Shape,
    Value,
    Weighted,
)
from diffusion_toolkit.query.values import BOUNDARY, read_number, read_operator, read_weight, skip_blanks
from diffusion_toolkit.query.wildcards import has_wildcards

# A value, where it ends, and whether `<>` turned its meaning round.
Read: TypeAlias = tuple[Value, int, bool]

_PRESENCE = re.compile(r"(?ai:(none|any))(?=[\s,|)]|$)")
_FLAG = re.compile(r"(?ai:(true|yes|on|1|any)|(false|no|off|0|none))(?=[\s,|)]|$)")
_HOW = re.compile(r"(?ai:(contains)|(starts\s+with)|(ends\s+with))(?=[\s\"])\s*")
_ENDS = ' \t\r\n\f\v,|"'
_ENDS_BEFORE_WEIGHT = f"{_ENDS}<>=≥≤≠"
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")
_PAIR = re.compile(r"(?i:([0-9]{1,7}|[?*])\s?[x×]\s?([0-9]{1,7}|[?*]))(?![0-9?*])")
_RATIO = re.compile(r"([0-9]{1,7}):([0-9]{1,7})")
_SHAPE = re.compile(r"(?ai:portrait|landscape|square)(?![\w])")
_LIKE = re.compile(r"(?ai:like)\s+([0-9]{1,10})")
_SHAPES = {"portrait": Shape("portrait"), "landscape": Shape("landscape"), "square": Shape("square")}


def read_value(
    field: Field, query: str, start: int, stop: int, names: KnownNames | None, options: ParseOptions
) -> Read:
    """One alternative of a field's value from `start`, before `stop`; a number may bring its own comparison."""
    if start >= stop or query[start] in BOUNDARY:
        if field.kind == "flag":
            return Flag(True), start, False
        raise needs_value(field, query, start)
    if field.kind not in ("flag", "path", "same", "picture") and (found := _PRESENCE.match(query, start, stop)):
        return Absent() if found[1].lower() == "none" else Present(), found.end(), False
    if field.kind == "number":
        return *_maybe_quoted(field, query, start, stop, read_number), False
    if field.kind == "date":
        return _read_quoted_days(field, query, start, stop, options)
    operator, at = read_operator(query, start, stop)
    if field.kind == "property" and at < stop and query[at] not in BOUNDARY:
        return read_property_value(field, query, start, stop, quoted(query, at, stop) if query[at] == '"' else None)
    if operator not in (None, "=", "<>"):
        raise QueryError(f"{field.name}: has no order to compare by", position=start + 1, length=max(at - start, 1))
    if at >= stop or query[at] in BOUNDARY:
        raise needs_value(field, query, at)
    value, end = (
        _READERS[field.kind](field, query, at, stop) if field.kind != "name" else _name(field, query, at, stop, names)
    )
    return value, end, operator == "<>"


def needs_value(field: Field, query: str, at: int) -> QueryError:
    """The problem of a field without a value."""
    return QueryError(
        f"{field.name}: a value is expected, like {field.examples[0]}", position=max(min(at, len(query) - 1), 0) + 1
    )


def quoted(query: str, start: int, stop: int) -> tuple[str, int]:
    """The text of the quoted string that begins at `start`, and where it ends; `""` inside is a quote."""
    at = start + 1
    while True:
        at = query.find('"', at, stop)
        if at < 0:
            fix = f'{query}"'
            raise QueryError("this quote is not closed", position=start + 1, fix=fix)
        if query[at + 1 : at + 2] != '"' or at + 1 >= stop:
            break
        at += 2
    text = query[start + 1 : at].replace('""', '"')
    if not text:
        raise QueryError("nothing stands between the quotes", position=start + 1, length=2)
    return text, at + 1


def _maybe_quoted(
    field: Field, query: str, start: int, stop: int, reader: Callable[[Field, str, int, int], tuple[Value, int]]
) -> tuple[Value, int]:
    """Reads a value that may stand in quotes without meaning anything else by it."""
    if query[start] != '"':
        return reader(field, query, start, stop)
    _, close = quoted(query, start, stop)
    value, end = reader(field, query, skip_blanks(query, start + 1, close - 1), close - 1)
    if query[end : close - 1].strip():
        raise QueryError(f"{field.name}: one value is expected", position=end + 1, length=close - 1 - end)
    return value, close


def _read_quoted_days(field: Field, query: str, start: int, stop: int, options: ParseOptions) -> Read:
    negated = False

    def read(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
        nonlocal negated
        days, end, negated = read_days(field, query, start, stop, month_first=options.month_first)
        return days, end

    value, end = _maybe_quoted(field, query, start, stop, read)
    return value, end, negated


def _plain(field: Field, query: str, start: int, stop: int) -> int:
    """Where the run of characters without blank, comma, bar and quote ends; parentheses in it must pair."""
    at, depth = start, 0
    ends = _ENDS_BEFORE_WEIGHT if field.weighted else _ENDS
    while at < stop and query[at] not in ends:
        if query[at] == "\\" and query[at + 1 : at + 2] in ("(", ")", "[", "]"):
            at += 1
        elif query[at] == "(":
            depth += 1
        elif query[at] == ")":
            if depth == 0:
                break
            depth -= 1
        at += 1
    if depth or at == start:
        raise QueryError(f"{field.name}: put this value in quotes", position=start + 1, length=max(at - start, 1))
    return at


def _name(field: Field, query: str, start: int, stop: int, names: KnownNames | None) -> tuple[Value, int]:
    """A name, known or in quotes or without blanks; behind it, where the field has weights, perhaps a comparison."""
    if query[start] == '"':
        text, end = quoted(query, start, stop)
        value = Name(text, quoted=has_wildcards(text))
    else:
        end = longest_known(field.known, query, start, stop, names)
        if end == start:
            end = _plain(field, query, start, stop)
        value = Name(query[start:end])
    if field.weighted and (weight := read_weight(field, query, end, stop)):
        return Weighted(value, weight[0], weight[1]), weight[2]
    if field.choices and value.text.lower() not in field.choices:
        near = get_close_matches(value.text.lower(), field.choices, n=1, cutoff=0.5)
        raise QueryError(
            f"{field.name}: {' or '.join(field.choices)} is expected{f'; did you mean {near[0]}?' if near else ''}",
            position=start + 1,
            length=end - start,
            fix=f"{query[:start]}{near[0]}{query[end:]}" if near else None,
        )
    return (Name(value.text.lower()) if field.choices else value), end


def _flag(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
    def read(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
        found = _FLAG.match(query, start, stop)
        if found is None:
            raise QueryError(f"{field.name}: true or false is expected", position=start + 1)
        return Flag(found[1] is not None), found.end()

    return _maybe_quoted(field, query, start, stop, read)


def _presence(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
    def read(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
        found = _FLAG.match(query, start, stop)
        if found is None:
            raise QueryError(f"{field.name}: any or none is expected", position=start + 1)
        return Present() if found[1] else Absent(), found.end()

    return _maybe_quoted(field, query, start, stop, read)


def _path(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
    how = "glob"
    if found := _HOW.match(query, start, stop):
        how, start = ("contains" if found[1] else "starts" if found[2] else "ends"), found.end()
        if start >= stop or query[start] in BOUNDARY:
            raise needs_value(field, query, start)
    if query[start] == '"':
        text, end = quoted(query, start, stop)
    else:
        end = _plain(field, query, start, stop)
        text = query[start:end]
    # A whole path begins at a root; a mere part without wildcards could never be one, so it is looked for inside.
    if how == "glob" and not has_wildcards(text) and not _ABSOLUTE.match(text):
        how = "contains"
    return PathText(how, text), end


def _size(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
    def read(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
        value: Value | None = None
        if found := _PAIR.match(query, start, stop):
            width, height = (None if part in "?*" else int(part) for part in found.groups())
            value = Present() if width is None and height is None else Dimensions(width, height)
        elif found := _RATIO.match(query, start, stop):
            value = Aspect(int(found[1]), int(found[2])) if int(found[1]) and int(found[2]) else None
        elif found := _SHAPE.match(query, start, stop):
            value = _SHAPES[found[0].lower()]
        if value is None or found is None or (found.end() < stop and query[found.end()] not in BOUNDARY):
            raise QueryError(
                f"{field.name}: 1024x768, 512x?, 16:9, portrait, landscape or square is expected; "
                "a number of pixels goes with pixels>2mp",
                position=start + 1,
            )
        return value, found.end()

    return _maybe_quoted(field, query, start, stop, read)


def _graph(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
    found = _LIKE.match(query, start, stop)
    if found is None or (found.end() < stop and query[found.end()] not in BOUNDARY):
        raise QueryError(f"{field.name}: like 123, any or none is expected", position=start + 1)
    return Like(int(found[1])), found.end()


def _raw(field: Field, query: str, start: int, stop: int) -> tuple[Value, int]:
    if query[start] == '"':
        text, end = quoted(query, start, stop)
        return Exact(text), end
    end = _plain(field, query, start, stop)
    text = query[start:end]
    return (Name(text) if has_wildcards(text) else Exact(text)), end


_READERS: Mapping[Kind, Callable[[Field, str, int, int], tuple[Value, int]]] = {
    "flag": _flag,
    "presence": _presence,
    "path": _path,
    "size": _size,
    "graph": _graph,
    "raw": _raw,
    "hash": read_hash,
    "same": read_same,
    "picture": read_picture,
}
