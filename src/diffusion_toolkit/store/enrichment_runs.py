"""SQL of runs: models looking at chosen pictures, as people start, watch, pause and stop them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import sqlalchemy as sa

from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.tables import enrich_run

RunState: TypeAlias = Literal["waiting", "running", "paused", "done", "cancelled", "failed"]
Wish: TypeAlias = Literal["pause", "cancel"]

KEPT: Final = 100
"""How many ended runs are remembered."""

FEWEST_RESULTS: Final = 16
SHORTEST_S: Final = 2.0
"""A run with fewer results, or a shorter one, does not say how fast the next one will be."""

CLUSTER: Final = "on a cluster: "
"""Stands before the pace of runs that a cluster works off."""

ENDED: Final = ("done", "cancelled", "failed")

_TIDY: Final = sa.text(
    "DELETE FROM enrich_run WHERE state IN ('done', 'cancelled') AND id NOT IN"
    " (SELECT id FROM enrich_run ORDER BY id DESC LIMIT :kept)"
)
_PROGRESS: Final = sa.text(
    "UPDATE enrich_run SET rate_per_s = :rate, remaining_s = :remaining, busy_s = busy_s + :busy, seen_at = now()"
    " WHERE id = :run RETURNING wish"
)
_LAST_PACE: Final = sa.text(
    "SELECT (done + failed) / busy_s, device FROM enrich_run WHERE pace = :pace AND device IS NOT NULL"
    " AND done + failed >= :results AND busy_s >= :seconds ORDER BY id DESC LIMIT 1"
)
# A run that was worked off here and there, or on two devices, says nothing of the pace of either.
_BEGUN: Final = sa.text(
    "UPDATE enrich_run SET state = 'running', message = NULL, finished_at = NULL, seen_at = now(), notices = :notices,"
    " pace = CASE WHEN device IS NULL THEN :place || pace WHEN device = :device THEN pace ELSE '' END, device = :device"
    " WHERE id = :run"
).bindparams(sa.bindparam("notices", type_=enrich_run.c.notices.type))
_COUNTED: Final = sa.text("UPDATE enrich_run SET done = done + :done, failed = failed + :failed WHERE id = :run")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run. stages: by name; held: results wait for review; total, done, failed: results, one for each picture and
    stage; busy_s: seconds of work; wish: what a person asked of it meanwhile; moments in UTC; pace: names what its
    speed depends on beside the device; device: on what it was worked off, None: nowhere yet.
    """

    id: int
    kind: str
    stages: list[str]
    options: dict[str, JsonValue]
    query: str
    held: bool
    state: RunState
    wish: Wish | None
    total: int
    done: int
    failed: int
    rate_per_s: float
    remaining_s: float | None
    busy_s: float
    notices: list[str]
    message: str | None
    made_at: datetime
    seen_at: datetime
    finished_at: datetime | None
    pace: str
    device: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many results a run made in a second of work, and on what."""

    rate_per_s: float
    device: str


def add(
    connection: Connection,
    *,
    kind: str,
    stages: Sequence[str],
    options: dict[str, JsonValue],
    query: str,
    held: bool,
    pace: str,
) -> int:
    """A new run, of which nothing is planned yet."""
    connection.execute(_TIDY, {"kept": KEPT})
    values = {
        "kind": kind,
        "stages": list(stages),
        "options": options,
        "query": query,
        "held": held,
        "pace": pace,
    }
    return connection.execute(sa.insert(enrich_run).values(**values).returning(enrich_run.c.id)).scalar_one()


def get(connection: Connection, run_id: int) -> RunRow | None:
    """One run."""
    row = connection.execute(sa.select(enrich_run).where(enrich_run.c.id == run_id)).mappings().one_or_none()
    return None if row is None else RunRow(**dict(row))


def last_pace(connection: Connection, pace: str) -> Pace | None:
    """How fast the newest run of the same models was, of those that were long enough to say something."""
    row = connection.execute(_LAST_PACE, {"pace": pace, "results": FEWEST_RESULTS, "seconds": SHORTEST_S}).one_or_none()
    return None if row is None else Pace(rate_per_s=row[0], device=row[1])


def all_runs(connection: Connection, kind: str | None = None) -> list[RunRow]:
    """The runs of a kind, or all, the newest first."""
    query = sa.select(enrich_run).order_by(enrich_run.c.id.desc())
    if kind is not None:
        query = query.where(enrich_run.c.kind == kind)
    return [RunRow(**dict(row)) for row in connection.execute(query).mappings()]


def change(connection: Connection, run_id: int, **values: Any) -> None:
    """Set columns of a run."""
    connection.execute(sa.update(enrich_run).where(enrich_run.c.id == run_id).values(seen_at=sa.func.now(), **values))


def enter(connection: Connection, run_id: int, state: RunState, message: str | None = None) -> None:
    """Let a run be in another state; wishes about the one before are fulfilled."""
    finished = sa.func.now() if state in ENDED else None
    change(connection, run_id, state=state, wish=None, message=message, remaining_s=None, finished_at=finished)


def begin(connection: Connection, run_id: int, *, notices: Sequence[str], device: str, place: str = "") -> None:
    """Let a run be worked off, on this device; a wish of the time before stays. place: "", or CLUSTER."""
    connection.execute(_BEGUN, {"run": run_id, "notices": list(notices), "device": device, "place": place})


def wish(connection: Connection, run_id: int, wanted: Wish) -> bool:
    """Ask a run that somebody works on, or is about to, to pause or to stop; False when it is in another state."""
    query = sa.update(enrich_run).where(enrich_run.c.id == run_id, enrich_run.c.state.in_(["waiting", "running"]))
    return connection.execute(query.values(wish=wanted)).rowcount == 1


def note_progress(
    connection: Connection, run_id: int, *, rate_per_s: float, remaining_s: float | None, busy_s: float
) -> Wish | None:
    """Write how fast a run is, and the seconds it worked since the last note; what a person asks of it."""
    given = {"run": run_id, "rate": rate_per_s, "remaining": remaining_s, "busy": busy_s}
    return connection.scalar(_PROGRESS, given)


def count(connection: Connection, run_id: int, *, done: int, failed: int) -> None:
    """Add to what a run has done, in the transaction that wrote it."""
    connection.execute(_COUNTED, {"run": run_id, "done": done, "failed": failed})
