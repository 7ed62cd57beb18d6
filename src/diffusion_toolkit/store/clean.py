"""The one place where text and JSON of files are made fit for PostgreSQL, and bounded.

PostgreSQL text holds neither NUL nor lone surrogates, jsonb no NUL and no NaN. A character that cannot be stored
becomes U+FFFD; a number that JSON does not know, or that does not fit 64 bits, becomes its text.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import cast

import orjson

from diffusion_toolkit.record import JsonValue

LONGEST_TEXT = 1_000_000
"""Characters of one prompt or value that are kept; the longest real prompts are some 20,000."""

DEEPEST = 64
LARGEST_RECORD = 8_000_000
"""Bytes of one image's record as JSON; a workflow of 2,000 nodes has about 2 million."""

LONGEST_PROBLEM = 500
MOST_PROBLEMS = 50

_UNFIT = re.compile("[\x00\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Text that PostgreSQL can hold, cut at LONGEST_TEXT."""
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
    return text if text.isascii() and "\0" not in text else _UNFIT.sub("�", text)


def clean_problems(problems: tuple[str, ...]) -> list[JsonValue]:
    """Sentences for the user, bounded in number and length."""
    return [clean_text(problem[:LONGEST_PROBLEM]) for problem in problems[:MOST_PROBLEMS]]


def clean_json(value: object, depth: int = 0) -> JsonValue:
    """A JSON value that jsonb can hold; what is nested deeper than DEEPEST becomes its text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else number_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value)
        return {clean_text(str(key)): clean_json(part, depth + 1) for key, part in pairs.items()}
    if isinstance(value, list | tuple):
        return [clean_json(part, depth + 1) for part in cast("Sequence[object]", value)]
    return clean_text(str(value))


def json_bytes(record: Mapping[str, JsonValue]) -> bytes | None:
    """The record as JSON, or None when it is too large to keep."""
    data = orjson.dumps(record)
    return data if len(data) <= LARGEST_RECORD else None


def number_text(value: int) -> str:
    """Digits of a number beyond 64 bits; of a monstrous one only its size, since printing it takes minutes."""
    return str(value) if value.bit_length() <= 4_096 else f"a number of {value.bit_length()} bits"
