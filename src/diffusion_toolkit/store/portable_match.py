"""SQL of the import: which images of this collection the pictures of a bundle are."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.roots import identity

# The first rank that knows a picture decides: its place, with nothing that speaks against it; the same file; the same
# picture data, written anew; for those who know no digests, the same name and size.
_MATCHES = """
WITH incoming AS (
    SELECT * FROM unnest(%s::int[], %s::int[], %s::bytea[], %s::text[], %s::bytea[], %s::bytea[], %s::bigint[])
    AS given (number, root_id, folder, name, fingerprint, pixels, size_bytes)
)
SELECT number, image.id, 1, image.missing_since IS NULL
FROM incoming JOIN folder ON folder.root_id = incoming.root_id AND folder.identity = incoming.folder
JOIN image ON image.folder_id = folder.id AND image.name = incoming.name
WHERE incoming.fingerprint IS NULL OR image.fingerprint IS NULL OR image.fingerprint = incoming.fingerprint
   OR image.pixels = incoming.pixels
UNION ALL
SELECT number, image.id, 2, image.missing_since IS NULL
FROM incoming JOIN image ON image.fingerprint = incoming.fingerprint
UNION ALL
SELECT number, image.id, 3, image.missing_since IS NULL
FROM incoming JOIN image ON image.pixels = incoming.pixels
UNION ALL
SELECT number, image.id, 4, image.missing_since IS NULL
FROM incoming JOIN image ON image.name = incoming.name AND image.size_bytes = incoming.size_bytes
WHERE incoming.fingerprint IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A picture that is looked for. root_id: None when its folder lies in no root here; folder, name: stored form."""

    number: int
    root_id: int | None
    folder: str
    name: str
    size_bytes: int | None
    mtime_ns: int | None
    fingerprint: bytes | None
    pixels: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An image that may be the picture; rank: 1 surest; present: its file is there."""

    number: int
    image_id: int
    rank: int
    present: bool


def matches(connection: sa.Connection, wanted: Sequence[Wanted]) -> list[Match]:
    """All images that may be one of these pictures."""
    rows = driver(connection).execute(
        _MATCHES,
        [
            [picture.number for picture in wanted],
            [picture.root_id for picture in wanted],
            [identity(picture.folder) for picture in wanted],
            [picture.name for picture in wanted],
            [picture.fingerprint for picture in wanted],
            [picture.pixels for picture in wanted],
            [picture.size_bytes for picture in wanted],
        ],
    )
    return [Match(number=row[0], image_id=row[1], rank=row[2], present=row[3]) for row in rows]


def insert_missing(connection: sa.Connection, wanted: Sequence[Wanted], folder_ids: Sequence[int]) -> list[int]:
    """Add images whose files are not there yet: a scan that meets a file gives its image the place. Ids in order."""
    rows = driver(connection).execute(
        "INSERT INTO image"
        " (folder_id, name, size_bytes, mtime_ns, file_date, phase, missing_since, fingerprint, pixels)"
        " SELECT folder_id, name, size_bytes, mtime_ns,"
        " timestamptz 'epoch' + mtime_ns / 1000 * interval '1 microsecond', 1, now(), fingerprint, pixels"
        " FROM unnest(%s::int[], %s::text[], %s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[]) WITH ORDINALITY"
        " AS given (folder_id, name, size_bytes, mtime_ns, fingerprint, pixels, place) ORDER BY place RETURNING id",
        [
            list(folder_ids),
            [picture.name for picture in wanted],
            [picture.size_bytes or 0 for picture in wanted],
            [picture.mtime_ns or 0 for picture in wanted],
            [picture.fingerprint for picture in wanted],
            [picture.pixels for picture in wanted],
        ],
    )
    return sorted(row[0] for row in rows)
