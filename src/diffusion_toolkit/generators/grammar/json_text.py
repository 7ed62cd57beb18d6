"""JSON as generators write it: with NaN, lone surrogates, control characters, and seeds above 2^63."""

import gc
import json
from typing import cast

import orjson

from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.record import JsonValue

_LARGE = 100_000
"""Characters of a text whose parts make the garbage collector run again and again, in vain, for most of the time."""

_HUGE, _CHARACTERS_A_PART = 8_000_000, 22
"""Of a text so long, objects and lists this short on average take more than twelve times its memory."""


class WithoutCollector:
    """While a large text is read, cyclic garbage is not looked for: JSON holds none, and has very many parts."""

    __slots__ = ("_is_wanted",)

    def __init__(self, characters: int) -> None:
        self._is_wanted = characters >= _LARGE and gc.isenabled()

    def __enter__(self) -> None:
        if self._is_wanted:
            gc.disable()

    def __exit__(self, *_error: object) -> None:
        if self._is_wanted:
            if not gc.get_freeze_count():
                gc.freeze()  # both together make all objects old ones, or the collector would look through them now
                gc.unfreeze()
            gc.enable()


def read_json(text: str) -> JsonValue:
    """The value of a JSON text. NaN and Infinity become None. Raises ValueError for what is no JSON, or too deep."""
    if len(text) < _LARGE:
        return _read_json(text)
    if len(text) > _HUGE and text.count("{") + text.count("[") > len(text) // _CHARACTERS_A_PART:
        raise ValueError("JSON of too many parts")
    with WithoutCollector(len(text)):
        return _read_json(text)


def _read_json(text: str) -> JsonValue:
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
        found = object_in(container, text)
        if found is not None:
            return text.source, found
    return None


def object_in(container: Container, text: Text) -> dict[str, JsonValue] | None:
    """The JSON object that one of the file's texts is; parsed once per file, so do not change what you get."""
    return container.once(("object", text.source), lambda: read_object(text.value))


def _nothing(_constant: str) -> None:
    return None
