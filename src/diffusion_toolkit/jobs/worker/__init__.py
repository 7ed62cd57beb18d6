"""The worker that works off the job queue; `python -m diffusion_toolkit.jobs.worker` is one as a process."""

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
from procrastinate import App
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from diffusion_toolkit.enrich.engine.stage import StageContext
from diffusion_toolkit.generators import FileReader
from diffusion_toolkit.integrations.civitai import CivitaiOptions
from diffusion_toolkit.jobs.enrichment import add_enrichment_task, resume_enrichment
from diffusion_toolkit.jobs.files import add_files_task, resume_files
from diffusion_toolkit.jobs.models import add_model_task
from diffusion_toolkit.jobs.queue import make_app
from diffusion_toolkit.jobs.scans import add_scan_task
from diffusion_toolkit.jobs.upkeep import Upkeep
from diffusion_toolkit.jobs.watcher import Watcher
from diffusion_toolkit.library.watching.listening import WatchOptions
from diffusion_toolkit.settings import stage_context
from diffusion_toolkit.store.database import Database

CONCURRENCY = 3
"""One of them may be a run of models over the whole library, which takes days."""

HEARTBEAT_S = 3.0
STALLED_S = 15.0
"""A worker not heard of for so long has died; its jobs are given to others."""

NICENESS = 10
"""Of the worker and what it starts: when time is short, a search gets nine times as much of it."""

STOP_TIMEOUT_S = 1.0
WORKING_OFF_TIMEOUT_S = 86_400.0
"""How long jobs may go on after the worker was asked to end, before they are told to stop."""

_log = logging.getLogger(__name__)


def give_way() -> None:
    """Let this process, and those it starts, take the time that others leave.

    Linux may share time among sessions first, and by niceness only within one (sched(7), "The autogroup feature"): the
    session of a process that leads one gets the same niceness.
    """
    psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else NICENESS)
    if sys.platform == "linux" and os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(NICENESS))


def run_worker(
    database_url: str,
    *,
    wait: bool = True,
    plugin_folder: str | None = None,
    watch: WatchOptions | None = None,
    data_dir: Path | None = None,
    civitai: CivitaiOptions | None = None,
    stages: Callable[[], StageContext] = stage_context,
) -> None:
    """Work off jobs until SIGTERM or SIGINT; with wait=False only those that are there. A failing job is logged.

    plugin_folder: where single-file plugins lie that help to read files; watch: also watch the library's folders so;
    data_dir: also keep the library, and write the daily files there;
    civitai: whom to ask for models; stages: what models that look at pictures run on, asked before each run.
    """
    database = Database(database_url, application="dtk worker")
    read = FileReader(plugin_folder=plugin_folder)
    watcher = None if watch is None else Watcher(database, read, watch)
    upkeep = None if data_dir is None else Upkeep(database, data_dir)
    services = [service for service in (watcher, upkeep) if service is not None]
    try:
        for service in services:
            service.start()
        context = {"database": database, "read": read, "civitai": civitai or CivitaiOptions(), "stages": stages}
        app = make_app(database, add_scan_task, add_model_task, add_files_task, add_enrichment_task)
        resume_files(database)
        resume_enrichment(database)
        asyncio.run(_work(app, context, wait))
    finally:
        for service in services:
            service.stop()
        database.close()


async def _work(app: App, context: Mapping[str, object], wait: bool) -> None:
    async with app.open_async():
        reviver = asyncio.create_task(_revive_forever(app))
        try:
            await app.run_worker_async(
                name="dtk",
                wait=wait,
                concurrency=CONCURRENCY,
                delete_jobs="always",
                install_signal_handlers=threading.current_thread() is threading.main_thread(),
                # Working off what is there ends by itself: a job that runs then is not one to be stopped.
                shutdown_graceful_timeout=STOP_TIMEOUT_S if wait else WORKING_OFF_TIMEOUT_S,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=STALLED_S,
                additional_context=dict(context),
            )
        finally:
            reviver.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reviver


async def _revive_forever(app: App) -> None:
    """Now and then give the jobs of dead workers back to the queue."""
    while True:
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
                await _revive(app, job)
        except ConnectorException as error:
            _log.warning("Jobs of dead workers cannot be looked for now: %s", error)
        await asyncio.sleep(STALLED_S)


async def _revive(app: App, job: Job) -> None:
    _log.warning("Job %s was interrupted; it starts again", job.id)
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:  # the same work waits already
        await app.job_manager.finish_job(job, Status.ABORTED, delete_job=True)
