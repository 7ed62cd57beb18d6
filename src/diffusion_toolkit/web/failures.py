"""The one place where errors become HTTP answers."""

import logging
from collections.abc import Mapping

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from diffusion_toolkit.errors import (
    Expired,
    NotFound,
    QueryError,
    Refused,
    StoreError,
    ToolkitError,
    UnreadableFile,
    UsageError,
)
from diffusion_toolkit.web.headers import PAGE_HEADERS
from diffusion_toolkit.web.telling import told_failure

log = logging.getLogger(__name__)

KINDS: Mapping[type[ToolkitError], str] = {
    QueryError: "query",
    UsageError: "usage",
    Refused: "refused",
    Expired: "expired",
    NotFound: "not_found",
    UnreadableFile: "unreadable",
    StoreError: "store",
    ToolkitError: "failed",
}
VISITOR_LEFT = 499
"""The visitor went away in the middle of what was being sent; nobody reads the answer."""

SENTENCES = {404: "There is nothing at this address.", 405: "This address does not take that method."}


def failure(status: int, kind: str, message: str, headers: Mapping[str, str] | None = None, **more: object) -> Response:
    """An error answer, with the message's code where it has one."""
    told = told_failure(message)
    about = {} if told is None else {"told": told.model_dump()}
    body = orjson.dumps({"error": {"kind": kind, "message": message, **about, **more}})
    return Response(body, status, headers=dict(headers or {}), media_type="application/json")


def known_failure(error: ToolkitError) -> Response:
    """The answer for an error of ours."""
    kind = next(KINDS[each] for each in type(error).__mro__ if each in KINDS)
    if isinstance(error, QueryError):
        return failure(
            error.http_status, kind, error.args[0], position=error.position, length=error.length, fix=error.fix
        )
    return failure(error.http_status, kind, str(error))


def install(app: FastAPI) -> None:
    """Translate every error of an app."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, ToolkitError)
        if error.http_status >= 500:
            log.error("%s %s: %s", request.method, request.url.path, error)
        return known_failure(error)

    async def framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        message = SENTENCES.get(error.status_code, "The request cannot be answered.")
        kind = "not_found" if error.status_code == 404 else "usage"
        return failure(error.status_code, kind, message, error.headers)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return failure(400, "usage", _sentence(error))

    async def gone(request: Request, error: Exception) -> Response:
        return Response(status_code=VISITOR_LEFT)

    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return failure(500, "unexpected", "Something unexpected went wrong; the log has the details.", PAGE_HEADERS)

    app.add_exception_handler(ToolkitError, ours)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(Exception, unexpected)


def _sentence(error: RequestValidationError) -> str:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return "The body is not valid JSON."
    where = ".".join(str(part) for part in first["loc"][1:])
    return f"{where or 'body'}: {first['msg']}."
