"""SQL of tags: what people call their images. The tags of an image by one source lie in one array."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from diffusion_toolkit.store.journal import Connection, array_text
from diffusion_toolkit.store.tables import tag

USER: Final = "user"
"""The source of what a person tagged."""

# The journal says which tags came and went, not what there was: undo then keeps what other actions added.
_CHANGE = sa.text("""
WITH chosen AS (
    SELECT DISTINCT unnest(CAST(:image_ids AS integer[])) AS image_id
), known AS (
    SELECT image.id AS image_id, coalesce(image_tags.tag_ids, '{}') AS had
    FROM chosen
    JOIN image ON image.id = chosen.image_id
    LEFT JOIN image_tags ON image_tags.image_id = image.id AND image_tags.source = 'user'
), compared AS MATERIALIZED (
    SELECT image_id, had,
           ARRAY(SELECT tag FROM unnest(CAST(:added AS integer[])) AS tag WHERE tag <> ALL (had)) AS came,
           ARRAY(SELECT tag FROM unnest(had) AS tag
                 WHERE tag = ANY (CAST(:removed AS integer[]))
                    OR (:only AND tag <> ALL (CAST(:added AS integer[])))) AS went
    FROM known
), changed AS MATERIALIZED (
    SELECT image_id, came, went,
           CASE WHEN went = '{}' THEN had || came
                ELSE ARRAY(SELECT tag FROM unnest(had) WITH ORDINALITY AS old (tag, place)
                           WHERE tag <> ALL (went) ORDER BY place) || came END AS has
    FROM compared WHERE came <> '{}' OR went <> '{}'
    ORDER BY image_id
), noted AS (
    INSERT INTO journal_row (journal_id, image_id, before)
    SELECT :journal_id, image_id,
           CASE WHEN came = '{}' THEN '{}' ELSE jsonb_build_object('tags_added', came) END
        || CASE WHEN went = '{}' THEN '{}' ELSE jsonb_build_object('tags_removed', went) END
    FROM changed
), written AS (
    INSERT INTO image_tags (image_id, source, tag_ids)
    SELECT image_id, 'user', has FROM changed
    ON CONFLICT (image_id, source) DO UPDATE SET tag_ids = excluded.tag_ids
), touched AS (
    INSERT INTO curation (image_id, touched_at) SELECT image_id, now() FROM changed
    ON CONFLICT (image_id) DO UPDATE SET touched_at = excluded.touched_at
)
SELECT count(*) FROM changed
""")

# Of the places whose tags become one, the surest gets the tag that stays; where that one stood already, the two change
# places, so that each source keeps its highest confidence. The others stay and mean nothing, as their tags are deleted.
# Where one of them is refused, the one that stays is: no place of a model gets it, one that had it gets the refused.
_MERGE = sa.text("""
WITH mapping AS (
    SELECT * FROM unnest(CAST(:merged AS integer[]), CAST(:into AS integer[])) AS pair (merged, staying)
), refusing AS MATERIALIZED (
    SELECT image_id, coalesce(staying, tag) AS staying, min(merged) AS refused
    FROM image_tags CROSS JOIN unnest(tag_ids) AS tag LEFT JOIN mapping ON merged = tag
    WHERE source = 'refused' AND tag_ids && (CAST(:merged AS integer[]) || CAST(:into AS integer[]))
      AND coalesce(staying, tag) = ANY (CAST(:into AS integer[]))
    GROUP BY 1, 2
), found AS MATERIALIZED (
    SELECT image_id, source, tag_ids, confidences FROM image_tags WHERE tag_ids && CAST(:merged AS integer[])
    UNION ALL
    SELECT image_id, source, tag_ids, confidences FROM image_tags
    WHERE image_id IN (SELECT image_id FROM refusing) AND source NOT IN ('user', 'refused')
      AND tag_ids && CAST(:into AS integer[]) AND NOT tag_ids && CAST(:merged AS integer[])
), ranked AS (
    SELECT found.image_id, source, place, tag AS had, coalesce(mapping.staying, tag) AS staying,
           refusing.staying IS NOT NULL AS goes, CASE WHEN refused <> ALL (tag_ids) THEN refused END AS refused,
           row_number() OVER surest AS rank, first_value(tag) OVER surest AS first_had
    FROM found CROSS JOIN unnest(tag_ids) WITH ORDINALITY AS given (tag, place) LEFT JOIN mapping ON merged = tag
    LEFT JOIN refusing ON refusing.image_id = found.image_id AND refusing.staying = coalesce(mapping.staying, tag)
        AND source NOT IN ('user', 'refused')
    WINDOW surest AS (
        PARTITION BY found.image_id, source, coalesce(mapping.staying, tag)
        ORDER BY confidences[place] DESC NULLS LAST, tag = coalesce(mapping.staying, tag) DESC, place
    )
), placed AS (
    SELECT image_id, source, place, had,
           CASE WHEN goes THEN CASE WHEN had = staying THEN coalesce(refused, had) ELSE had END
                WHEN rank = 1 THEN staying WHEN had = staying THEN first_had ELSE had END AS has
    FROM ranked
), changed AS MATERIALIZED (
    SELECT image_id, source, array_agg(has ORDER BY place) AS tag_ids,
           array_agg(has ORDER BY place) FILTER (WHERE has <> had) AS came,
           array_agg(had ORDER BY place) FILTER (WHERE has <> had) AS went
    FROM placed GROUP BY image_id, source HAVING bool_or(has <> had)
    ORDER BY image_id
), noted AS (
    INSERT INTO journal_row (journal_id, image_id, before)
    SELECT :journal_id, image_id,
           jsonb_build_object('retagged', jsonb_object_agg(source, jsonb_build_array(to_jsonb(came), to_jsonb(went))))
    FROM changed GROUP BY image_id ORDER BY image_id
    RETURNING image_id
), written AS (
    UPDATE image_tags SET tag_ids = changed.tag_ids
    FROM changed WHERE image_tags.image_id = changed.image_id AND image_tags.source = changed.source
), counted AS (
    SELECT count(*) AS changed FROM noted
)
UPDATE journal SET details = details || jsonb_build_object('changed', changed)
FROM counted WHERE id = :journal_id RETURNING changed
""")

_HELD = sa.text("""
SELECT tag_id, count(*)
FROM image_tags, unnest(tag_ids) AS tag_id
WHERE source = 'user' AND image_id = ANY (CAST(:image_ids AS integer[]))
GROUP BY tag_id
""")

_KNOWN = sa.text("SELECT count(*) FROM image WHERE id = ANY (CAST(:image_ids AS integer[]))")

_COUNTS = sa.text("SELECT tag_id, count(*) FROM image_tags, unnest(tag_ids) AS tag_id WHERE source = 'user' GROUP BY 1")

_NAMES_OF = sa.text("""
SELECT tag.id, tag.name
FROM image_tags, unnest(tag_ids) WITH ORDINALITY AS held (tag_id, place), tag
WHERE source = 'user' AND image_id = :image_id AND tag.id = held.tag_id AND tag.deleted_at IS NULL
ORDER BY place
""")


_SUGGESTED = sa.text("""
SELECT tag.name, source, confidences[place] AS confidence
FROM image_tags, unnest(tag_ids) WITH ORDINALITY AS given (tag_id, place)
JOIN tag ON tag.id = given.tag_id AND tag.deleted_at IS NULL
WHERE image_id = :image_id AND source NOT IN ('user', 'refused') AND NOT EXISTS (
    SELECT FROM image_tags AS own WHERE own.image_id = :image_id AND source = 'user' AND tag.id = ANY (own.tag_ids))
