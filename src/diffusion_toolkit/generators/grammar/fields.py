"""Takes the values of a JSON object or a settings line by name, and keeps book: where each came from, what is left."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeVar

from diffusion_toolkit.generators.grammar.numbers import read_decimal, read_integer
from diffusion_toolkit.record import JsonValue, Origin

Number = TypeVar("Number", bound=int | float | tuple[int, int])

LONGEST_QUOTED = 60
"""Characters of a bad value that a problem quotes."""

_KEPT_NAME = 64


@lru_cache(maxsize=4096)
def kept_place(source: str, key: str) -> tuple[Origin]:
    """The place of one of the few names that programs use; to keep them is seven times as fast."""
    return (Origin(source, key),)


class Fields:
    """The values that one text names, and what became of them.

    left: what nobody took yet, as found; origins: field of the recipe to where its value stood; problems: sentences
    about values that could not be read. Names are compared exactly first, then without regard to case.
    """

    __slots__ = ("_path", "_source", "_spelling", "left", "origins", "problems")

    def __init__(self, values: Mapping[str, JsonValue], source: str, path: str = "") -> None:
        """values: the object; source: the text it stood in; path: where in that text, as "image." or ""."""
        self.left = dict(values)
        self._source = source
        self._path = path
        self._spelling: dict[str, str] | None = None
        self.origins: dict[str, tuple[Origin, ...]] = {}
        self.problems: list[str] = []

    def find(self, *keys: str) -> str | None:
        """The first of these keys that is there and not taken, as it is spelled there."""
        for key in keys:
            if key in self.left:
                return key
        spelling = self._spelling
        if spelling is None:
            spelling = self._spelling = {key.casefold(): key for key in reversed(self.left)}
        for key in keys:
            found = spelling.get(key.casefold())
            if found is not None and found in self.left:
                return found
        return None

    def peek(self, *keys: str) -> JsonValue:
        """The value of the first of these keys that is there; it stays to be taken."""
        key = self.find(*keys)
        return None if key is None else self.left[key]

    def take(self, field: str, *keys: str) -> JsonValue:
        """The value of the first of these keys that is there, whatever it is; it becomes the origin of `field`."""
        key = self.find(*keys)
        if key is None:
            return None
        self.note(field, key)
        return self.left.pop(key)

    def note(self, field: str, key: str) -> None:
        """Remember that `field` of the recipe has (also) to do with this key."""
        key = self._path + key if self._path else key
        place = place_at(self._source, key)
        before = self.origins.get(field)
        self.origins[field] = place if before is None else before + place

    def text(self, field: str, *keys: str) -> str | None:
        """The text of the first of these keys that has one; blank texts and other values are not taken."""
        return self.text_of(field, keys)

    def text_of(self, field: str, keys: tuple[str, ...]) -> str | None:
        """The same of keys that are a tuple already: to hand each on takes longer than to look for it."""
        for key in keys:
            spelled = key if key in self.left else self.find(key)
            if spelled is not None and isinstance(value := self.left[spelled], str) and value.strip():
                self.note(field, spelled)
                del self.left[spelled]
                return value
        return None

    def number(self, field: str, read: Callable[[JsonValue], Number | None], *keys: str) -> Number | None:
        """The number of the first of these keys that has a value. One that cannot be read stays and is told of."""
        return self.number_of(field, read, keys)

    def number_of(self, field: str, read: Callable[[JsonValue], Number | None], keys: tuple[str, ...]) -> Number | None:
        """The same of keys that are a tuple already."""
        for key in keys:
            spelled = key if key in self.left else self.find(key)
            if spelled is None or (value := self.left[spelled]) is None or value == "":
                continue
            number = read(value)
            if number is None:
                quoted = str(value)[:LONGEST_QUOTED]
                self.problems.append(f"The value of {self._path}{spelled} cannot be read: “{quoted}”.")
                return None
            self.note(field, spelled)
            del self.left[spelled]
            return number
        return None

    def inside(self, *keys: str) -> "Fields | None":
        """The object that stands under the first of these keys; what is left of it does not come back here.

        Its origins have the whole path; merge them with `adopt`.
        """
        key = self.find(*keys)
        value = None if key is None else self.left[key]
        if key is None or not isinstance(value, dict):
            return None
        del self.left[key]
        return Fields(value, self._source, f"{self._path}{key}.")

    def adopt(self, *others: "Fields | None") -> None:
        """Take over origins and problems of objects inside this one; origins noted here already stay."""
        for other in others:
            if other is not None:
                self.origins = other.origins | self.origins
                self.problems.extend(other.problems)

    def group(self, field: str, prefix: str) -> dict[str, JsonValue]:
        """All keys that begin with the prefix (small letters): "Hires upscaler" becomes "upscaler"."""
        keys = [key for key in self.left if key.casefold().startswith(prefix)]
        for key in keys:
            self.note(field, key)
        return {field_name(key[len(prefix) :]): plain(self.left.pop(key)) for key in keys}


def place_at(source: str, key: str) -> tuple[Origin]:
    """The place of a name that may be any text."""
    return kept_place(source, key) if len(key) <= _KEPT_NAME else (Origin(source, key),)


def field_name(key: str) -> str:
    """ "Resize mode" as resize_mode."""
    return key.strip().casefold().replace(" ", "_")


def plain(value: JsonValue) -> JsonValue:
    """A number where a text is one, else the value itself."""
    if not isinstance(value, str) or value[:1].isalpha():
        return value
    number = read_integer(value) if value.strip().lstrip("+-").isdigit() else read_decimal(value)
    return value if number is None else number
