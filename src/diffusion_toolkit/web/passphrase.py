"""A passphrase as it is kept: stretched with scrypt, so that a stolen file does not give it away."""

import base64
import hashlib
import hmac
import secrets
import time
from threading import Lock
from typing import Final

from diffusion_toolkit.errors import Refused, ToolkitError

_N: Final = 2**15
_R: Final = 8
_P: Final = 1
"""RFC 7914's interactive parameters, doubled: about 100 ms and 32 MiB for each try."""
_MEMORY: Final = 64 * 2**20
_SALT_BYTES: Final = 16
_FREE_TRIES: Final = 3
_LONGEST_WAIT_S: Final = 300.0


class TooSoon(ToolkitError):
    """Too many wrong passphrases; the next try has to wait."""

    http_status = 429


def kept_form(passphrase: str) -> str:
    """What is kept in the place of a passphrase."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt${_N}${_R}${_P}${_text(salt)}${_text(_stretched(passphrase, salt, _N, _R, _P))}"


def fits(passphrase: str, kept: str) -> bool:
    """Whether it is the passphrase. What cannot be read as a kept form fits nothing."""
    try:
        name, n, r, p, salt, wanted = kept.split("$")
        made = _stretched(passphrase, base64.b64decode(salt), int(n), int(r), int(p))
        return name == "scrypt" and hmac.compare_digest(made, base64.b64decode(wanted))
    except ValueError:
        return False


class GuessGuard:
    """Makes guessing slow: one try at a time, and a longer wait after each wrong one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._wrong = 0
        self._not_before = 0.0

    def check(self, given: str | None, kept: str | None) -> None:
        """Raises Refused unless it is the passphrase, TooSoon where one has to wait. Without one, anything goes."""
        if kept is None:
            return
        with self._lock:
            wait = self._not_before - time.monotonic()
            if wait > 0:
                raise TooSoon(f"That was wrong too often. The next try is possible in {int(wait) + 1} s.")
            if given is not None and fits(given, kept):
                self._wrong = 0
                return
            if given is not None:
                self._wrong += 1
                if self._wrong >= _FREE_TRIES:
                    self._not_before = time.monotonic() + min(_LONGEST_WAIT_S, 2.0**self._wrong)
        raise Refused("Give the passphrase." if given is None else "That is not the passphrase.")


def _stretched(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
