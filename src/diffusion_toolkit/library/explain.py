"""Says of one image where each value of its recipe stood, from the file as it is now."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import LifoQueue

from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.generators import FileReader
from diffusion_toolkit.library.images import image_file
from diffusion_toolkit.library.scanning.limits import Limits
from diffusion_toolkit.library.scanning.readers import Readers
from diffusion_toolkit.record import NO_ORIGINS, FileRecord, GraphNode, Origin, Seen
from diffusion_toolkit.store.database import Collection

AT_ONCE = 2
"""Files read at the same time, so that one which hangs does not hold up the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Where the values of a recipe stood. origins: field of the recipe to its places; seen: every text found in and
    beside the file; problems: sentences for the user; nodes: of ComfyUI's graph."""

    generator: str | None
    origins: Mapping[str, tuple[Origin, ...]]
    seen: tuple[Seen, ...]
    problems: tuple[str, ...]
    nodes: tuple[GraphNode, ...]


class Explainer:
    """Reads single files again, in processes of its own that stay ready. May be used by several threads; `close` it.

    Making one costs nothing: a process starts with the first question.
    """

    def __init__(self, plugin_folder: str | None = None, limits: Limits | None = None) -> None:
        read = FileReader(plugin_folder=plugin_folder, explain=True)
        self._readers = [Readers(read, 1, limits) for _ in range(AT_ONCE)]
        self._free: LifoQueue[Readers] = LifoQueue()
        for readers in reversed(self._readers):
            self._free.put(readers)

    def explain(self, collection: Collection, image_id: int) -> Explanation:
        """Where the values of an image's recipe stood. Raises NotFound when the file is not there now."""
        found = image_file(collection, image_id)
        record = self._read(found.path)
        if record is None:
            raise NotFound(f"{found.name} is not there any more; the next scan will note it.")
        recipe = record.recipe
        return Explanation(
            generator=recipe.generator if recipe else None,
            origins=recipe.origins if recipe else NO_ORIGINS,
            seen=record.seen,
            problems=record.all_problems,
            nodes=record.nodes,
        )

    def read(self, path: Path) -> FileRecord:
        """What a file of no library holds, and where each value stands. Raises NotFound when it is not there."""
        record = self._read(path)
        if record is None:
            raise NotFound(f"{path.name} is not there.")
        return record

    def close(self) -> None:
        """End the processes; questions that wait for one fail."""
        for readers in self._readers:
            readers.close()

    def _read(self, path: Path) -> FileRecord | None:
        readers = self._free.get()
        try:
            [reading] = readers.read([os.fspath(path)])
        finally:
            self._free.put(readers)
        return reading[0] if reading else None
