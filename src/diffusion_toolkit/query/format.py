"""Writes a tree as the text that parses to it again: for chips, links, saved searches and facets."""

import re
from decimal import Decimal

from diffusion_toolkit.query.fields import FIELDS, field_named
from diffusion_toolkit.query.node_property import written_property
from diffusion_toolkit.query.normal import normalise
from diffusion_toolkit.query.tree import (
    Absent,
    Affix,
    And,
    Aspect,
    Compare,
    Days,
    Dimensions,
    Everything,
    Exact,
    Flag,
    Glob,
    Like,
    Name,
    Node,
    NodeProperty,
    Not,
    Or,
    PathText,
    Present,
    Prompt,
    Range,
    Same,
    Shape,
    Term,
    Value,
    Weighted,
    Where,
)
from diffusion_toolkit.query.wildcards import has_wildcards
from diffusion_toolkit.query.words import is_unspaced

# What may stand without quotes whatever comes before or behind it.
_PLAIN = re.compile(r"[\w.*?/\\+#@~'-]+", re.ASCII)
_RESERVED = frozenset({"none", "any", "AND", "OR", "NOT"})
_HOW = {"glob": "", "contains": "contains ", "starts": "starts with ", "ends": "ends with "}


def format_query(node: Node) -> str:
    """The query that `parse` reads as this tree (in its normal form); "" asks for everything."""
    return _write(normalise(node))


def _write(node: Node) -> str:
    match node:
        case Everything():
            return ""
        case And(parts):
            return _all(parts)
        case Or(parts):
            return " OR ".join(f"({_all(part.parts)})" if isinstance(part, And) else _write(part) for part in parts)
        case Not(part):
            inner = f"({_write(part)})" if isinstance(part, (And, Or)) else _write(part)
            return f"-{inner}" if re.match(r'[a-z0-9"(\[]', inner) else f"NOT {inner}"
        case Prompt(text):
            return _quoted(text.text) if isinstance(text, Exact) else _prompt(text)
        case Where():
            return _where(node)
        case NodeProperty():
            return _node_property(node)


def _all(parts: tuple[Node, ...]) -> str:
    written: list[str] = []
    after_number = False
    for part in parts:
        text = f"({_write(part)})" if isinstance(part, Or) else _write(part)
        # Behind a number and a comma, `30` would be the next alternative; in brackets it is text.
        is_text = isinstance(part, Prompt) and isinstance(part.text, Term)
        written.append(f"[{text}]" if after_number and is_text and text[0] in "0123456789*?" else text)
        inner = part.part if isinstance(part, Not) else part
        after_number = isinstance(inner, Where) and FIELDS[inner.field].kind == "number"
    return ", ".join(written)


def _prompt(term: Term) -> str:
    text = _term(term)
    field = field_named(text)
    return f"[{text}]" if field and field.bare else text


def _term(term: Term) -> str:
    """The words with blanks between them, but not between characters of a script that writes none."""
    text = ""
    previous = ""
    for word in term.words:
        joined = not previous or (is_unspaced(previous) and is_unspaced(word))
        text += word if joined else f" {word}"
        previous = word
    return text


def _where(where: Where) -> str:
    field = FIELDS[where.field]
    if len(where.values) == 1 and isinstance(compare := where.values[0], Compare) and compare.operator != "=":
        return f"{where.field}{format_value(compare, where.field)}"
    alternatives = "|".join(format_value(value, where.field) for value in where.values)
    return f"{field.name}:{alternatives}"


def _node_property(node: NodeProperty) -> str:
    name = written_property(node.node, node.property)
    values = [_property_value(value) for value in node.values]
    stands_alone = len(values) == 1 and values[0][0] in "<>="
    return f"{name}{values[0]}" if stands_alone else f"{name}:{'|'.join(values)}"


def _property_value(value: Value) -> str:
    match value:
        case Name(text, is_quoted):
            return f"={_quoted(text)}" if is_quoted else text
        case _:
            return format_value(value, "node")


def format_value(value: Value, field: str) -> str:
    """One value of a field as it stands behind the colon."""
    match value:
        case Absent():
            return "none"
        case Present():
            return "any"
        case Flag(is_true):
            return "true" if is_true else "false"
        case Compare() | Range() | Glob():
            return _number_value(value, field)
        case Dimensions(width, height):
            return f"{width or '?'}x{height or '?'}"
        case Aspect(width, height):
            return f"{width}:{height}"
        case Shape(name):
            return name
        case Like(image_id):
            return f"like {image_id}" if FIELDS[field].kind == "graph" else str(image_id)
        case Same(what, image_id):
            return f"{what} {image_id}"
        case Affix(how, text):
            return f"{_HOW[how]}{_quoted(text)}"
        case Days():
            return _days(value)
        case Weighted(name, operator, weight):
            return f"{_text_value(name)}{operator}{_number(weight)}"
        case Name() | PathText() | Term() | Exact():
            return _text_value(value)


def _number_value(value: Compare | Range | Glob, field: str) -> str:
    match value:
        case Glob(pattern):
            return pattern
        case Range(low, high):
            return f"{_number(low)}..{_number(high)}"
        case Compare("=", number):
            return _number(number)
        case Compare(operator, number):
            return operator + _with_unit(number, field)


def _number(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_unit(number: Decimal, field: str) -> str:
    """`2mb` rather than 2097152, where that is exact."""
    units = sorted(FIELDS[field].units.items(), key=lambda unit: -unit[1])
    for unit, factor in units:
        if factor > 1 and number >= factor and number % factor == 0:
            return f"{_number(number // factor)}{unit}"
    return _number(number)


def _days(days: Days) -> str:
    first, last = days.first, days.last
    if first is None:
        return "any" if last is None else last if last.startswith("before ") else f"until {last}"
    if last is None:
        return first if first.startswith("after ") else f"since {first}"
    return first if first == last else f"{first}..{last}"


def _text_value(value: Name | PathText | Term | Exact) -> str:
    match value:
        case Exact(text):
            return _quoted(text)
        case Term(words):
            text = _term(value)
            return f"[{text}]" if words in (("none",), ("any",)) else text
        case PathText(how, text):
            return f"{_HOW[how]}{_quoted(text) if how != 'glob' or not _PLAIN.fullmatch(text) else text}"
        case Name(text, is_quoted):
            if has_wildcards(text) and not is_quoted:
                return text
            plain = not is_quoted and _PLAIN.fullmatch(text) and text.lower() not in _RESERVED and text not in _RESERVED
            return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
