"""A filter panel's lines and the query they mean: lines to text, and text to lines as far as it is made of such lines.

A line is a field, how it is compared, a value, and whether what it finds is left out. All lines must hold; the words of
a query that are no line stay as its text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, TypeAlias

from diffusion_toolkit.errors import QueryError, UsageError
from diffusion_toolkit.query.fields import FIELDS, Field, Kind
from diffusion_toolkit.query.format import format_query, format_value
from diffusion_toolkit.query.known import KnownNames
from diffusion_toolkit.query.parser import parse
from diffusion_toolkit.query.tree import (
    Absent,
    Affix,
    And,
    Compare,
    Comparison,
    Days,
    Exact,
    Glob,
    Name,
    Node,
    NodeProperty,
    Not,
    PathText,
    Present,
    Prompt,
    Range,
    Term,
    Value,
    Where,
)

Operator: TypeAlias = Literal[
    "is", "=", "<>", "<", "<=", ">", ">=", "between", "contains", "starts with", "ends with", "since", "before", "none",
    "any",
]  # fmt: skip

_NUMBER: tuple[Operator, ...] = ("=", "<>", "<", "<=", ">", ">=", "between", "none", "any")
OPERATORS: Mapping[Kind, tuple[Operator, ...]] = MappingProxyType(
    {
        "text": ("contains", "is", "none", "any"),
        "name": ("is", "none", "any"),
        "number": (*_NUMBER, "is"),
        "flag": ("is",),
        "date": ("is", "since", "before", "between", "none", "any"),
        "size": ("is", "none", "any"),
        "path": ("is", "contains", "starts with", "ends with"),
        "presence": ("none", "any"),
        "graph": ("is", "none", "any"),
        "raw": ("contains", "none", "any"),
        "hash": ("is", "none", "any"),
        "same": ("is",),
        "picture": ("is",),
        "property": ("contains", "is", "starts with", "ends with", *_NUMBER),
    }
)
"""How a line may compare, by the kind of its field. `is` takes whatever the language takes behind the colon."""

PROMPT = Field(
    name="prompt",
    kind="text",
    title="Prompt",
    description="Words or, with `contains`, exact characters of the prompt.",
    examples=("blue eyes",),
)
"""The text of a query as a line of the panel; in a query it has no name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One line. value: as it is typed; second: the other bound of `between`; exclude: what it finds is left out."""

    field: str
    operator: Operator = "is"
    value: str = ""
    second: str = ""
    exclude: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A query as lines; rest: what of it is no line, as text."""

    filters: tuple[Filter, ...]
    rest: str = ""


def panel_field(name: str) -> Field:
    """The field of a line. `node.CLASS.PROPERTY` is one too."""
    if name == PROMPT.name:
        return PROMPT
    if name in FIELDS:
        return FIELDS[name]
    if name.lower().startswith("node."):
        return Field(name=name, kind="property", title=name, description="", examples=(f"{name}>7",))
    raise UsageError(f'no field "{name[:100]}" for a filter.')


def query_of(filters: Sequence[Filter], rest: str = "", names: KnownNames | None = None) -> str:
    """The query that holds all lines and the text. Raises UsageError for a line that cannot be read."""
    return format_query(And((parse(rest, names), *(_node(line, names) for line in filters))))


def panel_of(query: str, names: KnownNames | None = None) -> Panel:
    """The lines of a query and the text of what is none."""
    node = parse(query, names)
    filters: list[Filter] = []
    rest: list[Node] = []
    for part in node.parts if isinstance(node, And) else (node,):
        line = _line(part)
        if line is None:
            rest.append(part)
        else:
            filters.append(line)
    return Panel(filters=tuple(filters), rest=format_query(And(tuple(rest))))


def _node(line: Filter, names: KnownNames | None) -> Node:
    field = panel_field(line.field)
    if line.operator not in OPERATORS[field.kind]:
        raise UsageError(f"{field.title}: one of {', '.join(OPERATORS[field.kind])} is expected.")
    node = _read(field, line, names)
    return Not(node) if line.exclude else node


def _read(field: Field, line: Filter, names: KnownNames | None) -> Node:
    problem = ""
    for text in _readings(field, line):
        try:
            node = parse(text, names)
        except QueryError as error:
            problem = problem or f"{field.title}: {error.args[0]}"
            continue
        if _is_one(field, node):
            return node
    raise UsageError(problem or f'{field.title}: "{line.value[:100]}" is not one value.')


def _readings(field: Field, line: Filter) -> Iterator[str]:
    """The line as typed; else, as a box needs no quotes, its names between commas, or all of it as one name."""
    yield _written(field, line)
    if field.kind in ("name", "path") and line.operator == "is":
        parts = [part.strip() for part in line.value.split(",")]
        if field.known and len(parts) > 1 and all(parts):
            yield f"{field.name}:{'|'.join(map(_quoted, parts))}"
        yield f"{field.name}:{_quoted(line.value.strip())}"


