"""SQL of the deep scan: which files wait to be read, and what was read of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from diffusion_toolkit.store import captions
from diffusion_toolkit.store.database import driver
from diffusion_toolkit.store.readings import ReadRow

Connection = sa.Connection
"""For those who pass one on and speak no SQL themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A file that waits to be read. folder, name: stored form; pixels: of an earlier reading."""

    id: int
    folder_id: int
    folder: str
    name: str
    read_before: bool
    pixels: bytes | None

    def as_new(self, image_id: int) -> "Pending":
        """The same place with an image that was never read."""
        return replace(self, id=image_id, read_before=False, pixels=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A missing image whose file, or whose picture in another file, was found again. root, folder, name: its last
    place, stored form; place_taken: another image stands there now."""

    id: int
    fingerprint: bytes | None
    pixels: bytes | None
    seed: str | None
    root: str
    available: bool
    folder: str
    name: str
    place_taken: bool


def count_pending(connection: sa.Connection, folder_ids: Sequence[int]) -> int:
    """How many files of these folders wait to be read."""
    query = (
        "SELECT count(*) FROM image WHERE folder_id = ANY(:folders) AND image.phase = 0 AND image.missing_since IS NULL"
    )
    return int(connection.scalar(sa.text(query), {"folders": list(folder_ids)}) or 0)


def lock_pending(connection: sa.Connection, image_ids: Sequence[int]) -> set[int]:
    """Which of these images still wait to be read: another scan may have read them meanwhile. Locks them."""
    rows = driver(connection).execute(
        "SELECT id FROM image WHERE id = ANY(%s) AND phase = 0 AND missing_since IS NULL ORDER BY id FOR UPDATE",
        [list(image_ids)],
    )
    return {row[0] for row in rows}


def pending(connection: sa.Connection, folder_ids: Sequence[int], after: int, limit: int) -> list[Pending]:
    """The next files of these folders that wait to be read, by id, after image `after`."""
    rows = driver(connection).execute(
        "SELECT image.id, folder.id, folder.path, image.name, image.fingerprint IS NOT NULL, image.pixels"
        " FROM image JOIN folder ON folder.id = image.folder_id WHERE folder.id = ANY(%s) AND image.phase = 0"
        " AND image.missing_since IS NULL AND image.id > %s ORDER BY image.id LIMIT %s",
        [list(folder_ids), after, limit],
    )
    return [
        Pending(id=row[0], folder_id=row[1], folder=row[2], name=row[3], read_before=row[4], pixels=row[5])
        for row in rows
    ]


def made_like(connection: sa.Connection, image_ids: Sequence[int]) -> dict[int, tuple[object, ...]]:
    """How these pictures were made by their last reading, as `ReadRow.made_like` has it."""
    rows = driver(connection).execute(
        "SELECT image.id, generator_id, prompt_id, negative_prompt_id, model_id, sampler_id, scheduler_id, steps,"
        " cfg_scale, seed::text, workflow, recipe.record - 'problems' - 'caption'"
        " FROM image LEFT JOIN recipe ON recipe.image_id = image.id WHERE image.id = ANY(%s)",
        [list(image_ids)],
    )
    return {row[0]: (*row[1:9], None if row[9] is None else int(row[9]), row[10], row[11] or {}) for row in rows}


def replace_pictures(connection: sa.Connection, image_ids: Sequence[int]) -> None:
    """Note that another picture stands at the place of these: they are missing, with all that is known of them."""
    driver(connection).execute(
        "UPDATE image SET missing_since = now(), phase = 1 WHERE id = ANY(%s)", [list(image_ids)]
    )


def insert_places(connection: sa.Connection, files: Sequence[Pending]) -> list[int]:
    """Add an empty image at each of these places; returns their ids in order."""
    ids: list[int] = []
    for file in files:
        row = driver(connection).execute(
            "INSERT INTO image (folder_id, name, size_bytes, mtime_ns, file_date) VALUES (%s, %s, 0, 0, now())"
            " RETURNING id",
            [file.folder_id, file.name],
        )
        ids.append(row.fetchall()[0][0])
    return ids


