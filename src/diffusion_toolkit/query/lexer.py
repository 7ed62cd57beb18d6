"""Finds what has a meaning of its own in a query: quotes, groups, operators, fields. The rest is text.

Prompts are full of brackets and colons, and people paste them. So a pair of parentheses only groups when something
in it does what text cannot: an operator, a field, a quote, a negation; `(blue eyes:1.3)` is text. Brackets
`[red|blue:0.5]` and tags `<lora:detail:0.8>` are text all through.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query.field_values import quoted
from diffusion_toolkit.query.fields import FIELDS, Field, field_named, field_names
from diffusion_toolkit.query.node_property import half_property_at, property_at


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at one place that is more than text; `end` is where it is over.

    A field's end is where its value or its comparison begins (after the colon and blanks). `unknown` looks like a
    field, but no such field exists: it is an error only if it is not inside some field's value.
    """

    kind: Literal["quote", "tag", "operator", "minus", "field", "unknown", "bare"]
    end: int
    word: str = ""
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The marks of a query by position, and its grouping parentheses: opening to closing position."""

    marks: Mapping[int, Mark]
    groups: Mapping[int, int]
    closers: frozenset[int]


_NAMES = "|".join(name.replace(" ", "[ _-]{1,3}") for name in sorted(field_names(), key=len, reverse=True))
_FIELD = re.compile(rf"(?ai:({_NAMES}))(?![\w-])\s*(?::(?!//|:)\s*|(?=[<>=≥≤≠]|!=))")
# `tag.x:` and `faces>=2` look like fields as well; `love <3` and `http://` do not.
_UNKNOWN = re.compile(r"([^\W\d_][\w-]*(?:\.[\w*-]+)*)(?::(?!//|:)|(?=(?:[<>]=?|<>|=)\s?[0-9]))")
_BARE = re.compile(
    rf"(?ai:({'|'.join(name for field in FIELDS.values() if field.bare for name in (field.name, *field.aliases))}))"
    r"(?=\s*(?:[,)]|$|(?:AND|OR)\s))"
)
_WEIGHT_AFTER_TEXT = re.compile(r":\s*[-+]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)\s*\)")
_DECIMAL_WEIGHT = re.compile(r":\s*[-+]?[0-9]*\.[0-9]+\s*\)")
_TAG = re.compile(r"<[A-Za-z_][\w-]*:[^<>\"\n]*>")
_OPERATOR = re.compile(r"(AND|OR|NOT)(?=[\s,()\"]|$)")
_NEGATED = re.compile(r"-(?=[^\W_]|[\"(\[<*?{\\])")
# No field stands where no colon or comparison follows soon.
_MAY_BE_FIELD = re.compile(r"[\w.*-]+(?: {1,3}[\w-]+){0,3}\s*[:<>=≥≤≠!]")
_BLANKS = re.compile(r"\s*")
_BEFORE_A_MARK = frozenset(' \t\r\n\f\v,()"|{}]>')
_ESCAPES = frozenset("()[]")


def lay_out(query: str) -> Layout:
    """The marks and groups of a query; raises QueryError for quotes and parentheses without their other half."""
    brackets = _brackets(query)
    marks: dict[int, Mark] = {}
    forced: set[int] = set()
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    at, after_minus = 0, False
    while at < len(query):
        mark = _mark(query, at, free=after_minus)
        after_minus = mark is not None and mark.kind == "minus"
        if mark is not None:
            marks[at] = mark
            if mark.kind in ("minus", "field") or mark.word == "NOT":
                forced.add(_skip(query, mark.end))
            at = mark.end
            continue
        character = query[at]
        if character == "(":
            waiting.append(at)
        elif character == ")":
            if not waiting:
                raise QueryError("this parenthesis closes nothing; put text with it in quotes", position=at + 1)
            pairs[waiting.pop()] = at
        at = _next(query, at, brackets)
    if waiting:
        fix = query + ")" * len(waiting)
        raise QueryError("this parenthesis is not closed", position=waiting[0] + 1, fix=fix)
    groups = _groups(pairs, sorted(marks), forced)
    return Layout(marks, groups, frozenset(groups.values()))


def _mark(query: str, at: int, *, free: bool) -> Mark | None:
    character = query[at]
    if character == '"':
        return Mark("quote", quoted(query, at, len(query))[1])
    if character == "<" and (found := _TAG.match(query, at)):
        return Mark("tag", found.end())
    if at and not free and query[at - 1] not in _BEFORE_A_MARK:
        return None
    if character == "-" and not free:
        return Mark("minus", at + 1) if _NEGATED.match(query, at) else None
    if not character.isalpha():
        return None
    if character in "nN" and (named := property_at(query, at)):
        return Mark("field", named[2], named[1], named[0])
    if character in "nN" and (half := half_property_at(query, at)):
        return Mark("unknown", at + len(half), half)
    if found := _OPERATOR.match(query, at):
        return Mark("operator", found.end(), found[1])
    return _field_mark(query, at)


def _field_mark(query: str, at: int) -> Mark | None:
    is_asked = _MAY_BE_FIELD.match(query, at) is not None
    if is_asked and (found := _FIELD.match(query, at)):
        field = field_named(found[1])
        assert field is not None
        colon = query.find(":", found.end(1), found.end())
        # `(fashion model:1.2)` weighs a word; `(steps:20)` asks for a number.
        if colon >= 0 and field.kind != "number" and _DECIMAL_WEIGHT.match(query, colon):
            return None
        if colon >= 0 or not _TAG.match(query, found.end()):
            return Mark("field", found.end(), found[1], field)
        return None
    if is_asked and (found := _UNKNOWN.match(query, at)) and not _WEIGHT_AFTER_TEXT.match(query, found.end(1)):
        return Mark("unknown", found.end(), found[1])
    if found := _BARE.match(query, at):
        return Mark("bare", found.end(), found[1], field_named(found[1]))
    return None


def _next(query: str, at: int, brackets: Mapping[int, int]) -> int:
    if query[at] == "\\" and query[at + 1 : at + 2] in _ESCAPES:
        return at + 2
    return brackets.get(at, at) + 1


def _skip(query: str, at: int) -> int:
    found = _BLANKS.match(query, at)
    return found.end() if found else at


def _brackets(query: str) -> Mapping[int, int]:
    """Each `[` that has its `]`, by position; quotes and tags are jumped over."""
    pairs: dict[int, int] = {}
    waiting: list[int] = []
    at = 0
    while at < len(query):
        if query[at] == '"':
            at = quoted(query, at, len(query))[1]
            continue
        if query[at] == "<" and (found := _TAG.match(query, at)):
            at = found.end()
            continue
        if query[at] == "[":
            waiting.append(at)
        elif query[at] == "]" and waiting:
            pairs[waiting.pop()] = at
        at = _next(query, at, {})
    return pairs


def _groups(pairs: Mapping[int, int], marks: list[int], forced: set[int]) -> dict[int, int]:
    groups: dict[int, int] = {}
    for start, end in pairs.items():
        inside = bisect_right(marks, start)
        if start in forced or (inside < len(marks) and marks[inside] < end):
            groups[start] = end
    return groups
