"""What every route asks for: the library, the collection of the address, ids."""

import os
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Path, Request
from fastapi.concurrency import run_in_threadpool

from diffusion_toolkit.errors import UsageError
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


async def _shown_image(
    library: TheLibrary,
    collection: CollectionName,
    image_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
) -> int:
    if library.nsfw_mode == "hide":
        await run_in_threadpool(library.check_shown, collection, image_id)
    return image_id


ImageId = Annotated[int, Depends(_shown_image)]
"""The image of the address. While NSFW pictures are hidden, there is no such image where it is one."""


def whole_path(path: str) -> str:
    """The path of a folder that a visitor named. Raises UsageError for a relative one: the folder it would start from
    is that of the server, which the visitor does not see."""
    if not os.path.isabs(os.path.expanduser(path)):
        raise UsageError("Name the whole path of the folder, from its beginning.")
    return path
