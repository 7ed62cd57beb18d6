"""SQL of the import: gives images the curation that came with a bundle, and notes the way back in the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from diffusion_toolkit.store import captions, roots
from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import array_text

# over: what comes in counts more than what is here; else it only fills what is empty.
_FIELDS = """
WITH incoming AS (
    SELECT * FROM unnest(%(ids)s::int[], %(ratings)s::smallint[], %(favorites)s::bool[], %(nsfws)s::bool[],
        %(for_deletions)s::bool[], %(rated)s::timestamptz[], %(viewed)s::timestamptz[], %(touched)s::timestamptz[],
        %(captions)s::text[])
    AS given (image_id, rating, favorite, nsfw, for_deletion, rated_at, viewed_at, touched_at, caption)
), compared AS MATERIALIZED (
    SELECT image.id AS image_id, curation.rating AS old_rating, curation.rated_at AS old_rated_at,
           curation.nsfw_at AS old_nsfw_at,
           coalesce(curation.favorite, false) AS old_favorite, coalesce(curation.nsfw, false) AS old_nsfw,
           coalesce(curation.for_deletion, false) AS old_for_deletion, curation.caption AS old_caption,
           CASE WHEN %(over)s THEN coalesce(incoming.rating, curation.rating)
                ELSE coalesce(curation.rating, incoming.rating) END AS rating,
           CASE WHEN incoming.rating IS NOT NULL AND (%(over)s OR curation.rating IS NULL)
                THEN coalesce(incoming.rated_at, now()) ELSE curation.rated_at END AS rated_at,
           incoming.favorite OR coalesce(curation.favorite, false) AS favorite,
           incoming.nsfw OR coalesce(curation.nsfw, false) AS nsfw,
           incoming.for_deletion OR coalesce(curation.for_deletion, false) AS for_deletion,
           CASE WHEN %(over)s THEN coalesce(incoming.caption, curation.caption)
                ELSE coalesce(curation.caption, incoming.caption) END AS caption,
           greatest(incoming.viewed_at, curation.viewed_at) AS viewed_at,
           greatest(incoming.touched_at, curation.touched_at) AS touched_at,
           incoming.viewed_at > coalesce(curation.viewed_at, '-infinity') AS seen_later
    FROM incoming JOIN image ON image.id = incoming.image_id
    LEFT JOIN curation ON curation.image_id = image.id
    ORDER BY image.id
), changed AS (
    SELECT *, (old_rating, old_favorite, old_nsfw, old_for_deletion, old_caption)
              IS DISTINCT FROM (rating, favorite, nsfw, for_deletion, caption) AS decided
    FROM compared
), noted AS (
    INSERT INTO journal_row (journal_id, image_id, before)
    SELECT %(journal_id)s, image_id, jsonb_build_object(
        'rating', old_rating, 'rated_at', old_rated_at, 'favorite', old_favorite, 'nsfw', old_nsfw,
        'nsfw_at', old_nsfw_at, 'for_deletion', old_for_deletion)
        || CASE WHEN caption IS DISTINCT FROM old_caption THEN jsonb_build_object('caption', old_caption) ELSE '{}' END
    FROM changed WHERE decided
    ON CONFLICT (journal_id, image_id) DO UPDATE SET before = journal_row.before || excluded.before
), remembered AS (
    INSERT INTO caption (image_id, text)
    SELECT image_id, caption FROM changed WHERE caption <> '' AND caption IS DISTINCT FROM old_caption
), written AS (
    INSERT INTO curation
        (image_id, rating, rated_at, favorite, nsfw, nsfw_at, for_deletion, caption, viewed_at, touched_at)
    SELECT image_id, rating, rated_at, favorite, nsfw, CASE WHEN nsfw <> old_nsfw THEN now() ELSE old_nsfw_at END,
           for_deletion, caption, viewed_at, CASE WHEN decided THEN coalesce(touched_at, now()) ELSE touched_at END
    FROM changed WHERE decided OR seen_later
    ON CONFLICT (image_id) DO UPDATE
    SET rating = excluded.rating, rated_at = excluded.rated_at, favorite = excluded.favorite, nsfw = excluded.nsfw,
        nsfw_at = excluded.nsfw_at, for_deletion = excluded.for_deletion, caption = excluded.caption,
        viewed_at = excluded.viewed_at, touched_at = excluded.touched_at
)
SELECT image_id FROM changed WHERE decided
"""

_TAGS = """
WITH incoming AS (
    SELECT image_id, tag_ids::int[] AS wanted FROM unnest(%(ids)s::int[], %(tags)s::text[]) AS given (image_id, tag_ids)
), compared AS MATERIALIZED (
    SELECT image.id AS image_id, coalesce(image_tags.tag_ids, '{}') AS had,
           ARRAY(SELECT tag FROM unnest(wanted) AS tag WHERE tag <> ALL (coalesce(image_tags.tag_ids, '{}'))) AS came
    FROM incoming JOIN image ON image.id = incoming.image_id
    LEFT JOIN image_tags ON image_tags.image_id = image.id AND image_tags.source = 'user'
    ORDER BY image.id
), changed AS (
    SELECT * FROM compared WHERE came <> '{}'
), noted AS (
    INSERT INTO journal_row (journal_id, image_id, before)
    SELECT %(journal_id)s, image_id, jsonb_build_object('tags_added', came) FROM changed
    ON CONFLICT (journal_id, image_id) DO UPDATE SET before = journal_row.before || excluded.before
), written AS (
    INSERT INTO image_tags (image_id, source, tag_ids) SELECT image_id, 'user', had || came FROM changed
    ON CONFLICT (image_id, source) DO UPDATE SET tag_ids = excluded.tag_ids
), touched AS (
    INSERT INTO curation (image_id, touched_at) SELECT image_id, now() FROM changed
    ON CONFLICT (image_id) DO UPDATE SET touched_at = greatest(curation.touched_at, excluded.touched_at)
)
SELECT image_id FROM changed
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCuration:
    """What one image is given. tag_ids: of the user's tags."""

    image_id: int
    rating: int | None
    favorite: bool
    nsfw: bool
    for_deletion: bool
    rated_at: datetime | None
    viewed_at: datetime | None
    touched_at: datetime | None
    caption: str | None
    tag_ids: Sequence[int]


