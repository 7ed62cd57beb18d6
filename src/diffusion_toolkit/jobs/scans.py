"""Scans as jobs: the quick phases of all roots go before the first deep phase."""

import hashlib
import logging
import time
from collections.abc import Sequence
from typing import Any, cast

from procrastinate import App, JobContext
from procrastinate.exceptions import AlreadyEnqueued

from diffusion_toolkit.errors import Cancelled, NotFound, UsageError
from diffusion_toolkit.jobs.queue import open_queue
from diffusion_toolkit.library.rescan import scope_of_folders
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.library.scanning.options import DEEP, QUICK
from diffusion_toolkit.library.scanning.runs import (
    ask_one_to_stop,
    ask_to_pause,
    ask_to_stop,
    get_scan,
    last_scan,
    note_paused,
    note_resumed,
)
from diffusion_toolkit.store.database import Collection, Database

QUEUE = "scan"
TASK = "dtk:scan"
PRIORITY = {QUICK: 10, DEEP: 0}
BETWEEN_PHASES_S = 3.0
POLL_S = 0.05

_log = logging.getLogger(__name__)


def start_scan(
    database: Database,
    collection_name: str,
    root_ids: Sequence[int],
    phases: Sequence[str] = (QUICK, DEEP),
    folder_ids: Sequence[int] = (),
) -> int:
    """Have these roots (or only these folders of them) scanned in the background; returns the number of the first job.

    A root whose scan waits already is not queued twice.
    """
    with open_queue(database) as app:
        jobs = [_defer(app, collection_name, root_id, list(phases), list(folder_ids)) for root_id in root_ids]
    return jobs[0] if jobs else 0


def ask_cancel(collection: Collection) -> None:
    """Stop all scans of the collection: those that run stop within a second, those that wait never start."""
    _drop_waiting(collection)
    ask_to_stop(collection)


def cancel_scan(collection: Collection, run_id: int) -> None:
    """Stop one scan within a second, in whatever phase it is by now; what waits for the same root never starts.

    Raises NotFound.
    """
    root_id = get_scan(collection, run_id).root_id
    _drop_waiting(collection, root_id)
    if (last := last_scan(collection, root_id)) is not None:
        ask_one_to_stop(collection, last.id)


def pause_scan(collection: Collection, run_id: int) -> None:
    """Pause a scan, in whatever phase it is by now: it gives its place to others, and keeps what it did, also over a
    restart. Raises NotFound; UsageError for one that has ended.
    """
    root_id = get_scan(collection, run_id).root_id
    deadline = time.monotonic() + BETWEEN_PHASES_S
    while not _paused(collection, root_id):
        # Between two phases its job is at work, and no run says so for a moment.
        if not _jobs(collection, root_id, "doing") or time.monotonic() > deadline:
            raise UsageError("Only a scan that runs can be paused.")
        time.sleep(POLL_S)


def _paused(collection: Collection, root_id: int) -> bool:
    """Pause what runs for a root, or else what waits for it; says whether there was anything."""
    last = last_scan(collection, root_id)
    if last is not None and last.state == "running" and ask_to_pause(collection, last.id):
        _drop_waiting(collection, root_id)
        return True
    if not (waiting := _jobs(collection, root_id, "todo")):
        return False
    _drop_waiting(collection, root_id)
    note_paused(collection, root_id, waiting[0]["phases"], waiting[0].get("folders", ()))
    return True


def resume_scan(collection: Collection, run_id: int) -> int:
    """Go on with a paused scan; returns the number of the job. Raises NotFound, and UsageError for another scan."""
    run = get_scan(collection, run_id)
    note_resumed(collection, run_id)
    return start_scan(collection.database, collection.name, [run.root_id], run.phases, run.folder_ids)


def _jobs(collection: Collection, root_id: int, status: str) -> list[dict[str, Any]]:
    """What the scans of a root in the queue are asked for."""
    with open_queue(collection.database) as app:
        found = [dict(job.task_kwargs) for job in app.job_manager.list_jobs(queue=QUEUE, status=status)]
    return [asked for asked in found if (asked.get("collection"), asked.get("root")) == (collection.name, root_id)]


def _drop_waiting(collection: Collection, root_id: int | None = None) -> None:
    """Take the scans of a root, or of all, out of the queue."""
    with open_queue(collection.database) as app:
        for job in app.job_manager.list_jobs(queue=QUEUE, status="todo"):
            mine = job.task_kwargs.get("collection") == collection.name
            if job.id is not None and mine and root_id in (None, job.task_kwargs.get("root")):
                app.job_manager.cancel_job_by_id(job.id, delete_job=True)


def add_scan_task(app: App) -> None:
    """Let workers of this queue scan."""
    app.task(name=TASK, queue=QUEUE, pass_context=True)(scan_job)


def scan_job(
    context: JobContext, collection: str, root: int, phases: list[str], folders: list[int] | None = None
) -> None:
    """Scan one root. The deep phase becomes a job of its own, so that other roots get their quick one first."""
    extra = cast("dict[str, Any]", context.additional_context)  # pyright: ignore[reportUnknownMemberType]  a bare dict
    database: Database = extra["database"]
    phase, *later = phases
    scope = scope_of_folders(Collection(database, collection), root, folders or ())
    options = ScanOptions(
        phases=(phase,), read=extra["read"], scope=scope, later=tuple(later), folder_ids=tuple(folders or ())
    )
    try:
        for _ in scan(Collection(database, collection), root, options, context.should_abort):
            pass
    except Cancelled:
        _log.info("The scan of root %d of %s was stopped", root, collection)
        return
    except NotFound:
        _log.info("Root %d of %s is not in the library any more", root, collection)
        return
    if later:
        start_scan(database, collection, [root], later, folders or ())


def _defer(app: App, collection: str, root_id: int, phases: list[str], folder_ids: list[int]) -> int:
    lock = f"{collection}/{root_id}/{phases[0]}"
    arguments: dict[str, Any] = {"collection": collection, "root": root_id, "phases": phases}
    if folder_ids:
        lock += f"/{hashlib.sha256(str(sorted(folder_ids)).encode()).hexdigest()[:16]}"
        arguments["folders"] = folder_ids
    job = app.configure_task(TASK, queue=QUEUE, queueing_lock=lock, priority=PRIORITY.get(phases[0], 0))
    try:
        return job.defer(**arguments)
    except AlreadyEnqueued:
        waiting = app.job_manager.list_jobs(queueing_lock=lock, status="todo")
        return waiting[0].id or 0 if waiting else 0
