"""Small things to remember per collection: one JSON value by name."""

from collections.abc import Mapping
from typing import cast

import orjson
import sqlalchemy as sa

from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import tables

_MERGE = sa.text(
    "INSERT INTO option (name, value) VALUES (:name, CAST(:value AS jsonb))"
    " ON CONFLICT (name) DO UPDATE SET value = option.value || excluded.value RETURNING value"
)


def option(connection: sa.Connection, name: str) -> JsonValue:
    """The value of this name, None when there is none."""
    query = sa.select(tables.option.c.value).where(tables.option.c.name == name)
    return cast("JsonValue", connection.scalar(query))


def merge_option(connection: sa.Connection, name: str, values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Set these keys of an object; the others stay. Returns the whole object."""
    found = connection.scalar(_MERGE, {"name": name, "value": orjson.dumps(dict(values)).decode()})
    return cast("dict[str, JsonValue]", found)


def announce_progress(connection: sa.Connection) -> None:
    """Tell all that watch the progress of background work to look again."""
    connection.execute(sa.text("SELECT pg_notify('dtk_progress', current_schema())"))
