"""SQL of tags that a person takes away from images although a model says them, and of not giving them again.

What is refused stands beside the tags of an image as those of a source of its own, so that it follows the image and
its tags wherever they go. A journal row notes `unsaid` (source to the tags and confidences that went) and `refused`
(the tags that no model gives again); after an undo `silenced` (these tags) stands in their place.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import Connection, array_text

REFUSED: Final = "refused"
"""The source of what models must not say."""

_CHOSEN: Final = """
SELECT image_id, array_agg(DISTINCT tag) AS tags FROM image_tags, unnest(tag_ids) AS tag
WHERE image_id = ANY (%(ids)s::int[]) AND source NOT IN ('user', 'refused')
  AND tag_ids && %(tags)s::int[] AND tag = ANY (%(tags)s::int[])
GROUP BY image_id
"""
_LISTED: Final = """
SELECT image.id AS image_id, given.tags::int[] AS tags
FROM unnest(%(ids)s::int[], %(tags)s::text[]) AS given (image_id, tags) JOIN image ON image.id = given.image_id
"""
_NOTED: Final = """
SELECT image_id, ARRAY(SELECT jsonb_array_elements_text(before -> 'silenced')::int) AS tags
FROM journal_row JOIN image ON image.id = image_id WHERE journal_id = %(journal)s AND before ? 'silenced'
"""
_REFUSE: Final = """
WITH asked AS MATERIALIZED ({asked}), said AS MATERIALIZED (
    SELECT image_id, source, tags_gone, sure_gone, tags_left,
           CASE WHEN confidences IS NOT NULL THEN sure_left END AS sure_left
    FROM asked JOIN image_tags USING (image_id), LATERAL (
        SELECT coalesce(array_agg(tag ORDER BY place) FILTER (WHERE goes), '{{}}') AS tags_gone,
               coalesce(array_agg(confidences[place] ORDER BY place) FILTER (WHERE goes), '{{}}') AS sure_gone,
               coalesce(array_agg(tag ORDER BY place) FILTER (WHERE NOT goes), '{{}}') AS tags_left,
               coalesce(array_agg(confidences[place] ORDER BY place) FILTER (WHERE NOT goes), '{{}}') AS sure_left
        FROM unnest(tag_ids) WITH ORDINALITY AS given (tag, place),
             LATERAL (SELECT tag = ANY (asked.tags) AS goes) AS fate
    ) AS parts
    WHERE source NOT IN ('user', 'refused') AND tag_ids && asked.tags
), noting AS MATERIALIZED (
    SELECT asked.image_id, jsonb_build_object('refused', to_jsonb(asked.tags), 'unsaid', coalesce((
        SELECT jsonb_object_agg(source, jsonb_build_array(to_jsonb(tags_gone), to_jsonb(sure_gone)))
        FROM said WHERE said.image_id = asked.image_id), '{{}}')) AS note
    FROM asked
), noted AS (
    INSERT INTO journal_row (journal_id, image_id, before)
    SELECT %(journal)s, image_id, note FROM noting ORDER BY image_id
    ON CONFLICT (journal_id, image_id) DO UPDATE SET before = (journal_row.before - 'silenced') || excluded.before
), unsaid AS (
    UPDATE image_tags SET tag_ids = tags_left, confidences = sure_left
    FROM said WHERE image_tags.image_id = said.image_id AND image_tags.source = said.source
), touched AS (
    INSERT INTO curation (image_id, touched_at) SELECT image_id, now() FROM asked ORDER BY image_id
    ON CONFLICT (image_id) DO UPDATE SET touched_at = excluded.touched_at
)
INSERT INTO image_tags (image_id, source, tag_ids)
SELECT image_id, 'refused', tags FROM asked ORDER BY image_id
ON CONFLICT (image_id, source) DO UPDATE SET tag_ids = image_tags.tag_ids
    || ARRAY(SELECT tag FROM unnest(excluded.tag_ids) AS tag WHERE tag <> ALL (image_tags.tag_ids))
