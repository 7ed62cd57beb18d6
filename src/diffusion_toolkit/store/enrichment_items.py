"""SQL of what each stage did with each picture, and of what waits to be done.

Planning is one statement per stage, whatever number of pictures. Runners claim small chunks, passing over what others
hold (SKIP LOCKED); every result is committed together with the note that it is there, and only by the runner that still
holds the claim, so that nothing is written twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from diffusion_toolkit.store.database import Collection, driver
from diffusion_toolkit.store.journal import Connection, array_text
from diffusion_toolkit.store.locks import is_root_locked

RUNNER: Final = "enrich runner"
"""The session lock that a runner holds while it lives (`locks.RootLock`)."""

LEASE_S: Final = 60
"""A runner not heard of for so long has lost its claims, also where its connection seems to live."""

MOST_TRIES: Final = 3
"""A picture that so many runners died with is given up."""

_VERSION: Final = """
INSERT INTO enrich_version (stage, version) VALUES (%s, %s) ON CONFLICT DO NOTHING
"""
_VERSION_ID: Final = "SELECT id FROM enrich_version WHERE stage = %s AND version = %s"

# looked_at of a new row is not of any look yet; finishing writes it again.
_MISSING: Final = """
FROM unnest(CAST(%(ids)s AS integer[])) WITH ORDINALITY AS chosen (image_id, place)
JOIN image ON image.id = chosen.image_id AND image.missing_since IS NULL
JOIN folder ON folder.id = image.folder_id JOIN root ON root.id = folder.root_id AND root.state = 'available'
LEFT JOIN enrich_item AS item ON item.image_id = image.id AND item.stage = %(stage)s
WHERE item.image_id IS NULL
   OR item.state = 'waiting'
   OR item.state IN ('done', 'failed')
      AND (%(again)s OR item.version_id IS DISTINCT FROM %(version)s
           OR item.looked_at <> coalesce(image.pixels, image.fingerprint)
           OR item.state = 'failed' AND %(retry)s)
"""
_PLAN: Final = f"""
INSERT INTO enrich_item (image_id, stage, state, run_id, place)
SELECT DISTINCT ON (image.id) image.id, %(stage)s, 'waiting', %(run)s, chosen.place
{_MISSING}
ORDER BY image.id, chosen.place
ON CONFLICT (image_id, stage) DO UPDATE
SET state = 'waiting', run_id = excluded.run_id, place = excluded.place, priority = 0, tries = 0, runner_id = NULL
WHERE enrich_item.state <> 'claimed'
"""
_COUNT: Final = f"SELECT count(DISTINCT image.id) {_MISSING}"

_CLAIM: Final = """
WITH picked AS (
    SELECT image_id, stage FROM enrich_item
    WHERE run_id = %(run)s AND state = 'waiting' AND tries = %(tries)s
    ORDER BY priority DESC, place, image_id, stage LIMIT %(most)s FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE enrich_item SET state = 'claimed', runner_id = %(runner)s
    FROM picked WHERE enrich_item.image_id = picked.image_id AND enrich_item.stage = picked.stage
    RETURNING enrich_item.image_id, enrich_item.stage, priority, place
)
SELECT claimed.image_id, array_agg(claimed.stage ORDER BY claimed.stage), root.path, folder.path, image.name,
       coalesce(image.pixels, image.fingerprint)
FROM claimed JOIN image ON image.id = claimed.image_id
JOIN folder ON folder.id = image.folder_id JOIN root ON root.id = folder.root_id
GROUP BY claimed.image_id, root.path, folder.path, image.name, image.pixels, image.fingerprint
ORDER BY max(priority) DESC, min(place), claimed.image_id
"""

# Whoever lost the claim meanwhile gets no row back. The image is held, so that it cannot go before the results are in.
_FINISH: Final = """
WITH given AS (
    SELECT * FROM unnest(%(ids)s::int[], %(looked_at)s::bytea[]) AS given (image_id, looked_at)
), held AS MATERIALIZED (
    SELECT enrich_item.image_id, given.looked_at
    FROM given JOIN enrich_item ON enrich_item.image_id = given.image_id AND enrich_item.stage = %(stage)s
    JOIN image ON image.id = given.image_id
    WHERE enrich_item.state = 'claimed' AND enrich_item.runner_id = %(runner)s
    ORDER BY enrich_item.image_id FOR UPDATE OF enrich_item FOR KEY SHARE OF image
)
UPDATE enrich_item
SET state = 'done', runner_id = NULL, version_id = %(version)s, looked_at = held.looked_at, cause = NULL, message = NULL
FROM held WHERE enrich_item.image_id = held.image_id AND enrich_item.stage = %(stage)s
RETURNING enrich_item.image_id
"""
# Of a file that was not there nothing is known: without a version, the next run over it looks again.
_FAIL: Final = """
UPDATE enrich_item
SET state = 'failed', runner_id = NULL, version_id = CASE WHEN given.cause <> 'gone' THEN %(version)s END,
    looked_at = given.looked_at, cause = CASE WHEN given.cause <> 'gone' THEN given.cause ELSE 'file' END,
    message = given.message
