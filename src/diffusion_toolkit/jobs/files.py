"""File operations as jobs: one action at a time per collection, resumed after a crash."""

import logging
from typing import Any, cast

from procrastinate import App, JobContext, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued

from diffusion_toolkit.errors import Cancelled, ServerUnreachable, ToolkitError
from diffusion_toolkit.jobs.queue import open_queue
from diffusion_toolkit.library.files.recovery import recover, unfinished
from diffusion_toolkit.library.files.work import work
from diffusion_toolkit.store.database import Collection, Database

QUEUE = "files"
TASK = "dtk:files"
PRIORITY = 20
"""Somebody waits for it, so it goes before scans."""

_AGAIN = RetryStrategy(max_attempts=6, linear_wait=5, retry_exceptions=(ServerUnreachable,))
"""A database that restarts is away for seconds; what was planned waits for it."""

_log = logging.getLogger(__name__)


def start_files(database: Database, collection_name: str, journal_id: int) -> int:
    """Have an action on files worked off in the background; returns the number of the job.

    To stop it, call `library.files.work.cancel`.
    """
    with open_queue(database) as app:
        return _defer(app, collection_name, journal_id)


def add_files_task(app: App) -> None:
    """Let workers of this queue change files."""
    app.task(name=TASK, queue=QUEUE, pass_context=True, retry=_AGAIN)(files_job)


def files_job(context: JobContext, collection: str, journal: int) -> None:
    """Work off one action."""
    extra = cast("dict[str, Any]", context.additional_context)  # pyright: ignore[reportUnknownMemberType]  a bare dict
    database: Database = extra["database"]
    try:
        for _ in work(Collection(database, collection), journal, context.should_abort):
            pass
    except Cancelled:
        _log.info("Action %d on files of %s was stopped", journal, collection)


def resume_files(database: Database) -> None:
    """At the start of a worker: put right what a crash left, and have what was left of jobs worked off."""
    for name in database.collection_names():
        try:
            collection = database.collection(name)
            if count := recover(collection):
                _log.info("%d file operations of %s were settled after an interruption", count, name)
            for journal_id in unfinished(collection):
                start_files(database, name, journal_id)
        except ToolkitError as error:
            _log.warning("File operations of %s could not be looked after: %s", name, error)


def _defer(app: App, collection: str, journal_id: int) -> int:
    name = f"{collection}/files/{journal_id}"
    job = app.configure_task(TASK, queue=QUEUE, queueing_lock=name, lock=f"{collection}/files", priority=PRIORITY)
    arguments: dict[str, Any] = {"collection": collection, "journal": journal_id}
    try:
        return job.defer(**arguments)
    except AlreadyEnqueued:
        waiting = app.job_manager.list_jobs(queueing_lock=name, status="todo")
        return waiting[0].id or 0 if waiting else 0
