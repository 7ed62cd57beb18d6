"""SQL of what a person decides about results that wait: their states and payloads, each change noted for undo.

A journal row notes, per image: `proposals` (id to the state before), `payloads` (id to the payload before), `moved` (id
to where a tag came from, where it went, its name), `sourced` (source to tags and confidences before) and
`model_caption` (the caption that was added, or the one that an undo took out).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import Connection, array_text, json_text
from diffusion_toolkit.store.model_tags import barred
from diffusion_toolkit.store.proposals import ProposalKind

_IN_STATE: Final = """
SELECT id, image_id FROM proposal
WHERE state = %(state)s AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(source)s::text IS NULL OR source = %(source)s) AND (%(runs)s::int[] IS NULL OR run_id = ANY (%(runs)s::int[]))
ORDER BY id
"""
_READ: Final = """
SELECT id, run_id, image_id, stage, kind, source, model_version, payload, state, made_at
FROM proposal WHERE id = ANY (%s::int[]) ORDER BY id
"""
_TAGS: Final = """
SELECT tag ->> 'name', min(tag ->> 'category'), count(*)::int, avg((tag ->> 'confidence')::float8)
FROM proposal, jsonb_array_elements(payload -> 'tags') AS tag
WHERE id = ANY (%s::int[]) AND state = 'waiting' AND kind = 'tags'
GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT %s
"""

_MARK: Final = """
WITH chosen AS MATERIALIZED (
    SELECT id, image_id, state FROM proposal WHERE id = ANY (%(ids)s::int[]) AND state = 'waiting' FOR UPDATE
), marked AS (
    UPDATE proposal SET state = %(state)s, decided_at = now() FROM chosen WHERE proposal.id = chosen.id
)
INSERT INTO journal_row (journal_id, image_id, before)
SELECT %(journal)s, image_id, jsonb_build_object('proposals', jsonb_object_agg(id, state))
FROM chosen GROUP BY image_id ORDER BY image_id
ON CONFLICT (journal_id, image_id) DO UPDATE SET before = journal_row.before || jsonb_build_object(
    'proposals', coalesce(journal_row.before -> 'proposals', '{}') || (excluded.before -> 'proposals'))
"""

# Of two about one image by one model the newer; none where a newer one waits already.
_REOPEN: Final = """
WITH chosen AS MATERIALIZED (
    SELECT id, image_id, state FROM proposal
    WHERE id IN (
        SELECT max(id) FROM proposal WHERE id = ANY (%(ids)s::int[]) AND state = 'rejected'
        GROUP BY image_id, stage, source
    ) AND NOT EXISTS (
        SELECT FROM proposal AS newer WHERE newer.image_id = proposal.image_id AND newer.stage = proposal.stage
        AND newer.source = proposal.source AND newer.state = 'waiting')
    FOR UPDATE
), reopened AS (
    UPDATE proposal SET state = 'waiting', decided_at = NULL FROM chosen WHERE proposal.id = chosen.id
), noted AS (
    INSERT INTO journal_row (journal_id, image_id, before)
    SELECT %(journal)s, image_id, jsonb_build_object('proposals', jsonb_object_agg(id, state))
    FROM chosen GROUP BY image_id ORDER BY image_id
)
SELECT count(DISTINCT image_id) FROM chosen
"""

_REPLACE: Final = """
WITH chosen AS MATERIALIZED (
    SELECT id, image_id, payload FROM proposal WHERE id = %(id)s AND state = 'waiting' FOR UPDATE
), replaced AS (
    UPDATE proposal SET payload = %(payload)s::jsonb FROM chosen WHERE proposal.id = chosen.id
)
INSERT INTO journal_row (journal_id, image_id, before)
SELECT %(journal)s, image_id, jsonb_build_object('payloads', jsonb_build_object(id, payload)) FROM chosen
"""

_MOVE_EACH: Final = """
UPDATE proposal SET payload = payload || jsonb_build_object(
    away, jsonb_path_query_array(payload -> away, '$[*] ? (@.name != $n)', jsonb_build_object('n', name)),
    there, coalesce(payload -> there, '[]')
        || jsonb_path_query_array(payload -> away, '$[*] ? (@.name == $n)', jsonb_build_object('n', name)))
