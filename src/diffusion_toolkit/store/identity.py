"""SQL of likeness between a missing picture that somebody cares about and files that are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from diffusion_toolkit.store import captions
from diffusion_toolkit.store.database import driver

# What carries curation: a rating, a flag, a tag of the user's, an album.
_CARRIES = """(
    EXISTS (SELECT FROM curation WHERE curation.image_id = image.id
            AND (rating IS NOT NULL OR favorite OR nsfw OR for_deletion OR caption IS NOT NULL))
    OR EXISTS (SELECT FROM image_tags WHERE image_tags.image_id = image.id AND source = 'user' AND tag_ids <> '{}')
    OR image.id IN (SELECT unnest(image_ids) FROM album WHERE deleted_at IS NULL))"""

_PLACE = "image.id, root.path, folder.path, image.name, image.fingerprint"
_FROM = "FROM image JOIN folder ON folder.id = image.folder_id JOIN root ON root.id = folder.root_id"

_DUE = f"""
WITH curated AS (
    SELECT image_id FROM curation WHERE rating IS NOT NULL OR favorite OR nsfw OR for_deletion OR caption IS NOT NULL
    UNION SELECT image_id FROM image_tags WHERE source = 'user' AND tag_ids <> '{{}}'
    UNION SELECT unnest(image_ids) FROM album WHERE deleted_at IS NULL
)
SELECT {_PLACE} {_FROM}
JOIN curated ON curated.image_id = image.id LEFT JOIN picture_hash ON picture_hash.image_id = image.id
WHERE image.missing_since IS NULL AND image.phase = 1 AND image.fingerprint IS NOT NULL AND root.state = 'available'
  AND picture_hash.of_fingerprint IS DISTINCT FROM image.fingerprint AND image.id > %s
ORDER BY image.id LIMIT %s
"""  # noqa: S608  parts of this file

_LOST = f"""
SELECT {_PLACE}, root.state = 'available', picture_hash.pixels, picture_hash.perceptual, image.width, image.height,
       image.missing_since
{_FROM} JOIN picture_hash ON picture_hash.image_id = image.id
WHERE image.missing_since IS NOT NULL AND image.id > %s AND {_CARRIES}
ORDER BY image.id LIMIT %s
"""

# Files that may be these pictures in another form: of the same shape, and of the same name without extension, or new
# in the days in which the picture went. Not its copies, which inherit nothing: the deep scan follows what took its
# place.
_CANDIDATES = f"""
WITH lost AS (
    SELECT * FROM unnest(%s::int[], %s::text[], %s::real[], %s::timestamptz[]) AS given (lost_id, stem, ratio, since)
)
SELECT lost.lost_id, {_PLACE}, picture_hash.pixels, picture_hash.perceptual,
       picture_hash.of_fingerprint IS NOT DISTINCT FROM image.fingerprint AS hashed
{_FROM} JOIN lost ON abs(image.width::real / nullif(image.height, 0) - lost.ratio) <= 0.01 * lost.ratio
 AND (lower(regexp_replace(image.name, '\\.[^.]*$', '')) = lost.stem
      OR image.added_at BETWEEN lost.since - interval '1 day' AND lost.since + interval '2 days')
JOIN image AS gone ON gone.id = lost.lost_id
LEFT JOIN picture_hash ON picture_hash.image_id = image.id
LEFT JOIN match_offer ON match_offer.missing_id = lost.lost_id AND match_offer.found_id = image.id
WHERE image.missing_since IS NULL AND image.phase = 1 AND image.fingerprint IS NOT NULL AND root.state = 'available'
  AND match_offer.missing_id IS NULL
  AND image.fingerprint IS DISTINCT FROM gone.fingerprint
  AND (image.pixels IS NULL OR image.pixels IS DISTINCT FROM gone.pixels)
