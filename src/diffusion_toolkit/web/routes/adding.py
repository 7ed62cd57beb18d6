"""Files from outside that are put into a folder of the library."""

import os
import secrets
import shutil
from pathlib import Path
from typing import Annotated, BinaryIO, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from diffusion_toolkit.errors import NoSpace, ToolkitError
from diffusion_toolkit.library.files import work
from diffusion_toolkit.library.files.adding import add_file, check_content, fitting_name, names_taken, receiving
from diffusion_toolkit.library.files.places import Folder, folder_by_id
from diffusion_toolkit.library.files.plan import Clash
from diffusion_toolkit.library.written import Written
from diffusion_toolkit.web.asked import IN_COLLECTION, PROBLEMS
from diffusion_toolkit.web.models import LARGEST_ID
from diffusion_toolkit.web.models_files import AddCheckAnswer, AddCheckRequest, FilesAnswer, NameProblem
from diffusion_toolkit.web.receiving import receive_into, room_told
from diffusion_toolkit.web.routes.files import outcome_answer
from diffusion_toolkit.web.thumbnail_pool import ClientGone, ThumbnailPool
from diffusion_toolkit.web.writing import TheWriting, Writing

SPARE_BYTES: Final = 64 * 2**20
"""So much room stays on every drive."""

LATEST_S: Final = 4_102_444_800.0

router = APIRouter(prefix=IN_COLLECTION + "/files/add", tags=["files"], responses=PROBLEMS)

Number = Annotated[int, Query(ge=1, le=LARGEST_ID)]
Modified = Annotated[float | None, Query(ge=0, le=LATEST_S, description="When it was changed last, in seconds.")]
Joined = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="An action that this file is a part of.")]
Clashing = Annotated[Clash, Query(description="`number` keeps both; `refuse` adds nothing where the name is taken.")]


@router.post("/check", response_model=AddCheckAnswer)
def check_files_to_add(writing: TheWriting, asked: AddCheckRequest) -> AddCheckAnswer:
    """Which of these names a folder has already, and which it cannot take; nothing is sent yet."""
    to = folder_by_id(writing.collection, asked.folder_id)
    refused: list[NameProblem] = []
    for name in asked.names:
        try:
            fitting_name(name)
        except ToolkitError as error:
            refused.append(NameProblem(name=name, message=str(error)))
    unfit = {each.name for each in refused}
    return AddCheckAnswer(taken=names_taken(to, [name for name in asked.names if name not in unfit]), refused=refused)


@router.post(
    "",
    response_model=FilesAnswer,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def add_file_to_folder(
    request: Request,
    writing: TheWriting,
    folder_id: Number,
    name: Annotated[str, Query(min_length=1, max_length=1000)],
    clash: Clashing = "refuse",
    modified: Modified = None,
    journal: Joined = None,
) -> Response | FilesAnswer:
    """Put the file that is sent into a folder of the library. It must be a picture or a film by its content.

    Nothing is ever overwritten. Undo puts it into the trash. The watcher or the next scan shows it.
    """
    to = await run_in_threadpool(_checked, request, writing, folder_id, name)
    folder = await run_in_threadpool(receiving, writing.library.data_dir)
    received = folder / f"{secrets.token_hex(8)}{Path(name).suffix}"
    try:
        with room_told(), received.open("xb") as file:
            await receive_into(request, file)
            await run_in_threadpool(_finish, file, received, modified)
        pool: ThumbnailPool = request.app.state.explain_pool
        record = await pool.run(request, lambda: writing.library.explainer.read(received))
        check_content(record)

        def add() -> FilesAnswer:
            number = add_file(writing.collection, received, to, name, clash=clash, joins=journal)
            return _told(writing, number)

        return await run_in_threadpool(add)
    except ClientGone:
        return Response(status_code=499)
    finally:
        await run_in_threadpool(received.unlink, missing_ok=True)


def _checked(request: Request, writing: Writing, folder_id: int, name: str) -> Folder:
    """The folder, if it can take the file. Raises UsageError, NotFound, Refused, NoSpace."""
    fitting_name(name)
    to = folder_by_id(writing.collection, folder_id)
    wanted = int(request.headers.get("content-length", "0")) + SPARE_BYTES
    for place in (to.system, writing.library.data_dir):
        if shutil.disk_usage(place).free < wanted:
            raise NoSpace("There is not enough room on the drive for this file.")
    return to


def _finish(file: BinaryIO, received: Path, modified: float | None) -> None:
    """Have it lie on the drive, with the date that it had where it came from."""
    file.flush()
    os.fsync(file.fileno())
    if modified is not None:
        os.utime(received, (modified, modified))


def _told(writing: Writing, journal: int) -> FilesAnswer:
    found = work.outcome(writing.collection, journal)
    writing.tell(Written(token=found.token, journal_id=journal, changed=found.done))
    return outcome_answer(found)
