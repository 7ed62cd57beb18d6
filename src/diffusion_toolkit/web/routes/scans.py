"""Scans: start, watch, cancel."""

from collections.abc import Sequence
from typing import Annotated, get_args

from fastapi import APIRouter, Path, Response

from diffusion_toolkit import jobs
from diffusion_toolkit.errors import NotFound, UsageError
from diffusion_toolkit.library import rescan
from diffusion_toolkit.library.roots import list_roots
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.library import Library
from diffusion_toolkit.web.live import scan_answers
from diffusion_toolkit.web.models import LARGEST_ID, Phase, ScanAnswer, StartedScan
from diffusion_toolkit.web.models_folders import ScanRequest

router = APIRouter(prefix=IN_COLLECTION + "/scans", tags=["scans"], responses=PROBLEMS)

ScanId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("", response_model=list[ScanAnswer])
def list_scans(library: TheLibrary, collection: CollectionName) -> list[ScanAnswer]:
    """The running scans, and how the last ones ended."""
    return scan_answers(library.collection(collection))


@router.post("", status_code=202, response_model=StartedScan)
def start_scan(library: TheLibrary, collection: CollectionName, asked: ScanRequest) -> StartedScan:
    """Scan some roots, or all, or folders, in the background; or read chosen images again."""
    phases = asked.phases or get_args(Phase)
    given = (asked.root_ids, asked.folder_ids, asked.image_ids, asked.selection)
    if sum(each is not None for each in given) > 1:
        raise UsageError("Name either root_ids, folder_ids, image_ids or a selection.")
    if asked.folder_ids is not None:
        return StartedScan(job=_scan_folders(library, collection, asked.folder_ids, phases, again=asked.again))
    if asked.image_ids is not None or asked.selection is not None:
        return StartedScan(job=_read_again(library, collection, asked))
    known = [root.id for root in list_roots(library.collection(collection))]
    chosen = known if asked.root_ids is None else list(dict.fromkeys(asked.root_ids))
    if unknown := [root_id for root_id in chosen if root_id not in known]:
        raise NotFound(f"There is no root {unknown[0]}.")
    if asked.again:
        for root_id in chosen:
            rescan.read_folders_again(library.collection(collection), root_id, ())
    return StartedScan(job=library.start_scan(collection, chosen, phases))


@router.post("/cancel", status_code=204, response_class=Response)
def cancel_scans(library: TheLibrary, collection: CollectionName) -> None:
    """Ask all running scans to stop; what they did is kept."""
    jobs.ask_cancel(library.collection(collection))


@router.post("/{scan_id}/cancel", status_code=204, response_class=Response)
def cancel_scan(library: TheLibrary, collection: CollectionName, scan_id: ScanId) -> None:
    """Ask one scan to stop; what it did is kept. One that is paused does not go on any more."""
    jobs.cancel_scan(library.collection(collection), scan_id)


@router.post("/{scan_id}/pause", status_code=204, response_class=Response)
def pause_scan(library: TheLibrary, collection: CollectionName, scan_id: ScanId) -> None:
    """Ask one running scan to pause; it stays paused over a restart, and goes on where it was."""
    jobs.pause_scan(library.collection(collection), scan_id)


@router.post("/{scan_id}/resume", status_code=202, response_model=StartedScan)
def resume_scan(library: TheLibrary, collection: CollectionName, scan_id: ScanId) -> StartedScan:
    """Go on with a paused scan."""
    return StartedScan(job=jobs.resume_scan(library.collection(collection), scan_id))


def _scan_folders(library: Library, name: str, folder_ids: Sequence[int], phases: Sequence[str], *, again: bool) -> int:
    """Scan folders with all below them; returns the first job."""
    collection = library.collection(name)
    jobs: list[int] = []
    for root_id, numbers in rescan.folders_by_root(collection, folder_ids).items():
        if again:
            rescan.read_folders_again(collection, root_id, numbers)
        jobs.append(library.start_scan(name, [root_id], phases, numbers))
    return jobs[0] if jobs else 0


def _read_again(library: Library, name: str, asked: ScanRequest) -> int:
    """Read the metadata of some images again."""
    if asked.selection is None:
        roots = rescan.read_images_again(library.collection(name), asked.image_ids or [])
    else:
        roots = rescan.read_images_again(library.collection(name), library.search(name).ids(asked.selection))
    return library.start_scan(name, roots, ("deep",)) if roots else 0
