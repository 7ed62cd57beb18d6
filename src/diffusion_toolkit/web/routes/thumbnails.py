"""Many thumbnails in one answer: a screen full of pictures is one request, not fifty over six connections."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.images import kept_thumbnails
from diffusion_toolkit.media.thumbnails import ThumbnailSize
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS, CollectionName, TheLibrary
from diffusion_toolkit.web.json_answer import json_answer
from diffusion_toolkit.web.models import LARGEST_ID
from diffusion_toolkit.web.models_search import ThumbnailsAnswer
from diffusion_toolkit.web.thumbnail_pool import ClientGone, ThumbnailPool

MOST_THUMBNAILS = 100
NUMBERS = f"^[0-9]{{1,10}}(,[0-9]{{1,10}}){{0,{MOST_THUMBNAILS - 1}}}$"

router = APIRouter(prefix=IN_COLLECTION, tags=["images"], responses=PROBLEMS)


@router.get("/thumbnails", response_model=ThumbnailsAnswer)
async def kept_small(
    request: Request,
    library: TheLibrary,
    collection: CollectionName,
    ids: Annotated[
        str, Query(pattern=NUMBERS, description=f"Numbers of at most {MOST_THUMBNAILS} images, with commas between.")
    ],
    size: Annotated[ThumbnailSize, BeforeValidator(int)] = 256,
) -> Response:
    """Thumbnails that were made before. Each of the others is made when its own address is asked for."""
    wanted = _numbers(ids)
    pool: ThumbnailPool = request.app.state.thumbnail_pool

    def read() -> list[str | None]:
        shown = library.shown(collection, wanted)
        opened, colours = library.collection(collection), library.colours(collection)
        kept = kept_thumbnails(opened, shown, size, library.thumbnails, colours)
        by_id = dict(zip(shown, kept, strict=True))
        return [b64encode(found).decode() if (found := by_id.get(number)) else None for number in wanted]

    try:
        return json_answer({"webp": await pool.run(request, read)})
    except ClientGone:
        return Response(status_code=499)


def _numbers(text: str) -> list[int]:
    numbers = [int(part) for part in text.split(",")]
    if not all(0 < number <= LARGEST_ID for number in numbers):
        raise UsageError(f"The number of an image is from 1 to {LARGEST_ID}.")
    return numbers
