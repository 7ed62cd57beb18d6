"""A file that somebody shows us, without a place in any library."""

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.files.names import checked_name, fitting
from diffusion_toolkit.record import NO_ORIGINS, FileRecord
from diffusion_toolkit.web.asked import PROBLEMS, TheLibrary
from diffusion_toolkit.web.models_inspect import InspectedAnswer
from diffusion_toolkit.web.receiving import receive
from diffusion_toolkit.web.thumbnail_pool import ClientGone, ThumbnailPool

NAMELESS = "file"

router = APIRouter(prefix="/api", tags=["images"], responses=PROBLEMS)


@router.post(
    "/inspect",
    response_model=InspectedAnswer,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def inspect_file(
    request: Request,
    library: TheLibrary,
    name: Annotated[str, Query(max_length=1000, description="How the file is called; some programs write there.")] = "",
) -> Response | InspectedAnswer:
    """What the file that is sent holds, and where each value of it stands. Nothing of it is kept."""
    pool: ThumbnailPool = request.app.state.explain_pool
    # Only its reader knows this file, and only by a name that every drive can hold.
    with tempfile.TemporaryDirectory(prefix="dtk-inspect-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / _file_name(name)
        await receive(request, path)
        try:
            record = await pool.run(request, lambda: library.explainer.read(path))
        except ClientGone:
            return Response(status_code=499)
    return _answer(name, record)


def _file_name(name: str) -> str:
    try:
        return checked_name(fitting(name))
    except UsageError:
        return NAMELESS


def _answer(name: str, record: FileRecord) -> InspectedAnswer:
    origins = record.recipe.origins if record.recipe else NO_ORIGINS
    about = {"name": name, "origins": origins, "problems": record.all_problems}
    return InspectedAnswer.model_validate(InspectedAnswer.model_validate(record).model_dump() | about)
