"""Brings the schemas of a database to the version of this program.

There are two histories: `fixed` (once per database) and `collection` (once per collection's schema). Each keeps its
version in a table `schema_version` of its own schema.
"""

from importlib.resources import files

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from diffusion_toolkit.errors import NewerData
from diffusion_toolkit.store.tables import FIXED_SCHEMA

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
    config = _config(history)
    scripts = ScriptDirectory.from_config(config)
    done = current_version(connection, schema)
    if done == scripts.get_current_head():
        return
    if done is not None and done not in {script.revision for script in scripts.walk_revisions()}:
        raise NewerData(
            f"This library was written by a newer version of the program (schema {schema} is at {done}). "
            "Update the program, or use another data folder."
        )
    config.attributes["connection"] = connection
    config.attributes["schema"] = schema
    command.upgrade(config, to)


def current_version(connection: sa.Connection, schema: str) -> str | None:
    """The migration a schema stands at, or None when it was never migrated."""
    options = {"version_table": "schema_version", "version_table_schema": schema}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def _config(history: str) -> Config:
    folder = files("diffusion_toolkit.store") / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder / history / "versions").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