def give(connection: sa.Connection, journal_id: int, rows: Sequence[GivenCuration], *, over: bool) -> set[int]:
    """Give these images, each named once, their curation; returns which of them changed.

    over: what is given counts more than what is there; else it only fills what is empty. Flags and tags only come.
    """
    ids = [row.image_id for row in rows]
    fields = driver(connection).execute(
        _FIELDS,
        {
            "journal_id": journal_id,
            "over": over,
            "ids": ids,
            "ratings": [row.rating for row in rows],
            "favorites": [row.favorite for row in rows],
            "nsfws": [row.nsfw for row in rows],
            "for_deletions": [row.for_deletion for row in rows],
            "rated": [row.rated_at for row in rows],
            "viewed": [row.viewed_at for row in rows],
            "touched": [row.touched_at for row in rows],
            "captions": [row.caption for row in rows],
        },
    )
    changed = {row[0] for row in fields}
    captions.follow(connection, [row.image_id for row in rows if row.caption is not None])
    tagged = [row for row in rows if row.tag_ids]
    if tagged:
        tags = [array_text(row.tag_ids) for row in tagged]
        given = {"journal_id": journal_id, "ids": [row.image_id for row in tagged], "tags": tags}
        changed |= {row[0] for row in driver(connection).execute(_TAGS, given)}
    return changed


def hand_on(connection: sa.Connection, journal_id: int, giver: int, taker: int) -> None:
    """Give one image the curation of another one; what it has already stays."""
    rows = driver(connection).execute(
        "SELECT rating, coalesce(favorite, false), coalesce(nsfw, false), coalesce(for_deletion, false), rated_at,"
        " viewed_at, touched_at, caption, coalesce(tag_ids, '{}') FROM image"
        " LEFT JOIN curation ON curation.image_id = image.id"
        " LEFT JOIN image_tags ON image_tags.image_id = image.id AND source = 'user' WHERE image.id = %s",
        [giver],
    )
    for rating, favorite, nsfw, for_deletion, rated_at, viewed_at, touched_at, caption, tag_ids in rows.fetchall():
        given = GivenCuration(
            image_id=taker,
            rating=rating,
            favorite=favorite,
            nsfw=nsfw,
            for_deletion=for_deletion,
            rated_at=rated_at,
            viewed_at=viewed_at,
            touched_at=touched_at,
            caption=caption,
            tag_ids=tag_ids,
        )
        give(connection, journal_id, [given], over=False)


def archive(connection: sa.Connection, root_id: int, path: str, archived: str) -> int:
    """Let scans pass over a folder that they do not pass over yet; returns how many that are."""
    folder_id = roots.insert_folders(connection, root_id, [path])[path]
    done = driver(connection).execute(
        "UPDATE folder SET archived = %s WHERE id = %s AND archived = 'no'", [archived, folder_id]
    )
    return done.rowcount
