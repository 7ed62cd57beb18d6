"""Hashes of whole model files: read once from end to end, at a bounded rate, stopped at any time."""

import hashlib
import os
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from diffusion_toolkit.errors import Refused, UnreadableFile
from diffusion_toolkit.library.models.facts import short_hash
from diffusion_toolkit.library.models.headers import weights_begin
from diffusion_toolkit.library.models.kinds import SAFETENSORS
from diffusion_toolkit.library.models.naming import AUTOV3, file_names, hash_forms
from diffusion_toolkit.paths import inside
from diffusion_toolkit.progress import IsCancelled, Pace, Progress, never, stop_if
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.model_files import HashName, ModelFileRow

CHUNK: Final = 4 * 2**20
STAGE: Final = "hashes"
_MIB: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHashes:
    """sha256: of the file; weights: SHA-256 of what follows a safetensors header (AutoV3 is its beginning);
    short_hash: AUTOMATIC1111's old one.
    """

    sha256: bytes
    weights: str | None
    short_hash: str | None


def hash_file(path: Path) -> FileHashes:
    """All hashes of a file. Raises OSError."""
    steps = hash_steps(path)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            hashes: FileHashes = end.value
            return hashes


def hash_steps(path: Path) -> Generator[int, None, FileHashes]:
    """The same, yielding the size of each part that was read."""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        size_bytes = os.fstat(file.fileno()).st_size
        begin = _weights_begin(path, file, size_bytes)
        weights = None if begin is None else hashlib.sha256()
        short = short_hash(file, size_bytes)
        file.seek(0)
        at = 0
        while data := file.read(CHUNK):
            whole.update(data)
            if weights is not None and begin is not None and at + len(data) > begin:
                weights.update(memoryview(data)[max(begin - at, 0) :])
            at += len(data)
            yield len(data)
    return FileHashes(sha256=whole.digest(), weights=weights.hexdigest() if weights else None, short_hash=short)


def hash_models(
    collection: Collection,
    file_ids: Sequence[int] | None = None,
    *,
    most_mib_per_s: float | None = None,
    is_cancelled: IsCancelled = never,
) -> Iterator[Progress]:
    """Hash the files that have no SHA-256 yet (of these, or all), the smallest first.

    Progress counts mebibytes; counts: hashed, changed (while they were read; the next scan sees them), failed. Raises
    Cancelled when asked to stop; what is hashed is kept.
    """
    with collection.begin() as connection:
        roots = {row.id: row.path for row in store.roots(connection)}
        rows = [row for row in store.files(connection) if file_ids is None or row.id in set(file_ids)]
    waiting = sorted(
        (row for row in rows if row.sha256 is None and row.missing_since is None), key=lambda row: row.size_bytes
    )
    reading = _Reading(sum(row.size_bytes for row in waiting), most_mib_per_s, is_cancelled)
    counts = {"hashed": 0, "changed": 0, "failed": 0}
    for row in waiting:
        yield from _hash_one(collection, roots.get(row.root_id, ""), row, reading, counts)
    yield reading.report(counts)


def _hash_one(
    collection: Collection, root: str, row: ModelFileRow, reading: "_Reading", counts: dict[str, int]
) -> Iterator[Progress]:
    yield reading.report(counts)
    try:
        path = inside(root, row.path)
        before = path.stat()
        steps = hash_steps(path)
        while True:
            try:
                reading.note(next(steps))
            except StopIteration as end:
                hashes: FileHashes = end.value
                break
            yield reading.report(counts)
        after = path.stat()
    except (OSError, Refused):
        counts["failed"] += 1
        return
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) == (row.size_bytes, row.mtime_ns)
    if not same or not _keep(collection, row, hashes):
        counts["changed"] += 1
        return
    counts["hashed"] += 1


def _keep(collection: Collection, row: ModelFileRow, hashes: FileHashes) -> bool:
    autov3 = hashes.weights[:AUTOV3] if hashes.weights else None
    forms = hash_forms(hashes.sha256, hashes.short_hash, hashes.weights)
    with collection.begin() as connection:
        kept = store.set_hashes(connection, row, sha256=hashes.sha256, short_hash=hashes.short_hash, autov3=autov3)
        if kept:
            names = [HashName(form, "file", row.name) for form in forms]
            store.add_names(connection, [*names, *file_names(row)])
    return kept


class _Reading:
    """How far the reading is; waits where it would be faster than allowed."""

    def __init__(self, total_bytes: int, most_mib_per_s: float | None, is_cancelled: IsCancelled) -> None:
        self._total = total_bytes
        self._done = 0
        self._pace = Pace()
        self._begun = time.monotonic()
        self._most = most_mib_per_s * _MIB if most_mib_per_s else None
        self._is_cancelled = is_cancelled

    def note(self, count: int) -> None:
        self._done += count
        stop_if(self._is_cancelled)
        while self._most and (early := self._done / self._most - (time.monotonic() - self._begun)) > 0:
            time.sleep(min(early, 0.2))
            stop_if(self._is_cancelled)

    def report(self, counts: dict[str, int]) -> Progress:
        return self._pace.report(STAGE, -(-self._done // _MIB), -(-self._total // _MIB), counts)


def _weights_begin(path: Path, file: BinaryIO, size_bytes: int) -> int | None:
    if path.suffix.lower() not in SAFETENSORS:
        return None
    try:
        return weights_begin(file, size_bytes)
    except UnreadableFile:
        return None
