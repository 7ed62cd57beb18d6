"""SQL of the quick scan: what is known of a folder, and what a walk found out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from diffusion_toolkit.store.database import driver

KnownFolder = tuple[int, list[int], list[str], list[int], list[int]]
"""Folder id; then, of its images that are not missing: ids, names, sizes in bytes, mtimes in ns."""

Keys = NDArray[np.uint64]
"""Sorted numbers made of size and mtime, to ask quickly whether a file may be a known one."""

_COPY_HEAD_BYTES = 19
_KEY_ROW = np.dtype([("count", ">i2"), ("size_len", ">i4"), ("size", ">i8"), ("mtime_len", ">i4"), ("mtime", ">i8")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file was found. name: stored form; date_us: microseconds since 1970."""

    folder_id: int
    name: str
    size_bytes: int
    mtime_ns: int
    date_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A known image of the same size and time as a new file. root, folder, name: its last place, stored form."""

    id: int
    root_id: int
    root: str
    available: bool
    folder: str
    name: str
    size_bytes: int
    mtime_ns: int
    missing: bool
    fingerprint: bytes | None


def known_files(connection: sa.Connection, folder_ids: Sequence[int]) -> Iterator[KnownFolder]:
    """What is known of these folders; folders without images are left out. 0.4 microseconds per image."""
    with driver(connection).cursor(binary=True) as cursor:
        yield from cursor.execute(
            "SELECT folder_id, array_agg(id), array_agg(name), array_agg(size_bytes), array_agg(mtime_ns) FROM image"
            " WHERE folder_id = ANY(%s) AND missing_since IS NULL GROUP BY folder_id",
            [list(folder_ids)],
        )


def known_named(connection: sa.Connection, folder_id: int, names: Iterable[str]) -> Iterator[KnownFolder]:
    """What is known of files of these names in a folder; nothing when none is known."""
    with driver(connection).cursor(binary=True) as cursor:
        yield from cursor.execute(
            "SELECT folder_id, array_agg(id), array_agg(name), array_agg(size_bytes), array_agg(mtime_ns) FROM image"
            " WHERE folder_id = %s AND name = ANY(%s) AND missing_since IS NULL GROUP BY folder_id",
            [folder_id, list(names)],
        )


def lock_root(connection: sa.Connection, root_id: int) -> bool:
    """Keep the root from being removed until the transaction ends; False when it is gone."""
    query = "SELECT id FROM root WHERE id = :root FOR KEY SHARE"
    return connection.scalar(sa.text(query), {"root": root_id}) is not None


def mark_changed(connection: sa.Connection, places: Sequence[tuple[int, Place]]) -> int:
    """Ask for a new reading of images whose files changed; returns how many did not wait for one already.

    An image that was read before keeps size and time of what was read, so that a file moved away under a new one
    of the same name can still be recognised; the reading then writes the new ones.
    """
    if not places:
        return 0
    arrays = [
        [image_id for image_id, _ in places],
        [place.size_bytes for _, place in places],
        [place.mtime_ns for _, place in places],
        [place.date_us for _, place in places],
    ]
    fresh = driver(connection).execute(
        "UPDATE image SET size_bytes = f.size_bytes, mtime_ns = f.mtime_ns,"
        " file_date = timestamptz 'epoch' + f.date_us * interval '1 microsecond'"
        " FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[]) f (id, size_bytes, mtime_ns, date_us)"
        " WHERE image.id = f.id AND image.phase = 0 AND image.fingerprint IS NULL",
        arrays,
    )
    read = driver(connection).execute("UPDATE image SET phase = 0 WHERE id = ANY(%s) AND phase <> 0", [arrays[0]])
    return fresh.rowcount + read.rowcount


def ask_again(connection: sa.Connection, folder_ids: Sequence[int]) -> int:
    """Ask for a new reading of every image in these folders; returns how many did not wait for one already."""
    done = driver(connection).execute(
        "UPDATE image SET phase = 0 WHERE folder_id = ANY(%s) AND phase <> 0 AND image.missing_since IS NULL",
        [list(folder_ids)],
    )
    return done.rowcount


def ask_images_again(connection: sa.Connection, image_ids: Sequence[int]) -> int:
    """Ask for a new reading of these images; returns how many did not wait for one already."""
    done = driver(connection).execute(
        "UPDATE image SET phase = 0 WHERE id = ANY(%s) AND phase <> 0 AND missing_since IS NULL", [list(image_ids)]
    )
    return done.rowcount


def ask_beside_again(connection: sa.Connection, root_id: int, folder: str, stems: Sequence[str]) -> list[int]:
    """Ask for a new reading of the pictures of a folder that lie beside texts of these stems; returns their folder."""
    rows = driver(connection).execute(
        "UPDATE image SET phase = 0 FROM folder WHERE folder.root_id = %s AND folder.path = %s"
        " AND image.folder_id = folder.id AND image.missing_since IS NULL AND image.phase <> 0"
        " AND (image.name = ANY(%s) OR regexp_replace(image.name, '\\.[^.]*$', '') = ANY(%s)) RETURNING folder.id",
        [root_id, folder, list(stems), list(stems)],
    )
    return sorted({row[0] for row in rows})


def fresh_problems(connection: sa.Connection, folder_ids: Sequence[int], since_ns: int) -> list[int]:
    """The images of these folders that were read with a problem and whose files changed since then."""
    rows = driver(connection).execute(
        "SELECT id FROM image WHERE folder_id = ANY(%s) AND missing_since IS NULL AND phase = 1 AND problems > 0"
        " AND mtime_ns >= %s",
        [list(folder_ids), since_ns],
    )
    return [row[0] for row in rows]


def roots_of(connection: sa.Connection, image_ids: Sequence[int]) -> list[int]:
    """The roots of these images."""
    rows = driver(connection).execute(
        "SELECT DISTINCT folder.root_id FROM image JOIN folder ON folder.id = image.folder_id WHERE image.id = ANY(%s)",
        [list(image_ids)],
    )
    return sorted(row[0] for row in rows)


def places(connection: sa.Connection, image_ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """Id, folder (relative, stored form) and name of images that are not missing."""
    rows = driver(connection).execute(
        "SELECT image.id, folder.path, image.name FROM image JOIN folder ON folder.id = image.folder_id"
        " WHERE image.id = ANY(%s) AND image.missing_since IS NULL",
        [list(image_ids)],
    )
    return rows.fetchall()


def mark_missing(connection: sa.Connection, image_ids: Sequence[int]) -> int:
    """Note that these files are gone; returns how many were not noted before."""
    done = driver(connection).execute(
        "UPDATE image SET missing_since = now() WHERE id = ANY(%s) AND missing_since IS NULL", [list(image_ids)]
    )
    return done.rowcount


def known_keys(connection: sa.Connection) -> Keys:
    """The keys of all images of the collection, missing ones too."""
    with (
        driver(connection)
        .cursor()
        .copy("COPY (SELECT size_bytes, mtime_ns FROM image) TO STDOUT (FORMAT binary)") as copy
    ):
        data = b"".join(bytes(part) for part in copy)
    rows = np.frombuffer(
        data, _KEY_ROW, count=(len(data) - _COPY_HEAD_BYTES) // _KEY_ROW.itemsize, offset=_COPY_HEAD_BYTES
    )
    return np.unique(file_keys(rows["size"].astype(np.int64), rows["mtime"].astype(np.int64)))


def keys_of(connection: sa.Connection, image_ids: Sequence[int]) -> Keys:
    """The keys of these images."""
    rows = driver(connection).execute("SELECT size_bytes, mtime_ns FROM image WHERE id = ANY(%s)", [list(image_ids)])
    pairs = np.array(rows.fetchall(), np.int64).reshape(-1, 2)
    return np.unique(file_keys(np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])))


def file_keys(sizes: NDArray[np.int64], mtimes: NDArray[np.int64]) -> Keys:
    """One number per file of its size and mtime. Different files may share one; equal files always do."""
    return mtimes.view(np.uint64) ^ (sizes.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def candidates(
    connection: sa.Connection, sizes: Sequence[int], mtimes: Sequence[int], among: Sequence[int] | None = None
) -> list[Candidate]:
    """All images (or those `among` these), missing or not, that have one of these pairs of size and mtime, by id."""
    rows = driver(connection).execute(
        "SELECT image.id, root.id, root.path, root.state = 'available', folder.path, image.name, image.size_bytes,"
        " image.mtime_ns, image.missing_since IS NOT NULL, image.fingerprint"
        " FROM (SELECT DISTINCT * FROM unnest(%s::bigint[], %s::bigint[]) p (size_bytes, mtime_ns)) f"
        " JOIN image ON image.mtime_ns = f.mtime_ns AND image.size_bytes = f.size_bytes"
        " JOIN folder ON folder.id = image.folder_id JOIN root ON root.id = folder.root_id"
        " WHERE %s::int[] IS NULL OR image.id = ANY(%s) ORDER BY image.id",
        [list(sizes), list(mtimes), among, among],
    )
    return [
        Candidate(
            id=row[0],
            root_id=row[1],
            root=row[2],
            available=row[3],
            folder=row[4],
            name=row[5],
            size_bytes=row[6],
            mtime_ns=row[7],
            missing=row[8],
            fingerprint=row[9],
        )
        for row in rows
    ]


def move(connection: sa.Connection, moved: Sequence[tuple[int, Place]]) -> None:
    """Point images to the places where their files are now; they are there again if they were missing."""
    driver(connection).execute(
        "UPDATE image SET folder_id = f.folder_id, name = f.name, missing_since = NULL,"
        " phase = CASE WHEN fingerprint IS NULL THEN 0 ELSE phase END"
        " FROM unnest(%s::int[], %s::int[], %s::text[]) f (id, folder_id, name) WHERE image.id = f.id",
        [
            [image_id for image_id, _ in moved],
            [place.folder_id for _, place in moved],
            [place.name for _, place in moved],
        ],
    )
