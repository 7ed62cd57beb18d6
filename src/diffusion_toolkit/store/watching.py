"""What the watcher says of itself to everybody else, and the lock by which there is only one per collection."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, Literal

import orjson
import sqlalchemy as sa

from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.locks import is_root_locked
from diffusion_toolkit.store.options import announce_progress, option

LOCK: Final = "watch"
NO_ROOT: Final = 0
_NAME: Final = "watching"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedRow:
    """How one root is watched. reason: why not by events, or why not at all."""

    how: Literal["events", "polling", "off"]
    reason: str | None


def write_watched(connection: sa.Connection, watched: Mapping[int, WatchedRow]) -> None:
    """Write how each root is watched now, and tell those who look."""
    value = orjson.dumps({str(root_id): asdict(row) for root_id, row in watched.items()}).decode()
    connection.execute(
        sa.text(
            "INSERT INTO option (name, value) VALUES (:name, CAST(:value AS jsonb))"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ),
        {"name": _NAME, "value": value},
    )
    announce_progress(connection)


def watched(connection: sa.Connection, collection: Collection) -> dict[int, WatchedRow]:
    """How each root is watched; empty when no watcher runs."""
    if not is_root_locked(connection, collection, NO_ROOT, LOCK):
        return {}
    found = option(connection, _NAME)
    rows: dict[int, WatchedRow] = {}
    for number, row in found.items() if isinstance(found, dict) else ():
        if isinstance(row, dict):
            reason = row.get("reason")
            how = row.get("how")
            rows[int(number)] = WatchedRow(
                how=how if how in ("events", "polling") else "off", reason=None if reason is None else str(reason)
            )
    return rows
