"""The only door from a string to a file inside a library root.

File names on Linux are bytes and need not be UTF-8, on Windows they may hold lone surrogates, and PostgreSQL
takes neither. *Stored* names are therefore the name with every such byte written as one private-use
character U+F700 + byte; real characters of that range are written the same way, so the mapping is exact both ways.
"""

import os
import re
import unicodedata
from pathlib import Path

from diffusion_toolkit.errors import Refused, UsageError

_ESCAPE = 0xF700
_ESCAPED = re.compile("[\uf700-\uf7ff]")


def stored_name(name: str) -> str:
    """A file name or path as the operating system gives it, made safe for the store."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        pass
    else:
        if _ESCAPED.search(name) is None:
            return name
    return "".join(_escaped(character) for character in name)


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF and os.name != "nt":
        return chr(_ESCAPE + code - 0xDC00)
    if 0xD800 <= code <= 0xDFFF or _ESCAPE <= code <= _ESCAPE + 0xFF:
        return "".join(chr(_ESCAPE + byte) for byte in character.encode("utf-8", "surrogatepass"))
    return character


def system_name(stored: str) -> str:
    """The exact inverse of `stored_name`."""
    if _ESCAPED.search(stored) is None:
        return stored
    raw = bytearray()
    for character in stored:
        code = ord(character)
        raw += bytes([code - _ESCAPE]) if _ESCAPE <= code <= _ESCAPE + 0xFF else character.encode("utf-8")
    return raw.decode("utf-8", "surrogatepass" if os.name == "nt" else "surrogateescape")


def printable(stored: str) -> str:
    """A stored path as one shows it: what cannot be shown becomes U+FFFD."""
    if stored.isascii():
        return stored
    return system_name(stored).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def folders_above(path: str) -> list[str]:
    """The folders around a relative stored path, the nearest first, "" (the root) last; none for the root itself."""
    parts = path.split("/") if path else []
    return ["/".join(parts[:count]) for count in range(len(parts) - 1, -1, -1)]


def real_root(folder: str | os.PathLike[str]) -> Path:
    """The one spelling of a folder: absolute, symlinks followed, no trailing slash, as the disk spells its case.

    Raises UsageError when no folder can be called so.
    """
    if not os.fspath(folder):
        raise UsageError("Name a folder.")
    if "\0" in os.fspath(folder):
        raise UsageError("The name of a folder cannot hold a NUL character.")
    path = Path(os.path.realpath(os.path.expanduser(os.fspath(folder))))
    return path if os.path.exists(path) else Path(unicodedata.normalize("NFC", str(path)))


def inside(root: str, relative: str) -> Path:
    """The file `relative` (stored form, `/` between parts) inside `root` (stored form).

    Raises Refused when it would lie outside, also through a symlink.
    """
    base = Path(os.path.realpath(system_name(root)))
    target = Path(os.path.realpath(base / system_name(relative)))
    if target != base and base not in target.parents:
        raise Refused("This file lies outside the library.")
    return target
