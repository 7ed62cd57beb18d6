"""Brings the schemas of a database to the version of this program.

There are two histories: `fixed` (once per database) and `collection` (once per collection's schema). Each is a line of
files `<version>_<what>.py`, and keeps its version in a table `schema_version` of its own schema. Alembic runs them; it
is imported only when there is something to run, for every start of the program asks.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from diffusion_toolkit.errors import NewerData
from diffusion_toolkit.store.tables import FIXED_SCHEMA

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATION_LOCK = 7_203_141
"""Advisory lock number: one migration at a time per database."""

LOCK_TIMEOUT_MS = 30_000


def upgrade(connection: sa.Connection, schema: str, to: str = "head") -> None:
    """Create `schema` if needed and run its missing migrations, as far as `to`, inside the connection's transaction.

    Raises NewerData when a newer program already migrated it further.
    """
    history = "fixed" if schema == FIXED_SCHEMA else "collection"
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    connection.execute(sa.text("SELECT set_config('search_path', :path, true)"), {"path": f'"{schema}", extensions'})
    connection.execute(sa.text("SELECT set_config('lock_timeout', :ms, true)"), {"ms": str(LOCK_TIMEOUT_MS)})
    known = versions(history)
    done = current_version(connection, schema)
    if done == known[-1]:
        return
    if done is not None and done not in known:
        raise NewerData(
            f"This library was written by a newer version of the program (schema {schema} is at {done}). "
            "Update the program, or use another data folder."
        )
    _run(connection, schema, history, to)


def versions(history: str) -> list[str]:
    """The versions of a history, the oldest first."""
    names = (file.name for file in (_folder() / history / "versions").iterdir())
    return sorted(name.partition("_")[0] for name in names if name[0].isdigit() and name.endswith(".py"))


def current_version(connection: sa.Connection, schema: str) -> str | None:
    """The migration a schema stands at, or None when it was never migrated."""
    table = sa.table("schema_version", sa.column("version_num", sa.Text), schema=schema)
    if not sa.inspect(connection).has_table(table.name, schema=schema):
        return None
    return connection.scalar(sa.select(table.c.version_num))


def config(history: str) -> "Config":
    """Where Alembic finds the migrations of a history."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    found.set_main_option("version_locations", str(_folder() / history / "versions").replace("%", "%%"))
    found.set_main_option("path_separator", "newline")
    return found


def _run(connection: sa.Connection, schema: str, history: str, to: str) -> None:
    from alembic import command

    asked = config(history)
    asked.attributes["connection"] = connection
    asked.attributes["schema"] = schema
    command.upgrade(asked, to)


def _folder() -> Traversable:
    return files("diffusion_toolkit.store") / "migrations"
