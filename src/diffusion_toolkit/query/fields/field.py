"""How a field of the query language describes itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, TypeAlias

from diffusion_toolkit.query.tree import Name

Kind: TypeAlias = Literal[
    "text", "name", "number", "flag", "date", "size", "path", "presence", "graph", "property", "raw", "hash", "same",
    "picture",
]  # fmt: skip
"""text: words of a prompt · name: one of many names · number · flag: true or false · date: days ·
size: width and height · path: a whole path · presence: only `any` and `none` · graph: like an image's ·
property: value of a node, number or text · raw: characters of the metadata · hash: hexadecimal digits ·
same: something that pictures have in common, and the number of one · picture: the number of one."""

Known: TypeAlias = Literal["samplers", "schedulers", "models", "loras", "resources", "tags", "albums", "generators"]
"""Which names of the library may stand without quotes although they hold blanks, and are offered for completion."""

_NO_UNITS: Mapping[str, Decimal | int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the query language.

    name: canonical, as in the tree; kind: how its values are read; aliases: other and old names, in lower case with
    blanks (blank, underscore and hyphen are read alike); choices: the only names allowed, if not empty; known: which
    names of the library may stand without quotes; lists: a comma without a blank separates alternatives; bare: the
    name alone means true; digits: wildcards over the digits of the number; weighted: a name may bring a comparison
    (`fox>0.8`); lowest, highest: bounds of a number; units: what one unit is in the field's own; hidden: for programs,
    not offered to people; of_node: class and name of a node's property, which is no field of the table.
    """

    name: str
    kind: Kind
    title: str
    description: str
    examples: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    known: Known | None = None
    lists: bool = False
    bare: bool = False
    digits: bool = False
    weighted: bool = False
    lowest: int | None = None
    highest: int | None = None
    units: Mapping[str, Decimal | int] = field(default_factory=lambda: _NO_UNITS, hash=False)
    hidden: bool = False
    of_node: tuple[Name, Name] | None = None
