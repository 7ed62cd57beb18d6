"""Scan Models: registers the models under a model root. Only headers are read, so terabytes take seconds."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from diffusion_toolkit.errors import NotFound, Refused
from diffusion_toolkit.library.models.facts import ModelFacts, read_facts
from diffusion_toolkit.library.models.kinds import ANYWHERE, EXTENSIONS, NAMELESS, PASSED_OVER, kind_of_folders
from diffusion_toolkit.library.models.naming import file_names
from diffusion_toolkit.library.models.roots import ModelRoot, get_model_root
from diffusion_toolkit.library.models.sidecars import INFO_ENDINGS, PREVIEW_ENDINGS
from diffusion_toolkit.paths import inside, printable, stored_name, system_name
from diffusion_toolkit.progress import IsCancelled, Pace, Progress, never, stop_if
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.model_files import ModelFileRow, ScannedModel

BATCH: Final = 200
READER: Final = 1
"""Raise it when headers or sidecars are read differently: every file is then read again."""

DEEPEST: Final = 40
STAGE: Final = "models"


@dataclass(slots=True)
class ModelScan:
    """What a scan has seen so far.

    linked: folders and files that lead out of the root, which are not followed: they are roots of their own.
    """

    root: ModelRoot
    known: dict[str, ModelFileRow]
    seen: set[str] = field(default_factory=set[str])
    back: list[int] = field(default_factory=list[int])
    unread: list[str] = field(default_factory=list[str])
    linked: list[str] = field(default_factory=list[str])
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))


COUNTS: Final = ("files", "new", "changed", "missing", "back", "failed", "linked")


def scan_models(collection: Collection, root_id: int, is_cancelled: IsCancelled = never) -> Iterator[Progress]:
    """Register the models of a root. The last progress counts files, new, changed, missing, back, failed, linked.

    A file that did not change (size, time, files beside it) is not opened. Raises NotFound when the root cannot be
    reached, Cancelled when asked to stop; what was read until then is kept.
    """
    root = get_model_root(collection, root_id)
    with collection.begin() as connection:
        known = {row.path: row for row in store.files(connection, root_id=root_id)}
    _check_reachable(root, known)
    scan = ModelScan(root=root, known=known)
    pace = Pace()
    batch: list[ScannedModel] = []
    for found in _models(scan, is_cancelled):
        read = _read(scan, found)
        if read is not None:
            batch.append(read)
        if len(batch) >= BATCH:
            _write(collection, scan, batch)
        yield pace.report(STAGE, scan.counts["files"], None, scan.counts)
    _write(collection, scan, batch)
    _close(collection, scan)
    yield pace.report(STAGE, scan.counts["files"], scan.counts["files"], scan.counts)


def linked_sentence(scan_counts: dict[str, int]) -> str | None:
    """What to do about links that lead out of the root; None when there are none."""
    count = scan_counts.get("linked", 0)
    return f"{count} links lead out of the folder; add the folders they lead to as model roots." if count else None


@dataclass(frozen=True, slots=True)
class _Found:
    """A model file on disk: path relative to the root (stored form), and the files that belong to it."""

    path: str
    kind: str | None
    name: str
    status: os.stat_result
    infos: list[str]
    preview: str | None
    stamp: str


def _check_reachable(root: ModelRoot, known: dict[str, ModelFileRow]) -> None:
    try:
        with os.scandir(system_name(root.path)) as entries:
            empty = next(entries, None) is None
    except OSError as error:
        raise NotFound(f"{printable(root.path)} cannot be reached now. What is known of its models is kept.") from error
    if empty and any(row.missing_since is None for row in known.values()):
        raise NotFound(f"{printable(root.path)} is empty; is its drive connected? What is known of its models is kept.")


def _models(scan: ModelScan, is_cancelled: IsCancelled) -> Iterator[_Found]:
    """Every model below the root. Folders are read one at a time; links are not followed."""
    top = system_name(scan.root.path)
    waiting = [("", list(Path(top).parts))]
    while waiting:
        stop_if(is_cancelled)
        relative, parts = waiting.pop()
        try:
            with os.scandir(os.path.join(top, system_name(relative))) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError:
            scan.unread.append(relative)
            continue
        files = [entry for entry in entries if not _is_folder(entry)]
        yield from _models_in(scan, relative, parts, files)
        for entry in entries:
            name = entry.name
            if not _is_folder(entry) or name.startswith(".") or name.lower() in PASSED_OVER:
                continue
            if entry.is_symlink() or not _leads_inside(scan.root.path, _joined(relative, stored_name(name))):
                scan.linked.append(_joined(relative, stored_name(name)))
            elif len(parts) < DEEPEST + len(Path(top).parts):
                waiting.append((_joined(relative, stored_name(name)), [*parts, name]))


def _models_in(scan: ModelScan, relative: str, parts: list[str], files: list[os.DirEntry[str]]) -> Iterator[_Found]:
    beside = {entry.name.lower(): entry for entry in files}
    kind = kind_of_folders(parts)
    for entry in files:
        stem, extension = os.path.splitext(entry.name)
        wanted = EXTENSIONS if kind else ANYWHERE
        if extension.lower() not in wanted or entry.name.startswith("."):
            continue
        try:
            if entry.is_symlink() and not _leads_inside(scan.root.path, _joined(relative, stored_name(entry.name))):
                scan.linked.append(_joined(relative, stored_name(entry.name)))
                continue
            status = entry.stat()
        except OSError:
            scan.counts["failed"] += 1
            continue
        infos = [beside[name] for end in INFO_ENDINGS if (name := (stem + end).lower()) in beside]
        preview = next((beside[name] for end in PREVIEW_ENDINGS if (name := (stem + end).lower()) in beside), None)
        yield _Found(
            path=_joined(relative, stored_name(entry.name)),
            kind=kind,
            name=_name(stem, parts),
            status=status,
            infos=[_joined(relative, stored_name(info.name)) for info in infos],
            preview=None if preview is None else _joined(relative, stored_name(preview.name)),
            stamp=_stamp([*infos, *([preview] if preview else [])]),
        )


def _name(stem: str, parts: list[str]) -> str:
    """The file's name without extension; of diffusers' folders that of the folder."""
    if stem.lower() in NAMELESS and len(parts) > 1:
        inner = parts[-1].lower() in ("unet", "vae", "text_encoder", "text_encoder_2", "transformer")
        return stored_name("/".join(parts[-2:]) if inner else parts[-1])
    return stored_name(stem)


def _stamp(entries: list[os.DirEntry[str]]) -> str:
    """Changes when one of these files does."""
    parts: list[str] = [str(READER)]
    for entry in entries:
        try:
            status = entry.stat()
        except OSError:
            continue
        parts.append(f"{stored_name(entry.name)}:{status.st_size}:{status.st_mtime_ns}")
    return "|".join(parts)


def _read(scan: ModelScan, found: _Found) -> ScannedModel | None:
    """What is new of a file; None when nothing is."""
    scan.seen.add(found.path)
    scan.counts["files"] += 1
    row = scan.known.get(found.path)
    if row is not None and row.missing_since is not None:
        scan.counts["back"] += 1
    if row is not None and _is_unchanged(row, found):
        if row.missing_since is not None:
            scan.back.append(row.id)
        return None
    try:
        facts = read_facts(inside(scan.root.path, found.path), [inside(scan.root.path, info) for info in found.infos])
    except (OSError, Refused) as error:
        scan.counts["failed"] += 1
        facts = ModelFacts(header={}, problem=f"The file cannot be read: {getattr(error, 'strerror', None) or error}")
    scan.counts["new" if row is None else "changed"] += 1
    return _scanned(found, facts)


def _is_unchanged(row: ModelFileRow, found: _Found) -> bool:
    same = (row.size_bytes, row.mtime_ns) == (found.status.st_size, found.status.st_mtime_ns)
    return same and row.header.get("beside") == found.stamp


def _scanned(found: _Found, facts: ModelFacts) -> ScannedModel:
    return ScannedModel(
        path=found.path,
        kind=found.kind or facts.kind or "other",
        size_bytes=found.status.st_size,
        mtime_ns=found.status.st_mtime_ns,
        name=found.name,
        title=facts.title,
        base_model=facts.base_model,
        trigger_words=facts.trigger_words,
        preview_path=found.preview,
        sha256=None,
        short_hash=facts.short_hash,
        autov3=facts.weights_hash[:12] if facts.weights_hash else None,
        header={
            "metadata": dict(facts.header),
            "beside": found.stamp,
            "stated_sha256": facts.sha256,
            "stated_weights": facts.weights_hash,
        },
        problem=facts.problem,
    )


def _write(collection: Collection, scan: ModelScan, batch: list[ScannedModel]) -> None:
    if not batch:
        return
    with collection.begin() as connection:
        store.upsert_files(connection, scan.root.id, batch)
        store.add_names(connection, [name for model in batch for name in file_names(model)])
    batch.clear()


def _close(collection: Collection, scan: ModelScan) -> None:
    """Mark what is gone and what is back. What lies in a folder that could not be read is as it was."""
    gone = [
        row.id
        for path, row in scan.known.items()
        if path not in scan.seen and row.missing_since is None and not _is_below(path, scan.unread)
    ]
    scan.counts["missing"], scan.counts["linked"] = len(gone), len(scan.linked)
    with collection.begin() as connection:
        store.set_missing(connection, gone)
        store.set_present(connection, scan.back)
        store.set_scanned(connection, scan.root.id)


def _is_below(path: str, folders: list[str]) -> bool:
    return any(path.startswith(folder + "/") for folder in folders)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _leads_inside(root: str, path: str) -> bool:
    try:
        inside(root, path)
    except Refused:
        return False
    return True


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
