"""The one door: decides for every request whether it may come in.

Against DNS rebinding, a request must call us by a name of ours. Against other pages in the same browser, what changes
something must come from our own page and be JSON, and nothing under /api is given to another site. Where more than
this machine can reach us, a visitor must know the token.
"""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from diffusion_toolkit.errors import Refused, ToolkitError, UsageError
from diffusion_toolkit.web.failures import failure, known_failure
from diffusion_toolkit.web.options import WebOptions

LARGEST_BODY_BYTES = 4 * 2**20
UPLOADS: Mapping[str, int] = {"/import": 4 * 2**30, "/inspect": 2**30, "/files/add": 4 * 2**30}
"""Addresses that end so take a file, and how many bytes it may have."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIE_S = 400 * 24 * 3600


def new_token() -> str:
    """A token nobody can guess."""
    return secrets.token_urlsafe(32)


class Unknown(ToolkitError):
    """The visitor did not show the token."""

    http_status = 401


class TooLarge(UsageError):
    """The body is larger than any request of ours."""

    http_status = 413


class Guard:
    """Answers what may not come in; hands the rest on."""

    def __init__(self, app: ASGIApp, options: WebOptions) -> None:
        self.app = app
        self._options = options
        self._names = {"localhost", "127.0.0.1", "::1", _bare(options.host), *map(_bare, options.allowed_hosts)}
        self._token = options.token or ""
        self._cookie = "dtk_" + hashlib.sha256(self._token.encode()).hexdigest()[:12]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            answer = self._answer(scope)
            await (answer or self.app)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        try:
            host = self._check_host(headers)
            if self._token and (redirect := self._check_token(scope, headers)):
                return redirect
            _check_site(scope, headers)
            if scope["method"] not in SAFE_METHODS:
                _check_change(headers, host, scope["path"])
        except Unknown as error:
            return failure(401, "token", str(error), {"WWW-Authenticate": "Bearer"})
        except ToolkitError as error:
            return known_failure(error)
        return None

    def _check_host(self, headers: Headers) -> str:
        """Raises Refused unless the request calls us by one of our names; returns name and port as given."""
        given = headers.getlist("host")
        name = _bare(_without_port(given[0])) if len(given) == 1 else ""
        if name in self._names or (not self._options.is_loopback and _is_address(name)):
            return given[0].lower()
        raise Refused("This server does not answer to that name. Open it by its address, or allow the name.")

    def _check_token(self, scope: Scope, headers: Headers) -> Response | None:
        """Raises Unknown without the token. A token in the address becomes a cookie and leaves the address."""
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        in_address = [value for name, value in asked if name == "token"]
        if scope["method"] == "GET" and in_address and self._is_token(in_address[0]):
            return self._welcome(scope["path"], [pair for pair in asked if pair[0] != "token"])
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._is_token(bearer.strip()):
            return None
        if any(self._is_token(value) for value in _cookies(headers, self._cookie)):
            return None
        raise Unknown("This library asks for its token: open the address that the server printed.")

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())

    def _welcome(self, path: str, rest: list[tuple[str, str]]) -> Response:
        target = "/" + quote(path.lstrip("/\\")) + ("?" + urlencode(rest) if rest else "")
        answer = Response(status_code=303, headers={"Location": target, "Cache-Control": "no-store"})
        answer.set_cookie(self._cookie, self._token, max_age=COOKIE_S, httponly=True, samesite="strict", path="/")
        return answer


def _check_site(scope: Scope, headers: Headers) -> None:
    """Nothing under /api for other sites; a person may still open its address."""
    site = headers.get("sec-fetch-site", "none")
    opened = scope["method"] == "GET" and headers.get("sec-fetch-dest") == "document"
    if site not in ("same-origin", "none") and scope["path"].startswith("/api") and not opened:
        raise Refused("This request came from another site.")


def _check_change(headers: Headers, host: str, path: str) -> None:
    """What changes something comes from our own page, or from no page at all, and is JSON of bounded length.

    A file comes as application/octet-stream, which no other page can send without asking first, either.
    """
    for origin in headers.getlist("origin"):
        scheme, _, place = origin.lower().partition("://")
        if scheme not in ("http", "https") or place != host:
            raise Refused("This request came from another site.")
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Refused("This request came from another site.")
    most = next((size for end, size in UPLOADS.items() if path.endswith(end)), None)
    wanted = "application/json" if most is None else "application/octet-stream"
    if headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
        raise UsageError(f"A change must be sent as {wanted}.")
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdecimal() or int(length) > (most or LARGEST_BODY_BYTES):
        raise TooLarge("The request is too large.")


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _bare(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _cookies(headers: Headers, name: str) -> list[str]:
    pairs = (part.strip().partition("=") for line in headers.getlist("cookie") for part in line.split(";"))
    return [value.strip('"') for key, _, value in pairs if key == name]
