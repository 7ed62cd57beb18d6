"""Which names a file may be given: those that every system and drive can hold."""

import os
import re
import unicodedata
from typing import Final

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.library.scanning.walk import EXTENSIONS, RESOURCE_FORK

LONGEST_NAME_BYTES: Final = 255
"""What nearly every file system allows: 255 bytes, Windows and macOS 255 UTF-16 units."""

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069/\\:*?"<>|\ud800-\udfff]+')
"""Also what turns the direction of writing: with it, a prompt could make "gpj.exe" look like "exe.jpg"."""
_WINDOWS_UNFIT = '<>:"|?*'


def checked_name(name: str) -> str:
    """The name, if a file can be called so everywhere. Raises UsageError with the reason otherwise."""
    if problem := _problem(name):
        raise UsageError(problem)
    return name


def renamed(old: str, given: str) -> str:
    """The new name of a file that was called `old` when the user asks for `given`: its ending is kept.

    The ending may be given or left out. Raises UsageError when no file can be called so.
    """
    _, dot, ending = old.rpartition(".")
    _, _, asked = given.rpartition(".")
    if dot and "." in given and asked.lower() == ending.lower():
        return checked_name(given[: len(given) - len(asked)] + ending)
    if "." in given and asked.lower() in EXTENSIONS:
        raise UsageError(f'The ending of a file stays as it is: "{given}" would turn .{ending} into .{asked}.')
    return checked_name(given if given.endswith((".", " ")) or not given else f"{given}{dot}{ending}")


def fitting(text: str, spare_bytes: int = 0) -> str:
    """A text as a part of a file name: what no name may hold becomes "_", and it is cut to what fits."""
    text = unicodedata.normalize("NFC", _UNFIT.sub("_", text)).strip()
    while len(os.fsencode(text)) > LONGEST_NAME_BYTES - spare_bytes:
        text = text[:-1]
    return text


def with_number(name: str, number: int) -> str:
    """`name` with a number before its ending: "cat (2).png". The stem is cut where it would be too long."""
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    tail = f" ({number}){dot}{ending}"
    room = LONGEST_NAME_BYTES - len(os.fsencode(tail))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + tail


def _problem(name: str) -> str | None:
    if not name or name in (".", "..") or (not name.rpartition(".")[0] and name.startswith(".")):
        return "A file needs a name."
    if "\0" in name or _CONTROL.search(name):
        return "The name of a file cannot hold control characters."
    if "/" in name or "\\" in name:
        return 'The name of a file cannot hold "/" or "\\". To put it into another folder, move it.'
    if os.name == "nt" and (unfit := next((mark for mark in name if mark in _WINDOWS_UNFIT), None)):
        return f"The name of a file cannot hold {unfit} on Windows."
    if name.endswith((".", " ")):
        return "The name of a file cannot end with a dot or a blank; Windows would drop it."
    if name.startswith(" "):
        return "The name of a file cannot begin with a blank."
    if name.startswith(RESOURCE_FORK):
        return 'Files whose names begin with "._" are leftovers of macOS, which the library passes over.'
    if _RESERVED.fullmatch(name):
        return f'"{name}" is a reserved name of Windows.'
    if _is_too_long(name):
        return f"The name is too long: at most {LONGEST_NAME_BYTES} bytes fit."
    return None


def _is_too_long(name: str) -> bool:
    try:
        return len(os.fsencode(name)) > LONGEST_NAME_BYTES or len(name.encode("utf-16-le")) > 2 * LONGEST_NAME_BYTES
    except UnicodeEncodeError:
        return False  # names that are no Unicode come from the disk, which holds them already
