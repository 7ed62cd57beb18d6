"""Runs of models over pictures as jobs: one at a time, since each takes the whole machine; small ones overtake."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from procrastinate import App, JobContext
from procrastinate.exceptions import AlreadyEnqueued

from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.runs import Run
from diffusion_toolkit.enrich.engine.stage import StageContext
from diffusion_toolkit.enrich.executors import local, ray
from diffusion_toolkit.enrich.executors.ray import ClusterOptions
from diffusion_toolkit.enrich.stages import tags
from diffusion_toolkit.enrich.taggers.lists import installed_lists
from diffusion_toolkit.errors import Cancelled, NotFound, ToolkitError
from diffusion_toolkit.jobs.queue import open_queue
from diffusion_toolkit.library.nsfw_ratings import mark_by_ratings
from diffusion_toolkit.library.tag_vocabulary import learn_labels
from diffusion_toolkit.progress import INTERRUPTED, IsCancelled, Progress, never
from diffusion_toolkit.store.database import Collection, Database

QUEUE: Final = "enrich"
TASK: Final = "dtk:enrich"
LOCK: Final = "enrich"
GLANCE_S: Final = 3.0
"""How often a run looks whether a smaller one waits."""

OVERTAKES: Final = 4
"""A run with so many times less left goes first."""

_log = logging.getLogger(__name__)


def start_enrichment(database: Database, collection_name: str, run_id: int) -> int:
    """Have a planned run worked off in the background; returns the number of the job."""
    with open_queue(database) as app:
        name = f"{collection_name}/enrich/{run_id}"
        job = app.configure_task(TASK, queue=QUEUE, queueing_lock=name, lock=LOCK)
        try:
            return job.defer(collection=collection_name, run=run_id)
        except AlreadyEnqueued:
            waiting = app.job_manager.list_jobs(queueing_lock=name, status="todo")
            return next((found.id or 0 for found in waiting), 0)


def work_off(
    collection: Collection,
    run_id: int,
    context: StageContext,
    is_cancelled: IsCancelled = never,
    cluster: ClusterOptions | None = None,
) -> Iterator[Progress]:
    """Work a run off now, here or on a cluster, and do what follows it. Raises as `enrich.executors.local.work`."""
    if runs.get_run(collection, run_id).kind == tags.NAME:
        learn_labels(collection, installed_lists(context.models_folder))
    try:
        if cluster is None:
            yield from local.work(collection, run_id, context, is_cancelled)
        else:
            yield from ray.work(collection, run_id, context, is_cancelled, cluster)
    finally:
        _follow(collection, runs.get_run(collection, run_id), context)


def add_enrichment_task(app: App) -> None:
    """Let workers of this queue look at pictures."""
    app.task(name=TASK, queue=QUEUE, pass_context=True)(enrichment_job)


def enrichment_job(context: JobContext, collection: str, run: int) -> None:
    """Work off one run; how it ended stands in its row."""
    extra = cast("dict[str, Any]", context.additional_context)  # pyright: ignore[reportUnknownMemberType]  a bare dict
    database: Database = extra["database"]
    stages: Callable[[], StageContext] = extra["stages"]
    known = Collection(database, collection)
    overtaken = Overtaken(known, run)
    try:
        if not _is_to_do(runs.get_run(known, run)):
            return
        for _ in work_off(known, run, stages(), lambda: context.should_abort() or overtaken()):
            pass
    except Cancelled:
        if overtaken.is_so:
            start_enrichment(database, collection, run)
    except NotFound:
        _log.info("Run %d of %s is not there any more", run, collection)
    except ToolkitError as error:
        _log.warning("Run %d of %s stopped: %s", run, collection, error)


def resume_enrichment(database: Database) -> None:
    """At the start of a worker: go on with runs that wait, or that a crash interrupted."""
    for name in database.collection_names():
        try:
            for run in runs.list_runs(database.collection(name)):
                if _is_to_do(run):
                    start_enrichment(database, name, run.id)
        except ToolkitError as error:
            _log.warning("Runs of %s could not be gone on with: %s", name, error)


class Overtaken:
    """Whether a run in the queue has so much less to do that it goes first."""

    def __init__(self, collection: Collection, run_id: int) -> None:
        self._collection = collection
        self._run_id = run_id
        self._looked_at = time.monotonic()
        self.is_so = False

    def __call__(self) -> bool:
        """Asked often; looks now and then."""
        if not self.is_so and time.monotonic() - self._looked_at >= GLANCE_S:
            self.is_so = self._look()
            self._looked_at = time.monotonic()
        return self.is_so

    def _look(self) -> bool:
        ours = _left(runs.get_run(self._collection, self._run_id))
        with open_queue(self._collection.database) as app:
            jobs = [dict(job.task_kwargs) for job in app.job_manager.list_jobs(queue=QUEUE, status="todo")]
        return any(
            _left(runs.get_run(Collection(self._collection.database, str(job["collection"])), int(str(job["run"]))))
            * OVERTAKES
            < ours
            for job in jobs
        )


def _is_to_do(run: Run) -> bool:
    """Whether it waits, or its runner died."""
    return not run.runners and (run.state == "waiting" or (run.state == "failed" and run.message == INTERRUPTED))


def _left(run: Run) -> int:
    return run.total - run.done - run.failed


def _follow(collection: Collection, run: Run, context: StageContext) -> None:
    """What a person wished to become of the results, as one action."""
    above = run.options.get("nsfw")
    if run.kind == tags.NAME and not run.held and isinstance(above, int | float) and run.done:
        mark_by_ratings(collection, run.id, tags.sources(run.options, context), above)
