"""JSON of other programs: whatever stands where something else was expected counts as nothing."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

import orjson

JsonObject: TypeAlias = Mapping[str, object]


def read_object(data: bytes) -> JsonObject | None:
    """The object that these bytes are, or None."""
    try:
        found: object = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return cast("dict[str, object]", found) if isinstance(found, dict) else None


def as_object(value: object) -> JsonObject:
    """The value if it is an object, else an empty one."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> Sequence[object]:
    """The value if it is a list, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []
