"""Looks at places of one root and takes over what is new there: a quick scan of just these, then a reading."""

import os
import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

from diffusion_toolkit.formats.folders import sidecar_stem
from diffusion_toolkit.library.roots import Root
from diffusion_toolkit.library.scanning.counts import Counts
from diffusion_toolkit.library.scanning.deep import DeepScan
from diffusion_toolkit.library.scanning.options import ReadFile, ScanOptions
from diffusion_toolkit.library.scanning.passing import EVERYTHING, Scope
from diffusion_toolkit.library.scanning.quick import QuickScan
from diffusion_toolkit.library.scanning.readers import Readers
from diffusion_toolkit.library.scanning.renames import follow_renamed_folders
from diffusion_toolkit.library.scanning.waiting import Check
from diffusion_toolkit.library.scanning.walk import File
from diffusion_toolkit.library.watching.dirt import Look
from diffusion_toolkit.library.watching.settling import Settling
from diffusion_toolkit.paths import system_name
from diffusion_toolkit.store import deep, scans
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.locks import root_lock

READERS: Final = 2
FRESH_S: Final = 120.0
"""A file that cannot be read though it changed so short ago may not be complete."""

RETRIES: Final = 4
"""How often such a file is read again: after 1, 2, 4 and 8 seconds."""

MOST_READ: Final = 2_000
"""More files than that are read by a scan of their own, which shows its progress and uses every core."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of a look. waiting: files that were still being written; touched: folders with something new."""

    counts: Counts
    waiting: Scope
    touched: frozenset[int]


class Follower:
    """Looks at places of the roots of one collection. `close` it in the end; for one thread at a time."""

    def __init__(self, collection: Collection, read: ReadFile) -> None:
        self._collection = collection
        self._options = ScanOptions(read=read)
        self._readers: Readers | None = None
        self._settling = Settling()
        self._retries: Counter[int] = Counter()

    def look(self, root: Root, look: Look, check: Check) -> Seen | None:
        """Find out what is new; None when somebody else looks for files in this root just now.

        Raises RootUnavailable when the root is not there, NotFound when it was removed.
        """
        with root_lock(self._collection, root.id, "quick") as lock:
            if not lock.take():
                return None
            counts = Counts(partial=look.scope is not EVERYTHING)
            counts.moved += follow_renamed_folders(self._collection, root, look.scope)
            quick = QuickScan(
                self._collection,
                root,
                self._options.quick_batch,
                counts,
                self._pool(),
                scope=look.scope,
                is_ready=lambda folder, file: self._is_ready(root, folder, file),
            )
            for _ in quick.run(check):
                pass
        touched = set(quick.touched)
        if look.sidecars:
            with self._collection.begin() as connection:
                for folder, names in look.sidecars.items():
                    stems = [sidecar_stem(name) for name in names]
                    touched |= set(scans.ask_beside_again(connection, root.id, folder, stems))
        files: dict[str, frozenset[str]] = {}
        for folder, name in quick.waiting:
            files[folder] = files.get(folder, frozenset()) | {name}
        return Seen(counts=counts, waiting=Scope(files=files), touched=frozenset(touched))

    def read(self, root: Root, folder_ids: frozenset[int], check: Check) -> bool:
        """Read what waits in these folders; False when that is more than a look may take."""
        with self._collection.begin() as connection:
            if deep.count_pending(connection, sorted(folder_ids)) > MOST_READ:
                return False
        scan = DeepScan(
            self._collection, root, self._options.deep_batch, Counts(), self._pool(), folder_ids=sorted(folder_ids)
        )
        for _ in scan.run(check):
            pass
        return True

    def incomplete(self, folder_ids: frozenset[int]) -> tuple[frozenset[int], float]:
        """Images whose files could not be read and are so fresh that they may not have been complete; and after how
        many seconds to read them again."""
        since_ns = time.time_ns() - int(FRESH_S * 1e9)
        with self._collection.begin() as connection:
            found = scans.fresh_problems(connection, sorted(folder_ids), since_ns)
        again = frozenset(image_id for image_id in found if self._retries[image_id] < RETRIES)
        if len(self._retries) > MOST_READ:
            self._retries.clear()
        self._retries.update(again)
        return again, 2.0 ** (max((self._retries[image_id] for image_id in again), default=1) - 1)

    def ask_again(self, image_ids: frozenset[int]) -> None:
        """Ask for another reading of these."""
        with self._collection.begin() as connection:
            scans.ask_images_again(connection, sorted(image_ids))

    def rest(self) -> None:
        """End the reading processes until they are needed again."""
        if self._readers is not None:
            self._readers.close()
            self._readers = None

    def close(self) -> None:
        """End everything."""
        self.rest()

    def _pool(self) -> Readers:
        if self._readers is None:
            self._readers = Readers(self._options.read, READERS, self._options.limits)
        return self._readers

    def _is_ready(self, root: Root, folder: str, file: File) -> bool:
        path = os.path.join(system_name(root.path), system_name(folder), system_name(file[0]))
        return self._settling.is_ready(path, file, time.monotonic())