FROM moving WHERE proposal.id = moving.id
"""
_MOVE: Final = f"""
WITH moving AS MATERIALIZED (
    SELECT id, image_id, 'tags' AS away, %(there)s::text AS there, %(name)s::text AS name FROM proposal
    WHERE id = ANY (%(ids)s::int[]) AND state = 'waiting' AND kind = 'tags'
      AND jsonb_path_exists(payload -> 'tags', '$[*] ? (@.name == $n)', jsonb_build_object('n', %(name)s::text))
    FOR UPDATE
), moved AS ({_MOVE_EACH}), noted AS (
    INSERT INTO journal_row (journal_id, image_id, before)
    SELECT %(journal)s, image_id,
           jsonb_build_object('moved', jsonb_object_agg(id, jsonb_build_array(away, there, name)))
    FROM moving GROUP BY image_id ORDER BY image_id
)
SELECT id FROM moving ORDER BY id
"""  # noqa: S608  parts of this file

# What a person edited is sure: every tag that is left in it was looked at.
_TAKE_SURE: Final = """
WITH parted AS MATERIALIZED (
    SELECT proposal.id, image_id, payload, sure, rest
    FROM proposal CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_agg(tag ORDER BY place) FILTER (WHERE is_sure), '[]') AS sure,
               coalesce(jsonb_agg(tag ORDER BY place) FILTER (WHERE NOT is_sure), '[]') AS rest
        FROM jsonb_array_elements(payload -> 'tags') WITH ORDINALITY AS one (tag, place)
        CROSS JOIN LATERAL (SELECT coalesce((tag ->> 'confidence')::float8, 1) AS confidence) AS told
        CROSS JOIN LATERAL (
            SELECT payload ? 'added' OR (confidence >= %(sure_from)s
                AND confidence > coalesce((%(above)s::jsonb ->> (tag ->> 'category'))::float8, -1)) AS is_sure
        ) AS judged
    ) AS parts
    WHERE proposal.id = ANY (%(ids)s::int[]) AND state = 'waiting' AND kind = 'tags'
      AND (sure <> '[]' OR payload ? 'added')
    FOR UPDATE OF proposal
), replaced AS (
    UPDATE proposal SET payload = parted.payload
        || jsonb_build_object('tags', rest, 'taken', coalesce(parted.payload -> 'taken', '[]') || sure)
    FROM parted WHERE proposal.id = parted.id
), noted AS (
    INSERT INTO journal_row (journal_id, image_id, before)
    SELECT %(journal)s, image_id, jsonb_build_object('payloads', jsonb_object_agg(id, payload))
    FROM parted GROUP BY image_id ORDER BY image_id
)
SELECT id FROM parted ORDER BY id
"""

_SOURCED: Final = """
WITH given AS MATERIALIZED (
    SELECT image.id AS image_id, tag_ids::int[] AS tag_ids, confidences::real[] AS confidences
    FROM unnest(%(ids)s::int[], %(tags)s::text[], %(confidences)s::text[]) AS given (image_id, tag_ids, confidences)
    JOIN image ON image.id = given.image_id
    ORDER BY image.id
), noted AS (
    INSERT INTO journal_row (journal_id, image_id, before)
    SELECT %(journal)s, given.image_id, jsonb_build_object('sourced', jsonb_build_object(%(source)s::text,
        jsonb_build_array(to_jsonb(coalesce(had.tag_ids, '{}')), to_jsonb(coalesce(had.confidences, '{}')))))
    FROM given LEFT JOIN image_tags AS had ON had.image_id = given.image_id AND had.source = %(source)s
    ON CONFLICT (journal_id, image_id) DO UPDATE SET before = journal_row.before || jsonb_build_object(
        'sourced', coalesce(journal_row.before -> 'sourced', '{}') || (excluded.before -> 'sourced'))
)
INSERT INTO image_tags (image_id, source, tag_ids, confidences)
SELECT image_id, %(source)s, tag_ids, confidences FROM given
ON CONFLICT (image_id, source) DO UPDATE SET tag_ids = excluded.tag_ids, confidences = excluded.confidences
"""
_SAID: Final = """
SELECT image_id, tag_ids, confidences FROM image_tags WHERE source = %s AND image_id = ANY (%s::int[])
"""

# Of those that a person did not decide about.
_UNDECIDED: Final = """
SELECT image.id FROM image LEFT JOIN curation ON curation.image_id = image.id
WHERE image.id = ANY (%s::int[]) AND curation.nsfw_at IS NULL AND NOT coalesce(curation.nsfw, false)
"""
_NSFW_ABOVE: Final = """
SELECT id, (options ->> 'nsfw')::float8 FROM enrich_run
WHERE id = ANY (%s::int[]) AND jsonb_typeof(options -> 'nsfw') = 'number'
"""

# What a person wrote makes room for what the person accepts; both stay in the history.
_MAKE_ROOM: Final = """
WITH had AS MATERIALIZED (
    SELECT image_id, caption FROM curation WHERE image_id = ANY (%(ids)s::int[]) AND caption IS NOT NULL
    ORDER BY image_id FOR UPDATE
), cleared AS (
    UPDATE curation SET caption = NULL, touched_at = now() FROM had WHERE curation.image_id = had.image_id
)
INSERT INTO journal_row (journal_id, image_id, before)
SELECT %(journal)s, image_id, jsonb_build_object('caption', caption) FROM had
ON CONFLICT (journal_id, image_id) DO UPDATE SET before = journal_row.before || excluded.before
"""
_NOTE_CAPTIONS: Final = """
INSERT INTO journal_row (journal_id, image_id, before)
SELECT %(journal)s, image_id, jsonb_build_object('model_caption', jsonb_build_object('added', max(id)))
FROM caption WHERE image_id = ANY (%(ids)s::int[]) AND source <> 'person' GROUP BY image_id ORDER BY image_id
ON CONFLICT (journal_id, image_id) DO UPDATE SET before = journal_row.before || excluded.before
"""

# Where a newer result waits meanwhile, an older one does not come back beside it.
_SWAP_STATES: Final = """
WITH noted AS MATERIALIZED (
    SELECT journal_row.image_id, one.key::int AS id, one.value AS old
    FROM journal_row CROSS JOIN jsonb_each_text(before -> 'proposals') AS one
    WHERE journal_id = %(journal)s AND before ? 'proposals'
), present AS MATERIALIZED (
    SELECT noted.image_id, proposal.id, proposal.state, noted.old FROM noted JOIN proposal USING (id)
    WHERE noted.old <> 'waiting' OR NOT EXISTS (
        SELECT FROM proposal AS newer WHERE newer.id <> proposal.id AND newer.image_id = proposal.image_id
        AND newer.stage = proposal.stage AND newer.source = proposal.source AND newer.state = 'waiting')
), restored AS (
    UPDATE proposal SET state = old, decided_at = CASE WHEN old <> 'waiting' THEN now() END
    FROM present WHERE proposal.id = present.id
), swapped AS (
    UPDATE journal_row SET before = before || jsonb_build_object('proposals', states)
    FROM (SELECT image_id, jsonb_object_agg(id, state) AS states FROM present GROUP BY image_id) AS other
    WHERE journal_row.journal_id = %(journal)s AND journal_row.image_id = other.image_id
)
SELECT count(DISTINCT image_id) FROM present
"""
_SWAP_PAYLOADS: Final = """
WITH present AS MATERIALIZED (
    SELECT journal_row.image_id, proposal.id, proposal.payload, one.value AS old
    FROM journal_row CROSS JOIN jsonb_each(before -> 'payloads') AS one JOIN proposal ON proposal.id = one.key::int
    WHERE journal_id = %(journal)s AND before ? 'payloads'
), restored AS (
    UPDATE proposal SET payload = old FROM present WHERE proposal.id = present.id
), swapped AS (
    UPDATE journal_row SET before = before || jsonb_build_object('payloads', payloads)
    FROM (SELECT image_id, jsonb_object_agg(id, payload) AS payloads FROM present GROUP BY image_id) AS other
    WHERE journal_row.journal_id = %(journal)s AND journal_row.image_id = other.image_id
)
SELECT count(DISTINCT image_id) FROM present
"""
_SWAP_MOVED: Final = f"""
WITH moving AS MATERIALIZED (
    SELECT journal_row.image_id, one.key::int AS id, one.value ->> 1 AS away, one.value ->> 0 AS there,
           one.value ->> 2 AS name
    FROM journal_row CROSS JOIN jsonb_each(before -> 'moved') AS one
    WHERE journal_id = %(journal)s AND before ? 'moved'
), moved AS ({_MOVE_EACH}), swapped AS (
    UPDATE journal_row SET before = before || jsonb_build_object('moved', moves)
    FROM (
        SELECT image_id, jsonb_object_agg(id, jsonb_build_array(away, there, name)) AS moves
        FROM moving GROUP BY image_id
    ) AS other
    WHERE journal_row.journal_id = %(journal)s AND journal_row.image_id = other.image_id
)
SELECT count(DISTINCT image_id) FROM moving
"""  # noqa: S608  parts of this file
_SWAP_SOURCED: Final = """
WITH noted AS MATERIALIZED (
    SELECT journal_row.image_id, one.key AS source, one.value AS old
    FROM journal_row CROSS JOIN jsonb_each(before -> 'sourced') AS one
    WHERE journal_id = %(journal)s AND before ? 'sourced'
), present AS (
    SELECT noted.image_id, source, coalesce(tag_ids, '{}') AS tag_ids, coalesce(confidences, '{}') AS confidences
    FROM noted LEFT JOIN image_tags USING (image_id, source)
), restored AS (
    INSERT INTO image_tags (image_id, source, tag_ids, confidences)
    SELECT image_id, source, ARRAY(SELECT jsonb_array_elements_text(old -> 0)::int),
           ARRAY(SELECT jsonb_array_elements_text(old -> 1)::real)
    FROM noted WHERE EXISTS (SELECT FROM image WHERE image.id = noted.image_id) ORDER BY image_id
    ON CONFLICT (image_id, source) DO UPDATE SET tag_ids = excluded.tag_ids, confidences = excluded.confidences
), swapped AS (
    UPDATE journal_row SET before = before || jsonb_build_object('sourced', said)
    FROM (
        SELECT image_id,
               jsonb_object_agg(source, jsonb_build_array(to_jsonb(tag_ids), to_jsonb(confidences))) AS said
        FROM present GROUP BY image_id
    ) AS other
    WHERE journal_row.journal_id = %(journal)s AND journal_row.image_id = other.image_id
)
SELECT count(DISTINCT image_id) FROM noted
"""
_SWAP_CAPTIONS: Final = """
WITH noted AS MATERIALIZED (
    SELECT image_id, (before #>> '{model_caption,added}')::int AS added, before #> '{model_caption,gone}' AS gone
    FROM journal_row WHERE journal_id = %(journal)s AND before ? 'model_caption'
), taken AS (
    DELETE FROM caption USING noted WHERE caption.id = noted.added
    RETURNING caption.image_id, to_jsonb(caption.*) AS gone
), back AS (
    INSERT INTO caption SELECT (jsonb_populate_record(NULL::caption, gone)).* FROM noted WHERE gone IS NOT NULL
    RETURNING image_id, id
), swapped AS (
    UPDATE journal_row SET before = before || jsonb_build_object('model_caption', coalesce(
        (SELECT jsonb_build_object('gone', gone) FROM taken WHERE taken.image_id = journal_row.image_id),
        (SELECT jsonb_build_object('added', id) FROM back WHERE back.image_id = journal_row.image_id), '{}'))
    WHERE journal_id = %(journal)s AND before ? 'model_caption'
)
SELECT count(*) FROM noted
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """One result. payload: as its kind has it."""

    id: int
    run_id: int | None
    image_id: int
    stage: str
    kind: ProposalKind
    source: str
    model_version: str
    payload: dict[str, JsonValue]
    state: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTag:
    """A tag that results propose: on how many pictures, and how sure they are on average, 0 to 1."""

    name: str
    category: str | None
    count: int
    confidence: float | None


def in_state(
    connection: Connection, state: str, *, kind: str | None, source: str | None, run_ids: Sequence[int] | None
) -> NDArray[np.int64]:
    """Results in a state, by id: (results, 2), their ids and their images.

    run_ids: those of any of these; None: all.
    """
    runs = None if run_ids is None else array_text(run_ids)
    given = {"state": state, "kind": kind, "source": source, "runs": runs}
    rows = driver(connection).execute(_IN_STATE, given).fetchall()
    return np.array(rows, np.int64).reshape(-1, 2)


def read(connection: Connection, ids: Sequence[int]) -> list[ProposalRow]:
    """These results, by id."""
    names = ("id", "run_id", "image_id", "stage", "kind", "source", "model_version", "payload", "state", "made_at")
    rows = driver(connection).execute(_READ, [array_text(ids)])
    return [ProposalRow(**dict(zip(names, row, strict=True))) for row in rows]


def tags_waiting(connection: Connection, ids: NDArray[np.int64], most: int) -> list[WaitingTag]:
    """The tags that these results propose, the most frequent first."""
    rows = driver(connection).execute(_TAGS, [array_text(ids), most])
    return [WaitingTag(name=row[0], category=row[1], count=row[2], confidence=row[3]) for row in rows]


def mark(connection: Connection, journal_id: int, ids: Sequence[int], state: str) -> None:
    """Let those of these results that wait have another state."""
    driver(connection).execute(_MARK, {"journal": journal_id, "ids": array_text(ids), "state": state})


def reopen(connection: Connection, journal_id: int, ids: NDArray[np.int64]) -> int:
    """Let those of these results that were rejected wait again; returns of how many images."""
    row = driver(connection).execute(_REOPEN, {"journal": journal_id, "ids": array_text(ids)}).fetchone()
    return int(row[0]) if row else 0


def replace_payload(connection: Connection, journal_id: int, proposal_id: int, payload: dict[str, JsonValue]) -> None:
    """Let a result that waits say something else."""
    given = {"journal": journal_id, "id": proposal_id, "payload": json_text(payload)}
    driver(connection).execute(_REPLACE, given)


def move_tag(connection: Connection, journal_id: int, ids: NDArray[np.int64], name: str, there: str) -> list[int]:
    """Move a tag from `tags` to another list of the payloads of these results; returns those that proposed it."""
    given = {"journal": journal_id, "ids": array_text(ids), "name": name, "there": there}
    return [row[0] for row in driver(connection).execute(_MOVE, given)]


def take_sure(
    connection: Connection, journal_id: int, ids: NDArray[np.int64], sure_from: float, above: Mapping[str, float]
) -> list[int]:
    """Move the tags of these results that are as sure as this, 0 to 1, from `tags` to `taken`; returns what it changed.

    above: by category; tags that are not surer stay. Of results that a person edited all are moved.
    """
    given = {
        "journal": journal_id,
        "ids": array_text(ids),
        "sure_from": sure_from,
        "above": json_text(dict(above)),
    }
    return [row[0] for row in driver(connection).execute(_TAKE_SURE, given)]


def say(
    connection: Connection, journal_id: int, source: str, rows: Sequence[tuple[int, Sequence[int], Sequence[float]]]
) -> None:
    """Let these be the tags, with confidences, that a model gives to images, each named once; but for those that a
    person took from an image.
    """
    kept_away = barred(connection, [image_id for image_id, _, _ in rows])
    said = [
        [(tag, value) for tag, value in zip(tag_ids, values, strict=True) if tag not in kept_away.get(image_id, ())]
        for image_id, tag_ids, values in rows
    ]
    given = {
        "journal": journal_id,
        "source": source,
        "ids": [image_id for image_id, _, _ in rows],
        "tags": [array_text([tag for tag, _ in pairs]) for pairs in said],
        "confidences": ["{" + ",".join(f"{value:.6g}" for _, value in pairs) + "}" for pairs in said],
    }
    driver(connection).execute(_SOURCED, given)


def said(connection: Connection, source: str, image_ids: Sequence[int]) -> dict[int, tuple[list[int], list[float]]]:
    """What a model says about images now: tags and confidences."""
    rows = driver(connection).execute(_SAID, [source, array_text(image_ids)])
    return {row[0]: (row[1], row[2] or [0.0] * len(row[1])) for row in rows}


def nsfw_limits(connection: Connection, run_ids: Sequence[int]) -> dict[int, float]:
    """Of runs that are to mark pictures NSFW by their ratings: the share of the NSFW ratings that it takes."""
    return dict(driver(connection).execute(_NSFW_ABOVE, [array_text(run_ids)]).fetchall())


def undecided(connection: Connection, image_ids: Sequence[int]) -> list[int]:
    """Those of these images that are not NSFW, and about which no person decided."""
    return [row[0] for row in driver(connection).execute(_UNDECIDED, [array_text(image_ids)])]


def make_room(connection: Connection, journal_id: int, image_ids: Sequence[int]) -> None:
    """Take back what people wrote about these images, for a caption that is accepted."""
    driver(connection).execute(_MAKE_ROOM, {"journal": journal_id, "ids": array_text(image_ids)})


def note_captions(connection: Connection, journal_id: int, image_ids: Sequence[int]) -> None:
    """Note that the newest caption of a model of each of these images came by this action."""
    driver(connection).execute(_NOTE_CAPTIONS, {"journal": journal_id, "ids": array_text(image_ids)})


def swap(connection: Connection, journal_id: int) -> int:
    """Put back what an action decided, and keep what it replaced; returns how many images it was about."""
    parts = (_SWAP_STATES, _SWAP_PAYLOADS, _SWAP_MOVED, _SWAP_SOURCED, _SWAP_CAPTIONS)
    counts = [driver(connection).execute(part, {"journal": journal_id}).fetchone() for part in parts]
    return max(int(row[0]) if row else 0 for row in counts)
