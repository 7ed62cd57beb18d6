"""A tag as people write it: without what programs put around it."""

import re
import unicodedata
from typing import Final

from diffusion_toolkit.vocabulary.names import tag_key

KAOMOJI: Final = frozenset(("0_0", "(o)_(o)", "+_+", "+_-", "._.", "<o>_<o>", "<|>_<|>", "=_=", ">_<", "3_3")).union(
    ("6_9", ">_o", "@_@", "^_^", "o_o", "u_u", "x_x", "|_|", "||_||")
)
"""Faces of which the underscore is the mouth; source: app.py of the Space SmilingWolf/wd-tagger."""

PREFIXES: Final = frozenset(("general", "artist", "character", "copyright", "meta", "species", "lore"))
"""Categories that boorus and exporters of captions write before a tag, with a colon."""

_FACE: Final = re.compile(r"[^\w\s]{0,3}[^\W_]?[^\w\s]{0,3}_+[^\w\s]{0,3}[^\W_]?[^\w\s]{0,3}")
_ESCAPED: Final = re.compile(r"\\+([()])")
_PREFIXED: Final = re.compile(r"([^:：]{1,40})[:：]\s*(\S.*)", re.DOTALL)
_BLANKS: Final = re.compile(r"\s+")


def plain_tag(name: str) -> str:
    """A tag as people write it: "character:hatsune_miku_\\(append\\)" is "hatsune miku (append)", "^_^" stays.

    Without category, escapes of prompts and underscores, in Unicode's NFC, with single blanks. Case stays.
    """
    text = _tidy(_ESCAPED.sub(r"\1", name))
    while (match := _PREFIXED.fullmatch(text)) and tag_key(match[1]) in PREFIXES:
        text = match[2].strip()
    return text if _is_face(text) else _tidy(text.replace("_", " "))


def plain_key(name: str) -> str:
    """What all writings of one tag have in common."""
    return tag_key(plain_tag(name))


def _is_face(text: str) -> bool:
    return text in KAOMOJI or _FACE.fullmatch(text) is not None


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", _BLANKS.sub(" ", text)).strip()
