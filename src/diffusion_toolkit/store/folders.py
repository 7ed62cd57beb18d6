"""Folders as rows: what people said of them, and how they are renamed or moved with all that lies in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from diffusion_toolkit.store import tables
from diffusion_toolkit.store.database import driver

Connection = sa.Connection
"""For those who pass one on and speak no SQL themselves."""

MARKS = ("excluded", "archived")


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRow:
    """One folder. path: stored form, relative to its root, "" for the root itself; excluded, archived: "no", "folder"
    or "tree"; missing: it was not there when last looked for."""

    id: int
    root_id: int
    path: str
    excluded: str
    archived: str
    missing: bool


_FOLDER = tables.folder.c
_SELECT = sa.select(
    _FOLDER.id,
    _FOLDER.root_id,
    _FOLDER.path,
    _FOLDER.excluded,
    _FOLDER.archived,
    _FOLDER.missing_since.is_not(None).label("missing"),
)


def folders(connection: sa.Connection, root_id: int | None = None) -> list[FolderRow]:
    """All folders, or those of one root."""
    query = _SELECT if root_id is None else _SELECT.where(_FOLDER.root_id == root_id)
    return [FolderRow(**dict(row)) for row in connection.execute(query.order_by(_FOLDER.id)).mappings()]


def topmost(connection: sa.Connection) -> list[FolderRow]:
    """The topmost folder of each root."""
    query = _SELECT.where(_FOLDER.path == "")
    return [FolderRow(**dict(row)) for row in connection.execute(query).mappings()]


def chosen_folders(connection: sa.Connection, folder_ids: Sequence[int]) -> list[FolderRow]:
    """These folders; unknown ones are left out."""
    query = _SELECT.where(_FOLDER.id.in_(list(folder_ids))).order_by(_FOLDER.id)
    return [FolderRow(**dict(row)) for row in connection.execute(query).mappings()]


def folder_at(connection: sa.Connection, root_id: int, path: str) -> FolderRow | None:
    """The folder of this path (stored form) in a root."""
    query = _SELECT.where(_FOLDER.root_id == root_id, _FOLDER.path == path)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else FolderRow(**dict(row))


def marked(connection: sa.Connection, root_id: int) -> list[tuple[str, str, str]]:
    """Path, excluded and archived of the folders of a root that are one of the two."""
    rows = driver(connection).execute(
        "SELECT path, excluded, archived FROM folder WHERE root_id = %s AND (excluded <> 'no' OR archived <> 'no')",
        [root_id],
    )
    return rows.fetchall()


def set_mark(connection: sa.Connection, mark: str, folder_ids: Sequence[int], value: str) -> int:
    """Set `excluded` or `archived` of these folders; returns how many changed."""
    column = tables.folder.c[mark]
    done = connection.execute(
        sa.update(tables.folder).where(_FOLDER.id.in_(list(folder_ids)), column != value).values({mark: value})
    )
    return done.rowcount


def note_missing(connection: sa.Connection, folder_ids: Sequence[int]) -> None:
    """Note that these folders are not there any more. Writes only what changes."""
    driver(connection).execute(
        "UPDATE folder SET missing_since = now() WHERE id = ANY(%s) AND missing_since IS NULL", [list(folder_ids)]
    )


def note_back(connection: sa.Connection, folder_ids: Sequence[int]) -> None:
    """Note that these folders are there. Writes only what changes."""
    driver(connection).execute(
        "UPDATE folder SET missing_since = NULL WHERE id = ANY(%s) AND missing_since IS NOT NULL", [list(folder_ids)]
    )


def ids_below(connection: sa.Connection, root_id: int, path: str) -> list[int]:
    """A folder and all below it. Locks them."""
    rows = driver(connection).execute(
        "SELECT id FROM folder WHERE root_id = %(root)s"
        " AND (path = %(path)s OR %(path)s = '' OR starts_with(path, %(path)s || '/')) ORDER BY id FOR UPDATE",
        {"root": root_id, "path": path},
    )
    return [row[0] for row in rows]


def image_ids_in(connection: sa.Connection, folder_ids: Sequence[int]) -> list[int]:
    """The images in these folders that are not missing."""
    rows = driver(connection).execute(
        "SELECT id FROM image WHERE missing_since IS NULL AND folder_id = ANY(%s)", [list(folder_ids)]
    )
    return [row[0] for row in rows]


def forget_tree(connection: sa.Connection, root_id: int, path: str) -> str:
    """Note that a folder and all below it went away with every picture; returns since when, as `restore_tree` takes it.

    What is known of them stays: a picture that turns up again elsewhere is recognised.
    """
    below = ids_below(connection, root_id, path)
    driver(connection).execute(
        "UPDATE image SET missing_since = now() WHERE missing_since IS NULL AND folder_id = ANY(%s)", [below]
    )
    note_missing(connection, below)
    return str(connection.scalar(sa.text("SELECT CAST(now() AS text)")))


def restore_tree(connection: sa.Connection, root_id: int, path: str, missing_since: str) -> None:
    """Note that a folder is there again, and the pictures below it that went away with it at that moment."""
    below = ids_below(connection, root_id, path)
    note_back(connection, below)
    rows = driver(connection).execute(
        "SELECT id FROM image WHERE folder_id = ANY(%s) AND missing_since = %s::timestamptz", [below, missing_since]
    )
    restore_images(connection, [row[0] for row in rows])


def restore_images(connection: sa.Connection, image_ids: Sequence[int]) -> int:
    """Note that these pictures are there again, except where another one has the place; returns how many."""
    done = driver(connection).execute(
        "UPDATE image SET missing_since = NULL WHERE id = ANY(%s) AND missing_since IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM image i WHERE i.folder_id = image.folder_id AND i.name = image.name"
        " AND i.missing_since IS NULL)",
        [list(image_ids)],
    )
    return done.rowcount


def move_tree(connection: sa.Connection, root_id: int, path: str, to_root: int, to_path: str) -> int:
    """Give a folder and all below it a new place; pictures, and what is known of them, go along untouched.

    Rows that already stand at the new places (of folders that were there once) take the old ones; their pictures are
    missing then, and stay at the new place's name. Returns how many folders moved.
    """
    below = ids_below(connection, root_id, path)
    values = {"root": root_id, "path": path, "to_root": to_root, "to_path": to_path, "below": below}
    run = driver(connection).execute
    run("CREATE TEMPORARY TABLE moving_folder (id int, old text, new text, stale int) ON COMMIT DROP")
    run(
        "INSERT INTO moving_folder SELECT id, path, %(to_path)s || CASE WHEN %(path)s = '' AND path <> ''"
        " THEN '/' || path ELSE substr(path, length(%(path)s) + 1) END FROM folder WHERE id = ANY(%(below)s)",
        values,
    )
    run(
        "UPDATE moving_folder SET stale = folder.id FROM folder WHERE folder.root_id = %(to_root)s"
        " AND folder.path = moving_folder.new AND folder.id NOT IN (SELECT id FROM moving_folder)",
        values,
    )
    run(
        "UPDATE image SET folder_id = m.id, missing_since = coalesce(missing_since, now())"
        " FROM moving_folder m WHERE image.folder_id = m.stale"
    )
    # Identities are unique at every moment, so places are given up before they are taken.
    run(
        "UPDATE folder SET identity = sha256(('moving ' || folder.id)::bytea) FROM moving_folder m"
        " WHERE folder.id IN (m.id, m.stale)"
    )
    moved = run(
        "UPDATE folder SET root_id = %(to_root)s, path = m.new, identity = sha256(convert_to(m.new, 'UTF8')),"
        " missing_since = NULL FROM moving_folder m WHERE folder.id = m.id",
        values,
    ).rowcount
    run(
        "UPDATE folder SET root_id = %(root)s, path = m.old, identity = sha256(convert_to(m.old, 'UTF8')),"
        " excluded = 'no', archived = 'no', missing_since = now() FROM moving_folder m WHERE folder.id = m.stale",
        values,
    )
    run("DROP TABLE moving_folder")
    return moved


def current_token(connection: sa.Connection) -> int:
    """The number of this transaction: a search that must see it waits for it."""
    return int(connection.scalar(sa.text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")) or 0)
