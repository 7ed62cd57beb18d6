"""Makes sure that the embedded server of a data folder runs and watches over itself. All of it under the start lock."""

import contextlib
import socket
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg

from diffusion_toolkit.errors import NewerData, ServerNotStarting, StoreError
from diffusion_toolkit.store import cluster, leases, postmaster, server_upgrade, sitter
from diffusion_toolkit.store.data_folder import DataFolder, make_socket_folder
from diffusion_toolkit.store.postmaster import Postmaster, Report
from diffusion_toolkit.store.server_programs import Account, Installation, account_for, newest_installation

DATABASE = "dtk"
_MAINTENANCE_DATABASE = "postgres"
_SOCKET_PORT = 5432
_ATTEMPTS = 6
_PAUSE_S = 0.1


def ensure_running(folder: DataFolder, report: Report) -> tuple[Postmaster, psycopg.Connection]:
    """The running server, started if need be, and a connection that shows the sitter we are here."""
    trouble: psycopg.OperationalError | None = None
    for attempt in range(_ATTEMPTS):  # between looking and connecting the server may have begun to stop
        time.sleep(attempt * _PAUSE_S)
        postmaster.wait_while(folder.cluster, "stopping", report)
        found = postmaster.wait_while(folder.cluster, "starting", report)
        try:
            if found is not None:
                return found, _take_up(folder, found)
            with _started(folder, report) as fresh:
                return fresh, _take_up(folder, fresh)
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise _wrong_password(folder) from error
            trouble = error
    raise ServerNotStarting(f"The database server runs but does not answer: {trouble}") from trouble


def address(folder: DataFolder, found: Postmaster, database: str = DATABASE) -> str:
    """The address of a database of this server."""
    who = f"{cluster.ROLE}:{quote(cluster.password(folder))}"
    if found.host.startswith(("/", "@")):
        return f"postgresql://{who}@/{database}?host={quote(found.host, safe='')}&port={found.port}"
    return f"postgresql://{who}@{found.host}:{found.port}/{database}?sslmode=disable"


def _take_up(folder: DataFolder, found: Postmaster) -> psycopg.Connection:
    """A connection for our lease. Puts the sitter and the database in place when they are missing."""
    maintenance = address(folder, found, _MAINTENANCE_DATABASE)
    connection = psycopg.connect(maintenance, autocommit=True, application_name="dtk lease", connect_timeout=30)
    try:
        if not sitter.is_sitting(connection):
            sitter.begin(maintenance, newest_installation().program("pg_ctl"))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _started(folder: DataFolder, report: Report) -> Generator[Postmaster]:
    """Prepare the files and start the server; it goes on when the block ends well."""
    if leases.held_elsewhere(folder.leases):
        raise ServerNotStarting(
            f"The data folder {folder.path} is in use by the program in another container. Stop that one first."
        )
    installation = newest_installation()
    account = account_for(folder.cluster, folder.path)
    postmaster.clear_remains(folder.cluster)
    _prepare_files(folder, installation, account, report)
    socket_folder = None if sys.platform == "win32" else make_socket_folder(folder, account)
    port = _SOCKET_PORT if socket_folder else _free_port(folder)
    cluster.configure(folder, socket_folder, port, account)
    try:
        with postmaster.started(folder, installation, account, report) as found:
            yield found
    except BaseException:
        with contextlib.suppress(OSError):
            folder.socket_folder.rmdir()
        raise


def _prepare_files(folder: DataFolder, installation: Installation, account: Account | None, report: Report) -> None:
    server_upgrade.finish_interrupted(folder)
    with contextlib.suppress(OSError):
        folder.cluster.rmdir()  # an empty one says nothing
    if not folder.cluster.exists():
        cluster.make(folder, installation, account)
        return
    version = cluster.version(folder.cluster)
    if version > installation.version:
        raise NewerData(
            f"The data folder {folder.path} was written by PostgreSQL {version}, newer than the {installation.version} "
            "of this program. Update the program, or use another data folder."
        )
    if version < installation.version:
        server_upgrade.upgrade(folder, version, installation, account, report)
    if not folder.password_file.exists():
        cluster.reset_password(folder, installation, account)


def _free_port(folder: DataFolder) -> int:
    """The port of last time if it is free, so that addresses stay true; else another."""
    memory = folder.path / "postgres-port"
    with contextlib.suppress(OSError, ValueError), socket.socket() as probe:
        port = int(memory.read_text("ascii"))
        probe.bind(("127.0.0.1", port))
        return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    memory.write_text(str(port), "ascii")
    return port


def _wrong_password(folder: DataFolder) -> StoreError:
    return StoreError(
        f"The database does not take the password in {folder.password_file}. End every process of the program, "
        "delete this file and start again: the database then gets a new password."
    )
