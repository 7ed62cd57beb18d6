"""Carries out file operations in small committed batches, one action at a time per collection.

A batch is written down as running before the disk is touched; afterwards one transaction writes how it went, together
with the rows of the images. A crash in between is put right by `recovery`.
"""

import contextlib
import os
import time
from collections.abc import Collection as Collection_
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, cast

from diffusion_toolkit.errors import NotFound, StoreError, ToolkitError
from diffusion_toolkit.library.files import disk
from diffusion_toolkit.library.files.kinds import KINDS
from diffusion_toolkit.library.files.operations import Result, is_undoing, steps_of
from diffusion_toolkit.progress import IsCancelled, Pace, Progress, never, stop_if
from diffusion_toolkit.record import JsonValue
from diffusion_toolkit.store import file_operations, journal
from diffusion_toolkit.store import roots as store_roots
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.file_operations import (
    Connection,
    Ended,
    FilesLock,
    NewOperation,
    Operation,
    collisions_told,
    files_lock,
)
from diffusion_toolkit.store.journal import ActionRow

BATCH: Final = 64
BATCH_S: Final = 1.0
"""A batch ends after so long, so that slow copies are seen one by one."""

MOST_TRIES: Final = 3
"""A job tries a file so often when it is killed at it."""

WAIT_S: Final = 10.0
POLL_S: Final = 0.1
RETRY_S: Final = (0.1, 0.3, 1.0, 2.0, 4.0)
"""The pauses between attempts to write what was done on the disk already."""

MOST_PROBLEMS: Final = 100
SHOWN_IDS: Final = 500

STAGE: Final = "files"
CANCELLED: Final = "Cancelled before its turn; the file was not touched."
NOT_TRIED: Final = "Not tried, since there is no room left on the drive."

Pair = tuple[Operation, Result]


class FilesBusy(ToolkitError):
    """Another action moves or deletes files of this collection now."""

    http_status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong with one file, or what to know of it. path: where it is, stored form."""

    image_id: int | None
    path: str
    message: str
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an action on files went, or goes. token: a search with `after=token` sees what is done so far; left: how many
    files wait; problems: the first hundred; image_ids: up to 500 of the images that were changed.
    """

    journal_id: int
    token: int
    total: int
    done: int
    failed: int
    left: int
    problems: tuple[Problem, ...]
    image_ids: tuple[int, ...]


def takes_more(action: ActionRow, name: str) -> bool:
    """Whether more operations may join an action: it is of that name, and not undone."""
    return action.action == name and action.undone_at is None


def begin(
    collection: Collection,
    action: str,
    operations: Sequence[NewOperation],
    sentence: str,
    *,
    job: bool = False,
    joins: int | None = None,
) -> int:
    """Write down an action that is to be carried out; returns its number in the journal.

    job: a background job works it off, so that a crash does not end it; joins: an action of the same name that this is
    a part of, where it still `takes_more`.
    """
    mark: dict[str, JsonValue] = {"job": True} if job else {}
    token = os.urandom(4).hex()
    planned = [replace(each, details={**each.details, **mark, "token": token}) for each in operations]
    with collection.begin() as connection:
        known = None if joins is None else journal.get(connection, joins)
        if known is not None and takes_more(known, action):
            journal_id, before = known.id, cast(int, known.details.get("changed", 0))
            journal.note(connection, journal_id, {"changed": before + len(planned), "sentence": sentence})
        else:
            journal_id = journal.begin(connection, action, {"changed": len(planned), "sentence": sentence})
        file_operations.plan(connection, journal_id, planned)
    return journal_id


