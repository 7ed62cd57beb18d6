"""Connections and transactions: every statement of the program runs inside `Collection.begin`.

The schema of the collection is set for each transaction and never outlives it, so a pooled connection can never
answer for another collection.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy import exc as sa_exc

from diffusion_toolkit.errors import UsageError, VectorMissing, WrongServerVersion
from diffusion_toolkit.store import migrate, tables
from diffusion_toolkit.store.driver_errors import translated_errors

OLDEST_SERVER = 160_000
OLDEST_VECTOR = (0, 7)
EXTENSIONS_SCHEMA = "extensions"
_COLLECTION_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")


class Database:
    """One PostgreSQL database: its pool of connections. `close` it in the end."""

    def __init__(self, url: str, *, pool_size: int = 10, application: str = "dtk") -> None:
        self.url = url
        self._engine = sa.create_engine(
            _parsed(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=40,
            pool_pre_ping=True,
            connect_args={"application_name": application, "connect_timeout": 10},
        )

    def prepare(self) -> None:
        """Check the server, create the extension and the fixed schema, migrate them."""
        with self.begin() as connection:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": migrate.MIGRATION_LOCK})
            check_version(int(connection.scalar(sa.text("SELECT current_setting('server_version_num')")) or 0))
            _create_vector(connection)
            migrate.upgrade(connection, tables.FIXED_SCHEMA)

    @contextmanager
    def begin(self, *, repeatable: bool = False) -> Generator[sa.Connection]:
        """A transaction above all collections: the fixed schema only.

        repeatable: all its statements see the same state of the database.
        """
        engine = self._engine.execution_options(isolation_level="REPEATABLE READ") if repeatable else self._engine
        with translated_errors(), engine.begin() as connection:
            yield connection

    def collection(self, name: str = "main") -> "Collection":
        """The collection of this name, created and migrated when needed. Call `prepare` once before."""
        if not _COLLECTION_NAME.fullmatch(name):
            raise UsageError(
                f'"{name}" cannot name a collection: up to 48 of a-z, 0-9, "-" and "_", '
                "beginning with a letter or digit."
            )
        found = Collection(self, name)
        with self.begin() as connection:
            migrate.upgrade(connection, found.schema)
            connection.execute(
                sa.text("INSERT INTO dtk.collection (name) VALUES (:name) ON CONFLICT DO NOTHING"), {"name": name}
            )
        return found

    def collection_names(self) -> list[str]:
        """All collections of this database, by name."""
        with self.begin() as connection:
            return list(connection.scalars(sa.select(tables.collection.c.name).order_by("name")))

    def listen(self) -> psycopg.Connection[Any]:
        """A connection of its own in autocommit, for LISTEN and session locks. The caller closes it."""
        with translated_errors():
            return psycopg.connect(self.psycopg_url, autocommit=True, application_name="dtk")

    @property
    def psycopg_url(self) -> str:
        """The address in the form psycopg and libpq take."""
        return libpq_address(self.url)

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


@dataclass(frozen=True, slots=True)
class Collection:
    """One library inside a database: a schema of its own."""

    database: Database
    name: str

    @property
    def schema(self) -> str:
        """The PostgreSQL schema of this collection."""
        return f"collection_{self.name}"

    @contextmanager
    def begin(self, *, repeatable: bool = False) -> Generator[sa.Connection]:
        """A transaction in which unqualified names mean this collection's tables."""
        with self.database.begin(repeatable=repeatable) as connection:
            connection.execute(
                sa.text("SELECT set_config('search_path', :path, true)"),
                {"path": f'"{self.schema}", {EXTENSIONS_SCHEMA}'},
            )
            yield connection


def libpq_address(url: str) -> str:
    """An address as psycopg and libpq take it, without the name of a driver."""
    return _parsed(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _parsed(url: str) -> sa.URL:
    try:
        found = sa.make_url(url)
    except (sa_exc.ArgumentError, ValueError) as error:
        raise UsageError(
            "The database address cannot be read. It looks like postgresql://USER:PASSWORD@HOST/DATABASE."
        ) from error
    if found.get_backend_name() not in ("postgresql", "postgres"):
        raise UsageError(f"The database address names {found.get_backend_name()}; only postgresql:// can be used.")
    return found


def driver(connection: sa.Connection) -> psycopg.Connection[Any]:
    """The psycopg connection below, for COPY. It shares the transaction."""
    found: object = connection.connection.driver_connection
    assert isinstance(found, psycopg.Connection)
    return cast("psycopg.Connection[Any]", found)


def check_version(version: int) -> None:
    """Raise WrongServerVersion when a server of this `server_version_num` is too old for us."""
    if version < OLDEST_SERVER:
        raise WrongServerVersion(f"PostgreSQL {version // 10_000} is too old; 16 or newer is needed.")


def _create_vector(connection: sa.Connection) -> None:
    offered = connection.scalar(sa.text("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'"))
    installed = connection.scalar(sa.text("SELECT extversion FROM pg_extension WHERE extname = 'vector'"))
    version = installed or offered
    if version is None:
        raise VectorMissing("This PostgreSQL server has no pgvector. Install pgvector 0.7 or newer on it.")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VECTOR:
        raise WrongServerVersion(f"pgvector {version} is too old; 0.7 or newer is needed.")
    if installed is None:
        connection.execute(sa.schema.CreateSchema(EXTENSIONS_SCHEMA, if_not_exists=True))
        connection.execute(sa.text(f"CREATE EXTENSION IF NOT EXISTS vector SCHEMA {EXTENSIONS_SCHEMA}"))