RETURNING image_id
"""
_ALLOW: Final = """
WITH noted AS MATERIALIZED (
    SELECT image_id, before -> 'unsaid' AS unsaid, before -> 'refused' AS silenced,
           ARRAY(SELECT jsonb_array_elements_text(before -> 'refused')::int) AS refused
    FROM journal_row WHERE journal_id = %(journal)s AND before ? 'refused'
), missing AS MATERIALIZED (
    SELECT image_id, source, array_agg(tag::int ORDER BY place) AS tags, array_agg(sure::real ORDER BY place) AS sures
    FROM noted CROSS JOIN jsonb_each(unsaid) AS one (source, pair) JOIN image_tags USING (image_id, source),
         ROWS FROM (jsonb_array_elements_text(pair -> 0), jsonb_array_elements_text(pair -> 1))
             WITH ORDINALITY AS went (tag, sure, place)
    WHERE tag::int <> ALL (tag_ids) GROUP BY image_id, source
), said AS (
    UPDATE image_tags SET tag_ids = tag_ids || tags,
        confidences = CASE WHEN confidences IS NOT NULL THEN confidences || sures END
    FROM missing WHERE image_tags.image_id = missing.image_id AND image_tags.source = missing.source
), allowed AS (
    UPDATE image_tags SET tag_ids = ARRAY(SELECT tag FROM unnest(tag_ids) AS tag WHERE tag <> ALL (refused))
    FROM noted WHERE image_tags.image_id = noted.image_id AND source = 'refused'
), touched AS (
    UPDATE curation SET touched_at = now() FROM noted WHERE curation.image_id = noted.image_id
)
UPDATE journal_row SET before = (before - 'unsaid' - 'refused') || jsonb_build_object('silenced', silenced)
FROM noted WHERE journal_row.journal_id = %(journal)s AND journal_row.image_id = noted.image_id
RETURNING journal_row.image_id
"""
_WAS_UNDONE: Final = "SELECT EXISTS (SELECT FROM journal_row WHERE journal_id = %s AND before ? 'silenced')"
_REFUSED: Final = "SELECT image_id, tag_ids FROM image_tags WHERE source = 'refused' AND image_id = ANY (%s::int[])"


def refuse(connection: Connection, journal_id: int, image_ids: NDArray[np.integer], tag_ids: Sequence[int]) -> int:
    """Take these tags from images of which models, or files, say them, for good; returns how many images had one."""
    given = {"journal": journal_id, "ids": array_text(image_ids), "tags": array_text(tag_ids)}
    return len(driver(connection).execute(_REFUSE.format(asked=_CHOSEN), given).fetchall())


def refuse_more(connection: Connection, journal_id: int, rows: Sequence[tuple[int, Sequence[int]]]) -> list[int]:
    """Refuse these tags for these images, whether somebody says them or not; returns the images of which it is news."""
    known = refused(connection, [image_id for image_id, _ in rows])
    more = [(image_id, [tag for tag in tags if tag not in known.get(image_id, ())]) for image_id, tags in rows]
    news = [(image_id, tags) for image_id, tags in more if tags]
    if not news:
        return []
    given = {
        "journal": journal_id,
        "ids": [image_id for image_id, _ in news],
        "tags": [array_text(tags) for _, tags in news],
    }
    return [row[0] for row in driver(connection).execute(_REFUSE.format(asked=_LISTED), given)]


def refused(connection: Connection, image_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """The tags that models must not give to these images; those without any are left out."""
    rows = driver(connection).execute(_REFUSED, [array_text(image_ids)])
    return {row[0]: frozenset(row[1]) for row in rows if row[1]}


def swap(connection: Connection, journal_id: int) -> list[int]:
    """Let models say again what an action refused, or refuse it again; returns the images."""
    (was_undone,) = driver(connection).execute(_WAS_UNDONE, [journal_id]).fetchone() or (False,)
    statement = _REFUSE.format(asked=_NOTED) if was_undone else _ALLOW
    return [row[0] for row in driver(connection).execute(statement, {"journal": journal_id})]