def carry_out(
    collection: Collection,
    action: str,
    operations: Sequence[NewOperation],
    sentence: str,
    is_cancelled: IsCancelled = never,
    joins: int | None = None,
) -> Generator[Progress, None, int]:
    """Do all of an action here and now; returns its number in the journal. Raises FilesBusy when another one runs.

    joins: as for `begin`.
    """
    with held(collection, is_cancelled) as lock:
        settle(collection)
        journal_id = begin(collection, action, operations, sentence, joins=joins)
        try:
            yield from _work(collection, lock, journal_id, is_cancelled)
        except (KeyboardInterrupt, GeneratorExit):
            with contextlib.suppress(ToolkitError):
                settle(collection)
            raise
    return journal_id


def finish(working: Generator[Progress, None, int]) -> int:
    """Let `carry_out` go to its end without looking at its progress; returns the action's number."""
    try:
        while True:
            next(working)
    except StopIteration as ended:
        return int(ended.value)


def work(collection: Collection, journal_id: int, is_cancelled: IsCancelled = never) -> Iterator[Progress]:
    """Work off what is planned of an action: as a background job, which may be killed and called again.

    Waits for as long as another action runs.
    """
    with held(collection, is_cancelled, wait_s=None) as lock:
        settle(collection)
        yield from _work(collection, lock, journal_id, is_cancelled)


def cancel(collection: Collection, journal_id: int) -> int:
    """Give up what did not begin of an action; what was done stays. Returns how many files that are."""
    with collection.begin() as connection:
        return file_operations.drop_planned(connection, CANCELLED, journal_id)


def outcome(collection: Collection, journal_id: int) -> Outcome:
    """How an action goes or went. Raises NotFound."""
    with collection.begin() as connection:
        action = journal.get(connection, journal_id)
        if action is None or not action.action.startswith("files."):
            raise NotFound("There is no such action on files.")
        counts = file_operations.counts(connection, journal_id)
        told = file_operations.with_message(connection, journal_id, MOST_PROBLEMS)
        image_ids = file_operations.done_images(connection, journal_id, SHOWN_IDS)
        token = journal.token(connection)
    return Outcome(
        journal_id=journal_id,
        token=token,
        total=sum(counts.values()),
        done=counts.get("done", 0) + counts.get("undone", 0),
        failed=counts.get("failed", 0),
        left=counts.get("planned", 0) + counts.get("running", 0),
        problems=tuple(_problem(operation) for operation in told),
        image_ids=tuple(image_ids),
    )


@contextmanager
def held(
    collection: Collection, is_cancelled: IsCancelled = never, wait_s: float | None = WAIT_S
) -> Generator[FilesLock]:
    """The right to change files of the collection. Raises FilesBusy when it is not free in time."""
    deadline = None if wait_s is None else time.monotonic() + wait_s
    with files_lock(collection) as lock:
        while not lock.take():
            stop_if(is_cancelled)
            if deadline is not None and time.monotonic() > deadline:
                raise FilesBusy("Other files of this library are being moved or deleted now. Try again after that.")
            time.sleep(POLL_S)
        yield lock


def settle(collection: Collection) -> int:
    """Put right what a crash left, with the lock in hand; returns how many operations that were."""
    with collection.begin() as connection:
        file_operations.drop_planned(connection, "Interrupted before its turn; the file was not touched.")
        left = [operation for operation in file_operations.running(connection) if operation.kind in KINDS]
        roots = {root.path for root in store_roots.roots(connection)}
    for first in range(0, len(left), BATCH):
        write(collection, [(each, _settled(each, roots)) for each in left[first : first + BATCH]])
    return len(left)


def perform(
    collection: Collection, batch: Sequence[Operation], is_cancelled: IsCancelled = never
) -> tuple[list[Pair], bool]:
    """Touch the disk for a running batch, for about a second, and write how it went.

    What was not begun is to be tried again. Says whether there is no room left.
    """
    pairs: list[Pair] = []
    deadline = time.monotonic() + BATCH_S
    full = False
    for operation in batch:
        if full or (pairs and (time.monotonic() > deadline or is_cancelled())):
            pairs.append((operation, Result(happened=False, again=True)))
            continue
        result = KINDS[operation.kind].perform(operation)
        full = full or result.full
        pairs.append((operation, result))
    for folder in {os.path.dirname(path) for each in pairs if each[1].happened for path in _paths(each[0])}:
        disk.keep(folder)
    write(collection, pairs)
    return [pair for pair in pairs if not pair[1].again], full


