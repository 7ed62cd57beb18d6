"""The orders a result can be shown in, and how they are asked for: `name asc`, `date`, `random:7`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal, TypeAlias

from diffusion_toolkit.errors import UsageError

Grouping: TypeAlias = Literal["day", "letter", "number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    """One order. descending: its direction when none is asked for; groups: what its headings are, if it has any."""

    name: str
    title: str
    descending: bool = False
    groups: Grouping | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """An order as asked for; seed: which of the random orders. Ties are broken by id."""

    key: str
    descending: bool
    seed: int = 0

    def __str__(self) -> str:
        """The text that `parse_sort` reads as this order."""
        key = f"random:{self.seed}" if self.key == "random" else self.key
        return f"{key} {'desc' if self.descending else 'asc'}"


_DECLARED = (
    SortKey(name="date", title="Date", descending=True, groups="day", aliases=("created", "date created")),
    SortKey(name="added", title="Date added", descending=True, groups="day", aliases=("date added",)),
    SortKey(name="modified", title="Date modified", descending=True, groups="day", aliases=("date modified",)),
    SortKey(name="viewed", title="Last viewed", descending=True, groups="day", aliases=("last viewed",)),
    SortKey(
        name="touched",
        title="Last updated",
        descending=True,
        groups="day",
        aliases=("updated", "last updated", "last touched"),
    ),
    SortKey(name="name", title="Name", groups="letter", aliases=("file name", "filename")),
    SortKey(name="path", title="Path"),
    SortKey(name="rating", title="Rating", descending=True, groups="number"),
    SortKey(name="aesthetic", title="Aesthetic score", descending=True, aliases=("aesthetic score",)),
    SortKey(name="filesize", title="File size", descending=True, aliases=("file size",)),
    SortKey(name="pixels", title="Pixels", descending=True),
    SortKey(name="ratio", title="Width to height"),
    SortKey(name="duration", title="Duration", descending=True),
    SortKey(name="prompt", title="Prompt"),
    SortKey(name="model", title="Model"),
    SortKey(name="seed", title="Seed"),
    SortKey(name="steps", title="Steps"),
    SortKey(name="cfg", title="CFG scale", aliases=("cfg scale",)),
    SortKey(name="album", title="Order of the album", aliases=("manual", "album order")),
    SortKey(name="random", title="Random"),
)

SORT_KEYS: Mapping[str, SortKey] = MappingProxyType({key.name: key for key in _DECLARED})
"""All orders by their names."""

_BY_NAME = {name: key for key in _DECLARED for name in (key.name, *key.aliases)}
_ASKED = re.compile(r"(?ai:\s*([a-z][a-z _-]*?)(?:\s*:\s*([0-9]{1,18}))?(?:\s+(asc|desc))?\s*)")


def parse_sort(text: str) -> Sort:
    """The order of `KEY [asc|desc]`; an empty text is `date desc`; raises UsageError."""
    if not text.strip():
        return Sort(key="date", descending=True)
    found = _ASKED.fullmatch(text[:100])
    name = re.sub(r"[ _-]+", " ", (found[1] if found else text[:100]).strip().lower())
    key = _BY_NAME.get(name)
    if key is None or found is None:
        near = get_close_matches(name, _BY_NAME, n=1, cutoff=0.5)
        suggestion = f"did you mean {near[0]}?" if near and key is None else f"one of {', '.join(SORT_KEYS)}"
        raise UsageError(f'no order "{text[:100].strip()}"; {suggestion}')
    if found[2] and key.name != "random":
        raise UsageError(f"only random takes a number, not {key.name}")
    descending = found[3].lower() == "desc" if found[3] else key.descending
    return Sort(key=key.name, descending=descending, seed=int(found[2] or 0))
