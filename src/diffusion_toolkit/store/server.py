"""The PostgreSQL server that the program uses: its own, embedded one, or one that the user names."""

import atexit
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from filelock import FileLock

from diffusion_toolkit.errors import ServerNotStarting, StoreError
from diffusion_toolkit.store import leases, postmaster
from diffusion_toolkit.store.data_folder import DataFolder, open_data_folder
from diffusion_toolkit.store.database import libpq_address, translated_errors
from diffusion_toolkit.store.holding import Holding
from diffusion_toolkit.store.postmaster import Report
from diffusion_toolkit.store.server_errors import folder_errors
from diffusion_toolkit.store.server_programs import newest_installation
from diffusion_toolkit.store.serving import address, ensure_running


def say_nothing(_: str) -> None:
    """Nobody wants to know what is being waited for."""


class Server:
    """A PostgreSQL server we may use until `close`; `url` is its address for psycopg and SQLAlchemy."""

    def __init__(self, url: str, *, data_dir: Path | None = None) -> None:
        self.url = url
        self.data_dir = data_dir

    def close(self) -> None:
        """Leave the server. An embedded one stops when we were the last."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_server(data_dir: Path, url: str | None, report: Report = say_nothing) -> Server:
    """The server named by `url`, else the embedded one of the data folder."""
    return Server(url) if url else connect_embedded(data_dir, report)


def connect_embedded(data_dir: Path, report: Report = say_nothing) -> "EmbeddedServer":
    """The embedded server of this data folder: joined when it runs, started when not, made when there is none.

    report: told when something takes long. Raises StoreError, and Refused on a network drive.
    """
    return EmbeddedServer(open_data_folder(data_dir), report)


class EmbeddedServer(Server):
    """Our part in an embedded server that several of our processes share."""

    def __init__(self, folder: DataFolder, report: Report) -> None:
        self._folder = folder
        self._process = os.getpid()
        self._closing = threading.RLock()  # a signal may ask again while we are at it
        with folder_errors(folder.path), leases.start_lock(folder.leases):
            self._lease: FileLock | None = leases.take_lease(folder.leases)
            try:
                found, connection = ensure_running(folder, report)
            except BaseException:
                leases.give_back(self._lease)
                raise
        super().__init__(address(folder, found), data_dir=folder.path)
        self._holding = Holding(connection, self._revive, self._every_round)
        atexit.register(self.close)

    def _revive(self) -> psycopg.Connection:
        if not self._folder.cluster.exists():
            raise ServerNotStarting(f"The data folder {self._folder.path} has gone.")
        with folder_errors(self._folder.path), leases.start_lock(self._folder.leases):
            return ensure_running(self._folder, say_nothing)[1]

    def _every_round(self) -> None:
        with suppress(StoreError):
            postmaster.trim_log(self._folder.log)

    def close(self) -> None:
        """Leave the server; the last of our processes stops it and waits for its end."""
        with self._closing:
            lease, self._lease = self._lease, None
            if lease is None or os.getpid() != self._process:  # a forked child has no part in it
                return
            atexit.unregister(self.close)
            self._holding.close()
            with folder_errors(self._folder.path), leases.start_lock(self._folder.leases):
                leases.give_back(lease)
                if leases.holders(self._folder.leases) == 0:
                    postmaster.stop(self._folder.cluster, newest_installation())
                    with suppress(OSError):
                        self._folder.socket_folder.rmdir()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerDescription:
    """What `dtk doctor` says about a database server."""

    version: str
    vector_version: str | None
    data_path: str
    size_bytes: int
    uptime: timedelta
    connections: int


def describe(server: Server | str) -> ServerDescription:
    """Version, place, size and load of a server, by itself or by its address."""
    url = server if isinstance(server, str) else server.url
    with translated_errors(), psycopg.connect(libpq_address(url), connect_timeout=10) as connection:
        row = connection.execute(_DESCRIPTION).fetchone()
    assert row is not None
    version, vector_version, data_path, size_bytes, uptime, connections = row
    return ServerDescription(
        version=version,
        vector_version=vector_version,
        data_path=data_path,
        size_bytes=size_bytes,
        uptime=uptime,
        connections=connections,
    )


# The path is for those who may see it; an ordinary user of an external server may not.
_DESCRIPTION = """
SELECT
    current_setting('server_version'),
    (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
    CASE WHEN pg_has_role('pg_read_all_settings', 'USAGE') THEN current_setting('data_directory') ELSE '' END,
    pg_database_size(current_database()),
    now() - pg_postmaster_start_time(),
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'dtk sitter')
"""