def _written(field: Field, line: Filter) -> str:
    name, value = field.name, line.value.strip()
    if line.operator in ("none", "any"):
        return f"{name}:{line.operator}"
    if not value and not (line.operator == "between" and line.second.strip()):
        raise UsageError(f"{field.title}: a value is expected.")
    if field is PROMPT:
        return _quoted(line.value) if line.operator == "contains" else value
    match line.operator:
        case "is" if field.kind == "property":
            return f"{name}={_quoted(line.value)}"
        case "is":
            return f"{name}:{value}"
        case "between":
            return f"{name}:{value}..{line.second.strip()}"
        case "contains" | "starts with" | "ends with":
            how = "" if field.kind in ("text", "raw") else f"{line.operator} "
            return f"{name}:{how}{_quoted(line.value)}"
        case "since" | "before":
            return f"{name}:{line.operator} {value}"
        case operator:
            return f"{name}{operator}{value}"


def _is_one(field: Field, node: Node) -> bool:
    """Did the value stay one, and no field or term of its own?"""
    match node:
        case Not(part):
            return _is_one(field, part)
        case Where(name):
            return name == field.name
        case NodeProperty():
            return field.kind == "property"
        case Prompt():
            return field is PROMPT
        case And(parts):
            return field is PROMPT and all(isinstance(part, Prompt) for part in parts)
        case _:
            return False


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


# --- and back --------------------------------------------------------------------------------------


def _line(node: Node, *, exclude: bool = False) -> Filter | None:
    match node:
        case Not(part) if not exclude:
            return _line(part, exclude=True)
        case Prompt(Term() as term):
            return Filter(field="prompt", value=format_query(Prompt(term)), exclude=exclude)
        case Prompt(Exact(text)):
            return Filter(field="prompt", operator="contains", value=text, exclude=exclude)
        case Where(name, (value,)):
            return _value_line(name, value, exclude=exclude)
        case Where(name):
            written = format_query(node).partition(":")[2]
            return Filter(field=name, value=written, exclude=exclude) if "is" in OPERATORS[FIELDS[name].kind] else None
        case NodeProperty(_, _, (value,)):
            name = format_query(NodeProperty(node.node, node.property, (Present(),))).removesuffix(":any")
            return _property_line(name, value, exclude=exclude)
        case _:
            return None


def _value_line(name: str, value: Value, *, exclude: bool) -> Filter | None:
    kind = FIELDS[name].kind
    match value:
        case Absent():
            return Filter(field=name, operator="none", exclude=exclude)
        case Present():
            return Filter(field=name, operator="any", exclude=exclude)
        case Compare(operator, number):
            return _number_line(name, operator, number, exclude=exclude)
        case Range(low, high):
            return Filter(field=name, operator="between", value=_number(low), second=_number(high), exclude=exclude)
        case Exact(text) if kind in ("text", "raw"):
            return Filter(field=name, operator="contains", value=text, exclude=exclude)
        case PathText("contains" | "starts" | "ends" as how, text):
            return Filter(field=name, operator=_HOW[how], value=text, exclude=exclude)
        case Days():
            return _days_line(name, value, exclude=exclude)
        case Glob(pattern):
            return Filter(field=name, value=pattern, exclude=exclude)
        case _:
            written = format_value(value, name)
            return Filter(field=name, value=written, exclude=exclude) if "is" in OPERATORS[kind] else None


_HOW: Mapping[str, Operator] = {"contains": "contains", "starts": "starts with", "ends": "ends with"}


def _number_line(name: str, operator: Comparison, number: Decimal, *, exclude: bool) -> Filter:
    return Filter(field=name, operator=operator, value=_number(number), exclude=exclude)


def _number(number: Decimal) -> str:
    return format_value(Compare("=", number), "steps")


def _days_line(name: str, days: Days, *, exclude: bool) -> Filter:
    first, last = days.first, days.last
    if first and last and first != last:
        return Filter(field=name, operator="between", value=first, second=last, exclude=exclude)
    if first and last is None and not first.startswith("after "):
        return Filter(field=name, operator="since", value=first, exclude=exclude)
    if first is None and last and last.startswith("before "):
        return Filter(field=name, operator="before", value=last.removeprefix("before "), exclude=exclude)
    return Filter(field=name, value=format_value(days, name), exclude=exclude)


def _property_line(name: str, value: Value, *, exclude: bool) -> Filter | None:
    match value:
        case Absent():
            return Filter(field=name, operator="none", exclude=exclude)
        case Present():
            return Filter(field=name, operator="any", exclude=exclude)
        case Exact(text):
            return Filter(field=name, operator="contains", value=text, exclude=exclude)
        case Affix(how, text):
            return Filter(field=name, operator=_HOW[how], value=text, exclude=exclude)
        case Name(text, True):
            return Filter(field=name, value=text, exclude=exclude)
        case Compare(operator, number):
            return _number_line(name, operator, number, exclude=exclude)
        case Range(low, high):
            return Filter(field=name, operator="between", value=_number(low), second=_number(high), exclude=exclude)
        case _:
            return None
