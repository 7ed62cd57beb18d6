"""The deep phase: reads the files that wait, in committed batches, and decides what becomes of each record.

While one half of a batch is written, the other half is read, so that a crash repeats at most one batch.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.nsfw_words import NsfwMarker
from diffusion_toolkit.library.roots import Root
from diffusion_toolkit.library.scanning.counts import Counts
from diffusion_toolkit.library.scanning.file_state import file_state
from diffusion_toolkit.library.scanning.packing import FileReading
from diffusion_toolkit.library.scanning.readers import Readers
from diffusion_toolkit.library.scanning.waiting import Check, require_root, wait_for
from diffusion_toolkit.paths import system_name
from diffusion_toolkit.progress import Pace, Progress
from diffusion_toolkit.store import deep, scans
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.deep import Connection, Lost, Pending
from diffusion_toolkit.store.readings import Interned, Reading, ReadRow, read_rows

Work = tuple[list[Pending], "Future[list[FileReading | None]]"]


class DeepScan:
    """One deep scan of some folders of a root. `run` it once."""

    def __init__(
        self,
        collection: Collection,
        root: Root,
        batch: int,
        counts: Counts,
        readers: Readers,
        *,
        folder_ids: Sequence[int],
    ) -> None:
        self._collection = collection
        self._root = root
        self._half = max(1, batch // 2)
        self._counts = counts
        self._readers = readers
        self._folder_ids = list(folder_ids)
        self._interned = Interned.of(collection)
        self._nsfw = NsfwMarker(collection)
        self._done = 0
        self._last_id = 0

    def run(self, check: Check) -> Iterator[Progress]:
        """Scan; raises RootUnavailable when the root is not there."""
        with self._collection.begin() as connection:
            total = deep.count_pending(connection, self._folder_ids)
        if total:
            require_root(self._root, had_pictures=True)
        pace = Pace()
        yield pace.report("deep", 0, total, self._counts.as_dict())
        with ThreadPoolExecutor(1, thread_name_prefix="dtk-scan") as thread:
            try:
                work = self._next(thread)
                while work is not None:
                    files, reading = work[0], wait_for(work[1], check)
                    work = self._next(thread)
                    self._write(files, reading)
                    self._done += len(files)
                    yield pace.report("deep", self._done, max(total, self._done), self._counts.as_dict())
                    check()
                self._nsfw.finish()
            except BaseException:
                self._readers.stop()  # or the thread would read on until its batch is done
                raise

    def _next(self, thread: ThreadPoolExecutor) -> Work | None:
        """Begin to read the next half batch."""
        with self._collection.begin() as connection:
            files = deep.pending(connection, self._folder_ids, self._last_id, self._half)
        if not files:
            return None
        self._last_id = files[-1].id
        top = system_name(self._root.path)
        paths = [os.path.join(top, system_name(file.folder), system_name(file.name)) for file in files]
        return files, thread.submit(self._readers.read, paths)

    def _write(self, files: Sequence[Pending], readings: Sequence[FileReading | None]) -> None:
        """Write what was read, in one transaction. Files that are gone go on waiting; the quick scan marks them."""
        read = [(file, reading) for file, reading in zip(files, readings, strict=True) if reading is not None]
        if not read:
            require_root(self._root, had_pictures=True)
            return
        rows = read_rows((_reading(file, reading) for file, reading in read), self._interned)
        nsfw = self._nsfw.prompts(rows, [reading[0] for _, reading in read])
        with self._collection.begin() as connection:
            if not scans.lock_root(connection, self._root.id):
                raise NotFound("The folder was removed from the library.")
            known = {file.id: file for file, _ in read}
            waiting = deep.lock_pending(connection, list(known))
            rows = [row for row in rows if row.image_id in waiting]
            unreadable = [row for row in rows if row.problems and row.pixels is None and known[row.image_id].pixels]
            kept = {row.image_id for row in unreadable}
            deep.write_unreadable(connection, unreadable)
            rows = self._with_new_pictures(connection, [row for row in rows if row.image_id not in kept], known)
            rows = self._with_lost_found(connection, rows, known)
            deep.write_rows(connection, rows)
            self._nsfw.mark(connection, rows, nsfw)
        self._counts.failed += sum(bool(reading[0].problems) for _, reading in read)

    def _with_new_pictures(
        self, connection: Connection, rows: list[ReadRow], known: dict[int, Pending]
    ) -> list[ReadRow]:
        """Give a new image to every path whose pixels and recipe both changed; adds it to `known`."""
        other = {
            row.image_id: row for row in rows if row.pixels and known[row.image_id].pixels not in (None, row.pixels)
        }
        if not other:
            return rows
        before = deep.made_like(connection, list(other))
        replaced = [image_id for image_id, row in other.items() if row.made_like != before[image_id]]
        deep.replace_pictures(connection, replaced)
        new_ids = dict(
            zip(replaced, deep.insert_places(connection, [known[number] for number in replaced]), strict=True)
        )
        for old, new in new_ids.items():
            known[new] = known[old].as_new(new)
        return [row.with_id(new_ids.get(row.image_id, row.image_id)) for row in rows]

    def _with_lost_found(self, connection: Connection, rows: list[ReadRow], known: dict[int, Pending]) -> list[ReadRow]:
        """Point missing images to files of the same content, or with the same picture in them, that are new here,
        unless that is ambiguous.
        """
        fresh = {row.image_id: row for row in rows if row.fingerprint and not known[row.image_id].read_before}
        files = [row.fingerprint for row in fresh.values() if row.fingerprint]
        pictures = [row.pixels for row in fresh.values() if row.pixels]
        lost = deep.lost(connection, files, pictures) if fresh else []
        pairs = _paired([image for image in lost if _is_gone(image)], fresh, known) if lost else {}
        free = deep.uncurated(connection, list(pairs)) if pairs else set[int]()
        pairs = {new: image for new, image in pairs.items() if new in free}
        if not pairs:
            return rows
        deep.take_places(connection, [(image, known[new]) for new, image in pairs.items()])
        self._counts.moved += len(pairs)
        self._counts.new = max(0, self._counts.new - len(pairs))
        return [row.with_id(pairs.get(row.image_id, row.image_id)) for row in rows]


def _reading(file: Pending, reading: FileReading) -> Reading:
    record, state = reading
    return Reading(
        image_id=file.id, record=record, size_bytes=state.size_bytes, mtime_ns=state.mtime_ns, date_us=state.date_us
    )


def _is_gone(image: Lost) -> bool:
    """Whether the file of a missing image is really not at its last place. Not known means no."""
    if image.place_taken:
        return True
    path = os.path.join(system_name(image.root), system_name(image.folder), system_name(image.name))
    try:
        return image.available and file_state(path) is None
    except OSError:
        return False


def _paired(lost: Sequence[Lost], fresh: dict[int, ReadRow], known: dict[int, Pending]) -> dict[int, int]:
    """New image to missing image: those of the same content first, then those with the same picture in them, as a file
    looks whose metadata was stripped or rewritten by another program.
    """
    pairs: dict[int, int] = {}
    for new, row in sorted(fresh.items()):
        _pair(pairs, new, known[new].name, [image for image in lost if image.fingerprint == row.fingerprint])
    rivals = Counter(row.pixels for new, row in fresh.items() if new not in pairs)
    for new, row in sorted(fresh.items()):
        if new not in pairs and row.pixels is not None and rivals[row.pixels] == 1:
            _pair(pairs, new, known[new].name, [image for image in lost if _has_picture(image, row)])
    return pairs


def _pair(pairs: dict[int, int], new: int, name: str, options: Sequence[Lost]) -> None:
    """Pair with the only free option, or the only one of these with the name."""
    free = [image for image in options if image.id not in pairs.values()]
    named = [image for image in free if image.name == name]
    chosen = named if len(named) == 1 else free
    if len(chosen) == 1:
        pairs[new] = chosen[0].id


def _has_picture(image: Lost, row: ReadRow) -> bool:
    """The same pixels, and no other seed: two failures that are black all over are not the same picture."""
    return image.pixels == row.pixels and (None in (image.seed, row.seed) or image.seed == row.seed)
