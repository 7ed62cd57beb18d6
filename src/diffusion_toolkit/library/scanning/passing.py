"""Which folders a scan passes over, and which part of a root it looks at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from diffusion_toolkit.paths import folders_above
from diffusion_toolkit.store import folders, roots
from diffusion_toolkit.store.folders import Connection, FolderRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """Folders of one root that scans do not look into: excluded, archived, or below a root that is not recursive.

    marks: path (stored form, relative) to "folder" (its own files) or "tree" (all below it too).
    """

    marks: Mapping[str, str] = field(default_factory=dict[str, str])
    recursive: bool = True

    @classmethod
    def of(cls, connection: Connection, root_id: int, *, recursive: bool) -> "Passing":
        """What people said of the folders of a root."""
        marks = {
            path: "tree" if "tree" in (excluded, archived) else "folder"
            for path, excluded, archived in folders.marked(connection, root_id)
        }
        return cls(marks=marks, recursive=recursive)

    def over(self, path: str) -> bool:
        """Whether the files of this folder are passed over."""
        if path and not self.recursive:
            return True
        return bool(self.marks) and (path in self.marks or self.over_tree(path))

    def over_tree(self, path: str) -> bool:
        """Whether this folder and all below it are passed over."""
        if path and not self.recursive:
            return True
        return any(self.marks.get(each) == "tree" for each in (path, *folders_above(path))) if self.marks else False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A part of a root. Paths in stored form, relative to the root.

    trees: folders with all below them; folders: their own files only; files: names of some files of a folder.
    """

    trees: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    files: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    @property
    def starts(self) -> list[tuple[str, bool]]:
        """Where a walk begins, and whether it goes down from there; none lies below another that does."""
        trees = [path for path in self.trees if not self._within_tree(path)]
        return sorted([(path, True) for path in trees] + [(path, False) for path in self.folders if not self.has(path)])

    def has(self, path: str) -> bool:
        """Whether a folder lies in one of the trees."""
        return path in self.trees or self._within_tree(path)

    def covers(self, path: str) -> bool:
        """Whether all files of a folder are looked at."""
        return path in self.folders or self.has(path)

    def _within_tree(self, path: str) -> bool:
        return bool(self.trees) and not self.trees.isdisjoint(folders_above(path))


EVERYTHING = Scope(trees=frozenset({""}))
"""The whole root."""


def folders_to_read(connection: Connection, root_id: int, scope: Scope, *, recursive: bool) -> list[int]:
    """The numbers of the folders of a scope that are not passed over."""
    passing = Passing.of(connection, root_id, recursive=recursive)
    return [
        number
        for path, number in roots.folder_ids(connection, root_id).items()
        if scope.covers(path) and not passing.over(path)
    ]


def scope_of(rows: Iterable[FolderRow]) -> Scope:
    """These folders with all below them."""
    return Scope(trees=frozenset(row.path for row in rows))
