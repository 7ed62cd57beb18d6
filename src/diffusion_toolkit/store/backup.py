"""Backups of a collection as files of PostgreSQL's own programs: written beside, checked, then renamed.

A backup holds the collection's schema with all its rows. Restoring runs as one transaction: the present schema steps
aside, the backup takes its place, and only then the old one goes; whatever fails leaves everything as it was.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from diffusion_toolkit.errors import DiskFull, Refused, StoreError, UsageError
from diffusion_toolkit.store.data_folder import for_us_alone
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.store.server_errors import failure
from diffusion_toolkit.store.server_programs import Installation, environment, newest_installation

_ASIDE = "before_restore"
_MAGIC = b"PGDMP"
_SCAN_ALIVE = "90 seconds"
_OUR_DRIVE_FULL = re.compile(r"^pg_dump: error: (?!.*ERROR:).*No space left on device", re.MULTILINE)
"""What pg_dump says when it cannot write; what the server could not write is told as an ERROR of the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFile:
    """What a backup file says of itself. collection: its name; made_at, server: as pg_dump wrote them."""

    path: Path
    size_bytes: int
    collection: str
    made_at: str
    server: str


def write(collection: Collection, path: Path) -> BackupFile:
    """Back the collection up to `path`. Raises StoreError when the disk or the server does not allow it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    target, password = _target(collection.database)
    try:
        with open(beside, "xb", opener=for_us_alone):
            pass
        _run(
            [
                _program(collection.database, "pg_dump"),
                *("--format=custom", "--no-owner", "--no-privileges", f"--schema={_pattern(collection.schema)}"),
                *(f"--file={beside}", f"--dbname={target}"),
            ],
            password,
            path,
        )
        found = _described(beside)
        _flush(beside)
        os.replace(beside, path)
    except OSError as error:
        raise StoreError(f"The backup could not be written to {path}: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return BackupFile(path=path, size_bytes=path.stat().st_size, collection=found[0], made_at=found[1], server=found[2])


def describe(path: Path) -> BackupFile:
    """What a backup file holds. Raises UsageError when it is none of ours."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
        size_bytes = path.stat().st_size
    except OSError as error:
        raise UsageError(f"The backup {path} cannot be read: {error.strerror or error}.") from error
    if magic != _MAGIC:
        raise UsageError(f"{path} is not a backup of this program.")
    collection, made_at, server = _described(path)
    return BackupFile(path=path, size_bytes=size_bytes, collection=collection, made_at=made_at, server=server)


