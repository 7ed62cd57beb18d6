"""The quick phase: finds files, compares them with the store, writes what is new in committed batches.

One thread walks while another compares and writes, so that the store works while the next folders are listed.
"""

import os
import time
from array import array
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice

from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.roots import Root
from diffusion_toolkit.library.scanning.counts import Counts
from diffusion_toolkit.library.scanning.moves import Moved, Moves, NewFiles
from diffusion_toolkit.library.scanning.readers import Readers
from diffusion_toolkit.library.scanning.waiting import Check, require_root, wait_for
from diffusion_toolkit.library.scanning.walk import File, Listing, Walk, file_state
from diffusion_toolkit.paths import system_name
from diffusion_toolkit.progress import Pace, Progress
from diffusion_toolkit.store import roots, scans
from diffusion_toolkit.store.bulk import copy_files, packed_files
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.scans import Candidate, KnownFolder, Place

BATCH_S = 1.0
MISSING_BATCH = 10_000
FOLDER_BATCH = 1_000
MOST_CHANGED = 100_000
"""Changed files that are held back until all moves are known; beyond it they are written at once."""


class QuickScan:
    """One quick scan of one root. `run` it once."""

    def __init__(self, collection: Collection, root: Root, batch: int, counts: Counts, readers: Readers) -> None:
        self._collection = collection
        self._root = root
        self._batch = batch
        self._counts = counts
        self._walk = Walk(system_name(root.path))
        with collection.begin() as connection:
            self._folders = roots.folder_ids(connection, root.id)
            self._known = roots.count_present(connection, root.id) if self._folders else 0
        self._visited: set[int] = set()
        self._vanished = array("i")
        self._changed: dict[int, tuple[Listing, File]] = {}
        self._readers = readers
        self._moves = Moves(collection, root, readers)

    @property
    def unreadable(self) -> list[str]:
        """Folders (stored form, relative) that could not be listed."""
        return self._walk.unreadable

    def run(self, check: Check) -> Iterator[Progress]:
        """Scan; raises RootUnavailable, having marked nothing missing, when the root is not there."""
        require_root(self._root, had_pictures=self._known > 0)
        pace = Pace()
        yield self._progress(pace)
        with ThreadPoolExecutor(1, thread_name_prefix="dtk-scan") as writer:
            try:
                written: Future[None] | None = None
                for listings in self._batches():
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
        total = max(self._known, self._counts.files) if self._known else None
        return pace.report("quick", self._counts.files, total, self._counts.as_dict())

    def _batches(self) -> Iterator[list[Listing]]:
        """Folders until they hold enough files, or took so long (on a slow drive) that the user should see them."""
        batch: list[Listing] = []
        files, began = 0, time.monotonic()
        for listing in self._walk.listings():
            batch.append(listing)
            files += len(listing.files)
            if max(files, len(batch)) >= self._batch or time.monotonic() - began >= BATCH_S:
                yield batch
                batch, files, began = [], 0, time.monotonic()
        yield batch

    def _take(self, listings: list[Listing]) -> None:
        """Compare some folders with the store and write what is new in them."""
        visited = [self._folders[listing.path] for listing in listings if listing.path in self._folders]
        known: dict[int, KnownFolder] = {}
        if self._known and visited:
            self._visited.update(visited)
            with self._collection.begin() as connection:
                known = {folder[0]: folder for folder in scans.known_files(connection, visited)}
        new: list[NewFiles] = []
        for listing in listings:
            before = known.get(self._folders.get(listing.path, 0))
            files = listing.files if before is None else self._compared(listing, before)
            if files:
                new.append((listing, files))
        self._counts.files += sum(len(listing.files) for listing in listings)
        if new:
            self._write_new(new)
        if len(self._changed) > MOST_CHANGED:
            self._write_changed()

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
            elif found[1:] != file[1:]:
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
            if not scans.lock_root(connection, self._root.id):
                raise NotFound("The folder was removed from the library.")
            unknown = {listing.path for listing, _ in new if listing.path not in self._folders}
            if unknown:
                added = roots.insert_folders(connection, self._root.id, sorted(unknown))
                self._folders |= added
                self._visited.update(added.values())
            scans.move(connection, [(image.id, _place(self._folders, listing, file)) for image, listing, file in moved])
            packed = (packed_files(self._folders[at.path], files, at.dates_us(files)) for at, files in fresh)
            copy_files(connection, chain.from_iterable(packed))
        back = sum(image.missing and _is_at(image, listing, file) for image, listing, file in moved)
        self._counts.new += sum(len(files) for _, files in fresh)
        self._counts.back += back
        self._counts.moved += len(moved) - back

    def _write_changed(self) -> None:
        changed = [(image_id, _place(self._folders, *found)) for image_id, found in self._changed.items()]
        with self._collection.begin() as connection:
            self._counts.changed += scans.mark_changed(connection, changed)
        self._changed.clear()

    def _finish(self) -> None:
        """After the walk: what vanished, alone or with its folder, becomes missing; what changed waits to be read."""
        require_root(self._root, had_pictures=self._known > 0)
        self._add_gone_folders()
        left = iter(self._vanished)
        while batch := list(islice(left, MISSING_BATCH)):
            self._mark_missing(batch)
        self._write_changed()
        with self._collection.begin() as connection:
            roots.set_scanned(connection, self._root.id)

    def _add_gone_folders(self) -> None:
        """Folders the walk did not meet; what lies under an unreadable one is not known to be gone."""
        hidden = tuple(f"{path}/" for path in self._walk.unreadable)
        if "" in self._walk.unreadable:
            return
        gone = iter(
            folder_id
            for path, folder_id in self._folders.items()
            if folder_id not in self._visited and self._known and not f"{path}/".startswith(hidden)
        )
        while batch := list(islice(gone, FOLDER_BATCH)):
            with self._collection.begin() as connection:
                for _, ids, *_ in scans.known_files(connection, batch):
                    self._vanished.extend(ids)

    def _mark_missing(self, image_ids: list[int]) -> None:
        """Mark those whose file is really not there: it may have come while the walk was elsewhere, or have moved."""
        top = system_name(self._root.path)
        with self._collection.begin() as connection:
            places = scans.places(connection, image_ids)
        gone = [
            image_id
            for image_id, folder, name in places
            if _is_gone(os.path.join(top, system_name(folder), system_name(name)))
        ]
        with self._collection.begin() as connection:
            self._counts.missing += scans.mark_missing(connection, gone)


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