def write(collection: Collection, pairs: Sequence[Pair]) -> None:
    """Write how operations went, with the rows of their images; tries for some seconds when the database is away."""
    for pause_s in (*RETRY_S, None):
        try:
            with collisions_told(), collection.begin() as connection:
                _write(connection, pairs)
            return
        except StoreError:
            if pause_s is None:
                raise
            time.sleep(pause_s)


def _work(
    collection: Collection, lock: FilesLock, journal_id: int, is_cancelled: IsCancelled
) -> Generator[Progress, None, None]:
    with collection.begin() as connection:
        counts = file_operations.counts(connection, journal_id)
    total = sum(counts.values())
    done = total - counts.get("planned", 0)
    pace = Pace()
    yield pace.report(STAGE, done, total)
    while True:
        if is_cancelled():
            cancel(collection, journal_id)
        lock.check()
        with collection.begin() as connection:
            batch = file_operations.start(connection, journal_id, BATCH)
        if not batch:
            return
        pairs, full = perform(collection, batch, is_cancelled)
        if full:
            with collection.begin() as connection:
                file_operations.drop_planned(connection, NOT_TRIED, journal_id)
        done += len(pairs)
        yield pace.report(STAGE, done, total)


def _write(connection: Connection, pairs: Sequence[Pair]) -> None:
    journal.lock(connection)
    noted: dict[int, Mapping[str, JsonValue]] = {}
    groups: dict[tuple[str, bool], list[Operation]] = {}
    for operation, result in pairs:
        if result.happened:
            told = replace(operation, details={**operation.details, **result.details})
            groups.setdefault((operation.kind, is_undoing(operation)), []).append(told)
    for (kind, _), group in groups.items():
        noted.update(KINDS[kind].write(connection, group))
    file_operations.finish(connection, [_ended(*pair, noted.get(pair[0].id, {})) for pair in pairs])


def _ended(operation: Operation, result: Result, noted: Mapping[str, JsonValue]) -> Ended:
    details = {**operation.details, **result.details, **noted}
    if result.happened is None:
        return Ended(id=operation.id, state="running", message=result.message, details=details)
    back = details.pop("undoing", False)
    if back and result.again:
        return Ended(id=operation.id, state="running", message=operation.message, details=operation.details)
    if back:
        state = "undone" if result.happened else "done"
    elif result.again:
        state = "planned"
    else:
        state = "done" if result.happened else "failed"
    return Ended(id=operation.id, state=state, message=result.message, details=details)


def _settled(operation: Operation, roots: Collection_[str]) -> Result:
    """What a crash left of one operation. A job tries what it did not get to again, but not for ever."""
    result = KINDS[operation.kind].settle(operation)
    concerned = cast("Mapping[str, int]", operation.details.get("roots", {}))
    if result.happened is None and any(root not in roots for root in concerned):
        gone = "Interrupted, and its folder is not in the library any more; look there for the file."
        return Result(happened=False, message=gone)
    tries = cast(int, operation.details.get("tries", 0)) + 1
    if result.happened is False and operation.details.get("job") and not is_undoing(operation) and tries < MOST_TRIES:
        return replace(result, again=True, message=None, details={**result.details, "tries": tries})
    return result


def _paths(operation: Operation) -> list[str]:
    return [path for step in steps_of(operation) for path in (step.source, step.target)]


def _problem(operation: Operation) -> Problem:
    moved = operation.state == "done" and operation.target_path is not None
    return Problem(
        image_id=operation.image_id,
        path=(operation.target_path if moved else None) or operation.source_path,
        message=operation.message or "",
        failed=operation.state == "failed",
    )
