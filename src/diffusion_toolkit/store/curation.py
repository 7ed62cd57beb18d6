"""Writes what people decide about images, many at once, with the state before it in the journal.

One statement does all of a change; see `store.journal` for the lock and the order of rows.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from diffusion_toolkit.store import captions
from diffusion_toolkit.store.journal import Details, WrittenRows, array_text, json_text, lock

_FIELDS: Final = {"rating": None, "favorite": False, "nsfw": False, "for_deletion": False, "caption": None}
"""What may be set, with what stands in for a value that is not set."""

FieldValue = int | bool | str | None

_WRITE = sa.text("""
WITH chosen AS (
    SELECT DISTINCT unnest(CAST(:image_ids AS integer[])) AS image_id
), before AS MATERIALIZED (
    SELECT image.id AS image_id, curation.rating, curation.rated_at, curation.nsfw_at, curation.caption,
           coalesce(curation.favorite, false) AS favorite,
           coalesce(curation.nsfw, false) AS nsfw,
           coalesce(curation.for_deletion, false) AS for_deletion
    FROM chosen
    JOIN image ON image.id = chosen.image_id
    LEFT JOIN curation ON curation.image_id = image.id
    WHERE ((:set_rating AND curation.rating IS DISTINCT FROM CAST(:rating AS smallint))
        OR (:set_favorite AND coalesce(curation.favorite, false) <> :favorite)
        OR (:set_nsfw AND coalesce(curation.nsfw, false) <> :nsfw)
        OR (:set_for_deletion AND coalesce(curation.for_deletion, false) <> :for_deletion)
        OR (:set_caption AND curation.caption IS DISTINCT FROM CAST(:caption AS text)))
      AND (:by_person OR curation.nsfw_at IS NULL)
    ORDER BY image.id
), made AS (
    INSERT INTO journal (action, details)
    SELECT :action, CAST(:details AS jsonb) || jsonb_build_object('changed', (SELECT count(*) FROM before))
    WHERE EXISTS (SELECT FROM before) RETURNING id
), noted AS (
    INSERT INTO journal_row (journal_id, image_id, before)
    SELECT made.id, image_id,
           CASE WHEN :set_rating THEN jsonb_build_object('rating', rating, 'rated_at', rated_at) ELSE '{}' END
        || CASE WHEN :set_favorite THEN jsonb_build_object('favorite', favorite) ELSE '{}' END
        || CASE WHEN :set_nsfw THEN jsonb_build_object('nsfw', nsfw, 'nsfw_at', nsfw_at) ELSE '{}' END
        || CASE WHEN :set_for_deletion THEN jsonb_build_object('for_deletion', for_deletion) ELSE '{}' END
        || CASE WHEN :set_caption THEN jsonb_build_object('caption', caption) ELSE '{}' END
    FROM before, made
), remembered AS (
    INSERT INTO caption (image_id, text)
    SELECT image_id, CAST(:caption AS text) FROM before WHERE :set_caption AND CAST(:caption AS text) <> ''
), written AS (
    INSERT INTO curation (image_id, rating, rated_at, favorite, nsfw, nsfw_at, for_deletion, caption, touched_at)
    SELECT image_id,
           CASE WHEN :set_rating THEN CAST(:rating AS smallint) ELSE rating END,
           CASE WHEN NOT :set_rating OR rating IS NOT DISTINCT FROM CAST(:rating AS smallint) THEN rated_at
                WHEN CAST(:rating AS smallint) IS NULL THEN NULL ELSE now() END,
           CASE WHEN :set_favorite THEN :favorite ELSE favorite END,
           CASE WHEN :set_nsfw THEN :nsfw ELSE nsfw END,
           CASE WHEN :set_nsfw AND :by_person THEN now() ELSE nsfw_at END,
           CASE WHEN :set_for_deletion THEN :for_deletion ELSE for_deletion END,
           CASE WHEN :set_caption THEN CAST(:caption AS text) ELSE caption END,
           now()
    FROM before
    ON CONFLICT (image_id) DO UPDATE
    SET rating = excluded.rating, rated_at = excluded.rated_at, favorite = excluded.favorite, nsfw = excluded.nsfw,
        nsfw_at = excluded.nsfw_at, for_deletion = excluded.for_deletion, caption = excluded.caption,
        touched_at = excluded.touched_at
)
SELECT (SELECT id FROM made), (SELECT count(*) FROM before), CAST(CAST(pg_current_xact_id() AS text) AS bigint)
""")

_MARK_NSFW = sa.text("""
INSERT INTO curation (image_id, nsfw)
SELECT id, true FROM image WHERE id = ANY (CAST(:image_ids AS integer[])) ORDER BY id
ON CONFLICT (image_id) DO UPDATE SET nsfw = true WHERE NOT curation.nsfw AND curation.nsfw_at IS NULL
""")

_VIEWED = sa.text("""
WITH seen AS (
    INSERT INTO curation (image_id, viewed_at)
    SELECT image.id, now() FROM image
    WHERE id = ANY(CAST(:image_ids AS integer[])) ORDER BY id
    ON CONFLICT (image_id) DO UPDATE SET viewed_at = excluded.viewed_at
    RETURNING image_id
)
SELECT count(*), CAST(CAST(pg_current_xact_id() AS text) AS bigint) FROM seen
""")


def write(
    connection: sa.Connection,
    image_ids: NDArray[np.integer],
    values: Mapping[str, FieldValue],
    action: str,
    details: Details,
    *,
    by_person: bool = True,
) -> WrittenRows:
    """Set `values` (by column; absent = keep) on these images; unknown and unchanged ones are skipped.

    by_person: otherwise images are skipped about whose NSFW a person decided.
    """
    parameters: dict[str, object] = {
        "image_ids": array_text(image_ids),
        "action": action,
        "details": json_text(details),
        "by_person": by_person,
    }
    for column, nothing in _FIELDS.items():
        parameters[f"set_{column}"] = column in values
        parameters[column] = values.get(column, nothing)
    lock(connection)
    journal_id, changed, token = connection.execute(_WRITE, parameters).one()
    if "caption" in values and changed:
        captions.follow(connection, image_ids)
    return WrittenRows(token=token, journal_id=journal_id, changed=changed)


def mark_nsfw(connection: sa.Connection, image_ids: list[int]) -> None:
    """Mark images that a scan just wrote, except those about which a person decided. No action of a person."""
    connection.execute(_MARK_NSFW, {"image_ids": array_text(image_ids)})


def viewed(connection: sa.Connection, image_ids: NDArray[np.integer]) -> WrittenRows:
    """Note that a person looked at these images just now. Nothing to undo."""
    changed, token = connection.execute(_VIEWED, {"image_ids": array_text(image_ids)}).one()
    return WrittenRows(token=token, journal_id=None, changed=changed)
