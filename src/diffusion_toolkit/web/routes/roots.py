"""The folders of a library."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from diffusion_toolkit import paths
from diffusion_toolkit.errors import Refused
from diffusion_toolkit.library import roots
from diffusion_toolkit.library.images import images_per_root
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.models import LARGEST_ID, NewRoot, RootAnswer
from diffusion_toolkit.web.options import WebOptions

router = APIRouter(prefix=IN_COLLECTION + "/roots", tags=["roots"], responses=PROBLEMS)


@router.get("", response_model=list[RootAnswer])
def list_roots(library: TheLibrary, collection: CollectionName) -> list[RootAnswer]:
    """All folders of the library."""
    found = library.collection(collection)
    counts = images_per_root(found)
    return [_answer(root, counts.get(root.id, 0)) for root in roots.list_roots(found)]


@router.post("", status_code=201, response_model=RootAnswer)
def add_root(library: TheLibrary, collection: CollectionName, new: NewRoot, request: Request) -> RootAnswer:
    """Add a folder. Only where the page is served to this machine alone."""
    options: WebOptions = request.app.state.options
    if not options.is_loopback:
        raise Refused("Folders are added on the machine itself: dtk roots add FOLDER.")
    return _answer(roots.add_root(library.collection(collection), new.path), 0)


@router.delete("/{root_id}", status_code=204, response_class=Response)
def remove_root(
    library: TheLibrary, collection: CollectionName, root_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]
) -> None:
    """Take a folder out of the library; its files stay untouched."""
    roots.remove_root(library.collection(collection), root_id)


def _answer(root: roots.Root, images: int) -> RootAnswer:
    return RootAnswer(
        id=root.id,
        path=paths.printable(root.path),
        state="available" if root.state == "available" else "unavailable",
        images=images,
        scanned_at=root.scanned_at.timestamp() if root.scanned_at else None,
    )
