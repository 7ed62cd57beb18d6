"""Runs a PostgreSQL 16 that knows nothing of us, on TCP, for tests of upgrades and of external servers."""

import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from diffusion_toolkit.store import cluster
from diffusion_toolkit.store.data_folder import DataFolder
from diffusion_toolkit.store.server_programs import Installation, account_for, command, environment, installations


def postgres_16() -> Installation | None:
    """The PostgreSQL 16 of the wheel."""
    return next((found for found in installations() if found.version == 16), None)


def free_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving_16(folder: DataFolder) -> Generator[str]:
    """The address of a fresh PostgreSQL 16, whose files are in the staging place of a data folder."""
    old = postgres_16()
    assert old is not None
    account = account_for(folder.cluster, folder.path)
    cluster.initdb(folder, old, account)
    port = free_port()
    arguments = [old.program("postgres"), "-D", str(folder.staging), "-p", str(port), "-k", ""]
    with folder.log.open("wb") as log:
        server = subprocess.Popen(
            command(arguments, account), stdout=log, stderr=log, env=environment(), start_new_session=True
        )
    url = f"postgresql://{cluster.ROLE}:{cluster.password(folder)}@127.0.0.1:{port}/postgres"
    try:
        _wait(server, url, folder.log)
        yield url
    finally:
        server.terminate()
        server.wait(30)


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    while True:
        assert server.poll() is None, log.read_text()
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
