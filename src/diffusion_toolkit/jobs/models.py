"""Work on models in the background: Scan Models, hashes of whole files, questions to Civitai. One at a time, so that
a slow disk full of models never holds up the scans of pictures."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from procrastinate import App, JobContext
from procrastinate.exceptions import AlreadyEnqueued

from diffusion_toolkit.errors import Cancelled, ToolkitError, UsageError
from diffusion_toolkit.integrations.civitai import Civitai, CivitaiOptions
from diffusion_toolkit.jobs.queue import open_queue
from diffusion_toolkit.library.models.civitai import ask_for_unknown
from diffusion_toolkit.library.models.hashing import hash_models
from diffusion_toolkit.library.models.roots import list_model_roots
from diffusion_toolkit.library.models.scan import linked_sentence, scan_models
from diffusion_toolkit.library.models.work import (
    KINDS,
    WorkKind,
    WorkRecord,
    ask_to_pause,
    ask_to_stop,
    ids_of_paused,
    note_waiting,
)
from diffusion_toolkit.progress import IsCancelled, Progress, never
from diffusion_toolkit.store.database import Collection, Database

QUEUE = "models"
TASK = "dtk:models"
HASH_MIB_PER_S = 400.0
"""Hashing in the background leaves a disk time for other things; from the command line it does not wait."""

_log = logging.getLogger(__name__)


def start_model_work(database: Database, collection_name: str, kind: WorkKind, ids: Sequence[int] | None = None) -> int:
    """Have models scanned (ids: model roots), hashed (ids: files) or looked up in the background; all without ids.

    Returns the number of the job. Work of a kind that waits already is not queued twice.
    """
    if kind not in KINDS:
        raise UsageError(f"Work on models is one of {', '.join(KINDS)}.")
    name = f"{collection_name}/models/{kind}"
    arguments: dict[str, Any] = {"collection": collection_name, "kind": kind, "ids": None if ids is None else [*ids]}
    note_waiting(Collection(database, collection_name), kind, ids)
    with open_queue(database) as app:
        lock = name if ids is None else None
        job = app.configure_task(TASK, queue=QUEUE, queueing_lock=lock, lock=f"{collection_name}/models")
        try:
            return job.defer(**arguments)
        except AlreadyEnqueued:
            waiting = app.job_manager.list_jobs(queueing_lock=name, status="todo")
            return next((found.id or 0 for found in waiting), 0)


def cancel_model_work(collection: Collection, kinds: Sequence[WorkKind] = KINDS) -> None:
    """Stop this work: what runs stops within a second, what waits never starts; what was done is kept."""
    _drop_waiting(collection, kinds)
    ask_to_stop(collection, tuple(kinds))


def pause_model_work(collection: Collection, kind: WorkKind) -> None:
    """Pause work that runs or waits; it keeps what was done, also over a restart. Raises UsageError without any."""
    ask_to_pause(collection, kind)
    _drop_waiting(collection, (kind,))


def resume_model_work(collection: Collection, kind: WorkKind) -> int:
    """Go on with paused work; returns the number of the job. Raises UsageError when none is paused."""
    return start_model_work(collection.database, collection.name, kind, ids_of_paused(collection, kind))


def _drop_waiting(collection: Collection, kinds: Sequence[WorkKind]) -> None:
    with open_queue(collection.database) as app:
        for job in app.job_manager.list_jobs(queue=QUEUE, status="todo"):
            mine = job.task_kwargs.get("collection") == collection.name and job.task_kwargs.get("kind") in kinds
            if job.id is not None and mine:
                app.job_manager.cancel_job_by_id(job.id, delete_job=True)


def add_model_task(app: App) -> None:
    """Let workers of this queue work on models."""
    app.task(name=TASK, queue=QUEUE, pass_context=True)(model_job)


def model_job(context: JobContext, collection: str, kind: WorkKind, ids: list[int] | None) -> None:
    """Work on models until it is done or stopped; how it ended stands in its record."""
    extra = cast("dict[str, Any]", context.additional_context)  # pyright: ignore[reportUnknownMemberType]  a bare dict
    wanted = WantedWork(kind=kind, ids=ids, civitai=extra["civitai"])
    run_model_work(Collection(extra["database"], collection), wanted, context.should_abort)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedWork:
    """What is to be done. ids: of model roots or files, all without; civitai: whom to ask."""

    kind: WorkKind
    ids: Sequence[int] | None = None
    civitai: CivitaiOptions = field(default_factory=CivitaiOptions)


def run_model_work(collection: Collection, wanted: WantedWork, is_cancelled: IsCancelled = never) -> None:
    """Work on models here and now; how it ended stands in the record of its kind."""
    record = WorkRecord(collection, wanted.kind, is_cancelled, wanted.ids)
    counts: dict[str, int] = {}
    try:
        for progress in _steps(collection, wanted, is_cancelled):
            record.note(progress)
            counts = dict(progress.counts)
    except Cancelled:
        record.finish("paused" if record.pause_asked else "cancelled")
    except ToolkitError as error:
        record.finish("failed", str(error))
    except BaseException:
        _log.exception("Work on models (%s) of %s failed", wanted.kind, collection.name)
        record.finish("failed", "An unexpected error; see the log.")
        raise
    else:
        record.finish("done", linked_sentence(counts))


def _steps(collection: Collection, wanted: WantedWork, is_cancelled: IsCancelled) -> Iterator[Progress]:
    if wanted.kind == "hash":
        yield from hash_models(collection, wanted.ids, most_mib_per_s=HASH_MIB_PER_S, is_cancelled=is_cancelled)
    elif wanted.kind == "civitai":
        civitai = Civitai(wanted.civitai)
        try:
            yield from ask_for_unknown(collection, civitai, is_cancelled)
        finally:
            civitai.close()
    else:
        yield from _scan_roots(collection, wanted.ids, is_cancelled)


def _scan_roots(collection: Collection, ids: Sequence[int] | None, is_cancelled: IsCancelled) -> Iterator[Progress]:
    """One root after the other; one that cannot be reached does not keep the others from being scanned."""
    totals: dict[str, int] = {}
    problems: list[str] = []
    for root in list_model_roots(collection):
        if ids is not None and root.id not in ids:
            continue
        last: Progress | None = None
        try:
            for last in scan_models(collection, root.id, is_cancelled):
                done = totals.get("files", 0) + last.done
                yield Progress(
                    stage=last.stage, done=done, rate_per_s=last.rate_per_s, counts=_sum(totals, last.counts)
                )
        except Cancelled:
            raise
        except ToolkitError as error:
            problems.append(str(error))
        totals = _sum(totals, last.counts if last else {})
    yield Progress(stage="models", done=totals.get("files", 0), total=totals.get("files", 0), counts=totals)
    if problems:
        raise ToolkitError(" ".join(problems))


def _sum(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    return {key: left.get(key, 0) + right.get(key, 0) for key in {**left, **right}}
