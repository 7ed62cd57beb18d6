"""How the web server is reached, and by whom."""

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path

from diffusion_toolkit.library.files.opening import Program

OWN_PAGE = Path(__file__).parent / "page"


def _worker_count() -> int:
    """One per core; more than eight would only wait for one another's files."""
    return max(2, min(8, os.cpu_count() or 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """host: the address we listen on; token: what a visitor must know, needed unless host is loopback;
    allowed_hosts: more names this machine is called by; page_folder: the built page;
    thumbnail_workers: thumbnails made at the same time; version: of the program;
    programs: those that may open pictures.
    """

    host: str = "127.0.0.1"
    token: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    page_folder: Path = OWN_PAGE
    thumbnail_workers: int = field(default_factory=_worker_count)
    version: str = "0"
    programs: tuple[Program, ...] = ()

    @property
    def is_loopback(self) -> bool:
        """Only programs of this machine can reach us."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether an address of ours is reachable from this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
