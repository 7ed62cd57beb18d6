"""Models: which pictures were made with them, the files below the model roots, and background work on these."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response

from diffusion_toolkit import jobs, paths
from diffusion_toolkit.errors import Refused
from diffusion_toolkit.library.clock import local_now
from diffusion_toolkit.library.models import listing, previews, roots, uses, work
from diffusion_toolkit.library.prompts.visible import visible_images
from diffusion_toolkit.media.thumbnails import ThumbnailSize
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary, whole_path
from diffusion_toolkit.web.headers import MEDIA_POLICY
from diffusion_toolkit.web.json_answer import json_answer
from diffusion_toolkit.web.library import Library
from diffusion_toolkit.web.models import LARGEST_ID
from diffusion_toolkit.web.models_model_files import (
    ModelFileAnswer,
    ModelFilesAnswer,
    ModelRootAnswer,
    ModelUseAnswer,
    ModelWorkAnswer,
    ModelWorkCancel,
    ModelWorkKind,
    ModelWorkRequest,
    NewModelRoot,
    StartedModelWork,
)
from diffusion_toolkit.web.options import WebOptions
from diffusion_toolkit.web.routes.images import AskedSize
from diffusion_toolkit.web.routes.prompts import Hide, Images, hidden

router = APIRouter(prefix=IN_COLLECTION, tags=["models"], responses=PROBLEMS)

FileId = Annotated[int, Path(ge=1, le=LARGEST_ID)]

PREVIEW: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A WebP.", "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/models", response_model=list[ModelUseAnswer])
def models(library: TheLibrary, collection: CollectionName, images: Images = "", hide: Hide = "") -> Response:
    """Every model that pictures were made with, the most used first; hashes have names where any is known."""
    catalog = library.search(collection).catalog
    state = catalog.state
    visible = visible_images(catalog, state, images, hidden(hide), local_now())
    return json_answer(uses.used_models(library.collection(collection), state, visible))


@router.get("/model-roots", response_model=list[ModelRootAnswer])
def model_roots(library: TheLibrary, collection: CollectionName) -> list[ModelRootAnswer]:
    """The folders of models."""
    return [_root(root) for root in roots.list_model_roots(library.collection(collection))]


@router.post("/model-roots", status_code=201, response_model=ModelRootAnswer)
def add_model_root(
    library: TheLibrary, collection: CollectionName, new: NewModelRoot, request: Request
) -> ModelRootAnswer:
    """Add a folder of models. Only where the page is served to this machine alone."""
    options: WebOptions = request.app.state.options
    if not options.is_loopback:
        raise Refused("Folders are added on the machine itself: dtk model-library roots --add FOLDER.")
    return _root(roots.add_model_root(library.collection(collection), whole_path(new.path)))


@router.delete("/model-roots/{root_id}", status_code=204, response_class=Response)
def remove_model_root(
    library: TheLibrary, collection: CollectionName, root_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]
) -> None:
    """Forget a folder of models; its files stay untouched, and what their hashes are called stays known."""
    roots.remove_model_root(library.collection(collection), root_id)


@router.get("/model-files", response_model=ModelFilesAnswer)
def model_files(
    library: TheLibrary,
    collection: CollectionName,
    kinds: Annotated[str, Query(max_length=200, description="checkpoint,lora,vae,embedding …; all without.")] = "",
    text: Annotated[str, Query(max_length=200, description="In name, title, path, trigger words or hash.")] = "",
    missing: bool | None = None,
    hide: Hide = "",
    offset: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=0, le=1000)] = 200,
) -> Response:
    """The models below the model roots, with the pictures made with each."""
    catalog = library.search(collection).catalog
    state = catalog.state
    visible = visible_images(catalog, state, "", hidden(hide), local_now())
    chosen = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    found = listing.model_files(library.collection(collection), state, visible, text=text, missing=missing)
    counts: dict[str, int] = {}
    for file in found:
        counts[file.kind] = counts.get(file.kind, 0) + 1
    shown = [file for file in found if not chosen or file.kind in chosen]
    return json_answer({"total": len(shown), "kinds": counts, "items": shown[offset : offset + limit]})


@router.get("/model-files/{file_id}", response_model=ModelFileAnswer)
def model_file(library: TheLibrary, collection: CollectionName, file_id: FileId) -> Response:
    """Everything known of one model file."""
    catalog = library.search(collection).catalog
    state = catalog.state
    visible = visible_images(catalog, state, "", frozenset(), local_now())
    return json_answer(listing.model_file(library.collection(collection), state, visible, file_id))


@router.get("/model-files/{file_id}/preview", response_class=Response, responses=PREVIEW)
def model_preview(library: TheLibrary, collection: CollectionName, file_id: FileId, size: AskedSize = 512) -> Response:
    """The preview picture of a model: the one beside the file, else the one loaded from Civitai."""
    return _webp(library, collection, file_id, size)


@router.get("/model-work", response_model=list[ModelWorkAnswer])
def model_work(library: TheLibrary, collection: CollectionName) -> Response:
    """Scanning models, hashing them, asking for them: what runs, and how the last of each ended."""
    return json_answer(work.model_work(library.collection(collection)))


@router.post("/model-work", status_code=202, response_model=StartedModelWork)
def start_model_work(library: TheLibrary, collection: CollectionName, asked: ModelWorkRequest) -> StartedModelWork:
    """Scan the model roots, hash their files, or ask Civitai for every unknown hash, in the background."""
    known = library.collection(collection)
    return StartedModelWork(job=jobs.start_model_work(library.database, known.name, asked.kind, asked.ids))


@router.post("/model-work/cancel", status_code=204, response_class=Response)
def cancel_model_work(library: TheLibrary, collection: CollectionName, asked: ModelWorkCancel) -> None:
    """Stop work on models; what was done is kept."""
    jobs.cancel_model_work(library.collection(collection), asked.kinds or work.KINDS)


@router.post("/model-work/pause", status_code=204, response_class=Response)
def pause_model_work(library: TheLibrary, collection: CollectionName, asked: ModelWorkKind) -> None:
    """Pause work on models of one kind; it goes on when it is resumed, with what is left."""
    jobs.pause_model_work(library.collection(collection), asked.kind)


@router.post("/model-work/resume", status_code=202, response_model=StartedModelWork)
def resume_model_work(library: TheLibrary, collection: CollectionName, asked: ModelWorkKind) -> StartedModelWork:
    """Go on with paused work on models."""
    return StartedModelWork(job=jobs.resume_model_work(library.collection(collection), asked.kind))


def _root(root: roots.ModelRoot) -> ModelRootAnswer:
    return ModelRootAnswer(
        id=root.id,
        path=paths.printable(root.path),
        available=root.available,
        files=root.files,
        scanned_at=root.scanned_at.timestamp() if root.scanned_at else None,
    )


def _webp(library: Library, collection: str, file_id: int, size: ThumbnailSize) -> Response:
    return picture(previews.preview(library.collection(collection), file_id, size, library.thumbnails))


def picture(made: bytes) -> Response:
    headers = {"Cache-Control": "private, max-age=60", "Content-Security-Policy": MEDIA_POLICY}
    return Response(made, headers=headers, media_type="image/webp")
