"""The tree a query is parsed to: what is asked, not how it is found. All nodes are frozen and comparable.

`query.parse` makes it from text, `query.format` makes text from it, `catalog` evaluates it.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias, Union

SAME = (
    "prompt", "negative", "model", "sampler", "scheduler", "generator", "seed", "steps", "cfg", "size", "rating",
    "folder", "date", "graph", "ext",
)  # fmt: skip
"""What two pictures may have in common."""

Comparison: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty query."""


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything that does not match `part`."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand next to each other in this order; the last matches as a prefix.

    words: lower-cased by the tokenizer, at least one; each may hold the wildcards `*` and `?`.
    A last word that ends in a wildcard is matched by that wildcard.
    """

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exact:
    """Exactly these characters, ignoring case: a substring."""

    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Text in the positive prompt."""

    text: Term | Exact


# --- values of a field -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Absent:
    """`none`: the field has no value."""


@dataclass(frozen=True, slots=True)
class Present:
    """`any`: the field has some value."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A number against the field's. `Compare("=", 20)` is also what a bare `20` means."""

    operator: Comparison
    number: Decimal


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from low to high, both included."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern over the decimal digits of a number: `123*`, `123456???000`."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name (model, sampler, generator, folder …), compared ignoring case.

    quoted: it stood in quotes, so wildcards in it are characters. How names match is the field's:
    a model matches with or without its extension or folder, a sampler in any generator's spelling.
    """

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Weighted:
    """A name with a weight or a confidence: `lora:detail>0.5`, `tag:fox>=0.8`."""

    name: Name
    operator: Comparison
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false; `favorite` alone is Flag(True)."""

    value: bool


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days of the user's time zone.

    first, last: canonical words for a day or a span of days: "today", "yesterday", "3 days ago", "last week",
    "2026", "2026-10", "2026-10-05"; None = open end. Both ends included.
    """

    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class Dimensions:
    """`1024x1024`, `512x?`: width and height in pixels; None = any."""

    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class Aspect:
    """`16:9`: width to height, met within 1 %."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shape:
    """`portrait`, `landscape`, `square`."""

    name: Literal["portrait", "landscape", "square"]


@dataclass(frozen=True, slots=True)
class PathText:
    """Text of a whole path, `\\` and `/` alike, ignoring case.

    how: "glob" (`*` any run, `?` one character, whole path), "contains", "starts", "ends".
    """

    how: Literal["glob", "contains", "starts", "ends"]
    text: str


@dataclass(frozen=True, slots=True)
class Like:
    """`like 123`: the same as the image of this number has."""

    image_id: int


@dataclass(frozen=True, slots=True)
class Same:
    """`seed 123`: the same of something (see `SAME`) as the image of this number has."""

    what: str
    image_id: int


@dataclass(frozen=True, slots=True)
class Affix:
    """The beginning or the end of a node's value, ignoring case."""

    how: Literal["starts", "ends"]
    text: str


Value: TypeAlias = Union[
    Absent,
    Present,
    Compare,
    Range,
    Glob,
    Name,
    Weighted,
    Flag,
    Days,
    Dimensions,
    Aspect,
    Shape,
    PathText,
    Like,
    Same,
    Affix,
    Term,
    Exact,
]


@dataclass(frozen=True, slots=True)
class Where:
    """A field and its alternatives: any of the values may hold.

    field: canonical name from `query.fields`; `negative:` holds Term and Exact values, other fields the rest.
    """

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class NodeProperty:
    """A property of some node of the workflow and its alternatives: any of the values may hold.

    node: the class; property: its name, parts of an object behind a dot; in both, wildcards unless quoted.
    values: Absent or Present; Compare and Range for numbers; Exact: text with exactly these characters in it; Affix: at
    its beginning or end; Name:
    unquoted, a pattern over the whole value, or words of a value that is more than one word; quoted, the whole value.
    """

    node: Name
    property: Name
    values: tuple[Value, ...]


Node: TypeAlias = Union[Everything, And, Or, Not, Prompt, Where, NodeProperty]
