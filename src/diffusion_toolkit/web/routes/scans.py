"""Scans: start, watch, cancel."""

from typing import get_args

from fastapi import APIRouter, Response

from diffusion_toolkit import jobs
from diffusion_toolkit.errors import NotFound
from diffusion_toolkit.library.roots import list_roots
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.live import scan_answers
from diffusion_toolkit.web.models import Phase, ScanAnswer, ScanRequest, StartedScan

router = APIRouter(prefix=IN_COLLECTION + "/scans", tags=["scans"], responses=PROBLEMS)


@router.get("", response_model=list[ScanAnswer])
def list_scans(library: TheLibrary, collection: CollectionName) -> list[ScanAnswer]:
    """The running scans, and how the last ones ended."""
    return scan_answers(library.collection(collection))


@router.post("", status_code=202, response_model=StartedScan)
def start_scan(library: TheLibrary, collection: CollectionName, asked: ScanRequest) -> StartedScan:
    """Scan some roots, or all, in the background."""
    known = [root.id for root in list_roots(library.collection(collection))]
    chosen = known if asked.root_ids is None else list(dict.fromkeys(asked.root_ids))
    if unknown := [root_id for root_id in chosen if root_id not in known]:
        raise NotFound(f"There is no root {unknown[0]}.")
    return StartedScan(job=library.start_scan(collection, chosen, asked.phases or get_args(Phase)))


@router.post("/cancel", status_code=204, response_class=Response)
def cancel_scans(library: TheLibrary, collection: CollectionName) -> None:
    """Ask all running scans to stop; what they did is kept."""
    jobs.ask_cancel(library.collection(collection))
