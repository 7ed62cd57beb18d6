"""What a browser can show of files it cannot: TIFF and HEIF as WebP, films as MP4."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from diffusion_toolkit.library.images import ImageContent, image_content
from diffusion_toolkit.media.renditions import FilmInTheMaking
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, ImageId, TheLibrary
from diffusion_toolkit.web.headers import MEDIA_POLICY
from diffusion_toolkit.web.routes.images import IMMUTABLE, REVALIDATE, Version, known_tags
from diffusion_toolkit.web.thumbnail_pool import ClientGone, ThumbnailPool, left

WAIT_S: Final = 6.0
"""A film that is complete by then is sent as a file, which players can search; a longer one as it grows."""
LOOK_S: Final = 0.2
PART_BYTES: Final = 256 * 1024
MP4: Final = "video/mp4"

router = APIRouter(prefix=IN_COLLECTION + "/images/{image_id}", tags=["images"], responses=PROBLEMS)


@router.get(
    "/rendition",
    response_class=Response,
    responses={
        200: {
            "description": "A WebP or an MP4.",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        },
        206: {"description": "The ranges asked for."},
        304: {"description": "Not changed."},
        416: {"description": "There is no such range."},
    },
)
async def image_rendition(
    request: Request, library: TheLibrary, collection: CollectionName, image_id: ImageId, v: Version = ""
) -> Response:
    """A picture or film that every browser shows, made of the image's file.

    Pictures come in full size up to 8192 pixels. Films are copied into MP4 where that will do, else encoded again
    within 1280 × 720, 30 frames per second and 10 minutes; a long one is sent while it is made, without ranges.
    """
    pool: ThumbnailPool = request.app.state.thumbnail_pool
    renditions = library.renditions

    def begin() -> tuple[ImageContent, bytes | Path | FilmInTheMaking]:
        content = image_content(library.collection(collection), image_id)
        if content.is_film:
            return content, renditions.film(content.key, content.path)
        return content, renditions.picture(content.key, content.path)

    try:
        content, found = await pool.run(request, begin)
        headers = {
            "ETag": f'"{content.key}"',
            "Cache-Control": IMMUTABLE if v else REVALIDATE,
            "Content-Security-Policy": MEDIA_POLICY,
        }
        if isinstance(found, FilmInTheMaking):
            return await _when_made(request, found, headers)
    except ClientGone:
        return Response(status_code=499)
    if headers["ETag"] in known_tags(request):
        return Response(status_code=304, headers=headers)
    if isinstance(found, bytes):
        return Response(found, headers=headers, media_type="image/webp")
    return FileResponse(found, headers=headers, media_type=MP4)


async def _when_made(request: Request, making: FilmInTheMaking, headers: dict[str, str]) -> Response:
    """The film when it is soon complete, else what there is of it, as it grows. Raises ClientGone."""
    made = asyncio.wrap_future(making.done)
    leaving = asyncio.ensure_future(left(request))
    staying = False
    try:
        await asyncio.wait({asyncio.shield(made), leaving}, timeout=WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        if making.done.done():
            return FileResponse(making.done.result(), headers=headers, media_type=MP4)
        if leaving.done():
            raise ClientGone
        staying = True
        return _Growing(making, {**headers, "Cache-Control": "no-store"})
    finally:
        leaving.cancel()
        if not staying:
            making.leave()


class _Growing(StreamingResponse):
    """A film that is sent while it is made, and given up when the visitor leaves."""

    def __init__(self, making: FilmInTheMaking, headers: dict[str, str]) -> None:
        super().__init__(_parts(making), headers={**headers, "Accept-Ranges": "none"}, media_type=MP4)
        self._making = making

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._making.leave()


async def _parts(making: FilmInTheMaking) -> AsyncGenerator[bytes]:
    with await asyncio.to_thread(making.growing.open, "rb") as file:
        while True:
            complete = making.done.done()
            part = await asyncio.to_thread(file.read, PART_BYTES)
            if part:
                yield part
            elif complete:
                making.done.result()
                return
            else:
                await asyncio.sleep(LOOK_S)
