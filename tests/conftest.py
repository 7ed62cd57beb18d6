"""A database per test, cloned from a migrated template on one server that the whole run shares."""

import os
import uuid
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from filelock import FileLock
from psycopg import sql

from diffusion_toolkit.compiled import readers_are
from diffusion_toolkit.store.database import Collection, Database


def pytest_report_header() -> str:
    """Says what is tested: compiled readers never differ from the sources, but may be missing."""
    return f"readers: {readers_are()}"


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server for the run: DTK_TEST_DATABASE_URL, else an embedded one that all workers share."""
    given = os.environ.get("DTK_TEST_DATABASE_URL")
    if given:
        yield given
        return
    from diffusion_toolkit.store.server import connect_embedded

    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with connect_embedded(shared / "server") as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes"):  # nobody cuts the power of a test
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        yield server.url


@pytest.fixture(scope="session")
def template(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated database that tests clone; made once per run."""
    name = "dtk_template_" + os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    shared = tmp_path_factory.getbasetemp().parent
    with FileLock(shared / "template.lock"), psycopg.connect(server_url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            database = Database(_with_name(server_url, name))
            database.prepare()
            database.collection("main")
            database.close()
    return name


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """The address of a fresh migrated database."""
    name = f"dtk_test_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )  # half the work of wal_log: its two checkpoints are quick without fsync
        yield _with_name(server_url, name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh migrated database."""
    found = Database(database_url)
    yield found
    found.close()


@pytest.fixture
def collection(database: Database) -> Collection:
    """The collection "main" of a fresh database."""
    return Collection(database, "main")


def _with_name(url: str, name: str) -> str:
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)
