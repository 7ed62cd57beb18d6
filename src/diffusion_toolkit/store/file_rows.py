"""Rows of images whose files are moved, copied, deleted, or only taken out of the library.

A moved image keeps its row. A copy is a new image with what its file says, and nothing of what people said. An image
that leaves the library is kept whole in the journal, so that it can be put back as it was.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from psycopg import sql

from diffusion_toolkit.store import tables
from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.journal import array_text

Connection = sa.Connection
"""For those who pass one on and speak no SQL themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """Where the file of an image lies. root, folder, name: stored forms."""

    id: int
    root_id: int
    root: str
    available: bool
    folder_id: int
    folder: str
    name: str
    size_bytes: int
    mtime_ns: int
    missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """Where the file of an image is now. old_mtime_ns, mtime_ns: its time before and after, where the drive it went to
    holds times less exactly."""

    image_id: int
    folder_id: int
    name: str
    old_mtime_ns: int | None = None
    mtime_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRow:
    """What a name can be made of. seed: decimal digits; date: seconds since 1970."""

    seed: str | None
    model: str | None
    sampler: str | None
    width: int | None
    height: int | None
    rating: int | None
    prompt: str | None
    date: float


_FILES = """
SELECT image.id, root.id AS root_id, root.path AS root, root.state = 'available' AS available, folder.id AS folder_id,
       folder.path AS folder, image.name, size_bytes, mtime_ns, image.missing_since IS NOT NULL AS missing
FROM unnest(CAST(:ids AS integer[])) WITH ORDINALITY AS chosen (id, place)
JOIN image ON image.id = chosen.id JOIN folder ON folder.id = image.folder_id JOIN root ON root.id = folder.root_id
ORDER BY chosen.place
"""

# Of images that are somewhere else now. An image that only a scan put there meanwhile goes; one with curation, or of
# which the journal tells, becomes missing.
_PLAIN = """
NOT EXISTS (SELECT FROM curation WHERE image_id = image.id
            AND (rating IS NOT NULL OR favorite OR nsfw OR for_deletion OR caption IS NOT NULL))
AND NOT EXISTS (SELECT FROM image_tags WHERE image_id = image.id AND source = 'user' AND tag_ids <> '{}')
AND NOT EXISTS (SELECT FROM journal_row WHERE image_id = image.id)
AND NOT EXISTS (SELECT FROM album WHERE image.id = ANY (album.image_ids))
"""
_IN_THE_WAY = """
unnest(%(folders)s::int[], %(names)s::text[]) f (folder_id, name)
WHERE image.folder_id = f.folder_id AND image.name = f.name AND image.missing_since IS NULL
AND image.id <> ALL (%(ids)s::int[])
"""

_SAVE = """
INSERT INTO journal_row (journal_id, image_id, before)
SELECT :journal, image.id, jsonb_build_object(
    'image', to_jsonb(image) - 'changed_in',
    'curation', (SELECT to_jsonb(curation) - 'changed_in' FROM curation WHERE image_id = image.id),
    'recipe', (SELECT to_jsonb(recipe) FROM recipe WHERE image_id = image.id),
    'image_workflow', (SELECT to_jsonb(image_workflow) FROM image_workflow WHERE image_id = image.id),
    'image_tags', (SELECT jsonb_agg(to_jsonb(image_tags) - 'changed_in') FROM image_tags WHERE image_id = image.id))
FROM image WHERE image.id = ANY (CAST(:ids AS integer[]))
ON CONFLICT (journal_id, image_id) DO UPDATE SET before = excluded.before
"""


def file_rows(connection: Connection, image_ids: Sequence[int]) -> list[FileRow]:
    """Where these images lie, in the order asked for; unknown ones are left out."""
    rows = connection.execute(sa.text(_FILES), {"ids": array_text(image_ids)}).mappings()
    return [FileRow(**dict(row)) for row in rows]


def marked_for_deletion(connection: Connection) -> list[int]:
    """The images that are marked for deletion and not missing, by id."""
    rows = driver(connection).execute(
        "SELECT image_id FROM curation JOIN image ON image.id = image_id"
        " WHERE for_deletion AND missing_since IS NULL ORDER BY image_id"
    )
    return [row[0] for row in rows]


def pattern_rows(connection: Connection, image_ids: Sequence[int]) -> dict[int, PatternRow]:
    """What the names of these images can be made of, by id."""
    rows = driver(connection).execute(
        "SELECT image.id, seed::text, model.name, sampler.name, width, height, curation.rating, left(prompt.text, 400),"
        " extract(epoch FROM file_date)::float8 FROM image LEFT JOIN model ON model.id = model_id"
        " LEFT JOIN sampler ON sampler.id = sampler_id LEFT JOIN prompt ON prompt.id = prompt_id"
        " LEFT JOIN curation ON curation.image_id = image.id WHERE image.id = ANY(%s)",
        [list(image_ids)],
    )
    return {
        row[0]: PatternRow(
            seed=row[1],
            model=row[2],
            sampler=row[3],
            width=row[4],
            height=row[5],
            rating=row[6],
            prompt=row[7],
            date=row[8],
        )
        for row in rows
    }