FROM unnest(%(ids)s::int[], %(looked_at)s::bytea[], %(causes)s::text[], %(messages)s::text[])
     AS given (image_id, looked_at, cause, message)
WHERE enrich_item.image_id = given.image_id AND stage = %(stage)s AND state = 'claimed' AND runner_id = %(runner)s
"""
_RELEASE_MOVED: Final = """
UPDATE enrich_item SET state = 'waiting', runner_id = NULL
FROM unnest(%(ids)s::int[], %(roots)s::text[], %(folders)s::text[], %(names)s::text[])
     AS given (image_id, root, folder, name)
JOIN image ON image.id = given.image_id
JOIN folder ON folder.id = image.folder_id JOIN root ON root.id = folder.root_id
WHERE enrich_item.image_id = given.image_id AND enrich_item.stage = %(stage)s
  AND enrich_item.state = 'claimed' AND enrich_item.runner_id = %(runner)s
  AND (root.path, folder.path, image.name) <> (given.root, given.folder, given.name)
RETURNING enrich_item.image_id
"""
_RELEASE: Final = """
UPDATE enrich_item SET state = 'waiting', runner_id = NULL WHERE state = 'claimed' AND runner_id = %s
"""
_TAKE_BACK: Final = """
UPDATE enrich_item
SET tries = tries + 1, runner_id = NULL,
    state = CASE WHEN tries + 1 >= %(most)s THEN 'failed' ELSE 'waiting' END,
    cause = CASE WHEN tries + 1 >= %(most)s THEN 'process' ELSE cause END,
    message = CASE WHEN tries + 1 >= %(most)s THEN %(message)s ELSE message END
