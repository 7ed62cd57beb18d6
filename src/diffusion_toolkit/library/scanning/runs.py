"""What scans say of themselves, for the page and for scans that join them."""

import time
from collections.abc import Sequence
from dataclasses import replace

from diffusion_toolkit.errors import Cancelled, NotFound, UsageError
from diffusion_toolkit.library.scanning.options import QUICK, ScanOptions
from diffusion_toolkit.progress import INTERRUPTED, IsCancelled, Progress, stop_if
from diffusion_toolkit.store import scan_runs as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.deep import Connection
from diffusion_toolkit.store.locks import is_root_locked
from diffusion_toolkit.store.scan_runs import ScanRun

EVERY_S = 0.5
"""A run writes its progress at most this often."""


class Paused(Cancelled):
    """A person paused the scan; it can go on from where it is."""


def running_scans(collection: Collection) -> list[ScanRun]:
    """The scans that run now, in any process."""
    return [run for run in last_scans(collection) if run.state == "running"]


def last_scans(collection: Collection) -> list[ScanRun]:
    """The last scan of every root, running or not, the newest first."""
    with collection.begin() as connection:
        return [_as_it_is(collection, connection, row) for row in store.last_runs(connection)]


def last_scan(collection: Collection, root_id: int) -> ScanRun | None:
    """The last scan of one root."""
    with collection.begin() as connection:
        row = store.last_run(connection, root_id)
        return None if row is None else _as_it_is(collection, connection, row)


def ask_to_stop(collection: Collection) -> int:
    """Ask all running scans of the collection, in any process, to stop; returns how many there are."""
    with collection.begin() as connection:
        return store.ask_cancel(connection)


def get_scan(collection: Collection, run_id: int) -> ScanRun:
    """One scan. Raises NotFound."""
    with collection.begin() as connection:
        row = store.run_of_id(connection, run_id)
        if row is None:
            raise NotFound("There is no such scan any more.")
        return _as_it_is(collection, connection, row)


def ask_one_to_stop(collection: Collection, run_id: int) -> None:
    """Ask one scan to stop; one that is paused is cancelled at once."""
    with collection.begin() as connection:
        store.ask_run_to_cancel(connection, run_id)


def ask_to_pause(collection: Collection, run_id: int) -> bool:
    """Ask one scan to pause: it ends within a second, keeps what it did, and can go on at any time. False: it ended."""
    with collection.begin() as connection:
        return store.ask_run_to_pause(connection, run_id)


def note_paused(collection: Collection, root_id: int, phases: Sequence[str], folder_ids: Sequence[int]) -> None:
    """A scan that did not begin yet is paused."""
    with collection.begin() as connection:
        message = _standing(connection, root_id, phases)
        run_id = store.start_run(connection, root_id, phases[0], phases, folder_ids, message)
        store.pause_run(connection, run_id, phases)


def note_resumed(collection: Collection, run_id: int) -> None:
    """A paused scan goes on as soon as there is a free place. Raises UsageError for one that is not paused."""
    with collection.begin() as connection:
        if not store.note_resumed(connection, run_id):
            raise UsageError("Only a paused scan can go on.")


def not_paused(collection: Collection, root_ids: Sequence[int]) -> list[int]:
    """Those of these roots whose scan nobody paused: what starts by itself leaves the others alone."""
    runs = last_scans(collection)
    paused = {run.root_id for run in runs if run.state == "paused" or (run.state == "running" and run.pause_asked)}
    return [root_id for root_id in root_ids if root_id not in paused]


class RunRecord:
    """The row of a running scan: written at most twice a second, in transactions of its own."""

    def __init__(self, collection: Collection, root_id: int, options: ScanOptions, is_cancelled: IsCancelled) -> None:
        stage = options.phases[0] if options.phases else QUICK
        self._collection = collection
        self._is_cancelled = is_cancelled
        self._phases = (*options.phases, *options.later)
        self._asked = store.Asked(cancel=False, pause=False)
        self._written_at = time.monotonic()
        self._last = Progress(stage=stage, done=0)
        with collection.begin() as connection:
            self.message = _standing(connection, root_id, self._phases)
            """What the look for files before this run had to say; None when this run looks itself."""

            self._id = store.start_run(connection, root_id, stage, self._phases, options.folder_ids, self.message)

    def note(self, progress: Progress) -> Progress:
        """Take down how far the scan is. Raises Cancelled or Paused when it was asked to stop, here or anywhere."""
        self._last = progress
        self.check()
        return progress

    def check(self) -> None:
        """Show that the scan is alive, and raise Cancelled or Paused when it was asked to stop."""
        stop_if(self._is_cancelled)
        if time.monotonic() - self._written_at >= EVERY_S:
            self._write()
        self._heed()

    def complete(self, message: str | None) -> None:
        """The phases went through. Raises Cancelled or Paused when it was asked to stop meanwhile and others follow."""
        self._write()
        others_follow = self._phases[-1:] != (self._last.stage,)
        with self._collection.begin() as connection:
            done = store.finish_run(connection, self._id, "done", message, unless_asked=others_follow)
        if not done:
            self._write()
            self._heed()

    def _heed(self) -> None:
        stop_if(lambda: self._asked.cancel)
        if self._asked.pause:
            raise Paused("Paused. What was done so far is kept.")

    def pause(self) -> None:
        """Write that it is paused, with the phases that are left."""
        self._write()
        left = (
            self._phases[self._phases.index(self._last.stage) :] if self._last.stage in self._phases else self._phases
        )
        with self._collection.begin() as connection:
            store.pause_run(connection, self._id, left)

    def finish(self, state: str, message: str | None = None) -> None:
        """Write how it ended."""
        self._write()
        with self._collection.begin() as connection:
            store.finish_run(connection, self._id, state, message)

    def _write(self) -> None:
        with self._collection.begin() as connection:
            self._asked = store.write_progress(connection, self._id, self._last)
        self._written_at = time.monotonic()


def _standing(connection: Connection, root_id: int, phases: Sequence[str]) -> str | None:
    """What the last run said of a root, for one that only reads what that run found."""
    last = None if QUICK in phases else store.last_run(connection, root_id)
    return last.message if last is not None and last.state in ("done", "paused", "waiting") else None


def _as_it_is(collection: Collection, connection: Connection, run: ScanRun) -> ScanRun:
    """One that "runs" without the lock of its root was killed."""
    if run.state != "running" or is_root_locked(connection, collection, run.root_id):
        return run
    return replace(run, state="failed", message=INTERRUPTED)
