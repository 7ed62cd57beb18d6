"""Rows of `scan_run`: what a scan says of itself to everybody else."""

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from diffusion_toolkit.progress import Progress
from diffusion_toolkit.store import tables


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One scan of one root. state: "running", "done", "cancelled" or "failed"; root_path: stored form."""

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
).join_from(tables.scan_run, tables.root)


def start_run(connection: sa.Connection, root_id: int, stage: str) -> int:
    """Begin a run; older ones of this root that never ended were interrupted. Only the last ten are kept."""
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
    query = "INSERT INTO scan_run (root_id, stage) VALUES (:root, :stage) RETURNING id"
    return int(connection.scalars(sa.text(query), {"root": root_id, "stage": stage}).one())


def write_progress(connection: sa.Connection, run_id: int, progress: Progress) -> bool:
    """Write how far the run is; returns whether the user asked it to stop."""
    query = (
        "UPDATE scan_run SET stage = :stage, done = :done, total = :total, rate_per_s = :rate,"
        " remaining_s = :remaining, counts = CAST(:counts AS jsonb), seen_at = now()"
        " WHERE id = :run RETURNING cancel_asked"
    )
    return bool(connection.scalar(sa.text(query), {"run": run_id} | _values(progress)))


def finish_run(connection: sa.Connection, run_id: int, state: str, message: str | None) -> None:
    """Write how the run ended."""
    query = (
        "UPDATE scan_run SET state = :state, message = :message, seen_at = now(), finished_at = now(),"
        " remaining_s = NULL WHERE id = :run"
    )
    connection.execute(sa.text(query), {"run": run_id, "state": state, "message": message})


def ask_cancel(connection: sa.Connection, root_id: int | None = None) -> int:
    """Ask all running scans, or that of one root, to stop; returns how many there are."""
    query = sa.update(tables.scan_run).where(tables.scan_run.c.state == "running", ~tables.scan_run.c.cancel_asked)
    if root_id is not None:
        query = query.where(tables.scan_run.c.root_id == root_id)
    return connection.execute(query.values(cancel_asked=True)).rowcount


def last_runs(connection: sa.Connection) -> list[RunRow]:
    """The last run of every root, the newest first."""
    last = sa.select(sa.func.max(_RUN.id)).group_by(_RUN.root_id).scalar_subquery()
    query = _SELECT.where(_RUN.id.in_(last)).order_by(_RUN.id.desc())
    return [RunRow(**dict(row)) for row in connection.execute(query).mappings()]


def last_run(connection: sa.Connection, root_id: int) -> RunRow | None:
    """The last run of one root."""
    query = _SELECT.where(_RUN.root_id == root_id).order_by(_RUN.id.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else RunRow(**dict(row))


def _values(progress: Progress) -> dict[str, object]:
    return {
        "stage": progress.stage,
        "done": progress.done,
        "total": progress.total,
        "rate": progress.rate_per_s,
        "remaining": progress.remaining_s,
        "counts": orjson.dumps(dict(progress.counts)).decode(),
    }
