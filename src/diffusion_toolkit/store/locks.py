"""One scan per root at a time, over all processes: a PostgreSQL session lock that ends with its holder."""

import contextlib
import hashlib
from collections.abc import Generator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.driver_errors import translated_errors

SCAN = "scan"


class RootLock:
    """The right to scan one root. It is lost when the process or its connection ends, however that happens."""

    def __init__(self, collection: Collection, root_id: int, work: str = SCAN) -> None:
        self._number = root_lock_number(collection, root_id, work)
        self._database = collection.database
        self._connection: psycopg.Connection = collection.database.listen()

    def take(self) -> bool:
        """Take the lock if nobody holds it, or keep it; says whether it is ours now.

        Where its connection was lost, a new one is made. Raises StoreError while there is none.
        """
        if self._connection.closed:
            self._connection = self._database.listen()
        with translated_errors():
            row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", [self._number]).fetchone()
        return bool(row and row[0])

    def close(self) -> None:
        """Give the lock back now; the server would notice a closed connection only some time later."""
        with contextlib.suppress(psycopg.Error):
            self._connection.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()


@contextmanager
def root_lock(collection: Collection, root_id: int, work: str = SCAN) -> Generator[RootLock]:
    """A lock that is given back at the end; `take` takes it. work: "scan", or "quick" for the first phase alone."""
    lock = RootLock(collection, root_id, work)
    try:
        yield lock
    finally:
        lock.close()


def is_root_locked(connection: sa.Connection, collection: Collection, root_id: int, work: str = SCAN) -> bool:
    """Whether a process of ours holds the right to scan this root."""
    query = (
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND (classid::bigint << 32) | objid::bigint = :number)"
    )
    return bool(connection.scalar(sa.text(query), {"number": root_lock_number(collection, root_id, work)}))


def root_lock_number(collection: Collection, root_id: int, work: str = SCAN) -> int:
    """The advisory lock's number: 64 bits of the SHA-256 of schema and root."""
    digest = hashlib.sha256(f"{work} {collection.schema}/{root_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