def lost(connection: sa.Connection, fingerprints: Sequence[bytes], pixels: Sequence[bytes]) -> list[Lost]:
    """Missing images with one of these fingerprints or digests of picture data. Locks them.

    Not those of which a copy is still there: a copy that is found again inherits nothing. `pixels` is None where the
    picture is still there in another file.
    """
    found = driver(connection).execute(
        "SELECT image.id, image.fingerprint, image.pixels, image.seed::text, root.path, root.state = 'available',"
        " folder.path, image.name, EXISTS (SELECT FROM image i WHERE i.folder_id = image.folder_id"
        " AND i.name = image.name AND i.missing_since IS NULL)"
        " FROM image JOIN folder ON folder.id = image.folder_id JOIN root ON root.id = folder.root_id"
        " WHERE image.missing_since IS NOT NULL AND (image.fingerprint = ANY(%s) OR image.pixels = ANY(%s))"
        " ORDER BY image.id FOR UPDATE OF image SKIP LOCKED",
        [list(fingerprints), list(pixels)],
    )
    lost_images = [
        Lost(
            id=row[0],
            fingerprint=_bytes(row[1]),
            pixels=_bytes(row[2]),
            seed=row[3],
            root=row[4],
            available=row[5],
            folder=row[6],
            name=row[7],
            place_taken=row[8],
        )
        for row in found
    ]
    if not lost_images:
        return []
    there = driver(connection).execute(
        "SELECT fingerprint, pixels FROM image WHERE missing_since IS NULL AND phase = 1"
        " AND (fingerprint = ANY(%s) OR pixels = ANY(%s))",
        [
            sorted({image.fingerprint for image in lost_images if image.fingerprint}),
            sorted({image.pixels for image in lost_images if image.pixels}),
        ],
    )
    present = [(_bytes(row[0]), _bytes(row[1])) for row in there]
    files, pictures = {row[0] for row in present}, {row[1] for row in present}
    return [
        replace(image, pixels=None) if image.pixels in pictures else image
        for image in lost_images
        if image.fingerprint not in files
    ]


def _bytes(value: bytes | None) -> bytes | None:
    return None if value is None else bytes(value)