def move_rows(connection: Connection, places: Sequence[NewPlace]) -> None:
    """Point images to the places where their files are now; they are there again if they were missing."""
    ids = [place.image_id for place in places]
    run = driver(connection).execute
    run("SELECT FROM image WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids])  # in the order that scans take
    _make_room(connection, ids, places)
    # Places are unique at every moment, so all are given up before any is taken: names may go round in a circle.
    run("UPDATE image SET missing_since = now() WHERE id = ANY(%s) AND missing_since IS NULL", [ids])
    run(
        "UPDATE image SET folder_id = f.folder_id, name = f.name, missing_since = NULL,"
        " phase = CASE WHEN fingerprint IS NULL THEN 0 ELSE phase END,"
        " mtime_ns = CASE WHEN mtime_ns = f.old_mtime THEN f.new_mtime ELSE mtime_ns END"
        " FROM unnest(%s::int[], %s::int[], %s::text[], %s::bigint[], %s::bigint[])"
        " f (id, folder_id, name, old_mtime, new_mtime) WHERE image.id = f.id",
        [
            ids,
            [place.folder_id for place in places],
            [place.name for place in places],
            [place.old_mtime_ns for place in places],
            [place.mtime_ns for place in places],
        ],
    )


_NOT_COPIED = {"id", "folder_id", "name", "mtime_ns", "added_at", "missing_since", "changed_in"}


def _columns(table: sa.Table, without: Collection[str] = ("changed_in",), prefix: str | None = None) -> sql.Composed:
    """The names of a table's columns, as a list in a statement."""
    names = [column.name for column in table.columns if column.name not in without]
    return sql.SQL(", ").join([sql.Identifier(prefix, name) if prefix else sql.Identifier(name) for name in names])


_COPY = sql.SQL(
    "INSERT INTO image (folder_id, name, mtime_ns, {columns})"
    " SELECT f.folder_id, f.name, coalesce(f.mtime, image.mtime_ns), {columns}"
    " FROM unnest(%s::int[], %s::int[], %s::text[], %s::bigint[]) f (source_id, folder_id, name, mtime)"
    " JOIN image ON image.id = f.source_id RETURNING image.id, image.folder_id, image.name"
).format(columns=_columns(tables.image, _NOT_COPIED))


def copy_rows(connection: Connection, places: Sequence[NewPlace]) -> dict[int, int]:
    """Add an image for each copy: what the file says goes along, what people said does not.

    image_id of a place: the image that was copied. Returns place in `places` to the new image's number.
    """
    _make_room(connection, [], places)
    run = driver(connection).execute
    made = run(
        _COPY,
        [
            [place.image_id for place in places],
            [place.folder_id for place in places],
            [place.name for place in places],
            [place.mtime_ns for place in places],
        ],
    )
    by_place: dict[tuple[int, str], int] = {(row[1], row[2]): row[0] for row in made}
    ids = {
        index: by_place[place.folder_id, place.name]
        for index, place in enumerate(places)
        if (place.folder_id, place.name) in by_place
    }
    pairs = [[places[index].image_id for index in ids], list(ids.values())]
    of = "FROM unnest(%s::int[], %s::int[]) f (old, new)"
    run(f"INSERT INTO recipe (image_id, record) SELECT new, record {of} JOIN recipe ON image_id = old", pairs)
    run(
        "INSERT INTO image_workflow (image_id, graph_id, value_ids) SELECT new, graph_id, value_ids"
        f" {of} JOIN image_workflow ON image_id = old",
        pairs,
    )
    run(
        "INSERT INTO image_tags (image_id, source, tag_ids, confidences) SELECT new, source, tag_ids, confidences"
        f" {of} JOIN image_tags ON image_id = old WHERE source <> 'user'",
        pairs,
    )
    return ids


def curated(connection: Connection, image_ids: Sequence[int]) -> set[int]:
    """Which of these images people said something of, or put into an album."""
    query = f"SELECT id FROM image WHERE id = ANY(%s) AND NOT ({_PLAIN})"  # noqa: S608  (constant text)
    rows = driver(connection).execute(query, [list(image_ids)])
    return {row[0] for row in rows}


def forget(connection: Connection, image_ids: Sequence[int]) -> None:
    """Take images out of the library without a trace."""
    driver(connection).execute("DELETE FROM image WHERE id = ANY(%s)", [list(image_ids)])


def mark_missing(connection: Connection, image_ids: Sequence[int]) -> None:
    """Note that the files of these images are gone; what is known of them stays."""
    driver(connection).execute(
        "UPDATE image SET missing_since = now() WHERE id = ANY(%s) AND missing_since IS NULL", [list(image_ids)]
    )


def images_at(connection: Connection, root_id: int, folder: str, name: str) -> list[int]:
    """The images of a place, in stored forms: one, or none."""
    rows = driver(connection).execute(
        "SELECT image.id FROM image JOIN folder ON folder.id = folder_id"
        " WHERE folder.root_id = %s AND folder.path = %s AND image.name = %s",
        [root_id, folder, name],
    )
    return [row[0] for row in rows]


def take_out(connection: Connection, journal_id: int, image_ids: Sequence[int]) -> None:
    """Take images out of the library; the journal keeps all that is known of them."""
    values = {"journal": journal_id, "ids": array_text(image_ids)}
    connection.execute(sa.text(_SAVE), values)
    forget(connection, image_ids)


_MISSING = sql.SQL(
    "CASE WHEN %(missing)s OR EXISTS (SELECT FROM image i WHERE i.folder_id = r.folder_id AND i.name = r.name"
    " AND i.missing_since IS NULL) THEN coalesce(r.missing_since, now()) ELSE r.missing_since END"
)
_PUT_IMAGE = sql.SQL(
    "INSERT INTO image (missing_since, {columns}) SELECT {missing}, {values} FROM journal_row j,"
    " jsonb_populate_record(NULL::image, j.before -> 'image') r JOIN folder ON folder.id = r.folder_id"
    " WHERE j.journal_id = %(journal)s AND j.image_id = ANY(%(ids)s) AND j.before ? 'image' ON CONFLICT DO NOTHING"
).format(
    missing=_MISSING,
    columns=_columns(tables.image, ("changed_in", "missing_since")),
    values=_columns(tables.image, ("changed_in", "missing_since"), "r"),
)
_PUT_ROWS = sql.SQL(
    "INSERT INTO {table} ({columns}) SELECT {values} FROM journal_row j, jsonb_populate_recordset(NULL::{table},"
    " CASE jsonb_typeof(j.before -> {name}) WHEN 'array' THEN j.before -> {name}"
    " WHEN 'object' THEN jsonb_build_array(j.before -> {name}) ELSE '[]' END) r JOIN image ON image.id = r.image_id"
    " WHERE j.journal_id = %(journal)s AND j.image_id = ANY(%(ids)s) AND j.before ? {name} ON CONFLICT DO NOTHING"
)


def put_back(connection: Connection, journal_id: int, image_ids: Sequence[int], *, as_missing: bool) -> list[int]:
    """Put images that were taken out back under their numbers, with all that was known of them; returns which.

    They are missing where told so, and where they were before. Else they take the places they had. Those of a folder
    that is not in the library any more stay away.
    """
    run = driver(connection).execute
    values = {"journal": journal_id, "ids": list(image_ids), "missing": as_missing}
    if not as_missing:
        rows = run(
            "SELECT image_id, before -> 'image' -> 'folder_id', before -> 'image' ->> 'name' FROM journal_row"
            " WHERE journal_id = %(journal)s AND image_id = ANY(%(ids)s) AND before ? 'image'",
            values,
        )
        places = [NewPlace(image_id=row[0], folder_id=row[1], name=row[2]) for row in rows]
        _make_room(connection, list(image_ids), places)
    run(_PUT_IMAGE, values)
    for table in (tables.curation, tables.recipe, tables.image_workflow, tables.image_tags):
        statement = _PUT_ROWS.format(
            table=sql.Identifier(table.name),
            name=sql.Literal(table.name),
            columns=_columns(table),
            values=_columns(table, prefix="r"),
        )
        run(statement, values)
    rows = run("DELETE FROM tombstone USING image WHERE id = image_id AND id = ANY(%(ids)s) RETURNING id", values)
    return [row[0] for row in rows]


def _make_room(connection: Connection, ids: Sequence[int], places: Sequence[NewPlace]) -> None:
    """What stands at these places in the store is no longer there on the disk."""
    values = {
        "ids": list(ids),
        "folders": [place.folder_id for place in places],
        "names": [place.name for place in places],
    }
    run = driver(connection).execute
    run(f"DELETE FROM image USING {_IN_THE_WAY} AND {_PLAIN}", values)  # noqa: S608  (constant text)
    run(f"UPDATE image SET missing_since = now() FROM {_IN_THE_WAY}", values)  # noqa: S608  (constant text)