ORDER BY confidence DESC NULLS LAST, tag.name LIMIT 500
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedRow:
    """A tag that somebody else than the person gave. source: "file" or a model's name; confidence: 0 to 1."""

    name: str
    source: str
    confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRow:
    """One tag."""

    id: int
    name: str


def tags(connection: Connection) -> list[TagRow]:
    """All tags that are not deleted."""
    rows = connection.execute(sa.select(tag.c.id, tag.c.name).where(tag.c.deleted_at.is_(None)).order_by(tag.c.id))
    return [TagRow(id=row[0], name=row[1]) for row in rows]


def live(connection: Connection, tag_ids: Sequence[int]) -> dict[int, str]:
    """Those of these tags that exist, with their names."""
    query = sa.select(tag.c.id, tag.c.name).where(tag.c.id.in_(list(tag_ids)), tag.c.deleted_at.is_(None))
    return {row[0]: row[1] for row in connection.execute(query)}


def change(
    connection: Connection,
    journal_id: int,
    image_ids: NDArray[np.integer],
    *,
    added: Sequence[int],
    removed: Sequence[int],
    only: bool,
) -> int:
    """Add and remove tags that a person gave these images; returns how many changed. only: those that are added become
    all that the person gave an image.
    """
    parameters = {
        "journal_id": journal_id,
        "image_ids": array_text(image_ids),
        "added": array_text(added),
        "removed": array_text(removed),
        "only": only,
    }
    return connection.execute(_CHANGE, parameters).scalar_one()


def merge(connection: Connection, journal_id: int, merged: Mapping[int, int]) -> int:
    """Give the images of some tags others instead, of whatever source, at once; returns how many images changed.

    merged: tag to the tag that stays, which is none of those that go. Confidences: the highest of each source stays.
    Where a person took one of them away from models, none says the tag that stays.
    """
    parameters = {
        "journal_id": journal_id,
        "merged": array_text(list(merged)),
        "into": array_text(list(merged.values())),
    }
    return connection.execute(_MERGE, parameters).scalar_one()


def held(connection: Connection, image_ids: NDArray[np.integer]) -> dict[int, int]:
    """How many of these images a person gave each tag."""
    rows = connection.execute(_HELD, {"image_ids": array_text(image_ids)})
    return {row[0]: row[1] for row in rows}


def known_count(connection: Connection, image_ids: NDArray[np.integer]) -> int:
    """How many of these are images."""
    return connection.execute(_KNOWN, {"image_ids": array_text(image_ids)}).scalar_one()


def counts(connection: Connection) -> dict[int, int]:
    """How many images a person gave each tag."""
    return {row[0]: row[1] for row in connection.execute(_COUNTS)}


def suggested(connection: Connection, image_id: int) -> list[SuggestedRow]:
    """The tags that models or the file name and the person has not given, the most certain first."""
    rows = connection.execute(_SUGGESTED, {"image_id": image_id}).mappings()
    return [SuggestedRow(**row) for row in rows]


def tags_of(connection: Connection, image_id: int) -> list[TagRow]:
    """The tags that a person gave an image, in the order of giving."""
    return [TagRow(id=row[0], name=row[1]) for row in connection.execute(_NAMES_OF, {"image_id": image_id})]