def uncurated(connection: sa.Connection, image_ids: Sequence[int]) -> set[int]:
    """Which of these images nobody rated, marked, tagged or put into an album. Locks them, so that nobody does
    meanwhile.
    """
    driver(connection).execute("SELECT FROM image WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(image_ids)])
    rows = driver(connection).execute(
        "SELECT id FROM unnest(%s::int[]) i (id) WHERE NOT EXISTS (SELECT FROM curation"
        " WHERE image_id = i.id AND (rating IS NOT NULL OR favorite OR nsfw OR for_deletion OR caption IS NOT NULL))"
        " AND NOT EXISTS (SELECT FROM journal_row WHERE image_id = i.id)"
        " AND NOT EXISTS (SELECT FROM image_tags WHERE image_id = i.id AND source = 'user')"
        " AND NOT EXISTS (SELECT FROM album WHERE i.id = ANY(image_ids))",
        [list(image_ids)],
    )
    return {row[0] for row in rows}


def take_places(connection: sa.Connection, found: Sequence[tuple[int, Pending]]) -> None:
    """Point missing images to the places where their files were found again, instead of the images that stand there."""
    driver(connection).execute(
        "DELETE FROM image WHERE id = ANY(%s) AND missing_since IS NULL", [[file.id for _, file in found]]
    )
    driver(connection).execute(
        "UPDATE image SET folder_id = f.folder_id, name = f.name, missing_since = NULL"
        " FROM unnest(%s::int[], %s::int[], %s::text[]) f (id, folder_id, name) WHERE image.id = f.id",
        [
            [image_id for image_id, _ in found],
            [file.folder_id for _, file in found],
            [file.name for _, file in found],
        ],
    )


def write_rows(connection: sa.Connection, rows: Sequence[ReadRow]) -> None:
    """Write what was read of these images, and that they were read."""
    if not rows:
        return
    driver(connection).execute(
        "UPDATE image SET phase = 1, size_bytes = r.size_bytes, mtime_ns = r.mtime_ns,"
        " file_date = timestamptz 'epoch' + r.date_us * interval '1 microsecond', problems = r.problems,"
        " format = r.format, width = r.width, height = r.height, duration_s = r.duration_s, codec = r.codec,"
        " audio_codec = r.audio_codec, frame_rate = r.frame_rate, graph_id = r.graph_id,"
        " fingerprint = r.fingerprint, pixels = r.pixels, generator_id = r.generator_id, prompt_id = r.prompt_id,"
        " negative_prompt_id = r.negative_prompt_id, model_id = r.model_id, sampler_id = r.sampler_id,"
        " scheduler_id = r.scheduler_id, steps = r.steps, cfg_scale = r.cfg_scale, seed = r.seed::numeric,"
        " workflow = r.workflow, clip_skip = r.clip_skip, denoise = r.denoise, aesthetic = r.aesthetic,"
        " caption_id = r.caption_id, resource_ids = r.resource_ids::int[],"
        " resource_weights = r.resource_weights::real[]"
        " FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::text[], %s::int[],"
        " %s::int[], %s::real[], %s::bytea[], %s::bytea[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[],"
        " %s::int[], %s::int[], %s::real[], %s::text[], %s::bool[], %s::text[], %s::text[], %s::real[], %s::int[],"
        " %s::int[], %s::real[], %s::real[], %s::int[], %s::text[], %s::text[])"
        " r (id, size_bytes, mtime_ns, date_us, problems, format, width, height, duration_s, fingerprint, pixels,"
        " generator_id, prompt_id, negative_prompt_id, model_id, sampler_id, scheduler_id, steps, cfg_scale, seed,"
        " workflow, codec, audio_codec, frame_rate, graph_id, clip_skip, denoise, aesthetic, caption_id, resource_ids,"
        " resource_weights) WHERE image.id = r.id",
        _columns(rows),
    )
    driver(connection).execute(
        "DELETE FROM recipe WHERE image_id = ANY(%s)", [[row.image_id for row in rows if row.recipe_json is None]]
    )
    driver(connection).execute(
        "INSERT INTO recipe (image_id, record) SELECT * FROM unnest(%s::int[], %s::text[]::jsonb[])"
        " ON CONFLICT (image_id) DO UPDATE SET record = excluded.record",
        _recipes(rows),
    )
    _write_workflows(connection, rows)
    captions.follow(connection, [row.image_id for row in rows], given_only=True)


def _write_workflows(connection: sa.Connection, rows: Sequence[ReadRow]) -> None:
    """Write the values of graphs, and forget those of pictures that have no graph now."""
    driver(connection).execute(
        "DELETE FROM image_workflow WHERE image_id = ANY(%s)", [[row.image_id for row in rows if row.graph_id is None]]
    )
    kept = [row for row in rows if row.graph_id is not None]
    if kept:
        driver(connection).execute(
            "INSERT INTO image_workflow (image_id, graph_id, value_ids)"
            " SELECT image_id, graph_id, value_ids::int[]"
            " FROM unnest(%s::int[], %s::int[], %s::text[]) r (image_id, graph_id, value_ids)"
            " ON CONFLICT (image_id) DO UPDATE SET graph_id = excluded.graph_id, value_ids = excluded.value_ids",
            [[row.image_id for row in kept], [row.graph_id for row in kept], [_array(row.value_ids) for row in kept]],
        )


def _array(numbers: Sequence[float | None]) -> str:
    """An array as PostgreSQL reads it: it has none of arrays of different lengths."""
    return f"{{{','.join('NULL' if number is None else repr(number) for number in numbers)}}}"


def write_unreadable(connection: sa.Connection, rows: Sequence[ReadRow]) -> None:
    """Note that files which were read before cannot be read now; what was known of them stays."""
    if not rows:
        return
    driver(connection).execute(
        "UPDATE image SET phase = 1, size_bytes = r.size_bytes, mtime_ns = r.mtime_ns,"
        " file_date = timestamptz 'epoch' + r.date_us * interval '1 microsecond', problems = r.problems"
        " FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[])"
        " r (id, size_bytes, mtime_ns, date_us, problems) WHERE image.id = r.id",
        _columns(rows)[:5],
    )
    driver(connection).execute(
        "INSERT INTO recipe (image_id, record) SELECT * FROM unnest(%s::int[], %s::text[]::jsonb[])"
        " ON CONFLICT (image_id) DO UPDATE SET record = recipe.record || excluded.record",
        _recipes(rows),
    )


def _columns(rows: Sequence[ReadRow]) -> list[list[Any]]:
    """One list per column, in the order of the statements above."""
    return [
        [row.image_id for row in rows],
        [row.size_bytes for row in rows],
        [row.mtime_ns for row in rows],
        [row.date_us for row in rows],
        [row.problems for row in rows],
        [row.format for row in rows],
        [row.width for row in rows],
        [row.height for row in rows],
        [row.duration_s for row in rows],
        [row.fingerprint for row in rows],
        [row.pixels for row in rows],
        [row.generator_id for row in rows],
        [row.prompt_id for row in rows],
        [row.negative_prompt_id for row in rows],
        [row.model_id for row in rows],
        [row.sampler_id for row in rows],
        [row.scheduler_id for row in rows],
        [row.steps for row in rows],
        [row.cfg_scale for row in rows],
        [row.seed for row in rows],
        [row.workflow for row in rows],
        [row.codec for row in rows],
        [row.audio_codec for row in rows],
        [row.frame_rate for row in rows],
        [row.graph_id for row in rows],
        [row.clip_skip for row in rows],
        [row.denoise for row in rows],
        [row.aesthetic for row in rows],
        [row.caption_id for row in rows],
        [_array([number for number, _ in row.resources]) if row.resources else None for row in rows],
        [_array([weight for _, weight in row.resources]) if row.resources else None for row in rows],
    ]


def _recipes(rows: Sequence[ReadRow]) -> list[list[Any]]:
    kept = [(row.image_id, row.recipe_json.decode()) for row in rows if row.recipe_json is not None]
    return [[image_id for image_id, _ in kept], [text for _, text in kept]]
