"""What a scan must leave alone: places that moves, renames and deletions of our own touch while it runs, and files
whose entries the user removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from diffusion_toolkit.library.roots import Root
from diffusion_toolkit.library.scanning.moves import Moved, NewFiles
from diffusion_toolkit.library.scanning.walk import File
from diffusion_toolkit.paths import folders_above
from diffusion_toolkit.store import file_operations
from diffusion_toolkit.store.folders import Connection

Place = tuple[int, str, str]
"""An image, its folder (stored form, relative) and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """As of the moment before a scan begins to look. removed: by folder and name, with the size and time they had."""

    top: str
    since: int
    removed: Mapping[tuple[int, str], tuple[int, int]]

    @classmethod
    def since_now(cls, connection: Connection, root: Root) -> "Operations":
        """What happens from now on."""
        return cls(
            top=root.path.rstrip("/"),
            since=file_operations.mark(connection),
            removed=file_operations.removed(connection, root.id),
        )

    def without_removed(self, folder_id: int, files: list[File]) -> list[File]:
        """New files, without those the user does not want in the library; a changed one is a new one."""
        if not self.removed:
            return files
        return [file for file in files if self.removed.get((folder_id, file[0])) != file[1:]]

    def without_touched(
        self, connection: Connection, new: list[NewFiles], moved: list[Moved]
    ) -> tuple[list[NewFiles], list[Moved]]:
        """What is new and what moved, without places that an operation touched since; it writes them itself."""
        touched = file_operations.touched(connection, self.since)
        if not touched:
            return new, moved
        kept = [
            (listing, [file for file in files if not self._is_in(touched, listing.path, file[0])])
            for listing, files in new
        ]
        return kept, [each for each in moved if not self._is_in(touched, each[1].path, each[2][0])]

    def without_touched_places(self, connection: Connection, places: Sequence[Place]) -> list[Place]:
        """The same for images that seem to be gone: an operation may have moved them, alone or with their folder."""
        touched = file_operations.touched(connection, self.since)
        return [place for place in places if not touched or not self._is_in(touched, place[1], place[2])]

    def _is_in(self, touched: set[str], folder: str, name: str) -> bool:
        path = f"{folder}/{name}" if folder else name
        return any(f"{self.top}/{each}" in touched for each in (path, *folders_above(path)[:-1]))
