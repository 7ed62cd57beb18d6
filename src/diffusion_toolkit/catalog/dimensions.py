"""The small tables that images point into: models, samplers, folders and their roots."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Ints, Mask, Places
from diffusion_toolkit.catalog.names import folded_path
from diffusion_toolkit.catalog.text_order import natural_key
from diffusion_toolkit.paths import printable
from diffusion_toolkit.store.feed import FolderRow, RootRow


@dataclass(frozen=True)
class Dimension:
    """Distinct names in the order they came; the code of a name is its place."""

    ids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    @cached_property
    def _places(self) -> Places:
        return Places.of(np.array(self.ids, np.int32))

    def codes(self, ids: Array) -> Ints:
        """The codes of database ids; -1 for 0 and for unknown ones."""
        return self._places.find(ids)

    def updated(self, rows: Iterable[tuple[int, str]]) -> "Dimension":
        """With new and renamed rows."""
        names = dict(zip(self.ids, self.names, strict=True))
        names.update(rows)
        return (
            self
            if len(names) == len(self.ids) and tuple(names.values()) == self.names
            else Dimension(tuple(names), tuple(names.values()))
        )

    @cached_property
    def folded(self) -> frozenset[str]:
        """The names in lower case."""
        return frozenset(map(str.lower, self.names))

    @cached_property
    def ranks(self) -> Ints:
        """The place of each name in natural order; the last entry stands for code -1."""
        return natural_ranks(self.names)

    def matching(self, matches: Callable[[str], bool]) -> Mask:
        """Which codes have a matching name; the last entry stands for code -1."""
        return np.fromiter((*map(matches, self.names), False), np.bool_, count=len(self.names) + 1)


@dataclass(frozen=True)
class Words:
    """Short names without ids (extensions, formats); the code of a name is its place."""

    names: tuple[str, ...] = ()

    def including(self, names: Sequence[str]) -> tuple["Words", Ints]:
        """With these names, and their codes."""
        place = {name: code for code, name in enumerate(self.names)}
        codes = [place.setdefault(name, len(place)) for name in names]
        return self if len(place) == len(self.names) else Words(tuple(place)), np.array(codes, np.int32)

    def matching(self, matches: Callable[[str], bool]) -> Mask:
        """Which codes have a matching name; the last entry stands for code -1."""
        return np.fromiter((*map(matches, self.names), False), np.bool_, count=len(self.names) + 1)


@dataclass(frozen=True)
class Folders:
    """All folders with their roots, in the order they came."""

    roots: tuple[RootRow, ...] = ()
    rows: tuple[FolderRow, ...] = ()
    _root_of: dict[int, RootRow] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_root_of", {root.id: root for root in self.roots})

    @cached_property
    def _places(self) -> Places:
        return Places.of(np.array([row.id for row in self.rows], np.int32))

    def codes(self, ids: Array) -> Ints:
        """The codes of folder ids."""
        return self._places.find(ids)

    def updated(self, roots: Sequence[RootRow], rows: Sequence[FolderRow]) -> "Folders":
        """With new and changed roots and folders."""
        if not roots and not rows:
            return self
        merged_roots = {row.id: row for row in (*self.roots, *roots)}
        merged = {row.id: row for row in (*self.rows, *rows)}
        return Folders(tuple(merged_roots.values()), tuple(merged.values()))

    @cached_property
    def stored(self) -> tuple[str, ...]:
        """Absolute paths in stored form."""
        return tuple(self._absolute(row) for row in self.rows)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Absolute paths as one shows them."""
        return tuple(map(printable, self.stored))

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """Absolute paths as they are compared."""
        return tuple(map(folded_path, self.stored))

    @cached_property
    def ranks(self) -> Ints:
        """The place of each folder in natural order of its path; the last entry stands for code -1."""
        return natural_ranks(self.folded)

    @cached_property
    def available(self) -> Mask:
        """Whether the folder's root can be reached; the last entry stands for code -1."""
        found = (self._root_of.get(row.root_id) for row in self.rows)
        return np.array([*(root is not None and root.available for root in found), False], np.bool_)

    def matching(self, matches: Callable[[str], bool]) -> Mask:
        """Which folders' compared path matches; the last entry stands for code -1."""
        return np.fromiter((*map(matches, self.folded), False), np.bool_, count=len(self.rows) + 1)

    def _absolute(self, row: FolderRow) -> str:
        root = self._root_of.get(row.root_id)
        base = root.path if root else ""
        if not row.path:
            return base
        return f"{base.rstrip('/')}/{row.path}"


def natural_ranks(names: Sequence[str]) -> Ints:
    """Rank of each name; equal keys have equal ranks. One more at the end: -1."""
    keys = [natural_key(name) for name in names]
    ranks = np.full(len(names) + 1, -1, np.int32)
    rank = 0
    previous: bytes | None = None
    for number in sorted(range(len(names)), key=keys.__getitem__):
        rank += previous is not None and keys[number] != previous
        ranks[number] = rank
        previous = keys[number]
    return ranks
