"""The quick phase: finds files, compares them with the store, writes what is new in committed batches.

One thread walks while another compares and writes, so that the store works while the next folders are listed.
"""

import os
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice

from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.roots import Root
from diffusion_toolkit.library.scanning.counts import Counts
from diffusion_toolkit.library.scanning.file_state import file_state
from diffusion_toolkit.library.scanning.moves import Moved, Moves, NewFiles
from diffusion_toolkit.library.scanning.operations import Operations
from diffusion_toolkit.library.scanning.passing import EVERYTHING, Passing, Scope
from diffusion_toolkit.library.scanning.readers import Readers
from diffusion_toolkit.library.scanning.waiting import Check, require_root, wait_for
from diffusion_toolkit.library.scanning.walk import File, Listing, Walk
from diffusion_toolkit.paths import system_name
from diffusion_toolkit.progress import Pace, Progress
from diffusion_toolkit.store import folders, roots, scans
from diffusion_toolkit.store.bulk import copy_files, packed_files
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.folders import Connection
from diffusion_toolkit.store.scans import Candidate, KnownFolder, Place

BATCH_S = 1.0
MISSING_BATCH = 10_000
FOLDER_BATCH = 1_000
MOST_CHANGED = 100_000
"""Changed files that are held back until all moves are known; beyond it they are written at once."""


IsReady = Callable[[str, File], bool]
"""Whether a file (folder in stored form, and the file) is complete; one that is still being written waits."""