ORDER BY lost.lost_id, image.id LIMIT %s
"""  # noqa: S608  parts of this file

# Everything that the file says goes to the image that is found again; the fresh row, which nobody rated, goes.
_TAKE = (
    "UPDATE image SET phase = 1, missing_since = NULL, folder_id = f.folder_id, name = f.name,"
    " size_bytes = f.size_bytes, mtime_ns = f.mtime_ns, file_date = f.file_date, problems = f.problems,"
    " format = f.format, width = f.width, height = f.height, duration_s = f.duration_s, codec = f.codec,"
    " audio_codec = f.audio_codec, frame_rate = f.frame_rate, fingerprint = f.fingerprint, pixels = f.pixels,"
    " generator_id = f.generator_id, prompt_id = f.prompt_id, negative_prompt_id = f.negative_prompt_id,"
    " model_id = f.model_id, sampler_id = f.sampler_id, scheduler_id = f.scheduler_id, graph_id = f.graph_id,"
    " steps = f.steps, cfg_scale = f.cfg_scale, seed = f.seed, workflow = f.workflow, clip_skip = f.clip_skip,"
    " denoise = f.denoise, aesthetic = f.aesthetic, caption_id = f.caption_id, resource_ids = f.resource_ids,"
    " resource_weights = f.resource_weights FROM found AS f WHERE image.id = %s"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HashPlace:
    """A file to hash: where it lies (stored forms), and its digest when it was read."""

    id: int
    root: str
    folder: str
    name: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPicture:
    """A missing picture that carries curation, with its hashes. ratio: width by height."""

    place: HashPlace
    available: bool
    pixels: bytes | None
    perceptual: int | None
    ratio: float
    since: object


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatePicture:
    """A file that may be a lost picture. hashed: whether the hashes are of the file as it is."""

    lost_id: int
    place: HashPlace
    pixels: bytes | None
    perceptual: int | None
    hashed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """A file that is there and may be a missing picture; distance: bits that differ; names are stored forms."""

    missing_id: int
    found_id: int
    kind: str
    distance: int
    missing_path: str
    found_path: str


def signature(connection: sa.Connection) -> tuple[int, int, int]:
    """Changes when pictures came, were read, or went: highest id, how many wait to be read, how many are missing."""
    row = driver(connection).execute(
        "SELECT coalesce((SELECT max(id) FROM image), 0),"
        " (SELECT count(*) FROM image WHERE phase = 0 AND missing_since IS NULL),"
        " (SELECT count(*) FROM image WHERE missing_since IS NOT NULL)"
    )
    highest, waiting, missing = row.fetchall()[0]
    return highest, waiting, missing


def due(connection: sa.Connection, after: int, most: int) -> list[HashPlace]:
    """Pictures that carry curation and have no hashes of their file as it is, by id, after image `after`."""
    return [_place(row) for row in driver(connection).execute(_DUE, [after, most])]


def write_hash(connection: sa.Connection, place: HashPlace, pixels: bytes | None, perceptual: int | None) -> None:
    """Keep the hashes of a file; None: it cannot be decoded, and is not tried again until it changes."""
    signed = None if perceptual is None else perceptual - 2**64 if perceptual >= 2**63 else perceptual
    driver(connection).execute(
        "INSERT INTO picture_hash (image_id, pixels, perceptual, of_fingerprint)"
        " SELECT id, %s, %s, %s FROM image WHERE id = %s"
        " ON CONFLICT (image_id) DO UPDATE SET pixels = excluded.pixels, perceptual = excluded.perceptual,"
        " of_fingerprint = excluded.of_fingerprint, made_at = now()",
        [pixels, signed, place.fingerprint, place.id],
    )


def lost(connection: sa.Connection, after: int, most: int) -> list[LostPicture]:
    """Missing pictures with curation and hashes, by id, after image `after`."""
    return [
        LostPicture(
            place=_place(row),
            available=row[5],
            pixels=None if row[6] is None else bytes(row[6]),
            perceptual=_unsigned(row[7]),
            ratio=row[8] / row[9] if row[8] and row[9] else 0.0,
            since=row[10],
        )
        for row in driver(connection).execute(_LOST, [after, most])
    ]


def candidates(connection: sa.Connection, pictures: Sequence[LostPicture], most: int) -> list[CandidatePicture]:
    """Files that may be these pictures and were not offered for them before."""
    rows = driver(connection).execute(
        _CANDIDATES,
        [
            [picture.place.id for picture in pictures],
            [picture.place.name.rpartition(".")[0].lower() or picture.place.name.lower() for picture in pictures],
            [picture.ratio for picture in pictures],
            [picture.since for picture in pictures],
            most,
        ],
    )
    return [
        CandidatePicture(
            lost_id=row[0],
            place=_place(row[1:]),
            pixels=None if row[6] is None else bytes(row[6]),
            perceptual=_unsigned(row[7]),
            hashed=row[8],
        )
        for row in rows
    ]


def take_place(connection: sa.Connection, missing_id: int, found_id: int) -> None:
    """Let a missing image stand for the file of another one, whose row goes. Call `deep.uncurated` first."""
    with driver(connection).cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE found ON COMMIT DROP AS SELECT * FROM image WHERE id = %s", [found_id])
        cursor.execute("DELETE FROM recipe WHERE image_id = %s", [missing_id])
        cursor.execute("DELETE FROM image_workflow WHERE image_id = %s", [missing_id])
        for table in ("recipe", "image_workflow"):
            cursor.execute(f"UPDATE {table} SET image_id = %s WHERE image_id = %s", [missing_id, found_id])  # noqa: S608  names of ours
        cursor.execute("DELETE FROM image WHERE id = %s", [found_id])
        cursor.execute(_TAKE, [missing_id])
        captions.follow(connection, [missing_id], given_only=True)
        cursor.execute("DELETE FROM picture_hash WHERE image_id = %s", [missing_id])
        cursor.execute("DROP TABLE found")


def offer(connection: sa.Connection, missing_id: int, found_id: int, kind: str, distance: int) -> None:
    """Note that a file may be a missing picture; never again once somebody declined."""
    driver(connection).execute(
        "INSERT INTO match_offer (missing_id, found_id, kind, distance) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [missing_id, found_id, kind, distance],
    )


def offers(connection: sa.Connection) -> list[OfferRow]:
    """Offers that wait for a decision: the surest first. Both sides still as they were when it was made."""
    rows = driver(connection).execute(
        "SELECT missing_id, found_id, match_offer.kind, distance,"
        " lost_root.path || '/' || ltrim(lost_folder.path || '/' || lost.name, '/'),"
        " root.path || '/' || ltrim(folder.path || '/' || image.name, '/')"
        " FROM match_offer JOIN image AS lost ON lost.id = missing_id AND lost.missing_since IS NOT NULL"
        " JOIN folder AS lost_folder ON lost_folder.id = lost.folder_id"
        " JOIN root AS lost_root ON lost_root.id = lost_folder.root_id"
        " JOIN image ON image.id = found_id AND image.missing_since IS NULL"
        " JOIN folder ON folder.id = image.folder_id JOIN root ON root.id = folder.root_id"
        " WHERE declined_at IS NULL ORDER BY distance, missing_id, found_id"
    )
    return [
        OfferRow(
            missing_id=row[0],
            found_id=row[1],
            kind=row[2],
            distance=row[3],
            missing_path=row[4],
            found_path=row[5],
        )
        for row in rows
    ]


def settle(connection: sa.Connection, missing_id: int, found_id: int | None) -> int:
    """Offer this pair (None: every file for this picture) no more; returns how many offers that were."""
    done = driver(connection).execute(
        "UPDATE match_offer SET declined_at = now()"
        " WHERE missing_id = %s AND (%s::int IS NULL OR found_id = %s) AND declined_at IS NULL",
        [missing_id, found_id, found_id],
    )
    return done.rowcount


def _place(row: Sequence[Any]) -> HashPlace:
    image_id, root, folder, name, fingerprint = row[:5]
    return HashPlace(id=image_id, root=root, folder=folder, name=name, fingerprint=bytes(fingerprint or b""))


def _unsigned(value: int | None) -> int | None:
    return None if value is None else value % 2**64
