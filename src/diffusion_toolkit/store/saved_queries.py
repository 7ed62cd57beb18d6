"""SQL of saved queries."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.journal import Connection
from diffusion_toolkit.store.tables import saved_query


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQueryRow:
    """One saved query. view: what the page shows beside it, as it sent it."""

    id: int
    name: str
    query: str
    sort: str | None
    view: dict[str, JsonValue]
    made_at: datetime
    touched_at: datetime


def saved_queries(connection: Connection) -> list[SavedQueryRow]:
    """All saved queries in the person's order."""
    columns = (saved_query.c[name] for name in ("id", "name", "query", "sort", "view", "made_at", "touched_at"))
    rows = sa.select(*columns).where(saved_query.c.deleted_at.is_(None))
    found = connection.execute(rows.order_by(saved_query.c.position, saved_query.c.id))
    return [SavedQueryRow(**row) for row in found.mappings()]
