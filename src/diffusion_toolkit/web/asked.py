"""What every route asks for: the library, the collection of the address, ids."""

from typing import Annotated, Any, Final, cast

from fastapi import Depends, Path, Request

from diffusion_toolkit.web.library import Library
from diffusion_toolkit.web.models import LARGEST_ID, ProblemAnswer

IN_COLLECTION: Final = "/api/collections/{collection}"

PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"model": ProblemAnswer, "description": "What went wrong."}
}
"""Every route may answer with an error; they all look the same."""


async def _library(request: Request) -> Library:
    return cast(Library, request.app.state.library)


TheLibrary = Annotated[Library, Depends(_library)]
CollectionName = Annotated[str, Path(alias="collection", min_length=1, max_length=48)]
ImageId = Annotated[int, Path(alias="image_id", ge=1, le=LARGEST_ID)]
