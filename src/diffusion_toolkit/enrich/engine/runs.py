"""Runs: models looking at chosen pictures. Planned once, worked off by executors; people pause, resume and stop them.

A run may die at any line: what is committed stays, and whoever goes on with it takes up the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.enrich.engine.stage import Options, StageContext, StageKind, StagePlan
from diffusion_toolkit.enrich.stages.registry import kind_of
from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.progress import INTERRUPTED, Progress
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import enrichment_items as items
from diffusion_toolkit.store import enrichment_runs as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.enrichment_items import FailureRow, Missing
from diffusion_toolkit.store.enrichment_runs import RunRow, RunState, Wish
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.options import announce_progress

ImageIds = NDArray[np.integer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants models to look for. kind: of stages; held: results wait for review; query: for people, how
    the pictures were chosen; again: also what these very versions did; retry_failed: also what failed.
    """

    kind: str
    options: Options = field(default_factory=dict[str, JsonValue])
    held: bool = False
    query: str = ""
    again: bool = False
    retry_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as it is. total, done, failed: results, one for each picture and stage; rate_per_s: results per second;
    runners: where it is worked on now; resumable: it ended or died before it was through; moments in UTC.
    """

    id: int
    kind: str
    stages: tuple[str, ...]
    options: dict[str, JsonValue]
    query: str
    held: bool
    state: RunState
    total: int
    done: int
    failed: int
    rate_per_s: float
    remaining_s: float | None
    busy_s: float
    notices: tuple[str, ...]
    message: str | None
    runners: tuple[str, ...]
    resumable: bool
    made_at: datetime
    finished_at: datetime | None

    @property
    def progress(self) -> Progress:
        """Its state as long work yields it."""
        return Progress(
            stage=self.kind,
            done=self.done + self.failed,
            total=self.total,
            rate_per_s=self.rate_per_s,
            remaining_s=self.remaining_s,
            counts={"done": self.done, "failed": self.failed},
        )


def start(collection: Collection, wanted: Wanted, image_ids: ImageIds, context: StageContext) -> int:
    """Plan a run over these images, in their order; its number. Nothing looks at them yet.

    Raises UsageError for options that are none, NotFound for a model that is not here.
    """
    kind = kind_of(wanted.kind)
    options = kind.check(wanted.options)
    plans = kind.plan(options, context)
    with collection.begin() as connection:
        items.take_back(connection, collection)
        run_id = store.add(
            connection,
            kind=kind.name,
            stages=[plan.name for plan in plans],
            options=options,
            query=wanted.query,
            held=wanted.held,
            pace=pace_of(plans),
        )
        meant = _meant(connection, kind, options, image_ids)
        planned = [items.plan(connection, run_id, missing) for missing in _missing(wanted, plans, meant)]
        store.change(connection, run_id, total=sum(planned))
        announce_progress(connection)
    return run_id


def pace_of(plans: Sequence[StagePlan]) -> str:
    """What the speed of a run of these stages depends on, beside the machine."""
    return "; ".join(sorted(plan.pace or plan.name for plan in plans))


def count_missing(collection: Collection, wanted: Wanted, image_ids: ImageIds, context: StageContext) -> int:
    """How many results a run over these images would have to make."""
    kind = kind_of(wanted.kind)
    options = kind.check(wanted.options)
    plans = kind.plan(options, context)
    with collection.begin() as connection:
        meant = _meant(connection, kind, options, image_ids)
        return sum(items.count_missing(connection, missing) for missing in _missing(wanted, plans, meant))


def get_run(collection: Collection, run_id: int) -> Run:
    """One run. Raises NotFound."""
    with collection.begin() as connection:
        return _run(connection, collection, _row(connection, run_id))


def list_runs(collection: Collection, kind: str | None = None) -> list[Run]:
    """The runs of a kind, or all, the newest first."""
    with collection.begin() as connection:
        return [_run(connection, collection, row) for row in store.all_runs(connection, kind)]


def pause(collection: Collection, run_id: int) -> None:
    """Have a run rest: one that runs does so within a second, what it has done is kept."""
    _ask(collection, run_id, "pause", "paused")


def cancel(collection: Collection, run_id: int) -> None:
    """Stop a run for good; what it has done is kept, and nothing waits for it any more."""
    _ask(collection, run_id, "cancel", "cancelled")


def make_ready(collection: Collection, run_id: int, *, retry_failed: bool = False) -> Run:
    """Let a run that rests, died or failed wait for an executor again; retry_failed: with what failed in it.

    Raises UsageError for one that runs, or that nothing is left of.
    """
    with collection.begin() as connection:
        items.take_back(connection, collection)
        run = _run(connection, collection, _row(connection, run_id))
        retried = items.retry(connection, run_id) if retry_failed else 0
        if run.runners:
            raise UsageError("This run is being worked on.")
        waiting, _ = items.left(connection, run_id)
        if not waiting:
            raise UsageError("Nothing is left of this run.")
        store.change(connection, run_id, failed=run.failed - retried)
        store.enter(connection, run_id, "waiting")
        announce_progress(connection)
        return _run(connection, collection, _row(connection, run_id))


def look_first(collection: Collection, image_ids: ImageIds | Sequence[int]) -> int:
    """Have these images, such as those on the screen, looked at before all others that wait; of how many results."""
    with collection.begin() as connection:
        return items.look_first(connection, image_ids)


def failures(
    collection: Collection, run_id: int | None = None, *, offset: int = 0, most: int = 1000
) -> list[FailureRow]:
    """The pictures that could not be looked at, of one run or of all, each with the reason."""
    with collection.begin() as connection:
        return items.failures(connection, run_id, offset=offset, most=most)


def finish_waiting(connection: Connection, run_id: int, state: RunState, message: str | None = None) -> None:
    """Let a run end in a state; a cancelled one leaves nothing waiting, one of which nothing is left is done."""
    if state == "cancelled":
        items.forget_waiting(connection, run_id)
    elif state in ("waiting", "paused") and items.left(connection, run_id) == (0, 0):
        state = "done"
    store.enter(connection, run_id, state, message)
    announce_progress(connection)


def _ask(collection: Collection, run_id: int, wish: Wish, state: RunState) -> None:
    with collection.begin() as connection:
        items.take_back(connection, collection)
        run = _run(connection, collection, _row(connection, run_id))
        if run.state in ("done", "cancelled"):
            raise UsageError("This run has ended.")
        # One that nobody works on cannot hear a wish.
        if run.runners and store.wish(connection, run_id, wish):
            announce_progress(connection)
            return
        finish_waiting(connection, run_id, state)


def _meant(connection: Connection, kind: StageKind, options: Options, image_ids: ImageIds) -> ImageIds:
    return image_ids if kind.leave_out is None else kind.leave_out(connection, options, image_ids)


def _missing(wanted: Wanted, plans: Sequence[StagePlan], image_ids: ImageIds) -> list[Missing]:
    return [
        Missing(
            stage=plan.name,
            version=plan.version,
            image_ids=image_ids,
            again=wanted.again,
            retry=wanted.retry_failed,
        )
        for plan in plans
    ]


def _row(connection: Connection, run_id: int) -> RunRow:
    row = store.get(connection, run_id)
    if row is None:
        raise NotFound("There is no such run.")
    return row


def _run(connection: Connection, collection: Collection, row: RunRow) -> Run:
    """The run as it is: one that "runs" without a runner was killed."""
    working = tuple(items.runners(connection, collection, row.id)) if row.state in ("waiting", "running") else ()
    died = row.state == "running" and not working
    return Run(
        id=row.id,
        kind=row.kind,
        stages=tuple(row.stages),
        options=row.options,
        query=row.query,
        held=row.held,
        state="failed" if died else row.state,
        total=row.total,
        done=row.done,
        failed=row.failed,
        rate_per_s=row.rate_per_s if working else 0.0,
        remaining_s=row.remaining_s if working else None,
        busy_s=row.busy_s,
        notices=tuple(row.notices),
        message=INTERRUPTED if died else row.message,
        runners=working,
        resumable=died or row.state in ("paused", "failed"),
        made_at=row.made_at,
        finished_at=row.finished_at,
    )
