"""The database driver's errors, told as ours where a user can do something about them."""

import re
from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from psycopg import errors as codes
from sqlalchemy import exc as sa_exc

from diffusion_toolkit.errors import DiskFull, ServerUnreachable, StoreError, VectorMissing

# A refused connection carries no code, only the server's words; one that speaks another language is merely quoted.
_REFUSALS: tuple[tuple[str, str], ...] = (
    (
        r"authentication|no password supplied|role .* does not exist|no pg_hba\.conf entry",
        "The database server refused the user or password",
    ),
    (r"database .* does not exist", "The database server has no such database; create it first"),
    (
        r"too many clients|remaining connection slots|too many connections",
        "The database server takes no more connections",
    ),
)
_GONE = {"57P01", "57P02", "57P03", "57P05"}


@contextmanager
def translated_errors() -> Generator[None]:
    """Turns the driver's errors that a user can act on into ours."""
    try:
        yield
    except sa_exc.TimeoutError as error:
        raise StoreError("The database is busy: no connection became free in time. Try again.") from error
    except (sa_exc.DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, sa_exc.DBAPIError) else error
        ours = _translated(cause) if isinstance(cause, psycopg.Error) else None
        if ours is None:
            raise
        raise ours from error


def _translated(cause: psycopg.Error) -> StoreError | None:
    said = str(cause).strip().partition("\n")[0]
    code = cause.sqlstate or ""
    if isinstance(cause, codes.DiskFull):
        return DiskFull("No space is left on the drive that holds the database. Nothing was lost; free some.")
    if code in _GONE or code.startswith("08"):
        return ServerUnreachable(f"The database server does not answer: {said}")
    if isinstance(cause, psycopg.OperationalError) and not code:
        for pattern, sentence in _REFUSALS:
            if re.search(pattern, said):
                return StoreError(f"{sentence}: {said}")
        return ServerUnreachable(f"The database server does not answer: {said}")
    if code.startswith("28"):
        return StoreError(f"The database server refused the user or password: {said}")
    if isinstance(cause, codes.TooManyConnections):
        return StoreError(f"The database server takes no more connections: {said}")
    if isinstance(cause, codes.ReadOnlySqlTransaction):
        return StoreError("The database server is read-only. Name one that can be written in DTK_DATABASE_URL.")
    if isinstance(cause, codes.InsufficientPrivilege):
        return StoreError(f"The database user lacks a right; its administrator can grant it: {said}")
    if isinstance(cause, codes.UndefinedFile):
        return VectorMissing(f"This PostgreSQL server lacks a file of pgvector; install pgvector on it: {said}")
    return None
