"""Backups in the data folder, and curation as a file to take away or bring in."""

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library import backups
from diffusion_toolkit.library.portable.bringing import bring_file
from diffusion_toolkit.library.portable.importing import Imported, ImportOptions
from diffusion_toolkit.library.portable.writing import export
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.models_safety import BackupAnswer, ImportedAnswer, RestoredAnswer, RestoreRequest
from diffusion_toolkit.web.receiving import receive

router = APIRouter(prefix=IN_COLLECTION, tags=["safety"], responses=PROBLEMS)


@router.get("/backups", response_model=list[BackupAnswer])
def list_backups(library: TheLibrary, collection: CollectionName) -> list[BackupAnswer]:
    """The backups of this collection in the data folder, newest first."""
    library.collection(collection)
    return [_backup(path) for path in backups.kept(library.data_dir) if path.name.startswith(f"{collection}-2")]


@router.post("/backups", response_model=BackupAnswer)
def make_backup(library: TheLibrary, collection: CollectionName) -> BackupAnswer:
    """Back the whole collection up to a file in the data folder."""
    return _backup(backups.back_up(library.collection(collection), library.data_dir).path)


@router.post("/backups/restore", response_model=RestoredAnswer)
def restore_backup(library: TheLibrary, collection: CollectionName, asked: RestoreRequest) -> RestoredAnswer:
    """Put a backup of the data folder in the place of the collection; what was there is backed up first."""
    path = next((path for path in backups.kept(library.data_dir) if path.name == asked.name), None)
    if path is None:
        raise NotFound("There is no such backup.")
    if backups.describe(path).collection != collection:
        raise UsageError("This is the backup of another collection.")
    restored, before = backups.restore(library.database, library.data_dir, path)
    library.search(collection).catalog.refresh()
    return RestoredAnswer(collection=restored.collection, before=_backup(before.path))


@router.get("/curation.json.gz", response_class=FileResponse)
def export_curation(library: TheLibrary, collection: CollectionName) -> FileResponse:
    """Everything that people decided about their pictures, as compressed JSON."""
    library.check_nothing_hidden()
    found = library.collection(collection)
    folder = tempfile.TemporaryDirectory(prefix="dtk-export-")
    path = Path(folder.name) / "curation.json.gz"
    try:
        export(found, path)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        path,
        media_type="application/gzip",
        filename=f"{collection}.curation.json.gz",
        background=BackgroundTask(folder.cleanup),
    )


@router.post("/import", response_model=ImportedAnswer)
async def import_curation(
    library: TheLibrary,
    collection: CollectionName,
    request: Request,
    overwrite: Annotated[bool, Query(description="What comes in counts more than what is here.")] = False,
    moved: Annotated[list[str], Query(description="OLD=NEW: where a folder of the file is now.", max_length=100)] = [],  # noqa: B006  FastAPI copies it
) -> Imported:
    """Bring in the file that is sent: an export of ours, or the database of the older Diffusion Toolkit."""
    pairs = dict(_pair(text) for text in moved)
    with tempfile.TemporaryDirectory(prefix="dtk-import-") as folder:
        path = Path(folder) / "received"
        await receive(request, path)
        found = await run_in_threadpool(library.collection, collection)
        done = await run_in_threadpool(bring_file, found, path, "a file", pairs, ImportOptions(over=overwrite))
    library.wrote(collection, done.token)
    return done


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not (old and equals and new):
        raise UsageError("A folder that moved is written OLD=NEW.")
    return old, new


def _backup(path: Path) -> BackupAnswer:
    status = path.stat()
    return BackupAnswer(name=path.name, bytes=status.st_size, made_at=status.st_mtime)
