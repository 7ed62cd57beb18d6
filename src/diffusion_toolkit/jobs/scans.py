"""Scans as jobs: the quick phases of all roots go before the first deep phase."""

import hashlib
import logging
from collections.abc import Sequence
from typing import Any, cast

from procrastinate import App, JobContext
from procrastinate.exceptions import AlreadyEnqueued

from diffusion_toolkit.errors import Cancelled, NotFound
from diffusion_toolkit.jobs.queue import open_queue
from diffusion_toolkit.library.rescan import scope_of_folders
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.library.scanning.options import DEEP, QUICK
from diffusion_toolkit.library.scanning.runs import ask_to_stop
from diffusion_toolkit.store.database import Collection, Database

QUEUE = "scan"
TASK = "dtk:scan"
PRIORITY = {QUICK: 10, DEEP: 0}

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
    with open_queue(collection.database) as app:
        for job in app.job_manager.list_jobs(queue=QUEUE, status="todo"):
            if job.id is not None and job.task_kwargs.get("collection") == collection.name:
                app.job_manager.cancel_job_by_id(job.id, delete_job=True)
    ask_to_stop(collection)


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
    options = ScanOptions(phases=(phase,), read=extra["read"], scope=scope)
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