def restore(database: Database, backup: BackupFile) -> Collection:
    """Put a backup in the place of its collection. Nothing has changed when this raises StoreError.

    A backup is a program of SQL: restore only files that you made.
    """
    collection = Collection(database, backup.collection)
    _refuse_while_scanning(collection)
    target, password = _target(database)
    script = [_program(database, "pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(backup.path)]
    psql = [
        _program(database, "psql"),
        *("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output", os.devnull),
        *("--dbname", target, "--file=-"),
    ]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(script, stdout=subprocess.PIPE, stderr=complaints, env=environment()) as reading,
        subprocess.Popen(
            psql,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=environment() | {"PGPASSWORD": password},
        ) as writing,
    ):
        _feed(reading, writing, collection.schema)
        complaints.seek(0)
        told = complaints.read().decode("utf-8", "replace")
    if reading.returncode != 0 or writing.returncode != 0:
        raise failure("The backup could not be restored; everything is as it was", told)
    return database.collection(backup.collection)


def _feed(reading: "subprocess.Popen[bytes]", writing: "subprocess.Popen[bytes]", schema: str) -> None:
    """Send the script, framed by what makes room for it.

    The frame begins and commits the transaction itself: psql's own option commits whatever came before the end of its
    input, and the input also ends when pg_restore finds its file damaged or when we are killed.
    """
    assert reading.stdout is not None
    assert writing.stdin is not None
    with suppress(BrokenPipeError):  # psql has stopped, and says why
        writing.stdin.write(_before(schema))
        shutil.copyfileobj(reading.stdout, writing.stdin)
        if reading.wait() == 0:
            writing.stdin.write(_after(schema))
    with suppress(BrokenPipeError):
        writing.stdin.close()
    reading.stdout.close()
    writing.wait()


def _before(schema: str) -> bytes:
    return (
        f"BEGIN;\nSET LOCAL lock_timeout = '30s';\nDROP SCHEMA IF EXISTS \"{schema}_{_ASIDE}\" CASCADE;\n"
        f'ALTER SCHEMA "{schema}" RENAME TO "{schema}_{_ASIDE}";\n'
    ).encode()


def _after(schema: str) -> bytes:
    """The catalogs of all processes see from the epoch that they must read everything anew."""
    return (
        f'\nRESET search_path;\nSELECT count(*) FROM "{schema}".image;\n'
        f'DROP SCHEMA "{schema}_{_ASIDE}" CASCADE;\n'
        "UPDATE dtk.cluster SET restore_epoch = restore_epoch + 1;\n"
        f"SELECT pg_notify('dtk_changed', '{schema}');\nCOMMIT;\n"
    ).encode()


def _refuse_while_scanning(collection: Collection) -> None:
    with collection.database.collection(collection.name).begin() as connection:
        running = connection.scalar(
            sa.text(
                "SELECT count(*) FROM scan_run WHERE state = 'running' AND seen_at > now() - CAST(:alive AS interval)"
            ),
            {"alive": _SCAN_ALIVE},
        )
    if running:
        raise Refused("A scan is running. Stop it, then restore the backup.")


def _described(path: Path) -> tuple[str, str, str]:
    """Collection, time and server version out of the table of contents. Raises UsageError when it is damaged."""
    done = subprocess.run(
        [newest_installation().program("pg_restore"), "--list", str(path)],
        capture_output=True,
        env=environment(),
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    schema = re.search(r" SCHEMA - collection_([a-z0-9][a-z0-9_-]{0,47}) ", done.stdout)
    if done.returncode != 0 or not schema or f" TABLE DATA collection_{schema[1]} image " not in done.stdout:
        raise UsageError(f"{path} is not a backup of a collection, or it is damaged.")
    made_at = re.search(r"Archive created at (.+)", done.stdout)
    server = re.search(r"Dumped from database version: (\S+)", done.stdout)
    return schema[1], made_at[1].strip() if made_at else "", server[1] if server else ""


def _target(database: Database) -> tuple[str, str]:
    """The database's address without its password, which arguments would show to everybody; and the password."""
    parts = conninfo_to_dict(database.psycopg_url)
    password = str(parts.pop("password", "") or "")
    return make_conninfo("", **parts), password


def _pattern(schema: str) -> str:
    """The schema as pg_dump's option reads it: quoted, so that no character is a wildcard."""
    return f'"{schema}"'


def _program(database: Database, name: str) -> str:
    """pg_dump must not be older than the server: the wheel's, or one of the system for a newer server."""
    installation = newest_installation()
    with database.begin() as connection:
        server = int(connection.scalar(sa.text("SELECT current_setting('server_version_num')")) or 0) // 10_000
    if server <= installation.version:
        return installation.program(name)
    return _of_system(name, server, installation)


def _of_system(name: str, server: int, installation: Installation) -> str:
    found = shutil.which(name)
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout if found else ""
    version = re.search(r"\) (\d+)", told)
    if found is None or version is None or int(version[1]) < server:
        raise StoreError(
            f"The server is PostgreSQL {server}, and the {name} that came with the program is "
            f"{installation.version}. Install PostgreSQL's client programs of version {server}."
        )
    return found


def _run(arguments: Sequence[str], password: str, path: Path) -> None:
    done = subprocess.run(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment() | {"PGPASSWORD": password},
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        if _OUR_DRIVE_FULL.search(done.stdout):
            raise DiskFull(f"No space is left on the drive of {path}; no backup was made.")
        raise failure("The backup could not be made", done.stdout)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