WHERE state = 'claimed' AND runner_id = ANY (%(dead)s)
RETURNING run_id, state
"""
_FORGET: Final = """
WITH gone AS (
    DELETE FROM enrich_item WHERE run_id = %(run)s AND state = 'waiting' AND version_id IS NULL AND cause IS NULL
)
UPDATE enrich_item SET state = CASE WHEN cause IS NULL THEN 'done' ELSE 'failed' END
WHERE run_id = %(run)s AND state = 'waiting' AND (version_id IS NOT NULL OR cause IS NOT NULL)
"""

_PLACES: Final = """
SELECT image.id, root.path, folder.path, image.name
FROM image JOIN folder ON folder.id = image.folder_id JOIN root ON root.id = folder.root_id
WHERE image.id = ANY (CAST(%s AS integer[])) AND image.missing_since IS NULL AND root.state = 'available'
ORDER BY image.id
"""
_LOOK_FIRST: Final = """
UPDATE enrich_item SET priority = 1
WHERE image_id = ANY (CAST(%s AS integer[])) AND state = 'waiting' AND priority = 0
"""
_FAILURES: Final = """
SELECT image_id, stage, cause, message, root.path, folder.path, image.name
FROM enrich_item JOIN image ON image.id = image_id
JOIN folder ON folder.id = folder_id JOIN root ON root.id = folder.root_id
WHERE enrich_item.state = 'failed' AND (%(run)s::int IS NULL OR run_id = %(run)s)
ORDER BY image_id, stage LIMIT %(most)s OFFSET %(offset)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedImage:
    """A picture that a runner is to look at. stages: those that wait; root, folder, name: stored forms; digest: of its
    pixels or its file, as the last scan read it.
    """

    image_id: int
    stages: tuple[str, ...]
    root: str
    folder: str
    name: str
    digest: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """A picture that a stage could not look at. cause: see `enrich.engine.stage.Cause`; names are stored forms."""

    image_id: int
    stage: str
    cause: str
    message: str
    root: str
    folder: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Which pictures a stage is to look at. again: also those it has done; retry: also those that failed."""

    stage: str
    version: str
    image_ids: NDArray[np.integer]
    again: bool = False
    retry: bool = False


def plan(connection: Connection, run_id: int, missing: Missing) -> int:
    """Let what a stage has not done yet of these images wait for a run, in their order; how many.

    What waited for another run waits for this one now; what somebody works on right now is left to them.
    """
    return driver(connection).execute(_PLAN, {**_parameters(connection, missing), "run": run_id}).rowcount


def count_missing(connection: Connection, missing: Missing) -> int:
    """How many of these images a stage has not done yet."""
    row = driver(connection).execute(_COUNT, _parameters(connection, missing)).fetchone()
    return int(row[0]) if row else 0


def claim(connection: Connection, run_id: int, runner_id: int, *, tries: int, most: int) -> list[ClaimedImage]:
    """Take up to `most` of what waits, the urgent first. tries: only of what so many runners died with before."""
    rows = driver(connection).execute(_CLAIM, {"run": run_id, "runner": runner_id, "tries": tries, "most": most})
    return [
        ClaimedImage(
            image_id=row[0],
            stages=tuple(row[1]),
            root=row[2],
            folder=row[3],
            name=row[4],
            digest=None if row[5] is None else bytes(row[5]),
        )
        for row in rows
    ]


def places(connection: Connection, image_ids: NDArray[np.integer], stages: Sequence[str]) -> list[ClaimedImage]:
    """These images as they are claimed, without claiming them."""
    rows = driver(connection).execute(_PLACES, [array_text(image_ids)])
    return [
        ClaimedImage(image_id=row[0], stages=tuple(stages), root=row[1], folder=row[2], name=row[3], digest=None)
        for row in rows
    ]


def finish(
    connection: Connection, runner_id: int, stage: str, version: str, looked_at: Sequence[tuple[int, bytes | None]]
) -> list[int]:
    """Note that a stage has done these images; those whose claim we still hold, whose results are to be written."""
    parameters = {
        "ids": [image_id for image_id, _ in looked_at],
        "looked_at": [digest for _, digest in looked_at],
        "stage": stage,
        "runner": runner_id,
        "version": version_id(connection, stage, version),
    }
    return sorted(row[0] for row in driver(connection).execute(_FINISH, parameters))


def fail(
    connection: Connection,
    runner_id: int,
    stage: str,
    version: str,
    failures: Sequence[tuple[int, bytes | None, str, str]],
) -> int:
    """Note why a stage could not do images: id, digest, cause, message; how many of them were still ours.

    cause "gone": the file was not there; the next run looks again.
    """
    parameters = {
        "ids": [each[0] for each in failures],
        "looked_at": [each[1] for each in failures],
        "causes": [each[2] for each in failures],
        "messages": [each[3] for each in failures],
        "stage": stage,
        "runner": runner_id,
        "version": version_id(connection, stage, version),
    }
    return driver(connection).execute(_FAIL, parameters).rowcount


def release_moved(connection: Connection, runner_id: int, stage: str, claimed: Sequence[ClaimedImage]) -> set[int]:
    """Let those of these images wait again that lie elsewhere since we claimed them; which they are."""
    parameters = {
        "ids": [each.image_id for each in claimed],
        "roots": [each.root for each in claimed],
        "folders": [each.folder for each in claimed],
        "names": [each.name for each in claimed],
        "stage": stage,
        "runner": runner_id,
    }
    return {row[0] for row in driver(connection).execute(_RELEASE_MOVED, parameters)}


def version_id(connection: Connection, stage: str, version: str) -> int:
    """The number of a version of a stage."""
    found = driver(connection).execute(_VERSION_ID, [stage, version]).fetchone()
    if found is None:
        driver(connection).execute(_VERSION, [stage, version])
        found = driver(connection).execute(_VERSION_ID, [stage, version]).fetchone()
    assert found is not None
    return int(found[0])


def add_runner(connection: Connection, run_id: int, place: str) -> int:
    """A runner that comes to a run. place: where it works, for people. Let it hold its session lock."""
    row = driver(connection).execute(
        "INSERT INTO enrich_runner (run_id, place) VALUES (%s, %s) RETURNING id", [run_id, place]
    )
    return int(row.fetchall()[0][0])


def beat(connection: Connection, run_id: int, runner_id: int, place: str) -> None:
    """Show that a runner lives. One that was thought dead, as after the sleep of a machine, is known again."""
    query = (
        "INSERT INTO enrich_runner (id, run_id, place) SELECT %s, id, %s FROM enrich_run WHERE id = %s"
        " ON CONFLICT (id) DO UPDATE SET seen_at = now()"
    )
    driver(connection).execute(query, [runner_id, place, run_id])


def remove_runner(connection: Connection, runner_id: int) -> int:
    """A runner goes in order: what it claimed waits again; how much that was."""
    released = driver(connection).execute(_RELEASE, [runner_id]).rowcount
    driver(connection).execute("DELETE FROM enrich_runner WHERE id = %s", [runner_id])
    return released


def take_back(connection: Connection, collection: Collection) -> int:
    """Let what dead runners had claimed wait again; how much that was. What killed several is given up."""
    rows = driver(connection).execute(
        "SELECT id, seen_at < now() - make_interval(secs => %s) FROM enrich_runner ORDER BY id FOR UPDATE SKIP LOCKED",
        [LEASE_S],
    )
    known = rows.fetchall()
    dead = [number for number, late in known if late or not is_root_locked(connection, collection, number, RUNNER)]
    if not dead:
        return 0
    message = f"The program ended {MOST_TRIES} times while it looked at this picture."
    taken = driver(connection).execute(_TAKE_BACK, {"dead": dead, "most": MOST_TRIES, "message": message}).fetchall()
    driver(connection).execute("DELETE FROM enrich_runner WHERE id = ANY (%s)", [dead])
    lost = [run_id for run_id, state in taken if state == "failed"]
    for run_id in set(lost):
        query = "UPDATE enrich_run SET failed = failed + %s WHERE id = %s"
        driver(connection).execute(query, [lost.count(run_id), run_id])
    return len(taken)


def runners(connection: Connection, collection: Collection, run_id: int) -> list[str]:
    """Where runners work on a run now."""
    rows = driver(connection).execute("SELECT id, place FROM enrich_runner WHERE run_id = %s", [run_id]).fetchall()
    return [place for number, place in rows if is_root_locked(connection, collection, number, RUNNER)]


def left(connection: Connection, run_id: int) -> tuple[int, int]:
    """How much of a run waits, and how much is claimed."""
    row = driver(connection).execute(
        "SELECT (SELECT count(*) FROM enrich_item WHERE run_id = %(run)s AND state = 'waiting'),"
        " (SELECT count(*) FROM enrich_item WHERE run_id = %(run)s AND state = 'claimed')",
        {"run": run_id},
    )
    waiting, claimed = row.fetchall()[0]
    return waiting, claimed


def forget_waiting(connection: Connection, run_id: int) -> None:
    """Let nothing wait for a run any more; what was done or failed before counts as that again."""
    driver(connection).execute(_FORGET, {"run": run_id})


def retry(connection: Connection, run_id: int) -> int:
    """Let what failed in a run wait for it again; how much that is."""
    query = "UPDATE enrich_item SET state = 'waiting', tries = 0 WHERE run_id = %s AND state = 'failed'"
    return driver(connection).execute(query, [run_id]).rowcount


def look_first(connection: Connection, image_ids: NDArray[np.integer] | Sequence[int]) -> int:
    """Have these images looked at before all others that wait; of how many results that is true."""
    return driver(connection).execute(_LOOK_FIRST, [array_text(image_ids)]).rowcount


def failures(connection: Connection, run_id: int | None, *, offset: int = 0, most: int = 1000) -> list[FailureRow]:
    """What failed, of one run or of all, by image."""
    rows = driver(connection).execute(_FAILURES, {"run": run_id, "most": most, "offset": offset})
    return [
        FailureRow(
            image_id=row[0],
            stage=row[1],
            cause=row[2] or "network",
            message=row[3] or "",
            root=row[4],
            folder=row[5],
            name=row[6],
        )
        for row in rows
    ]


def _parameters(connection: sa.Connection, missing: Missing) -> dict[str, object]:
    return {
        "ids": array_text(missing.image_ids),
        "stage": missing.stage,
        "version": version_id(connection, missing.stage, missing.version),
        "again": missing.again,
        "retry": missing.retry,
    }
