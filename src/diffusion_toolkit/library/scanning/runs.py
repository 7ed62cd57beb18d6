"""What scans say of themselves, for the page and for scans that join them."""

import time
from dataclasses import dataclass
from datetime import datetime

from diffusion_toolkit.progress import IsCancelled, Progress, stop_if
from diffusion_toolkit.store import scan_runs as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.deep import Connection
from diffusion_toolkit.store.locks import is_root_locked

EVERY_S = 0.5
"""A run writes its progress at most this often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRun:
    """One scan of one root, running or ended. root_path: stored form; moments in UTC.

    state: "running", "done", "cancelled" or "failed"; message: why it did not go through, or what to know of it.
    """

    id: int
    root_id: int
    root_path: str
    state: str
    stage: str
    done: int
    total: int | None
    rate_per_s: float
    remaining_s: float | None
    counts: dict[str, int]
    message: str | None
    started_at: datetime
    seen_at: datetime
    finished_at: datetime | None

    @property
    def progress(self) -> Progress:
        """The run's state as long work yields it."""
        return Progress(
            stage=self.stage,
            done=self.done,
            total=self.total,
            rate_per_s=self.rate_per_s,
            remaining_s=self.remaining_s,
            counts=self.counts,
        )


def running_scans(collection: Collection) -> list[ScanRun]:
    """The scans that run now, in any process."""
    return [run for run in last_scans(collection) if run.state == "running"]


def last_scans(collection: Collection) -> list[ScanRun]:
    """The last scan of every root, running or not, the newest first."""
    with collection.begin() as connection:
        return [_run(collection, connection, row) for row in store.last_runs(connection)]


def last_scan(collection: Collection, root_id: int) -> ScanRun | None:
    """The last scan of one root."""
    with collection.begin() as connection:
        row = store.last_run(connection, root_id)
        return None if row is None else _run(collection, connection, row)


def ask_to_stop(collection: Collection) -> int:
    """Ask all running scans of the collection, in any process, to stop; returns how many there are."""
    with collection.begin() as connection:
        return store.ask_cancel(connection)


class RunRecord:
    """The row of a running scan: written at most twice a second, in transactions of its own."""

    def __init__(self, collection: Collection, root_id: int, stage: str, is_cancelled: IsCancelled) -> None:
        self._collection = collection
        self._is_cancelled = is_cancelled
        self._cancel_asked = False
        self._written_at = time.monotonic()
        self._last = Progress(stage=stage, done=0)
        with collection.begin() as connection:
            self._id = store.start_run(connection, root_id, stage)

    def note(self, progress: Progress) -> Progress:
        """Take down how far the scan is. Raises Cancelled when it was asked to stop, here or anywhere."""
        self._last = progress
        self.check()
        return progress

    def check(self) -> None:
        """Show that the scan is alive, and raise Cancelled when it was asked to stop."""
        stop_if(self._is_cancelled)
        if time.monotonic() - self._written_at >= EVERY_S:
            self._write()
        stop_if(lambda: self._cancel_asked)

    def finish(self, state: str, message: str | None = None) -> None:
        """Write how it ended."""
        self._write()
        with self._collection.begin() as connection:
            store.finish_run(connection, self._id, state, message)

    def _write(self) -> None:
        with self._collection.begin() as connection:
            self._cancel_asked = store.write_progress(connection, self._id, self._last)
        self._written_at = time.monotonic()


def _run(collection: Collection, connection: Connection, row: store.RunRow) -> ScanRun:
    """The run as it is: one that "runs" without the lock of its root was killed."""
    died = row.state == "running" and not is_root_locked(connection, collection, row.root_id)
    return ScanRun(
        id=row.id,
        root_id=row.root_id,
        root_path=row.root_path,
        state="failed" if died else row.state,
        stage=row.stage,
        done=row.done,
        total=row.total,
        rate_per_s=row.rate_per_s,
        remaining_s=row.remaining_s,
        counts=row.counts,
        message="Interrupted." if died else row.message,
        started_at=row.started_at,
        seen_at=row.seen_at,
        finished_at=row.finished_at,
    )
