"""Any PostgreSQL from 16 on with pgvector can be used, and what is wrong with it is said in one sentence."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from old_server import free_port, postgres_16, serving_16
from psycopg import sql

from diffusion_toolkit.errors import (
    DiskFull,
    ServerUnreachable,
    StoreError,
    ToolkitError,
    UsageError,
    VectorMissing,
    WrongServerVersion,
)
from diffusion_toolkit.store.data_folder import open_data_folder
from diffusion_toolkit.store.database import Collection, Database, check_version


@pytest.fixture
def url_of_16(tmp_path: Path) -> Iterator[str]:
    """The address of a PostgreSQL 16."""
    if postgres_16() is None:
        pytest.skip("no PostgreSQL 16 here")
    with serving_16(open_data_folder(tmp_path / "external")) as url:
        yield url


def problem(url: str) -> ToolkitError:
    """What `prepare` says about a server."""
    with closing(Database(url)) as database, pytest.raises(ToolkitError) as caught:
        database.prepare()
    assert "\n" not in str(caught.value)
    return caught.value


def changed(url: str, **parts: str | int) -> str:
    return sa.make_url(url).set(**parts).render_as_string(hide_password=False)  # pyright: ignore[reportArgumentType]  the names are given by the tests


def configure(url: str, setting: str, value: str) -> None:
    """Set something for all later connections to this database."""
    with psycopg.connect(url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET {} TO {}").format(sql.Identifier(name), sql.Identifier(setting), value)
        )


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """A database in which nothing has been prepared."""
    name = f"external_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        yield changed(server_url, database=name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_postgresql_16_over_tcp_is_enough(url_of_16: str) -> None:
    with closing(Database(url_of_16)) as database:
        database.prepare()
        with database.collection("main").begin() as connection:
            assert connection.scalar(sa.text("SELECT '[1,2]'::vector <-> '[1,2]'")) == 0
    wrong = problem(changed(url_of_16, password="guess"))
    assert type(wrong) is StoreError
    assert "refused the user or password" in str(wrong)


def test_older_than_16() -> None:
    """No older server can be run here, so only the rule itself is tested."""
    check_version(160_000)
    with pytest.raises(WrongServerVersion, match="PostgreSQL 15 is too old; 16 or newer"):
        check_version(150_012)


def test_no_pgvector(empty_url: str) -> None:
    configure(empty_url, "extension_control_path", "/nowhere")
    found = problem(empty_url)
    assert type(found) is VectorMissing
    assert "has no pgvector" in str(found)


def test_pgvector_too_old(empty_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "extension"
    folder.mkdir()
    for place in (tmp_path, *tmp_path.parents[:-2]):
        place.chmod(0o755)  # the server may be another user
    (folder / "vector.control").write_text("default_version = '0.6.2'\n")
    configure(empty_url, "extension_control_path", str(tmp_path))
    found = problem(empty_url)
    assert type(found) is WrongServerVersion
    assert "pgvector 0.6.2 is too old" in str(found)


def test_nobody_listens() -> None:
    found = problem(f"postgresql://me:word@127.0.0.1:{free_port()}/dtk")
    assert type(found) is ServerUnreachable
    assert "Connection refused" in str(found)


def test_no_such_host() -> None:
    assert type(problem("postgresql://me:word@no-such-host.invalid/dtk")) is ServerUnreachable


def test_no_such_database(server_url: str) -> None:
    found = problem(changed(server_url, database="not_there"))
    assert "no such database; create it first" in str(found)


@pytest.mark.parametrize("url", ["nonsense", "host=localhost dbname=dtk", "postgresql://u@h:port/x", "mysql://u@h/x"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UsageError, match="database address"):
        Database(url)


def test_a_read_only_server(empty_url: str) -> None:
    configure(empty_url, "default_transaction_read_only", "on")
    assert "read-only" in str(problem(empty_url))


def test_a_user_without_rights(empty_url: str) -> None:
    role = f"external_{os.getpid()}"
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'word'").format(sql.Identifier(role)))
        try:
            found = problem(changed(empty_url, username=role, password="word"))
        finally:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    assert type(found) is StoreError
    assert "lacks a right" in str(found)


def test_a_connection_cut_in_the_middle(collection: Collection) -> None:
    with pytest.raises(ServerUnreachable), collection.begin() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with collection.begin() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1


def test_a_full_disk_under_a_running_server(collection: Collection) -> None:
    """The server's own code for it; a drive that is really full is in test_server_errors.py."""
    with pytest.raises(DiskFull, match="Nothing was lost"), collection.begin() as connection:
        connection.execute(sa.text("DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$"))


def test_two_processes_may_prepare_at_once(empty_url: str) -> None:
    code = (
        "import sys\n"
        "from diffusion_toolkit.store.database import Database\n"
        "database = Database(sys.argv[1]); database.prepare(); database.collection()\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, empty_url]) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
