"""SQL of the export: every image that carries curation, and the things around them."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.database import Collection, driver

_AT_ONCE = 5_000

# Images that somebody rated, marked, looked at, tagged or put into an album.
_CURATED = """
WITH tagged AS (
    SELECT image_id, array_agg(tag.name ORDER BY place) AS names
    FROM image_tags, unnest(tag_ids) WITH ORDINALITY AS given (tag_id, place)
    JOIN tag ON tag.id = given.tag_id AND tag.deleted_at IS NULL
    WHERE source = 'user'
    GROUP BY image_id
), refused AS (
    SELECT image_id, array_agg(tag.name ORDER BY place) AS names
    FROM image_tags, unnest(tag_ids) WITH ORDINALITY AS given (tag_id, place)
    JOIN tag ON tag.id = given.tag_id AND tag.deleted_at IS NULL
    WHERE source = 'refused'
    GROUP BY image_id
), in_albums AS (
    SELECT DISTINCT unnest(image_ids) AS image_id FROM album WHERE deleted_at IS NULL
)
SELECT image.id, root.path, folder.path, image.name, image.size_bytes, image.mtime_ns, image.fingerprint, image.pixels,
       curation.rating, coalesce(curation.favorite, false), coalesce(curation.nsfw, false),
       coalesce(curation.for_deletion, false), curation.rated_at, curation.viewed_at, curation.touched_at,
       curation.caption, coalesce(tagged.names, '{}'), coalesce(refused.names, '{}')
FROM image
JOIN folder ON folder.id = image.folder_id
JOIN root ON root.id = folder.root_id
LEFT JOIN curation ON curation.image_id = image.id
LEFT JOIN tagged ON tagged.image_id = image.id
LEFT JOIN refused ON refused.image_id = image.id
LEFT JOIN in_albums ON in_albums.image_id = image.id
WHERE curation.image_id IS NOT NULL OR tagged.image_id IS NOT NULL OR in_albums.image_id IS NOT NULL
ORDER BY image.id
"""


@dataclass(frozen=True, slots=True)
class CuratedRow:
    """One image with its curation; paths in stored form, times aware."""

    id: int
    root: str
    folder: str
    name: str
    size_bytes: int
    mtime_ns: int
    fingerprint: bytes | None
    pixels: bytes | None
    rating: int | None
    favorite: bool
    nsfw: bool
    for_deletion: bool
    rated_at: datetime | None
    viewed_at: datetime | None
    touched_at: datetime | None
    caption: str | None
    tags: list[str]
    refused_tags: list[str]


@dataclass(frozen=True, slots=True)
class AlbumRow:
    """One album; image ids in order."""

    name: str
    query: str | None
    sort: str | None
    position: float
    image_ids: list[int]


@dataclass(frozen=True, slots=True)
class SavedQueryRow:
    """One saved query."""

    name: str
    query: str
    sort: str | None
    view: dict[str, JsonValue]
    position: float


class Export:
    """One unchanging view of what is to be written out; valid inside `exporting`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def images(self) -> Iterator[CuratedRow]:
        """Every image that carries curation, by id; a few thousand are in memory at a time."""
        with driver(self._connection).cursor("dtk_export") as cursor:
            cursor.itersize = _AT_ONCE
            for row in cursor.execute(_CURATED):
                yield CuratedRow(*row)

    def albums(self) -> list[AlbumRow]:
        """Albums in their order."""
        rows = self._rows("SELECT name, query, sort, position, image_ids FROM album WHERE deleted_at IS NULL")
        return [AlbumRow(*row) for row in rows]

    def saved_queries(self) -> list[SavedQueryRow]:
        """Saved queries in their order."""
        rows = self._rows("SELECT name, query, sort, view, position FROM saved_query WHERE deleted_at IS NULL")
        return [SavedQueryRow(*row) for row in rows]

    def tags(self) -> list[str]:
        """The names of all tags."""
        query = "SELECT name FROM tag WHERE deleted_at IS NULL ORDER BY id"
        return list(self._connection.scalars(sa.text(query)))

    def tag_aliases(self) -> list[tuple[str, str]]:
        """The person's own vocabulary: (alias, canonical name)."""
        query = "SELECT name, canonical FROM tag_alias WHERE deleted_at IS NULL ORDER BY id"
        return [(row[0], row[1]) for row in self._connection.execute(sa.text(query))]

    def roots(self) -> list[str]:
        """Paths of the roots, stored form."""
        return list(self._connection.scalars(sa.text("SELECT path FROM root ORDER BY id")))

    def passed_over(self) -> list[tuple[str, str, str, str]]:
        """Folders that scans pass over: path of the root, path in it, excluded, archived."""
        rows = self._connection.execute(
            sa.text(
                "SELECT root.path, folder.path, excluded, archived FROM folder JOIN root ON root.id = root_id"
                " WHERE excluded <> 'no' OR archived <> 'no' ORDER BY folder.id"
            )
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def _rows(self, query: str) -> list[sa.Row[Any]]:
        return list(self._connection.execute(sa.text(query + " ORDER BY position, id")))


@contextmanager
def exporting(collection: Collection) -> Generator[Export]:
    """A view of the collection in which nothing changes meanwhile."""
    with collection.begin(repeatable=True) as connection:
        yield Export(connection)


def places(connection: sa.Connection, image_ids: Sequence[int]) -> list[tuple[int, str, str, str]]:
    """Id, root, folder and name (stored forms) of those of these images whose files are there."""
    rows = driver(connection).execute(
        "SELECT image.id, root.path, folder.path, image.name FROM image JOIN folder ON folder.id = image.folder_id"
        " JOIN root ON root.id = folder.root_id WHERE image.id = ANY(%s) AND image.missing_since IS NULL"
        " AND root.state = 'available' ORDER BY image.id",
        [list(image_ids)],
    )
    return rows.fetchall()
