"""Rows of `file_operation`: what is about to be done to files, written down and committed before it begins.

One process at a time changes files of a collection, under a session lock that ends with its holder. So whoever holds
the lock knows that a row which is still "running" is what a crash left behind.
"""

import contextlib
import hashlib
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import orjson
import psycopg
import sqlalchemy as sa
from sqlalchemy import exc as sa_exc

from diffusion_toolkit.errors import StoreError
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.database import Collection, driver
from diffusion_toolkit.store.driver_errors import translated_errors

Connection = sa.Connection
"""For those who pass one on and speak no SQL themselves."""

Details = Mapping[str, JsonValue]
FilePair = tuple[int, str]
"""A file inside the library: number of its folder, name (stored form)."""

_COLUMNS = "id, journal_id, kind, state, image_id, source_path, target_path, details, message"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOperation:
    """One change of a file that is planned. Paths: absolute, stored form; details: what its kind needs."""

    kind: str
    image_id: int | None
    source_path: str
    target_path: str | None
    details: Details


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(NewOperation):
    """One change of a file. state: "planned", "running", "done", "failed" or "undone"; message: why it failed, or
    what the user should know of it."""

    id: int
    journal_id: int | None
    state: str
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How an operation ended."""

    id: int
    state: str
    message: str | None
    details: Details


class FilesLock:
    """The right to change files of one collection. It is lost when the process or its connection ends."""

    def __init__(self, collection: Collection) -> None:
        digest = hashlib.sha256(f"files {collection.schema}".encode()).digest()
        self._number = int.from_bytes(digest[:8], "big", signed=True)
        self._connection: psycopg.Connection = collection.database.listen()

    def take(self) -> bool:
        """Take the lock if nobody holds it; says whether it is ours now."""
        with translated_errors():
            row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", [self._number]).fetchone()
        return bool(row and row[0])

    def check(self) -> None:
        """Raise ServerUnreachable when the connection that holds the lock was lost."""
        with translated_errors():
            self._connection.execute("SELECT 1")

    def close(self) -> None:
        """Give the lock back now; the server would notice a closed connection only some time later."""
        with contextlib.suppress(psycopg.Error):
            self._connection.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()


@contextmanager
def files_lock(collection: Collection) -> Generator[FilesLock]:
    """A lock that is given back at the end; `take` takes it."""
    lock = FilesLock(collection)
    try:
        yield lock
    finally:
        lock.close()


class Collided(StoreError):
    """A scan and an operation wrote the same rows at once; trying again helps."""


@contextmanager
def collisions_told() -> Generator[None]:
    """Turns deadlocks and places taken meanwhile into Collided."""
    try:
        yield
    except (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected) as error:
        raise Collided("A scan wrote the same pictures at the same moment. Try again.") from error
    except sa_exc.DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation | psycopg.errors.DeadlockDetected):
            raise Collided("A scan wrote the same pictures at the same moment. Try again.") from error
        raise


def plan(connection: Connection, journal_id: int, operations: Sequence[NewOperation]) -> None:
    """Write down what is about to be done, in this order."""
    with (
        driver(connection)
        .cursor()
        .copy("COPY file_operation (journal_id, kind, image_id, source_path, target_path, details) FROM STDIN") as copy
    ):
        for each in operations:
            copy.write_row(
                (journal_id, each.kind, each.image_id, each.source_path, each.target_path, _json(each.details))
            )


def start(connection: Connection, journal_id: int, limit: int) -> list[Operation]:
    """The next planned operations of an action, which run from now on."""
    rows = driver(connection).execute(
        "UPDATE file_operation SET state = 'running' WHERE id IN (SELECT id FROM file_operation"  # noqa: S608  (constant)
        " WHERE journal_id = %s AND state = 'planned' ORDER BY id LIMIT %s FOR UPDATE)"
        f" RETURNING {_COLUMNS}",
        [journal_id, limit],
    )
    return sorted((_operation(row) for row in rows), key=lambda operation: operation.id)


def start_back(connection: Connection, journal_id: int) -> list[Operation]:
    """The operations of an action that are done, the last first; they run back from now on."""
    rows = driver(connection).execute(
        "UPDATE file_operation SET state = 'running',"  # noqa: S608  (constant text)
        " details = details || '{\"undoing\": true}'"
        f" WHERE journal_id = %s AND state = 'done' RETURNING {_COLUMNS}",
        [journal_id],
    )
    return sorted((_operation(row) for row in rows), key=lambda operation: -operation.id)


def running(connection: Connection) -> list[Operation]:
    """The operations that run, or ran when their process died."""
    rows = driver(connection).execute(
        f"SELECT {_COLUMNS} FROM file_operation WHERE state = 'running' ORDER BY id"  # noqa: S608  (constant text)
    )
    return [_operation(row) for row in rows]


def finish(connection: Connection, ended: Sequence[Ended]) -> None:
    """Write how operations ended."""
    driver(connection).execute(
        "UPDATE file_operation SET state = e.state, message = e.message, details = e.details, finished_at = now()"
        " FROM unnest(%s::int[], %s::text[], %s::text[], %s::jsonb[]) e (id, state, message, details)"
        " WHERE file_operation.id = e.id",
        [
            [each.id for each in ended],
            [each.state for each in ended],
            [each.message for each in ended],
            [_json(each.details) for each in ended],
        ],
    )


def drop_planned(connection: Connection, message: str, journal_id: int | None = None) -> int:
    """Give up what did not begin: of one action, or of all that no background job works off; returns how many."""
    done = driver(connection).execute(
        "UPDATE file_operation SET state = 'failed', message = %(message)s, finished_at = now()"
        " WHERE state = 'planned' AND (journal_id = %(journal)s"
        " OR (%(journal)s::int IS NULL AND NOT details ? 'job'))",
        {"message": message, "journal": journal_id},
    )
    return done.rowcount


def end_all(connection: Connection, journal_id: int, state: str) -> None:
    """Write one end for all that is planned of an action."""
    driver(connection).execute(
        "UPDATE file_operation SET state = %s, finished_at = now() WHERE journal_id = %s AND state = 'planned'",
        [state, journal_id],
    )


def end_removals(connection: Connection, root_id: int) -> int:
    """Let scans take in again what was removed from a root; returns how many files that are."""
    done = driver(connection).execute(
        "UPDATE file_operation SET details = details || '{\"again\": true}' FROM folder"
        " WHERE kind = 'remove' AND state = 'done' AND NOT details ? 'again'"
        " AND folder.id = (details ->> 'folder_id')::int AND folder.root_id = %s",
        [root_id],
    )
    return done.rowcount


def counts(connection: Connection, journal_id: int) -> dict[str, int]:
    """How many operations of an action are in each state."""
    rows = driver(connection).execute(
        "SELECT state, count(*) FROM file_operation WHERE journal_id = %s GROUP BY state", [journal_id]
    )
    return dict(rows.fetchall())


def with_message(connection: Connection, journal_id: int, limit: int) -> list[Operation]:
    """The first operations of an action of which there is something to tell."""
    rows = driver(connection).execute(
        f"SELECT {_COLUMNS} FROM file_operation"  # noqa: S608  (constant text)
        " WHERE journal_id = %s AND message IS NOT NULL ORDER BY id LIMIT %s",
        [journal_id, limit],
    )
    return [_operation(row) for row in rows]


def done_images(connection: Connection, journal_id: int, limit: int) -> list[int]:
    """Some of the images whose operations went through or were undone."""
    rows = driver(connection).execute(
        "SELECT image_id FROM file_operation WHERE journal_id = %s AND state IN ('done', 'undone')"
        " AND image_id IS NOT NULL ORDER BY id LIMIT %s",
        [journal_id, limit],
    )
    return [row[0] for row in rows]


def unfinished(connection: Connection) -> list[int]:
    """The actions whose operations are planned or running, the oldest first."""
    rows = driver(connection).execute(
        "SELECT DISTINCT journal_id FROM file_operation WHERE state IN ('planned', 'running')"
        " AND journal_id IS NOT NULL ORDER BY journal_id"
    )
    return [row[0] for row in rows]


def mark(connection: Connection) -> int:
    """A number to ask `touched` with later: the operations from now on, and those that run."""
    row = driver(connection).execute(
        "SELECT least((SELECT min(id) FROM file_operation WHERE state IN ('planned', 'running')),"
        " (SELECT coalesce(max(id), 0) + 1 FROM file_operation))"
    )
    return int((row.fetchone() or (0,))[0])


def touched(connection: Connection, since: int) -> set[str]:
    """Every path (absolute, stored form) that operations came from or went to since `mark` gave this number."""
    rows = driver(connection).execute(
        "SELECT unnest(ARRAY[source_path, target_path] || ARRAY(SELECT value ->> part"
        " FROM jsonb_array_elements(details -> 'files') f (value), unnest('{from,to}'::text[]) p (part)))"
        " FROM file_operation WHERE id >= %s AND state <> 'planned'",
        [since],
    )
    return {row[0] for row in rows if row[0] is not None}


def removed(connection: Connection, root_id: int) -> dict[FilePair, tuple[int, int]]:
    """Files of a root whose entries the user removed, with the size and time they had: scans pass over them."""
    rows = driver(connection).execute(
        "SELECT folder.id, details ->> 'name', (details ->> 'size')::bigint, (details ->> 'mtime_ns')::bigint"
        " FROM file_operation JOIN folder ON folder.id = (details ->> 'folder_id')::int"
        " WHERE kind = 'remove' AND file_operation.state = 'done' AND NOT details ? 'again' AND folder.root_id = %s",
        [root_id],
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def _json(details: Details) -> str:
    return orjson.dumps(dict(details)).decode()


def _operation(row: tuple[object, ...]) -> Operation:
    names = ("id", "journal_id", "kind", "state", "image_id", "source_path", "target_path", "details", "message")
    return Operation(**dict(zip(names, row, strict=True)))  # pyright: ignore[reportArgumentType]  (columns in this order)
