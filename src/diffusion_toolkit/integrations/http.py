"""What every question to another program has in common: the connection, a bounded answer, and why it failed."""

import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import urllib3
from urllib3.exceptions import HTTPError

from diffusion_toolkit import __version__
from diffusion_toolkit.errors import ServiceFailed, UsageError

BUSY: Final = (429, 500, 502, 503, 504)
"""Statuses that may be others the next time."""

LONGEST_WAIT_S: Final = 60.0
"""Between two attempts, whatever the server asks for."""

AGENT: Final = f"diffusion-toolkit/{__version__}"
_PART: Final = 64 * 1024


def open_pool(address: str, connections: int = 1) -> urllib3.PoolManager:
    """Connections to the machine of `address`, through the proxy that the environment names, if it names one."""
    parts = urlsplit(address)
    name = parts.hostname or ""
    proxy = None if is_loopback(name) or proxy_bypass(name) else getproxies().get(parts.scheme)
    if proxy:
        return urllib3.ProxyManager(proxy, ca_certs=certifi.where(), retries=False, maxsize=connections)
    return urllib3.PoolManager(ca_certs=certifi.where(), retries=False, maxsize=connections)


def asking(api_key: str | None) -> dict[str, str]:
    """The headers of a question for JSON. Raises UsageError for a key that cannot be one."""
    headers = {"Accept": "application/json", "User-Agent": AGENT}
    if api_key:
        if not api_key.isascii() or not api_key.isprintable() or api_key != api_key.strip():
            raise UsageError("A key has only ASCII letters, digits and signs, and no blank at its ends.")
        headers["Authorization"] = f"Bearer {api_key}"
    return headers


def read_bounded(
    response: urllib3.BaseHTTPResponse,
    name: str,
    most_bytes: int,
    timeout_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> bytes:
    """The body, bounded in size and in time: a byte every ten seconds is no answer.

    name: of the server, for the message. Raises ServiceFailed for too much, HTTPError when it breaks or is too slow.
    """
    deadline = clock() + timeout_s
    parts: list[bytes] = []
    size = 0
    while part := response.read1(_PART, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > most_bytes:
            raise ServiceFailed(f"{name} sent more than {most_bytes // 2**20} MiB; that is no answer.")
        if clock() > deadline:
            raise urllib3.exceptions.TimeoutError("the answer comes too slowly")
    return b"".join(parts)


def content_type(response: urllib3.BaseHTTPResponse) -> str:
    """The type of an answer, such as "application/json"; "" when it says none."""
    return (response.headers.get("content-type") or "").partition(";")[0].strip().lower()


def retry_after_s(response: urllib3.BaseHTTPResponse) -> float | None:
    """Seconds after which to ask again, where the server says so."""
    text = response.headers.get("retry-after")
    return float(text) if text and text.isascii() and text.strip().isdigit() and len(text) < 8 else None


def why(error: HTTPError) -> str:
    """Why there was no answer, without the address, which may not be shown."""
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "nobody answers there"
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "no answer in time"
    if isinstance(error, urllib3.exceptions.SSLError):
        return "its certificate is not trusted"
    return "the connection failed or broke"


def is_loopback(name: str) -> bool:
    """Whether a host name is this very machine."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
