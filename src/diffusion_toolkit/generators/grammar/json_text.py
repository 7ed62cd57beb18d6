"""JSON as generators write it: with NaN, lone surrogates, control characters, and seeds above 2^63."""

import json
from typing import cast

import orjson

from diffusion_toolkit.formats import Container
from diffusion_toolkit.record import JsonValue


def read_json(text: str) -> JsonValue:
    """The value of a JSON text. NaN and Infinity become None. Raises ValueError for what is no JSON, or too deep."""
    try:
        return cast(JsonValue, orjson.loads(text))
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        pass
    try:
        return cast(JsonValue, json.loads(text, strict=False, parse_constant=_nothing))
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error


def read_object(text: str) -> dict[str, JsonValue] | None:
    """The JSON object a text is, or None when it is something else."""
    stripped = text.strip()
    if not stripped.startswith("{") or not stripped.endswith("}"):
        return None
    try:
        value = read_json(stripped)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def object_at(container: Container, *sources: str) -> tuple[str, dict[str, JsonValue]] | None:
    """The first of these places whose text is a JSON object: its source, and the object. Each text is parsed once per
    file, however many readers ask; do not change what you get."""
    for text in container.texts_at(*sources):
        found = container.once(("object", text.source), lambda text=text: read_object(text.value))
        if found is not None:
            return text.source, found
    return None


def _nothing(_constant: str) -> None:
    return None
