"""What may be typed at a place of a query: fields, operators and the values a field's grammar names. Pure.

Values of the library (models, tags, folders, words) come from above; `asked_at` says which are wanted and for what.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from diffusion_toolkit.query.fields import FIELDS, Field, field_named, field_names
from diffusion_toolkit.query.tree import SAME

CompletionKind: TypeAlias = Literal["field", "value", "operator", "word"]

_NAMES = "|".join(name.replace(" ", "[ _-]") for name in sorted(field_names(), key=len, reverse=True))
_FIELD = re.compile(rf"(?<![\w.])(?ai:({_NAMES}))\s?(:(?!//)\s*|(?:<>|!=|>=|<=|[<>=≥≤≠])\s*)")
_NODE = re.compile(r'(?<![\w.])(?ai:node)\.(?:("[^"]{1,200}"?|[^\s.:"]{0,200})(?:(\.)([^\s:"]{0,200}))?)?$')
_WORD = re.compile(r'[^\s,()\[\]{}|"<>:]*$')
_REST_OF_WORD = re.compile(r'[^\s,()\[\]{}|"<>:]*')
_REST_OF_VALUE = re.compile(r'[^\s,()|"]*')
_OPERATORS = ("AND", "OR", "NOT")
_LONGEST_LEFT = 2_000
_MAY_HOLD_BLANKS = frozenset({"name", "date", "path", "same"})
_DAYS = (
    "today", "yesterday", "this week", "last week", "last 7 days", "this month", "last month", "last 30 days",
    "this year", "last year", "since ", "before ", "between ",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One offer. text: what takes the place of the span; title: what it is; count: how many pictures, if known."""

    kind: CompletionKind
    text: str
    label: str
    title: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is being typed at a place of a query.

    start, end: the span a completion takes the place of; typed: what of it stands left of the place, without quotes ·
    field: whose value it is, None for text · operator: the comparison before the value, ":" for none ·
    node: the class whose property is typed ("" for a class) · after_term: text or a field stands before it.
    """

    start: int
    end: int
    typed: str
    field: Field | None = None
    operator: str = ":"
    node: str | None = None
    after_term: bool = False


def asked_at(text: str, cursor: int) -> Asked:
    """What is being typed at `cursor` (0 to the length of the text)."""
    cursor = min(max(cursor, 0), len(text))
    first = max(0, cursor - _LONGEST_LEFT)
    left = text[first:cursor]
    quote = _open_quote(left)
    if (found := _NODE.search(left)) and (quote is None or quote >= found.start()):
        return _asked_node(text, first, cursor, found)
    value = _asked_value(text, first, left, quote, cursor)
    if value is not None:
        return value
    return _asked_word(text, first, left, quote, cursor)


def word_at(text: str, asked: Asked) -> Asked:
    """The last word alone, where a value with blanks is none that is known: `sampler:euler a cas`."""
    cursor = asked.start + len(asked.typed)
    first = max(0, cursor - _LONGEST_LEFT)
    return _asked_word(text, first, text[first:cursor], None, cursor)


def grammar_completions(asked: Asked) -> Iterator[Completion]:
    """Fields, operators, and values that the language itself names, the likeliest first."""
    if asked.node is not None:
        return
    if asked.field is None:
        yield from _operators(asked)
        yield from _fields(asked)
        return
    yield from _values(asked.field, asked)


def _open_quote(left: str) -> int | None:
    """Where a quote begins that is not closed; two of them inside one are a character."""
    start = left.find('"')
    while start >= 0:
        at = left.find('"', start + 1)
        while at >= 0 and left.startswith('"', at + 1):
            at = left.find('"', at + 2)
        if at < 0:
            return start
        start = left.find('"', at + 1)
    return None


def _asked_value(text: str, first: int, left: str, quote: int | None, cursor: int) -> Asked | None:
    limit = len(left) if quote is None else quote
    found = None
    for match in _FIELD.finditer(left, 0, limit):
        if left.count('"', 0, match.start()) % 2 == 0:
            found = match
    if found is None or (field := field_named(found[1])) is None:
        return None
    operator = found[2].strip()
    start = found.end()
    alternatives = left[start:limit]
    start += max(alternatives.rfind("|"), alternatives.rfind("(")) + 1
    if field.lists:
        start = max(start, found.end() + alternatives.rfind(",") + 1)
    start += len(left[start:limit]) - len(left[start:limit].lstrip())
    if not _is_open(field, left[start:limit], quoted=quote is not None):
        return None
    typed = left[start:] if quote is None else left[quote + 1 :].replace('""', '"')
    begin = first + (start if quote is None else quote)
    return Asked(
        start=begin, end=_end(text, cursor, quoted=quote is not None), typed=typed, field=field, operator=operator
    )


def _is_open(field: Field, value: str, *, quoted: bool) -> bool:
    """May the value go on after these characters, or did something else begin?"""
    if quoted:
        return not value.strip() or field.kind in ("path", "date", "property")
    if any(mark in value for mark in ',)"') or len(value) > _LONGEST_VALUE:
        return False
    return " " not in value or field.kind in _MAY_HOLD_BLANKS


_LONGEST_VALUE = 200


def _asked_node(text: str, first: int, cursor: int, found: re.Match[str]) -> Asked:
    kind, dot, name = found[1] or "", found[2], found[3] or ""
    typed = name if dot else kind.strip('"')
    start = found.start(3) if dot else (found.start(1) if found[1] is not None else found.end())
    return Asked(
        start=first + start, end=_end(text, cursor, quoted=False), typed=typed, node=kind.strip('"') if dot else ""
    )


def _asked_word(text: str, first: int, left: str, quote: int | None, cursor: int) -> Asked:
    if quote is not None:
        typed = left[quote + 1 :]
        return Asked(start=first + quote, end=_end(text, cursor, quoted=True), typed=typed)
    found = _WORD.search(left)
    typed = found[0] if found else ""
    negated = typed.startswith("-")
    before = left[: len(left) - len(typed)].rstrip()
    after_term = bool(before) and before[-1] not in ",(|" and not before.endswith((" AND", " OR", " NOT"))
    rest = _REST_OF_WORD.match(text, cursor)
    return Asked(
        start=cursor - len(typed) + negated,
        end=rest.end() if rest else cursor,
        typed=typed[negated:],
        after_term=after_term,
    )


def _end(text: str, cursor: int, *, quoted: bool) -> int:
    if quoted:
        close = text.find('"', cursor)
        return close + 1 if close >= 0 and text.count('"', cursor) % 2 else cursor
    rest = _REST_OF_VALUE.match(text, cursor)
    return rest.end() if rest else cursor


def _operators(asked: Asked) -> Iterator[Completion]:
    titles = {"AND": "both", "OR": "either", "NOT": "without"}
    for word in _OPERATORS:
        is_possible = asked.after_term or word == "NOT"
        if is_possible and asked.typed and word.startswith(asked.typed):
            yield Completion(kind="operator", text=f"{word} ", label=word, title=titles[word])


def _fields(asked: Asked) -> Iterator[Completion]:
    """Fields whose name begins so, then those with a title or another name that does."""
    typed = asked.typed.lower().replace("_", " ").replace("-", " ")
    shown = [field for field in FIELDS.values() if not field.hidden]
    by_name = [field for field in shown if field.name.replace("_", " ").startswith(typed)]
    others = [field for field in shown if typed and field not in by_name and _is_also_called(field, typed)]
    for field in (*by_name, *others):
        yield Completion(kind="field", text=f"{field.name}:", label=field.name, title=field.title)


def _is_also_called(field: Field, typed: str) -> bool:
    return any(name.startswith(typed) for name in (*field.aliases, field.title.lower()))


def _values(field: Field, asked: Asked) -> Iterator[Completion]:
    typed = asked.typed.lower().lstrip()
    for text, title in _offered(field, asked):
        if text.lower().startswith(typed) and text.strip().lower() != typed.strip():
            yield Completion(kind="value", text=text, label=text.strip(), title=title)


def _offered(field: Field, asked: Asked) -> Iterator[tuple[str, str]]:
    if asked.operator == ":":
        yield from ((choice, "") for choice in field.choices)
        yield from _BY_KIND.get(field.kind, ())
        if field.kind == "same":
            yield from ((f"{what} ", "and the number of a picture") for what in SAME)
        if field.kind not in ("flag", "path", "same", "picture"):
            yield from (("none", f"without {field.title.lower()}"), ("any", f"with some {field.title.lower()}"))
    elif field.kind == "date":
        yield from ((day, "") for day in _DAYS if not day.endswith(" "))


_COMPARISONS = ((">=", "at least"), ("<=", "at most"), (">", "more than"), ("<", "less than"), ("<>", "anything but"))
_BY_KIND = {
    "flag": (("true", ""), ("false", "")),
    "number": _COMPARISONS,
    "date": tuple((day, "") for day in _DAYS),
    "size": (("portrait", ""), ("landscape", ""), ("square", ""), ("16:9", ""), ("3:2", ""), ("1:1", "")),
    "path": (('contains "', ""), ('starts with "', ""), ('ends with "', "")),
    "graph": (("like ", "and the number of a picture"),),
}
