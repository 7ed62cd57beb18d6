"""Puts back what an action of the journal changed, and keeps what it replaced, so that it can be done again.

Each part of an action is put back by itself: fields of images, tags of images, tags that were merged, and the tags,
albums and saved queries themselves. What later actions changed beside it stays.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from diffusion_toolkit.store import albums, captions, named, proposal_decisions, refused_tags
from diffusion_toolkit.store.journal import Connection, WrittenRows, changed_images, token

_FIELDS = sa.text("""
WITH noted AS MATERIALIZED (
    SELECT image_id, journal_row.before AS old,
           CASE WHEN before ? 'rating' THEN jsonb_build_object('rating', rating, 'rated_at', rated_at) ELSE '{}' END
        || CASE WHEN before ? 'favorite' THEN jsonb_build_object('favorite', favorite) ELSE '{}' END
        || CASE WHEN before ? 'nsfw' THEN jsonb_build_object('nsfw', nsfw, 'nsfw_at', nsfw_at) ELSE '{}' END
        || CASE WHEN before ? 'for_deletion' THEN jsonb_build_object('for_deletion', for_deletion) ELSE '{}' END
        || CASE WHEN before ? 'caption' THEN jsonb_build_object('caption', caption) ELSE '{}' END AS new
    FROM journal_row JOIN curation USING (image_id)
    WHERE journal_id = :journal_id AND before ?| '{rating,favorite,nsfw,for_deletion,caption}'
), restored AS (
    UPDATE curation
    SET rating = CASE WHEN old ? 'rating' THEN CAST(old ->> 'rating' AS smallint) ELSE rating END,
        rated_at = CASE WHEN old ? 'rated_at' THEN CAST(old ->> 'rated_at' AS timestamptz) ELSE rated_at END,
        favorite = coalesce(CAST(old ->> 'favorite' AS boolean), favorite),
        nsfw = coalesce(CAST(old ->> 'nsfw' AS boolean), nsfw),
        nsfw_at = CASE WHEN old ? 'nsfw_at' THEN CAST(old ->> 'nsfw_at' AS timestamptz) ELSE nsfw_at END,
        for_deletion = coalesce(CAST(old ->> 'for_deletion' AS boolean), for_deletion),
        caption = CASE WHEN old ? 'caption' THEN old ->> 'caption' ELSE caption END,
        touched_at = now()
    FROM noted WHERE curation.image_id = noted.image_id
), swapped AS (
    UPDATE journal_row SET before = before || new
    FROM noted WHERE journal_row.journal_id = :journal_id AND journal_row.image_id = noted.image_id
)
SELECT count(*), (array_agg(image_id))[1 : CAST(:most AS integer)] FROM noted
""")

_CAPTIONED = sa.text(
    "SELECT image_id FROM journal_row WHERE journal_id = :journal_id AND before ?| '{caption,model_caption}'"
)

_TAGS = sa.text("""
WITH noted AS MATERIALIZED (
    SELECT image_id, before - 'tags_added' - 'tags_removed' AS other,
           before -> 'tags_added' AS added, before -> 'tags_removed' AS removed,
           ARRAY(SELECT CAST(jsonb_array_elements_text(before -> 'tags_added') AS integer)) AS going,
           ARRAY(SELECT CAST(jsonb_array_elements_text(before -> 'tags_removed') AS integer)) AS coming
    FROM journal_row WHERE journal_id = :journal_id AND before ?| '{tags_added,tags_removed}'
), restored AS (
    UPDATE image_tags
    SET tag_ids = ARRAY(
        SELECT tag FROM unnest(tag_ids) WITH ORDINALITY AS had (tag, place)
        WHERE tag <> ALL (going) AND tag <> ALL (coming) ORDER BY place
    ) || coming
    FROM noted WHERE image_tags.image_id = noted.image_id AND source = 'user'
    RETURNING noted.image_id
), touched AS (
    UPDATE curation SET touched_at = now() FROM noted WHERE curation.image_id = noted.image_id
), swapped AS (
    UPDATE journal_row
    SET before = other || jsonb_strip_nulls(jsonb_build_object('tags_added', removed, 'tags_removed', added))
    FROM noted WHERE journal_row.journal_id = :journal_id AND journal_row.image_id = noted.image_id
)
SELECT count(*), (array_agg(image_id))[1 : CAST(:most AS integer)] FROM restored
""")

# {"retagged": {source: [[has now …], [had before …]]}}; one number each in actions of older versions.
_MERGED = sa.text("""
WITH noted AS MATERIALIZED (
    SELECT image_id, source,
           ARRAY(SELECT CAST(jsonb_path_query(pair, '$[0][*]') AS integer)) AS now_has,
           ARRAY(SELECT CAST(jsonb_path_query(pair, '$[1][*]') AS integer)) AS had
    FROM journal_row CROSS JOIN jsonb_each(before -> 'retagged') AS one (source, pair)
    WHERE journal_id = :journal_id AND before ? 'retagged'
), restored AS (
    UPDATE image_tags SET tag_ids = ARRAY(
        SELECT CASE WHEN back IS NULL OR (back = ANY (tag_ids) AND back <> ALL (now_has)) THEN tag ELSE back END
        FROM unnest(tag_ids) WITH ORDINALITY AS has (tag, place),
             LATERAL (SELECT had[array_position(now_has, tag)] AS back) AS one
        ORDER BY place
    )
    FROM noted
    WHERE image_tags.image_id = noted.image_id AND image_tags.source = noted.source AND tag_ids && now_has
    RETURNING noted.image_id
), swapped AS (
    UPDATE journal_row SET before = before || jsonb_build_object('retagged', pairs)
    FROM (
        SELECT image_id, jsonb_object_agg(source, jsonb_build_array(to_jsonb(had), to_jsonb(now_has))) AS pairs
        FROM noted GROUP BY image_id
    ) AS other
    WHERE journal_row.journal_id = :journal_id AND journal_row.image_id = other.image_id
)
SELECT count(DISTINCT image_id), (array_agg(DISTINCT image_id))[1 : CAST(:most AS integer)] FROM restored
""")


def swap(connection: Connection, journal_id: int, most_ids: int) -> WrittenRows:
    """Put back what an action changed, where it still exists. Raises UsageError when a name is taken meanwhile."""
    things = named.swap(connection, journal_id)
    albums.swap_images(connection, journal_id)
    decided = proposal_decisions.swap(connection, journal_id)
    refused = refused_tags.swap(connection, journal_id)
    parameters = {"journal_id": journal_id, "most": most_ids}
    parts = [connection.execute(part, parameters).one() for part in (_FIELDS, _TAGS, _MERGED)]
    captioned = list(connection.scalars(_CAPTIONED, parameters))
    if captioned:
        captions.follow(connection, captioned)
    # One action changes pictures in one of these ways; an imported one in several, and one that takes tags in two.
    images = changed_images(connection, journal_id) if refused else max(decided, *(int(part[0]) for part in parts))
    image_ids: Sequence[int] = next((part[1] for part in parts if part[0]), ())
    return WrittenRows(
        token=token(connection),
        journal_id=journal_id,
        changed=images or things,
        image_ids=tuple(dict.fromkeys((*image_ids, *refused)))[:most_ids],
    )
