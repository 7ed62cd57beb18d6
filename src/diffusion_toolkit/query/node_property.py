"""Properties of workflow nodes: `node.KSampler.cfg>7`, `node.*.text:"castle"`, `node."Lora (rgthree)".lora_1.lora:*x*`.

The class goes up to the next dot, the property up to the colon or comparison. Names with dots (of a class), blanks or
brackets stand in quotes; there, wildcards are characters.
"""

import re

from diffusion_toolkit.errors import QueryError
from diffusion_toolkit.query.fields import Field
from diffusion_toolkit.query.tree import Affix, Exact, Name, Value
from diffusion_toolkit.query.values import BOUNDARY, is_number, read_number, read_operator
from diffusion_toolkit.query.wildcards import has_wildcards

EXAMPLES = (
    "node.KSampler.cfg>7",
    "node.KSampler.cfg:5..8",
    "node.KSampler.sampler_name:euler|dpmpp_2m",
    'node.*.text:"castle"',
    "node.*.text:castle",
    'node.*.text:starts with "a castle"',
    "node.*.seed:123*",
    'node."Power Lora Loader (rgthree)".lora_1.lora:*detail*',
    'node.LoadImage.image="fox.png"',
    "node.KSampler.denoise:none",
)

_QUOTED = r'"(?:[^"]|""){1,1000}"'
_PLAIN_CLASS = r'[^\s.:<>=!≥≤≠"(),|]{1,1000}'
_PLAIN_NAME = r'[^\s:<>=!≥≤≠"(),|]{1,1000}'
_CLASS = f"{_QUOTED}|{_PLAIN_CLASS}"
_NAME = f"{_QUOTED}|{_PLAIN_NAME}"
_PROPERTY = re.compile(rf"(?ai:node)\.({_CLASS})\.({_NAME})\s*(?::(?!//|:)\s*|(?=[<>=≥≤≠]|!=))")
_HALF = re.compile(rf"(?ai:node)\.({_CLASS})(?:\.({_NAME})?)?")
_BARE_CLASS = re.compile(_PLAIN_CLASS)
_BARE_NAME = re.compile(_PLAIN_NAME)
_BARE_VALUE = re.compile(r'[^\s,|"()\[\]{}<>=!≥≤≠:]+')
_AFFIX = re.compile(r'(?ai:(contains)|(starts\s+with)|ends\s+with)\s*"((?:[^"]|"")+)"')
_RESERVED = re.compile(r"(?ai:none|any)|AND|OR|NOT")


def property_at(query: str, at: int) -> tuple[Field, str, int] | None:
    """The property that begins at `at`, as it is written, and where its value or its comparison begins."""
    found = _PROPERTY.match(query, at)
    if found is None:
        return None
    written = query[at : found.end(2)]
    field = Field(
        name=written,
        kind="property",
        title=written,
        description="",
        examples=(f"{written}>7",),
        of_node=(_name(found[1]), _name(found[2])),
    )
    return field, written, found.end()


def half_property_at(query: str, at: int) -> str | None:
    """What begins like a property at `at`, and is none."""
    found = _HALF.match(query, at)
    return found[0] if found else None


def half_property(query: str, at: int, word: str) -> QueryError:
    """The problem of a property that has no name, or no value."""
    found = _HALF.match(word)
    assert found is not None
    if found[2] is None:
        fix = f"node:{found[1]}"
        said = f"a property of the node is expected, like node.{found[1]}.cfg>7; {fix} asks for the node itself"
    else:
        fix = f"{word}:any"
        said = f"{word}: a value is expected, like {word}>7 or {fix}"
    return QueryError(said, position=at + 1, length=len(word), fix=query[:at] + fix + query[at + len(word) :])


def read_property_value(
    field: Field, query: str, start: int, stop: int, quoted: tuple[str, int] | None
) -> tuple[Value, int, bool]:
    """One value from `start`; quoted: the text in quotes behind its comparison, and where they end.

    A number, comparison or range; `"text"` for a part of the value, `starts with "text"` for its beginning, `="text"`
    for the whole; else a name.
    """
    if affix := _AFFIX.match(query, start, stop):
        return _affix(affix), affix.end(), False
    operator, at = read_operator(query, start, stop)
    if quoted is not None and operator in (None, "=", "<>"):
        text, end = quoted
        return Exact(text) if operator is None else Name(text, quoted=True), end, operator == "<>"
    if is_number(field, query, start, stop) is not None or operator not in (None, "=", "<>"):
        return *read_number(field, query, start, stop), False
    found = _BARE_VALUE.match(query, at, stop)
    if found is None or (found.end() < stop and query[found.end()] not in BOUNDARY):
        raise QueryError(f"{field.name}: put this value in quotes", position=min(at, len(query) - 1) + 1)
    return Name(found[0]), found.end(), operator == "<>"


def _affix(found: re.Match[str]) -> Exact | Affix:
    text = found[3].replace('""', '"')
    return Exact(text) if found[1] else Affix("starts" if found[2] else "ends", text)


def normal_value(value: Value) -> Value:
    """A name that cannot stand without quotes means the whole value, in them."""
    if not isinstance(value, Name) or value.quoted:
        return value
    text = value.text
    is_bare = _BARE_VALUE.fullmatch(text) and not _RESERVED.fullmatch(text)
    return value if is_bare and is_number(_ANY, text, 0, len(text)) is None else Name(text, quoted=True)


def normal_names(node: Name, name: Name) -> tuple[Name, Name]:
    """Quotes only matter for a wildcard; one that cannot stand without them is a character."""
    return _normal_name(node, _BARE_CLASS), _normal_name(name, _BARE_NAME)


def _normal_name(name: Name, bare: re.Pattern[str]) -> Name:
    quoted = name.quoted or not bare.fullmatch(name.text)
    return Name(name.text, quoted=quoted and has_wildcards(name.text))


def written_property(node: Name, name: Name) -> str:
    """The property as it is typed."""
    return f"node.{_written(node, _BARE_CLASS)}.{_written(name, _BARE_NAME)}"


_ANY = Field(name="node", kind="property", title="", description="", examples=("",))


def _name(written: str) -> Name:
    if not written.startswith('"'):
        return Name(written)
    text = written[1:-1].replace('""', '"')
    return Name(text, quoted=has_wildcards(text))


def _written(name: Name, bare: re.Pattern[str]) -> str:
    if bare.fullmatch(name.text) and not name.quoted:
        return name.text
    doubled = name.text.replace('"', '""')
    return f'"{doubled}"'


def written_class(name: str) -> str:
    """A class as it is typed."""
    return _written(Name(name, quoted=has_wildcards(name)), _BARE_CLASS)


def written_property_name(name: str) -> str:
    """The name of a property as it is typed."""
    return _written(Name(name, quoted=has_wildcards(name)), _BARE_NAME)
