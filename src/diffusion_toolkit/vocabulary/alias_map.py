"""A person's own map of tags: readable text, one `alias = canonical name` a line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.vocabulary.plain import plain_key

LONGEST_LINE: Final = 1_000
_SEPARATOR: Final = re.compile(r"\s=\s")
"""With blanks around it: `=_=` is a tag."""


@dataclass(frozen=True, slots=True)
class AliasMap:
    """Aliases and their canonical names, as a person wrote them. Raises UsageError where they go round in a circle.

    targets: the key of every alias, and of every canonical name, to the name that stands at the end.
    """

    pairs: tuple[tuple[str, str], ...]
    targets: Mapping[str, str]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "AliasMap":
        """The map of these (alias, canonical name)."""
        listed = tuple(pairs)
        return cls(listed, _resolved(listed))

    def as_text(self) -> str:
        """The map as text, which `read_alias_map` reads again."""
        return "".join(f"{alias} = {canonical}\n" for alias, canonical in self.pairs)


def read_alias_map(text: str) -> AliasMap:
    """The map of a text: one `alias = canonical name` a line; empty lines and those that begin with "# " are
    passed over.

    Raises UsageError, naming the line, for anything else, for an alias with two meanings, and for a circle.
    """
    pairs: list[tuple[str, str]] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        content = line.strip()
        if not content or content.startswith("# ") or content == "#":
            continue
        alias, canonical = _pair(content, number)
        first = lines.setdefault(plain_key(alias), number)
        if first != number:
            raise UsageError(f'Line {number}: "{alias}" has a meaning already, in line {first}.')
        pairs.append((alias, canonical))
    return AliasMap.of(pairs)


def fitting(had: AliasMap, lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of these lines that the map can take: about aliases that it does not have, and closing no circle."""
    keys = {plain_key(alias): plain_key(canonical) for alias, canonical in had.pairs}
    taken: list[tuple[str, str]] = []
    for alias, canonical in lines:
        key, end = plain_key(alias), plain_key(canonical)
        while end != key and end in keys and keys[end] != end:
            end = keys[end]
        if key not in keys and (end != key or plain_key(canonical) == key):
            keys[key] = plain_key(canonical)
            taken.append((alias, canonical))
    return taken


def _pair(content: str, number: int) -> tuple[str, str]:
    parts = _SEPARATOR.split(content, maxsplit=1)
    if len(parts) != 2 or len(content) > LONGEST_LINE or not all(plain_key(part) for part in parts):
        raise UsageError(f'Line {number}: write "alias = canonical name", with blanks around the equals sign.')
    return parts[0].strip(), parts[1].strip()


def _resolved(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    given: dict[str, str] = {}
    for alias, canonical in pairs:
        if given.setdefault(plain_key(alias), canonical) != canonical:
            raise UsageError(f'"{alias}" cannot mean both "{given[plain_key(alias)]}" and "{canonical}".')
    ends = {key: _end(given, canonical) for key, canonical in given.items()}
    spellings: dict[str, str] = {}
    for end in ends.values():  # of two spellings of one canonical name the first counts
        spellings.setdefault(plain_key(end), end)
    return spellings | {key: spellings[plain_key(end)] for key, end in ends.items()}


def _end(given: Mapping[str, str], canonical: str) -> str:
    """Where a chain of aliases ends. A line that only says how its own name is written ("nasa = NASA") ends it too."""
    passed = [canonical]
    while (key := plain_key(passed[-1])) in given and plain_key(given[key]) != key:
        following = given[key]
        if plain_key(following) in map(plain_key, passed):
            circle = " → ".join(f'"{name}"' for name in (*passed, following))
            raise UsageError(f"These aliases go round in a circle: {circle}.")
        passed.append(following)
    return given.get(plain_key(passed[-1]), passed[-1])
