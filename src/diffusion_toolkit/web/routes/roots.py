"""The roots of a library."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from diffusion_toolkit.errors import Refused
from diffusion_toolkit.library import roots
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary, whole_path
from diffusion_toolkit.web.models import LARGEST_ID
from diffusion_toolkit.web.models_folders import NewRoot, RootAnswer, RootChange
from diffusion_toolkit.web.options import WebOptions
from diffusion_toolkit.web.root_answers import root_answer, root_answers

router = APIRouter(prefix=IN_COLLECTION + "/roots", tags=["roots"], responses=PROBLEMS)
RootId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("", response_model=list[RootAnswer])
def list_roots(library: TheLibrary, collection: CollectionName) -> list[RootAnswer]:
    """All roots, with how they are watched."""
    return root_answers(library.collection(collection))


@router.post("", status_code=201, response_model=RootAnswer)
def add_root(library: TheLibrary, collection: CollectionName, new: NewRoot, request: Request) -> RootAnswer:
    """Add a folder. Only where the page is served to this machine alone."""
    _refuse_remote(request)
    found = library.collection(collection)
    root = roots.add_root(found, whole_path(new.path), recursive=new.recursive, watched=new.watched)
    return root_answer(found, root.id)


@router.patch("/{root_id}", response_model=RootAnswer)
def change_root(
    library: TheLibrary, collection: CollectionName, root_id: RootId, change: RootChange, request: Request
) -> RootAnswer:
    """Point a root to where its files are now, or set how it is taken. No file is touched."""
    found = library.collection(collection)
    if change.path is not None:
        _refuse_remote(request)
        roots.move_root(found, root_id, whole_path(change.path), force=change.force)
    roots.set_root(found, root_id, recursive=change.recursive, watched=change.watched)
    return root_answer(found, root_id)


@router.delete("/{root_id}", status_code=204, response_class=Response)
def remove_root(library: TheLibrary, collection: CollectionName, root_id: RootId) -> None:
    """Take a root out of the library; its files stay untouched."""
    roots.remove_root(library.collection(collection), root_id)


def _refuse_remote(request: Request) -> None:
    options: WebOptions = request.app.state.options
    if not options.is_loopback:
        raise Refused("Folders are added on the machine itself: dtk roots add FOLDER.")
