"""Roots and their folders as rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from diffusion_toolkit.store import tables
from diffusion_toolkit.store.database import driver


@dataclass(frozen=True, slots=True, kw_only=True)
class RootRow:
    """One root. path: stored form; state: "available" or "unavailable"."""

    id: int
    path: str
    state: str
    scanned_at: datetime | None
    recursive: bool
    watched: bool


_COLUMNS = (
    tables.root.c.id,
    tables.root.c.path,
    tables.root.c.state,
    tables.root.c.scanned_at,
    tables.root.c.recursive,
    tables.root.c.watched,
)


def identity(text: str) -> bytes:
    """SHA-256 of a stored text: the key of every table of distinct values."""
    return hashlib.sha256(text.encode()).digest()


def roots(connection: sa.Connection) -> list[RootRow]:
    """All roots in the order they were added."""
    return [_root(row) for row in connection.execute(sa.select(*_COLUMNS).order_by(tables.root.c.id)).mappings()]


def root(connection: sa.Connection, root_id: int) -> RootRow | None:
    """One root, or None."""
    row = connection.execute(sa.select(*_COLUMNS).where(tables.root.c.id == root_id)).mappings().one_or_none()
    return None if row is None else _root(row)


def insert_root(connection: sa.Connection, path: str, *, recursive: bool = True, watched: bool = True) -> RootRow:
    """Add a root, or return the one of this path."""
    connection.execute(
        sa.text(
            "INSERT INTO root (identity, path, recursive, watched) VALUES (:identity, :path, :recursive, :watched)"
            " ON CONFLICT (identity) DO NOTHING"
        ),
        {"identity": identity(path), "path": path, "recursive": recursive, "watched": watched},
    )
    query = sa.select(*_COLUMNS).where(tables.root.c.identity == identity(path))
    added = _root(connection.execute(query).mappings().one())
    insert_folders(connection, added.id, [""])
    return added


def set_path(connection: sa.Connection, root_id: int, path: str) -> None:
    """Point a root to another place; everything in it stays."""
    values = {"path": path, "identity": identity(path)}
    connection.execute(sa.update(tables.root).where(tables.root.c.id == root_id).values(values))


def set_flags(
    connection: sa.Connection, root_id: int, *, recursive: bool | None = None, watched: bool | None = None
) -> None:
    """Set whether a root is taken with all below it, and whether it is watched; None leaves it."""
    values = {name: value for name, value in (("recursive", recursive), ("watched", watched)) if value is not None}
    if values:
        connection.execute(sa.update(tables.root).where(tables.root.c.id == root_id).values(values))


def some_files(connection: sa.Connection, root_id: int, limit: int) -> list[tuple[str, str, int]]:
    """Folder, name and size of some pictures of a root that are not missing, from all over it."""
    rows = driver(connection).execute(
        "SELECT path, name, size_bytes FROM (SELECT folder.path, image.name, image.size_bytes,"
        " row_number() OVER (PARTITION BY folder.id ORDER BY image.id DESC) AS place"
        " FROM folder JOIN LATERAL (SELECT id, name, size_bytes FROM image WHERE folder_id = folder.id"
        " AND missing_since IS NULL LIMIT 20) image ON true WHERE folder.root_id = %s) f ORDER BY place, path LIMIT %s",
        [root_id, limit],
    )
    return rows.fetchall()


def lock_roots(connection: sa.Connection) -> None:
    """Nobody else adds a root until this transaction ends, so that two of them cannot nest."""
    connection.execute(sa.text("LOCK TABLE root IN SHARE ROW EXCLUSIVE MODE"))


def delete_root(connection: sa.Connection, root_id: int) -> bool:
    """Forget a root and everything in it; says whether it was there.

    Its images go first, in one statement: the cascade over folders would look through the whole table for each. Locked
    before, or the watcher might add some meanwhile (`scans.lock_root`).
    """
    connection.execute(sa.text("SELECT id FROM root WHERE id = :root FOR UPDATE"), {"root": root_id})
    connection.execute(
        sa.text("DELETE FROM image USING folder WHERE folder.id = image.folder_id AND folder.root_id = :root"),
        {"root": root_id},
    )
    return connection.execute(sa.delete(tables.root).where(tables.root.c.id == root_id)).rowcount > 0


def set_state(connection: sa.Connection, root_id: int, state: str) -> None:
    """Note that the root can or cannot be reached. Writes only what changes."""
    connection.execute(
        sa.update(tables.root).where(tables.root.c.id == root_id, tables.root.c.state != state).values(state=state)
    )


def set_scanned(connection: sa.Connection, root_id: int) -> None:
    """Note that a quick scan went through."""
    connection.execute(sa.update(tables.root).where(tables.root.c.id == root_id).values(scanned_at=sa.func.now()))


def has_pictures(connection: sa.Connection, root_id: int) -> bool:
    """Whether the root has any image that is not missing."""
    query = (
        "SELECT EXISTS (SELECT FROM image JOIN folder ON folder.id = image.folder_id"
        " WHERE folder.root_id = :root AND image.missing_since IS NULL)"
    )
    return bool(connection.scalar(sa.text(query), {"root": root_id}))


def count_present(connection: sa.Connection, root_id: int) -> int:
    """How many images of the root are not missing."""
    query = (
        "SELECT count(*) FROM image JOIN folder ON folder.id = image.folder_id"
        " WHERE folder.root_id = :root AND image.missing_since IS NULL"
    )
    return int(connection.scalar(sa.text(query), {"root": root_id}) or 0)


def folder_ids(connection: sa.Connection, root_id: int) -> dict[str, int]:
    """The folders of a root: stored path relative to it ("" is the root itself) to id."""
    rows = driver(connection).execute("SELECT path, id FROM folder WHERE root_id = %s", [root_id])
    return dict(rows.fetchall())


def insert_folders(connection: sa.Connection, root_id: int, paths: Sequence[str]) -> dict[str, int]:
    """Add folders; returns path to id for all of `paths`."""
    identities = [identity(path) for path in paths]
    driver(connection).execute(
        "INSERT INTO folder (root_id, identity, path) SELECT %s, * FROM unnest(%s::bytea[], %s::text[])"
        " ON CONFLICT (root_id, identity) DO NOTHING",
        [root_id, identities, list(paths)],
    )
    rows = driver(connection).execute(
        "SELECT path, id FROM folder WHERE root_id = %s AND identity = ANY(%s::bytea[])", [root_id, identities]
    )
    return dict(rows.fetchall())


def _root(row: sa.RowMapping) -> RootRow:
    return RootRow(**dict(row))
