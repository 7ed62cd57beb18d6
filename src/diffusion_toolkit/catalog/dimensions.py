"""The small tables that images point into: models, samplers, folders and their roots."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Ints, Mask, Places
from diffusion_toolkit.catalog.kept import Kept
from diffusion_toolkit.catalog.names import folded_path
from diffusion_toolkit.catalog.text_order import natural_key
from diffusion_toolkit.paths import folders_above, printable
from diffusion_toolkit.store.feed import FolderRow, RootRow, TagRow


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


class _Codes:
    """Codes of ids that are numbered from 1 on: a table look-up, as an image has dozens of them."""

    def __init__(self, ids: Sequence[int]) -> None:
        self._table = np.full(max(ids, default=0) + 1, -1, np.int32)
        self._table[list(ids)] = np.arange(len(ids), dtype=np.int32)

    def of(self, ids: Array) -> Ints:
        """-1 for unknown ones."""
        known = (ids >= 0) & (ids < len(self._table))
        return self._table[ids] if known.all() else np.where(known, self._table[np.where(known, ids, 0)], np.int32(-1))


@dataclass(frozen=True)
class TagNames:
    """The tags by name; the code of a tag is its place. deleted: those that count no more, wherever they stand."""

    ids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    deleted: frozenset[int] = frozenset()
    kept: Kept = field(default_factory=Kept, init=False, repr=False, compare=False)

    @cached_property
    def _codes(self) -> _Codes:
        return _Codes(self.ids)

    def codes(self, ids: Array) -> Ints:
        """The codes of database ids, -1 for unknown ones."""
        return self._codes.of(ids)

    def updated(self, rows: Sequence[TagRow]) -> "TagNames":
        """With new, renamed, deleted and restored tags."""
        if not rows:
            return self
        names = {**dict(zip(self.ids, self.names, strict=True)), **{row.id: row.name for row in rows}}
        gone = {self.ids[code] for code in self.deleted} - {row.id for row in rows}
        gone |= {row.id for row in rows if row.deleted}
        deleted = frozenset(code for code, number in enumerate(names) if number in gone)
        return TagNames(tuple(names), tuple(names.values()), deleted)

    @cached_property
    def live(self) -> Mask:
        """Which codes are not deleted."""
        live = np.ones(len(self.names), np.bool_)
        live[list(self.deleted)] = False
        return live

    @cached_property
    def dead_codes(self) -> Ints:
        """The codes of deleted tags."""
        return np.array(sorted(self.deleted), np.int32)

    @cached_property
    def folded(self) -> frozenset[str]:
        """The names in lower case."""
        return frozenset(name.lower() for code, name in enumerate(self.names) if code not in self.deleted)


@dataclass(frozen=True)
class Resources:
    """What recipes name beside their model: kind and name of each; its code is its place."""

    ids: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    kept: Kept = field(default_factory=Kept, init=False, repr=False, compare=False)

    @cached_property
    def _codes(self) -> _Codes:
        return _Codes(self.ids)

    def codes(self, ids: Array) -> Ints:
        """The codes of database ids, -1 for unknown ones."""
        return self._codes.of(ids)

    def updated(self, rows: Sequence[tuple[int, str, str]]) -> "Resources":
        """With new resources. One never changes."""
        known = set(self.ids) if rows else set[int]()
        new = [row for row in rows if row[0] not in known]
        if not new:
            return self
        ids, kinds, names = zip(*new, strict=True)
        return Resources((*self.ids, *ids), (*self.kinds, *kinds), (*self.names, *names))

    @cached_property
    def by_kind(self) -> Mapping[str, Ints]:
        """The codes of each kind."""
        codes: dict[str, list[int]] = {}
        for code, kind in enumerate(self.kinds):
            codes.setdefault(kind, []).append(code)
        return {kind: np.array(of_kind, np.int32) for kind, of_kind in codes.items()}

    def of_kind(self, kind: str) -> Ints:
        """The codes of one kind."""
        return self.by_kind.get(kind, np.empty(0, np.int32))

    def folded(self, kind: str) -> frozenset[str]:
        """The names of one kind in lower case."""
        codes: list[int] = self.of_kind(kind).tolist()
        return self.kept.get(kind, lambda: frozenset([self.names[code].lower() for code in codes]))


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

    @cached_property
    def shown(self) -> Mask:
        """Whether the folder's pictures are in the library: neither excluded nor below a root that is not recursive;
        the last entry stands for code -1."""
        trees = {(row.root_id, row.path) for row in self.rows if row.excluded == "tree"}
        return np.array([*(self._is_shown(row, trees) for row in self.rows), True], np.bool_)

    def _is_shown(self, row: FolderRow, trees: set[tuple[int, str]]) -> bool:
        root = self._root_of.get(row.root_id)
        if row.excluded != "no" or (row.path and root is not None and not root.recursive):
            return False
        return not trees or not any((row.root_id, above) in trees for above in folders_above(row.path))

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
