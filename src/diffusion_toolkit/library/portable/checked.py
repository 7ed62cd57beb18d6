"""Takes values out of JSON or rows that anybody may have written: what is not of its kind counts as not there."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import cast

LONGEST_TEXT = 100_000
LONGEST_FILE_NAME = 255
LONGEST_DIGEST = 64
MOST_TEXTS = 1_000_000
YEARS = range(2, 9_999)
"""In every zone of time, a moment of these years is one that Python knows."""


class Checked:
    """The values of one object by name, each checked. Texts longer than 100,000 characters are not taken."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def text(self, name: str) -> str | None:
        """A text, without NUL."""
        return _text(self._values.get(name))

    def file_name(self, name: str) -> str | None:
        """What a file in a folder can be called."""
        text = self.text(name)
        fits = text and len(text) <= LONGEST_FILE_NAME and "/" not in text and text not in (".", "..")
        return text if fits else None

    def texts(self, name: str, *, longest: int = LONGEST_TEXT, most: int = MOST_TEXTS) -> tuple[str, ...]:
        """The texts of a list: the first `most` that have at most `longest` characters."""
        fit = (item for item in self._list(name) if isinstance(item, str) and len(item) <= longest and "\0" not in item)
        return tuple(islice(fit, most))

    def number(self, name: str, lowest: int, highest: int) -> int | None:
        """A whole number within bounds."""
        value = self._values.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest else None

    def numbers(self, name: str) -> tuple[int, ...]:
        """The whole numbers of a list."""
        return tuple(item for item in self._list(name) if isinstance(item, int) and not isinstance(item, bool))

    def real(self, name: str) -> float | None:
        """A number that is neither infinite nor none at all."""
        value = self._values.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            return None
        return float(value)

    def flag(self, name: str) -> bool:
        """True, or 1 as databases write it."""
        return self._values.get(name) in (True, 1)

    def digest(self, name: str) -> bytes | None:
        """At most 64 bytes written as hexadecimal digits."""
        text = self.text(name)
        try:
            found = bytes.fromhex(text) if text else None
        except ValueError:
            return None
        return found if found and len(found) <= LONGEST_DIGEST else None

    def moment(self, name: str) -> datetime | None:
        """A time of the years 2 to 9998 as ISO 8601 writes it; without a zone it is in UTC."""
        text = self.text(name)
        try:
            found = datetime.fromisoformat(text) if text else None
        except ValueError:
            return None
        if found is None or found.year not in YEARS:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

    def parts(self, name: str) -> list["Checked"]:
        """The objects of a list."""
        return [Checked(cast("Mapping[str, object]", item)) for item in self._list(name) if isinstance(item, dict)]

    def mapping(self, name: str) -> Mapping[str, object]:
        """An object as it is."""
        value = self._values.get(name)
        return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}

    def _list(self, name: str) -> list[object]:
        value = self._values.get(name)
        return cast("list[object]", value) if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= LONGEST_TEXT and "\0" not in value else None
