"""Addresses of servers that people run: where the API of one begins, and what may be reached without encryption."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.integrations.http import is_loopback

URL: Final = "http://127.0.0.1:1234/v1"
"""Where LM Studio listens."""

_AT_HOME: Final = (".local", ".lan", ".internal", ".home.arpa")


def api_bases(url: str) -> tuple[str, ...]:
    """Where an API may begin, the likeliest first: people give the address with /v1 or without. Raises UsageError."""
    base = url.strip().rstrip("/").removesuffix("/chat/completions").rstrip("/")
    parts = _split(base)
    if parts is None:
        raise UsageError(f"The address of a server looks like {URL}.")
    scheme, host, path = parts
    if scheme == "http" and not is_near(host):
        raise UsageError(
            "Only https:// reaches a machine outside your network: pictures and keys do not go in the open."
        )
    last = path.rpartition("/")[2]
    return (base,) if last[:1] == "v" and last[1:2].isdigit() else (f"{base}/v1", base)


def is_near(name: str) -> bool:
    """Whether a host is this machine or one of the same network."""
    try:
        address = ip_address(name)
    except ValueError:
        return is_loopback(name) or "." not in name or name.endswith(_AT_HOME)
    return address.is_loopback or address.is_private


def _split(base: str) -> tuple[str, str, str] | None:
    """Scheme, host and path; None for anything but a plain address."""
    try:
        parts = urlsplit(base)
        plain = parts.port != 0 and not (parts.username or parts.query or parts.fragment)
    except ValueError:  # a port that is no number, an address of IPv6 without its end
        return None
    return (parts.scheme, parts.hostname, parts.path) if plain and parts.hostname and _is_web(parts.scheme) else None


def _is_web(scheme: str) -> bool:
    return scheme in ("https", "http")
