"""Ratings, favourites and flags, with undo."""

import numpy as np
from fastapi import APIRouter
from numpy.typing import NDArray

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library import curate as curation
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.library import Library
from diffusion_toolkit.web.models import CurationRequest, UndoneAnswer, UndoRequest, WrittenAnswer

router = APIRouter(prefix=IN_COLLECTION, tags=["curation"], responses=PROBLEMS)


@router.post("/curation", response_model=WrittenAnswer)
def curate(library: TheLibrary, collection: CollectionName, asked: CurationRequest) -> WrittenAnswer:
    """Set fields of some images, or of a whole selection."""
    change = curation.Change(**asked.set.model_dump(exclude_unset=True))
    ids = _chosen(library, collection, asked)
    written = curation.curate(library.collection(collection), ids, change)
    library.wrote(collection, written.token)
    return WrittenAnswer(token=written.token, journal=written.journal_id, changed=written.changed)


@router.post("/undo", response_model=UndoneAnswer)
def undo(library: TheLibrary, collection: CollectionName, asked: UndoRequest) -> UndoneAnswer:
    """Put back what an action changed; without a number, the last one."""
    written = curation.undo(library.collection(collection), asked.journal)
    library.wrote(collection, written.token)
    return UndoneAnswer(
        token=written.token,
        journal=written.journal_id,
        changed=written.changed,
        image_ids=list(written.image_ids),
    )


def _chosen(library: Library, collection: str, asked: CurationRequest) -> NDArray[np.integer]:
    if (asked.image_ids is None) == (asked.selection is None):
        raise UsageError("Name either image_ids or a selection.")
    if asked.selection is None:
        ids: NDArray[np.integer] = np.asarray(asked.image_ids, np.int64)
    else:
        ids = library.search(collection).ids(asked.selection)
    return np.setdiff1d(ids, np.asarray(asked.except_, np.int64)) if asked.except_ else ids
