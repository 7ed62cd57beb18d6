"""SQL of albums: images in a person's order, in one array of one row; or a query instead of images."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from diffusion_toolkit.store import album_order
from diffusion_toolkit.store.album_order import Difference, Ids
from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import Connection, array_text, json_text

IMAGES: Final = "album_images"
"""What the journal calls the images of an album, beside the album itself."""

# Images that are gone may still be named; the first that is there stands for an album without a cover.
_LIST = sa.text("""
SELECT album.id, name, query, sort, made_at, touched_at,
       (SELECT image.id FROM image WHERE image.id = cover_id) AS cover_id,
       (SELECT image.id FROM unnest(image_ids) WITH ORDINALITY AS held (image_id, place)
        JOIN image ON image.id = held.image_id ORDER BY place LIMIT 1) AS first
FROM album WHERE deleted_at IS NULL
ORDER BY position, album.id
""")

_HOLDING = sa.text("""
SELECT album.id, count(*)
FROM album, unnest(image_ids) AS image_id
WHERE deleted_at IS NULL AND query IS NULL AND image_id = ANY (CAST(:image_ids AS integer[]))
GROUP BY album.id
""")

_KNOWN = sa.text("""
SELECT image.id FROM unnest(CAST(:image_ids AS integer[])) WITH ORDINALITY AS asked (image_id, place)
JOIN image ON image.id = asked.image_id ORDER BY place
""")

_TOUCH = sa.text("""
INSERT INTO curation (image_id, touched_at)
SELECT image.id, now() FROM image WHERE id = ANY (CAST(:image_ids AS integer[])) ORDER BY id
ON CONFLICT (image_id) DO UPDATE SET touched_at = excluded.touched_at
""")

_WRITE = sa.text("UPDATE album SET image_ids = CAST(:image_ids AS integer[]), touched_at = now() WHERE id = :album_id")

_NOTE = sa.text("""
INSERT INTO journal_item (journal_id, subject, subject_id, before)
VALUES (:journal_id, :subject, :album_id, CAST(:before AS jsonb))
""")
_NOTED = sa.text("SELECT subject_id, before FROM journal_item WHERE journal_id = :journal_id AND subject = :subject")
_KEEP = sa.text("""
UPDATE journal_item SET before = CAST(:before AS jsonb)
WHERE journal_id = :journal_id AND subject = :subject AND subject_id = :album_id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbumRow:
    """One album. query: of a smart one; first: of its own images, the first that is in the library."""

    id: int
    name: str
    query: str | None
    sort: str | None
    made_at: datetime
    touched_at: datetime
    cover_id: int | None
    first: int | None


def albums(connection: Connection) -> list[AlbumRow]:
    """All albums in the person's order."""
    return [AlbumRow(**row) for row in connection.execute(_LIST).mappings()]


def images(connection: Connection, album_id: int) -> Ids:
    """The images of an album in order; some may be gone."""
    cursor = driver(connection).cursor(binary=True)
    row = cursor.execute("SELECT image_ids FROM album WHERE id = %s", [album_id]).fetchone()
    return np.array(row[0] if row else (), np.int32)


def known(connection: Connection, image_ids: NDArray[np.integer]) -> Ids:
    """Those of these that are images, in the same order."""
    found = connection.execute(_KNOWN, {"image_ids": array_text(image_ids)}).scalars()
    return np.fromiter(found, np.int32)


def holding(connection: Connection, image_ids: NDArray[np.integer]) -> dict[int, int]:
    """Which albums hold some of these images, and how many."""
    rows = connection.execute(_HOLDING, {"image_ids": array_text(image_ids)})
    return {row[0]: row[1] for row in rows}


def set_images(
    connection: Connection, journal_id: int, album_id: int, old: Ids, new: Ids, moved: Ids | None = None
) -> None:
    """Write the images of an album and note the way back. moved: those that only stand elsewhere."""
    before = _as_json(album_order.back(old, new, moved))
    parameters = {"journal_id": journal_id, "subject": IMAGES, "album_id": album_id, "before": json_text(before)}
    connection.execute(_NOTE, parameters)
    _write(connection, album_id, old, new)


def put_beside(connection: Connection, journal_id: int, image_id: int, other_id: int) -> None:
    """Put an image into every album that holds another one, just behind it."""
    for album_id in holding(connection, np.array([image_id])):
        old = images(connection, album_id)
        if other_id not in old:
            place = int(np.flatnonzero(old == image_id)[0]) + 1
            set_images(connection, journal_id, album_id, old, np.insert(old, place, other_id))


def swap_images(connection: Connection, journal_id: int) -> None:
    """Take back what an action did to the images of albums, and keep what makes it again."""
    parameters = {"journal_id": journal_id, "subject": IMAGES}
    for album_id, before in connection.execute(_NOTED, parameters).all():
        old = images(connection, album_id)
        difference = _from_json(before)
        new = album_order.applied(old, difference)
        moved = np.array([image_id for image_id, _ in difference.into], np.int32)
        kept = json_text(_as_json(album_order.back(old, new, moved)))
        connection.execute(_KEEP, {**parameters, "album_id": album_id, "before": kept})
        _write(connection, album_id, old, new)


def touch(connection: Connection, image_ids: NDArray[np.integer]) -> None:
    """Note that a person changed something about these images."""
    connection.execute(_TOUCH, {"image_ids": array_text(image_ids)})


def _write(connection: Connection, album_id: int, old: Ids, new: Ids) -> None:
    connection.execute(_WRITE, {"album_id": album_id, "image_ids": array_text(new)})
    touched = np.setxor1d(old, new)
    if len(touched):
        touch(connection, touched)


def _as_json(difference: Difference) -> Mapping[str, object]:
    return {"out": list(difference.out), "into": [list(pair) for pair in difference.into]}


def _from_json(before: Mapping[str, Any]) -> Difference:
    return Difference(out=before["out"], into=[(pair[0], pair[1]) for pair in before["into"]])
