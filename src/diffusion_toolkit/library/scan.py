"""Scans a root: finds its files (quick phase) and reads them (deep phase). One scan per root runs at a time.

A scan may die at any line: what is committed stays, and the next scan goes on from there. No scan deletes what a
person said of a picture.
"""

import contextlib
import logging
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from diffusion_toolkit.errors import Cancelled, StoreError, ToolkitError
from diffusion_toolkit.library.roots import Root, get_root
from diffusion_toolkit.library.scanning.counts import PARTIAL, Counts
from diffusion_toolkit.library.scanning.deep import DeepScan
from diffusion_toolkit.library.scanning.options import DEEP, QUICK, ScanOptions
from diffusion_toolkit.library.scanning.passing import EVERYTHING, folders_to_read
from diffusion_toolkit.library.scanning.quick import QuickScan
from diffusion_toolkit.library.scanning.readers import Readers
from diffusion_toolkit.library.scanning.renames import follow_renamed_folders
from diffusion_toolkit.library.scanning.runs import Paused, RunRecord, last_scan
from diffusion_toolkit.library.scanning.waiting import RootUnavailable, quick_lock
from diffusion_toolkit.paths import printable
from diffusion_toolkit.progress import IsCancelled, Progress, never, stop_if
from diffusion_toolkit.store import deep, roots, scans
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.locks import RootLock, root_lock
from diffusion_toolkit.store.scan_runs import ScanRun

__all__ = ["ScanOptions", "scan"]

JOIN_POLL_S = 0.25
MOST_NAMED = 3

_log = logging.getLogger(__name__)


def scan(
    collection: Collection, root_id: int, options: ScanOptions | None = None, is_cancelled: IsCancelled = never
) -> Iterator[Progress]:
    """Scan one root. The last progress has the results: files, new, changed, moved, missing, back, failed.

    When another process scans the root already, its progress is yielded, and what it leaves undone is done after it.
    A root that cannot be reached becomes "unavailable" and nothing else happens. Raises Cancelled when asked to stop or
    to pause, NotFound when there is no such root.
    """
    options = options or ScanOptions()
    root = get_root(collection, root_id)
    with root_lock(collection, root_id) as lock:
        if not lock.take():
            ended = yield from _joined(collection, root_id, lock, is_cancelled)
            options = _left_to_do(collection, root_id, options, ended)
            if not options.phases:
                return
        yield from _scan(collection, root, options, is_cancelled)


def _joined(
    collection: Collection, root_id: int, lock: RootLock, is_cancelled: IsCancelled
) -> Generator[Progress, None, ScanRun | None]:
    """The progress of the scan that runs, until we hold its lock; returns how it ended, None when there was none."""
    before = last_scan(collection, root_id)
    while True:
        ours = lock.take()
        run = last_scan(collection, root_id)
        joined = run is not None and (before is None or before.state == "running" or before.id != run.id)
        if run is not None and joined:
            yield run.progress
        if ours:
            break
        stop_if(is_cancelled)
        time.sleep(JOIN_POLL_S)
    if run is not None and joined and run.state in ("cancelled", "paused"):
        raise Cancelled("The scan was stopped. What was done so far is kept.")
    return run if joined else None


def _left_to_do(collection: Collection, root_id: int, options: ScanOptions, ended: ScanRun | None) -> ScanOptions:
    """What the scan that we joined left undone: all when it died or failed, or when a rebuild was asked for."""
    if ended is None or ended.state != "done" or options.rebuild:
        return options
    folder_ids = _folder_ids(collection, get_root(collection, root_id), options)
    with collection.begin() as connection:
        pending = deep.count_pending(connection, folder_ids)
    walked = not ended.counts.get(PARTIAL) and (ended.stage == QUICK or ended.counts.get("files", 0) > 0)
    done = ({QUICK} if walked else set[str]()) | (set[str]() if pending else {DEEP})
    return replace(options, phases=tuple(phase for phase in options.phases if phase not in done))


def _scan(collection: Collection, root: Root, options: ScanOptions, is_cancelled: IsCancelled) -> Iterator[Progress]:
    """Scan with the lock in hand, and keep the run's record."""
    counts = Counts(partial=options.scope is not EVERYTHING)
    record = RunRecord(collection, root.id, options, is_cancelled)
    try:
        message = yield from _phases(collection, root, options, record, counts)
        record.complete(message)
    except RootUnavailable as error:
        with collection.begin() as connection:
            roots.set_state(connection, root.id, "unavailable")
        record.finish("failed", str(error))
        yield Progress(stage=QUICK, done=0, counts=counts.as_dict())
    except Paused:
        record.pause()
        raise
    except (Cancelled, GeneratorExit, KeyboardInterrupt):
        with contextlib.suppress(StoreError):
            record.finish("cancelled")
        raise
    except BaseException as error:
        _log.warning("Scanning %r failed", root.path)
        with contextlib.suppress(StoreError):
            record.finish(
                "failed", str(error) if isinstance(error, ToolkitError) else "An unexpected error; see the log."
            )
        raise


def _phases(
    collection: Collection, root: Root, options: ScanOptions, record: RunRecord, counts: Counts
) -> Generator[Progress, None, str | None]:
    """Run the phases; returns what the user should know of a scan that went through."""
    message = record.message
    with Readers(options.read, options.worker_count, options.limits) as readers:
        if options.rebuild:
            folder_ids = _folder_ids(collection, root, options)
            with collection.begin() as connection:
                scans.ask_again(connection, folder_ids)
        if QUICK in options.phases:
            with quick_lock(collection, root.id, record.check):
                counts.moved += follow_renamed_folders(collection, root, options.scope)
                quick = QuickScan(collection, root, options.quick_batch, counts, readers, scope=options.scope)
                for progress in quick.run(record.check):
                    yield record.note(progress)
            message = _unreadable(quick.unreadable)
            with collection.begin() as connection:
                roots.set_state(connection, root.id, "available")
        if DEEP in options.phases:
            folder_ids = _folder_ids(collection, root, options)
            deep_scan = DeepScan(collection, root, options.deep_batch, counts, readers, folder_ids=folder_ids)
            for progress in deep_scan.run(record.check):
                yield record.note(progress)
    return message


def _folder_ids(collection: Collection, root: Root, options: ScanOptions) -> list[int]:
    with collection.begin() as connection:
        return folders_to_read(connection, root.id, options.scope, recursive=root.recursive)


def _unreadable(folders: Mapping[str, str]) -> str | None:
    if not folders:
        return None
    first = islice(folders.items(), MOST_NAMED)
    named = ", ".join(f"{printable(folder) or 'the root itself'} ({reason})" for folder, reason in first)
    if len(folders) > MOST_NAMED:
        named += f" and {len(folders) - MOST_NAMED:,} more"
    return f"Folders that could not be read: {named}. Their pictures are kept."