class QuickScan:
    """One quick scan of one root, or of a part of it. `run` it once.

    is_ready: files of which it says no are left for another scan, see `waiting`.
    """

    def __init__(
        self,
        collection: Collection,
        root: Root,
        batch: int,
        counts: Counts,
        readers: Readers,
        *,
        scope: Scope = EVERYTHING,
        is_ready: IsReady | None = None,
    ) -> None:
        self._collection = collection
        self._root = root
        self._batch = batch
        self._counts = counts
        self._scope = scope
        self._is_ready = is_ready
        with collection.begin() as connection:
            passing = Passing.of(connection, root.id, recursive=root.recursive)
            self._folders = roots.folder_ids(connection, root.id)
            self._known = self._count_known(connection) if self._folders else 0
            self._operations = Operations.since_now(connection, root)
        self._walk = Walk(system_name(root.path), passing, scope)
        self._visited: set[int] = set()
        self._vanished = array("i")
        self._changed: dict[int, tuple[Listing, File]] = {}
        self._readers = readers
        self._moves = Moves(collection, root, readers)
        self._among_vanished = False
        self.waiting: list[tuple[str, str]] = []
        """Folder and name of the files that were still being written."""

        self.touched: set[int] = set()
        """Folders in which something is new or changed."""

    def _count_known(self, connection: Connection) -> int:
        """Counting takes a tenth of a second per million, too long to look at a few files."""
        if self._scope is EVERYTHING:
            return roots.count_present(connection, self._root.id)
        return int(roots.has_pictures(connection, self._root.id))

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Folders (stored form, relative) that could not be listed, and why."""
        return self._walk.unreadable

    def run(self, check: Check) -> Iterator[Progress]:
        """Scan; raises RootUnavailable, having marked nothing missing, when the root is not there."""
        require_root(self._root, had_pictures=self._known > 0)
        pace = Pace()
        yield self._progress(pace)
        with ThreadPoolExecutor(1, thread_name_prefix="dtk-scan") as writer:
            try:
                written: Future[None] | None = None
                batches = self._batches()
                first, second = next(batches), next(batches, None)
                if self._scope is not EVERYTHING and not second:
                    written, batches = writer.submit(self._take_all, first), iter(())
                for listings in chain([first, second or []], batches) if written is None else ():
                    check()
                    if written is not None:
                        wait_for(written, check)
                        yield self._progress(pace)
                    written = writer.submit(self._take, listings)
                if written is not None:
                    wait_for(written, check)
                yield self._progress(pace)
                wait_for(writer.submit(self._finish), check)
                self._counts.failed += len(self.unreadable)
            except BaseException:
                self._readers.stop()  # or the thread would go on confirming moves
                raise
        yield self._progress(pace)

    def _progress(self, pace: Pace) -> Progress:
        total = max(self._known, self._counts.files) if self._known and self._scope is EVERYTHING else None
        return pace.report("quick", self._counts.files, total, self._counts.as_dict())

    def _batches(self) -> Iterator[list[Listing]]:
        """Folders until they hold enough files, or took so long (on a slow drive) that the user should see them."""
        batch: list[Listing] = []
        files, began = 0, time.monotonic()
        for listing in chain(self._walk.named(), self._walk.listings()):
            batch.append(listing)
            files += len(listing.files)
            if max(files, len(batch)) >= self._batch or time.monotonic() - began >= BATCH_S:
                yield batch
                batch, files, began = [], 0, time.monotonic()
        yield batch

    def _take_all(self, listings: list[Listing]) -> None:
        """The same for all that there is to look at: then moves are looked for among what vanished here, not in the
        whole library."""
        self._among_vanished = True
        self._take(listings)

    def _take(self, listings: list[Listing]) -> None:
        """Compare some folders with the store and write what is new in them."""
        known = self._known_of(listings)
        self._add_folders(listings)
        new: list[NewFiles] = []
        for listing in listings:
            before = known.get(self._folders.get(listing.path, 0))
            files = listing.files if before is None else self._compared(listing, before)
            files = self._operations.without_removed(self._folders.get(listing.path, 0), files)
            if files := self._ready(listing, files):
                new.append((listing, files))
        self._counts.files += sum(len(listing.files) for listing in listings)
        if self._among_vanished:
            self._add_gone_folders()
            self._moves.look_among(self._vanished)
        if new:
            self.touched.update(self._folders[listing.path] for listing, _ in new)
            self._write_new(new)
        if len(self._changed) > MOST_CHANGED:
            self._write_changed()

    def _known_of(self, listings: list[Listing]) -> dict[int, KnownFolder]:
        """What the store knows of these folders, by their numbers; of those asked for by name only these files."""
        visited = [
            self._folders[at.path] for at in listings if at.path in self._folders and self._scope.covers(at.path)
        ]
        self._visited.update(visited)
        if not self._known:
            return {}
        with self._collection.begin() as connection:
            known = {folder[0]: folder for folder in scans.known_files(connection, visited)} if visited else {}
            for listing in listings:
                names = self._scope.files.get(listing.path)
                if names and listing.path in self._folders and not self._scope.covers(listing.path):
                    found = scans.known_named(connection, self._folders[listing.path], names)
                    known |= {folder[0]: folder for folder in found}
        return known

    def _add_folders(self, listings: list[Listing]) -> None:
        """Every folder that was looked into has a row, so that one without pictures is known as scanned."""
        found = {at.path for at in listings if at.files or self._scope.covers(at.path)}
        unknown = sorted(path for path in found if path not in self._folders)
        if not unknown:
            return
        with self._collection.begin() as connection:
            self._lock(connection)
            added = roots.insert_folders(connection, self._root.id, unknown)
        self._folders |= added
        self._visited.update(added.values())

    def _lock(self, connection: Connection) -> None:
        if not scans.lock_root(connection, self._root.id):
            raise NotFound("The folder was removed from the library.")

    def _ready(self, listing: Listing, files: list[File]) -> list[File]:
        """Those of some new files that are complete; the others wait."""
        if self._is_ready is None:
            return files
        ready = [file for file in files if self._is_ready(listing.path, file)]
        if len(ready) < len(files):
            left = {file[0] for file in files} - {file[0] for file in ready}
            self.waiting.extend((listing.path, name) for name in sorted(left))
        return ready

    def _compared(self, listing: Listing, before: KnownFolder) -> list[File]:
        """The new files of a known folder; takes down which of its images changed or vanished."""
        _, ids, names, sizes, mtimes = before
        if len(names) == len(listing.files) and set(zip(names, sizes, mtimes, strict=True)).issuperset(listing.files):
            return []
        known = dict(zip(names, zip(ids, sizes, mtimes, strict=True), strict=True))
        new: list[File] = []
        for file in listing.files:
            found = known.pop(file[0], None)
            if found is None:
                new.append(file)
            elif found[1:] != file[1:] and self._ready(listing, [file]):
                self._changed[found[0]] = (listing, file)
        self._vanished.extend(found[0] for found in known.values())
        return new

    def _write_new(self, new: list[NewFiles]) -> None:
        """Write new files, except those that are known images which moved: these are pointed to their new places."""
        moved = self._moves.among(new)
        fresh = _without(new, moved) if moved else new
        for image, _, _ in moved:  # the file that stands at the old place now is a new one
            if image.id in self._changed:
                listing, file = self._changed.pop(image.id)
                fresh.append((listing, [file]))
        with self._collection.begin() as connection:
            self._lock(connection)
            fresh, moved = self._operations.without_touched(connection, fresh, moved)
            scans.move(connection, [(image.id, _place(self._folders, listing, file)) for image, listing, file in moved])
            packed = (packed_files(self._folders[at.path], files, at.dates_us(files)) for at, files in fresh)
            copy_files(connection, chain.from_iterable(packed))
        back = sum(image.missing and _is_at(image, listing, file) for image, listing, file in moved)
        self._counts.new += sum(len(files) for _, files in fresh)
        self._counts.back += back
        self._counts.moved += len(moved) - back

    def _write_changed(self) -> None:
        changed = [(image_id, _place(self._folders, *found)) for image_id, found in self._changed.items()]
        self.touched.update(place.folder_id for _, place in changed)
        with self._collection.begin() as connection:
            self._counts.changed += scans.mark_changed(connection, changed)
        self._changed.clear()

    def _finish(self) -> None:
        """After the walk: what vanished, alone or with its folder, becomes missing; what changed waits to be read."""
        require_root(self._root, had_pictures=self._known > 0)
        if not self._among_vanished:
            self._add_gone_folders()
        left = iter(self._vanished)
        while batch := list(islice(left, MISSING_BATCH)):
            self._mark_missing(batch)
        self._write_changed()
        with self._collection.begin() as connection:
            folders.note_back(connection, sorted(self._visited))
            if self._scope is EVERYTHING:
                roots.set_scanned(connection, self._root.id)

    def _add_gone_folders(self) -> None:
        """Folders the walk did not meet; what lies under an unreadable one is not known to be gone."""
        hidden = tuple(f"{path}/" for path in self._walk.unreadable)
        if "" in self._walk.unreadable:
            return
        gone = iter(
            folder_id
            for path, folder_id in self._folders.items()
            if folder_id not in self._visited
            and self._scope.covers(path)
            and not self._walk.passing.over(path)
            and not f"{path}/".startswith(hidden)
        )
        while batch := list(islice(gone, FOLDER_BATCH)):
            with self._collection.begin() as connection:
                folders.note_missing(connection, batch)
                for _, ids, *_ in scans.known_files(connection, batch) if self._known else ():
                    self._vanished.extend(ids)

    def _mark_missing(self, image_ids: list[int]) -> None:
        """Mark those whose file is really not there: it may have come while the walk was elsewhere, or have moved."""
        top = system_name(self._root.path)
        with self._collection.begin() as connection:
            places = scans.places(connection, image_ids)
        gone = [
            (image_id, folder, name)
            for image_id, folder, name in places
            if _is_gone(os.path.join(top, system_name(folder), system_name(name)))
        ]
        with self._collection.begin() as connection:
            gone = self._operations.without_touched_places(connection, gone)
            self._counts.missing += scans.mark_missing(connection, [image_id for image_id, *_ in gone])


def _is_gone(path: str) -> bool:
    try:
        return file_state(path) is None
    except OSError:
        return False


def _without(new: list[NewFiles], moved: list[Moved]) -> list[NewFiles]:
    taken = {(listing.path, file[0]) for _, listing, file in moved}
    return [(listing, [file for file in files if (listing.path, file[0]) not in taken]) for listing, files in new]


def _is_at(image: Candidate, listing: Listing, file: File) -> bool:
    return (image.folder, image.name) == (listing.path, file[0])


def _place(folder_ids: dict[str, int], listing: Listing, file: File) -> Place:
    return Place(
        folder_id=folder_ids[listing.path],
        name=file[0],
        size_bytes=file[1],
        mtime_ns=file[2],
        date_us=listing.dates_us([file])[0],
    )
