"""Rows of `scan_run`: what a scan says of itself to everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from diffusion_toolkit.progress import Progress
from diffusion_toolkit.store import tables


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRun:
    """One scan of one root, running or ended. root_path: stored form; moments in UTC.

    state: "running", "paused", "waiting" (to go on after a pause), "done", "cancelled" or "failed"; message: why it did
    not go through, or what to know of it; phases, folder_ids: what it is to do, or what is left of it when paused;
    pause_asked: it runs, and will soon be paused.
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
    phases: list[str]
    folder_ids: list[int]
    pause_asked: bool

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


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked of a running scan."""

    cancel: bool
    pause: bool


_RUN = tables.scan_run.c
_SELECT = sa.select(
    _RUN.id,
    _RUN.root_id,
    tables.root.c.path.label("root_path"),
    _RUN.state,
    _RUN.stage,
    _RUN.done,
    _RUN.total,
    _RUN.rate_per_s,
    _RUN.remaining_s,
    _RUN.counts,
    _RUN.message,
    _RUN.started_at,
    _RUN.seen_at,
    _RUN.finished_at,
    _RUN.phases,
    _RUN.folder_ids,
    _RUN.pause_asked,
).join_from(tables.scan_run, tables.root)


def start_run(
    connection: sa.Connection,
    root_id: int,
    stage: str,
    phases: Sequence[str],
    folder_ids: Sequence[int],
    message: str | None = None,
) -> int:
    """Begin a run; older ones of this root that never ended were interrupted, and a paused one goes on in it. Only the
    last ten are kept. message: what to know of it from the beginning.
    """
    connection.execute(
        sa.text("DELETE FROM scan_run WHERE root_id = :root AND state IN ('waiting', 'paused')"), {"root": root_id}
    )
    connection.execute(
        sa.text(
            "UPDATE scan_run SET state = 'failed', message = 'Interrupted.', finished_at = seen_at"
            " WHERE root_id = :root AND state = 'running'"
        ),
        {"root": root_id},
    )
    connection.execute(
        sa.text(
            "DELETE FROM scan_run WHERE root_id = :root AND id NOT IN"
            " (SELECT id FROM scan_run WHERE root_id = :root ORDER BY id DESC LIMIT 9)"
        ),
        {"root": root_id},
    )
    query = (
        "INSERT INTO scan_run (root_id, stage, phases, folder_ids, message)"
        " VALUES (:root, :stage, :phases, :folders, :message) RETURNING id"
    )
    values = {
        "root": root_id,
        "stage": stage,
        "phases": list(phases),
        "folders": list(folder_ids),
        "message": message,
    }
    return int(connection.scalars(sa.text(query), values).one())


def write_progress(connection: sa.Connection, run_id: int, progress: Progress) -> Asked:
    """Write how far the run is; returns what the user asked of it."""
    query = (
        "UPDATE scan_run SET stage = :stage, done = :done, total = :total, rate_per_s = :rate,"
        " remaining_s = :remaining, counts = CAST(:counts AS jsonb), seen_at = now()"
        " WHERE id = :run RETURNING cancel_asked, pause_asked"
    )
    row = connection.execute(sa.text(query), {"run": run_id} | _values(progress)).one_or_none()
    return Asked(cancel=False, pause=False) if row is None else Asked(*row)


def finish_run(
    connection: sa.Connection, run_id: int, state: str, message: str | None, *, unless_asked: bool = False
) -> bool:
    """Write how the run ended; unless_asked: not when somebody asked it to stop or to pause. Returns whether it did."""
    query = (
        "UPDATE scan_run SET state = :state, message = :message, seen_at = now(), finished_at = now(),"
        " remaining_s = NULL WHERE id = :run AND NOT (:unless_asked AND (pause_asked OR cancel_asked))"
    )
    values = {"run": run_id, "state": state, "message": message, "unless_asked": unless_asked}
    return connection.execute(sa.text(query), values).rowcount > 0


def ask_cancel(connection: sa.Connection, root_id: int | None = None) -> int:
    """Ask all running scans, or that of one root, to stop; returns how many there are."""
    query = sa.update(tables.scan_run).where(tables.scan_run.c.state == "running", ~tables.scan_run.c.cancel_asked)
    if root_id is not None:
        query = query.where(tables.scan_run.c.root_id == root_id)
    asked = connection.execute(query.values(cancel_asked=True)).rowcount
    if root_id is None:
        _cancel_paused(connection)
    return asked


def ask_run_to_cancel(connection: sa.Connection, run_id: int) -> None:
    """Ask one running scan to stop; one that is paused or waits is cancelled at once."""
    connection.execute(
        sa.text("UPDATE scan_run SET cancel_asked = true WHERE id = :run AND state = 'running'"), {"run": run_id}
    )
    connection.execute(
        sa.text(
            "UPDATE scan_run SET state = 'cancelled', finished_at = now()"
            " WHERE id = :run AND state IN ('waiting', 'paused')"
        ),
        {"run": run_id},
    )


def _cancel_paused(connection: sa.Connection) -> None:
    """Cancel all scans that are paused or wait to go on."""
    connection.execute(
        sa.text("UPDATE scan_run SET state = 'cancelled', finished_at = now() WHERE state IN ('waiting', 'paused')")
    )


def ask_run_to_pause(connection: sa.Connection, run_id: int) -> bool:
    """Ask one scan to pause; returns whether it runs."""
    query = "UPDATE scan_run SET pause_asked = true WHERE id = :run AND state = 'running'"
    return connection.execute(sa.text(query), {"run": run_id}).rowcount > 0


def pause_run(connection: sa.Connection, run_id: int, phases: Sequence[str]) -> None:
    """Write that the run is paused, with the phases that are left."""
    query = (
        "UPDATE scan_run SET state = 'paused', phases = :phases, pause_asked = false, seen_at = now(),"
        " remaining_s = NULL, rate_per_s = 0 WHERE id = :run"
    )
    connection.execute(sa.text(query), {"run": run_id, "phases": list(phases)})


def note_resumed(connection: sa.Connection, run_id: int) -> bool:
    """A paused run waits to go on; returns whether it was paused."""
    query = "UPDATE scan_run SET state = 'waiting' WHERE id = :run AND state = 'paused'"
    return connection.execute(sa.text(query), {"run": run_id}).rowcount > 0


def run_of_id(connection: sa.Connection, run_id: int) -> ScanRun | None:
    """One run."""
    row = connection.execute(_SELECT.where(_RUN.id == run_id)).mappings().one_or_none()
    return None if row is None else ScanRun(**dict(row))


def last_runs(connection: sa.Connection) -> list[ScanRun]:
    """The last run of every root, the newest first."""
    last = sa.select(sa.func.max(_RUN.id)).group_by(_RUN.root_id).scalar_subquery()
    query = _SELECT.where(_RUN.id.in_(last)).order_by(_RUN.id.desc())
    return [ScanRun(**dict(row)) for row in connection.execute(query).mappings()]


def last_run(connection: sa.Connection, root_id: int) -> ScanRun | None:
    """The last run of one root."""
    query = _SELECT.where(_RUN.root_id == root_id).order_by(_RUN.id.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else ScanRun(**dict(row))


def _values(progress: Progress) -> dict[str, object]:
    return {
        "stage": progress.stage,
        "done": progress.done,
        "total": progress.total,
        "rate": progress.rate_per_s,
        "remaining": progress.remaining_s,
        "counts": orjson.dumps(dict(progress.counts)).decode(),
    }
