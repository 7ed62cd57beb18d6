"""Names that people give to tags, albums and saved queries: cleaned, bounded, and compared in one way."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.vocabulary import name_key, tag_key

LONGEST_TITLE: Final = 200

_BLANKS = re.compile(r"\s+")
# They turn the text around them, so that a name would show as something else.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A name as it is shown, and the SHA-256 of it as it is compared."""

    name: str
    identity: bytes


def title(text: str) -> Title:
    """The name of an album or a saved query. Raises UsageError for one that cannot be used."""
    name = _cleaned(text)
    return Title(name=name, identity=_identity(name_key(name)))


def tag_title(text: str) -> Title:
    """The name of a tag. Raises UsageError for one that cannot be used."""
    name = _cleaned(text)
    if not tag_key(name):
        raise UsageError("A tag needs at least one letter or digit beside underscores.")
    return Title(name=name, identity=_identity(tag_key(name)))


def _identity(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _cleaned(text: str) -> str:
    name = unicodedata.normalize("NFC", _BLANKS.sub(" ", _TURNING.sub("", text))).strip()
    if not name:
        raise UsageError("A name needs at least one character.")
    if len(name) > LONGEST_TITLE:
        raise UsageError(f"A name has at most {LONGEST_TITLE} characters; this one has {len(name):,}.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise UsageError("A name cannot hold control characters.")
    return name
