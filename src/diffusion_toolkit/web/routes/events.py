"""One stream of events per browser."""

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from diffusion_toolkit.errors import StoreError
from diffusion_toolkit.web.asked import PROBLEMS, TheLibrary
from diffusion_toolkit.web.broadcast import Broadcaster, Visitor
from diffusion_toolkit.web.live import first_messages

router = APIRouter(prefix="/api", tags=["events"], responses=PROBLEMS)


@router.get(
    "/events",
    response_class=Response,
    responses={
        200: {"description": "Events `scan`, `changed`, and one per subject.", "content": {"text/event-stream": {}}}
    },
)
async def events(
    request: Request,
    library: TheLibrary,
    collection: Annotated[str | None, Query(max_length=48, description="Absent: the first collection.")] = None,
) -> Response:
    """Progress of scans (`scan`: the list that `scans` gives), changes of the catalog (`changed`), and writes of others
    through this server (`curation`, `tags`, `albums`, `queries`, `review`, `folders`: the token of the write);
    states of roots and how they are watched (`roots`); what becomes of pictures marked NSFW (`nsfw`)."""
    broadcaster: Broadcaster = request.app.state.broadcaster
    if broadcaster.is_full:
        raise StoreError("Too many windows listen at the same time.")
    visitor = Visitor(collection or library.default)
    for event, data in await anyio.to_thread.run_sync(first_messages, library, visitor.collection):
        visitor.give(event, visitor.collection, data, is_state=True)
    return StreamingResponse(
        broadcaster.stream(visitor), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )
