"""One image: what is known of it, its file, its thumbnail."""

import hashlib
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BeforeValidator

from diffusion_toolkit import formats
from diffusion_toolkit.library.curate import written_captions
from diffusion_toolkit.library.images import image_detail, image_file, image_thumbnail
from diffusion_toolkit.library.workflows import workflow
from diffusion_toolkit.media.thumbnails import ThumbnailSize
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, ImageId, TheLibrary
from diffusion_toolkit.web.headers import MEDIA_POLICY
from diffusion_toolkit.web.models import CaptionAnswer, ExplanationAnswer, ImageAnswer, RawAnswer, WorkflowAnswer
from diffusion_toolkit.web.thumbnail_pool import ClientGone, ThumbnailPool

CONTENT_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "avif": "image/avif",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
"""What browsers show. Anything else is offered as a download and never opened."""

IMMUTABLE = "private, max-age=31536000, immutable"
REVALIDATE = "private, no-cache"

router = APIRouter(prefix=IN_COLLECTION + "/images/{image_id}", tags=["images"], responses=PROBLEMS)

AskedSize = Annotated[ThumbnailSize, BeforeValidator(int)]
"""Numbers of an address are text, which a Literal does not turn into numbers."""

Version = Annotated[str, Query(max_length=64, description="The image's version; makes the answer cacheable for ever.")]


@router.get("", response_model=ImageAnswer)
def image(library: TheLibrary, collection: CollectionName, image_id: ImageId) -> ImageAnswer:
    """Everything known of one image."""
    return ImageAnswer.model_validate(image_detail(library.collection(collection), image_id))


@router.get("/explain", response_model=ExplanationAnswer)
async def image_explained(
    request: Request, library: TheLibrary, collection: CollectionName, image_id: ImageId
) -> Response | ExplanationAnswer:
    """Where the values of its recipe stand in the file, and what else was found. The file is read anew."""
    pool: ThumbnailPool = request.app.state.explain_pool

    def read() -> ExplanationAnswer:
        found = library.explainer.explain(library.collection(collection), image_id)
        return ExplanationAnswer.model_validate(found)

    try:
        return await pool.run(request, read)
    except ClientGone:
        return Response(status_code=499)


@router.get("/raw", response_model=RawAnswer)
async def image_raw(
    request: Request, library: TheLibrary, collection: CollectionName, image_id: ImageId
) -> Response | RawAnswer:
    """The texts in and beside its file, as they stand there now. The file is read anew."""
    pool: ThumbnailPool = request.app.state.explain_pool

    def read() -> RawAnswer:
        return RawAnswer.model_validate(library.explainer.explain(library.collection(collection), image_id))

    try:
        return await pool.run(request, read)
    except ClientGone:
        return Response(status_code=499)


@router.get("/workflow", response_model=WorkflowAnswer)
async def image_workflow(
    request: Request, library: TheLibrary, collection: CollectionName, image_id: ImageId
) -> Response | WorkflowAnswer:
    """The nodes of ComfyUI's graph, their properties and wires. The file is read anew, if it can be."""
    pool: ThumbnailPool = request.app.state.explain_pool

    def read() -> WorkflowAnswer:
        found = workflow(library.collection(collection), image_id, library.explainer)
        return WorkflowAnswer.model_validate(found)

    try:
        return await pool.run(request, read)
    except ClientGone:
        return Response(status_code=499)


@router.get("/captions", response_model=list[CaptionAnswer])
def image_captions(library: TheLibrary, collection: CollectionName, image_id: ImageId) -> list[CaptionAnswer]:
    """What people and models wrote about it, the newest first; also what was undone."""
    return [
        CaptionAnswer(
            text=caption.text,
            made_at=caption.made_at.timestamp(),
            source=caption.source,
            model=caption.model,
            instruction=caption.instruction,
            mode=caption.mode,
            tokens=caption.tokens,
            seconds=caption.seconds,
        )
        for caption in written_captions(library.collection(collection), image_id)
    ]


@router.get(
    "/file",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
        206: {"description": "The ranges asked for."},
        304: {"description": "Not changed."},
        416: {"description": "There is no such range."},
    },
)
def image_bytes(
    request: Request, library: TheLibrary, collection: CollectionName, image_id: ImageId, v: Version = ""
) -> Response:
    """The file itself, in whole or in ranges."""
    found = image_file(library.collection(collection), image_id)
    kind = _content_type(found.path)
    status = found.path.stat()
    headers = {
        "ETag": f'"{status.st_mtime_ns:x}-{status.st_size:x}"',
        "Cache-Control": IMMUTABLE if v and v == found.version else REVALIDATE,
        "Content-Security-Policy": MEDIA_POLICY,
    }
    if headers["ETag"] in known_tags(request):
        return Response(status_code=304, headers=headers)
    return FileResponse(
        found.path,
        media_type=kind or "application/octet-stream",
        headers=headers,
        stat_result=status,
        filename=found.name,
        content_disposition_type="inline" if kind else "attachment",
    )


@router.get(
    "/thumbnail",
    response_class=Response,
    responses={
        200: {"description": "A WebP.", "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}}},
        304: {"description": "Not changed."},
    },
)
async def image_small(
    request: Request,
    library: TheLibrary,
    collection: CollectionName,
    image_id: ImageId,
    size: AskedSize = 256,
    v: Version = "",
) -> Response:
    """A WebP of the image, at most `size` pixels on its longer side, upright."""

    pool: ThumbnailPool = request.app.state.thumbnail_pool

    def make() -> bytes:
        opened = library.collection(collection)
        return image_thumbnail(opened, image_id, size, library.thumbnails, library.colours(collection))

    try:
        made = await pool.run(request, make)
    except ClientGone:
        return Response(status_code=499)
    headers = {
        "ETag": f'"{hashlib.blake2b(made, digest_size=16).hexdigest()}"',
        "Cache-Control": IMMUTABLE if v else REVALIDATE,
        "Content-Security-Policy": MEDIA_POLICY,
    }
    if headers["ETag"] in known_tags(request):
        return Response(status_code=304, headers=headers)
    return Response(made, headers=headers, media_type="image/webp")


def _content_type(path: Path) -> str | None:
    """By content: a name or an old scan may say anything. None for what browsers should not open."""
    with path.open("rb") as file:
        head = file.read(64)
    found = next((form.slug for form in formats.REGISTRY if form.matches(head)), "")
    return CONTENT_TYPES.get(found)


def known_tags(request: Request) -> list[str]:
    """The versions of what is asked for that the visitor has."""
    return [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
