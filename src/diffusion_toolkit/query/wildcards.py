"""Patterns with `*` (any run) and `?` (one character), compiled so that no text makes them slow."""

import re
from functools import lru_cache

_WILDCARD = re.compile(r"[*?]")


def has_wildcards(text: str) -> bool:
    """Does the text hold a `*` or a `?`?"""
    return _WILDCARD.search(text) is not None


def longest_piece(text: str) -> str:
    """The longest part between two wildcards: what fits the text has it somewhere, which is quickly looked for."""
    return max(_WILDCARD.split(text), key=len)


@lru_cache(maxsize=256)
def pattern(text: str) -> re.Pattern[str]:
    """The pattern that `fullmatch`es what the text with its wildcards means; case is the caller's.

    Each run between two stars is looked for once and kept (an atomic group), so the time is length times
    length at most, never exponential.
    """
    first, *rest = (_piece(piece) for piece in text.split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    between = "".join(f"(?>.*?{piece})" for piece in middle if piece)
    return re.compile(f"{first}{between}.*{last}", re.DOTALL)


def _piece(text: str) -> str:
    return ".".join(re.escape(part) for part in text.split("?"))
