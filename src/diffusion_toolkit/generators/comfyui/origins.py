"""Keeps book of where the values of a recipe stand in a graph."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from diffusion_toolkit.generators.comfyui.values import Found, Place
from diffusion_toolkit.record import JsonValue, Origin

Value = TypeVar("Value")

_MOST_PLACES = 100


class Origins:
    """Field of the recipe to where its value stood; source: the text of the graph; path: what names are inside of."""

    __slots__ = ("_path", "_source", "by_field")

    def __init__(self, source: str, path: str) -> None:
        self._source = source
        self._path = path
        self.by_field: dict[str, tuple[Origin, ...]] = {}

    def note(self, field: str, places: Iterable[Place]) -> None:
        """Remember that a field's value was put together from these places."""
        if places and (different := list(dict.fromkeys(places))):
            self.by_field[field] = tuple([self._origin(place) for place in different[:_MOST_PLACES]])

    def take(self, field: str, found: Found | None, reader: Callable[[JsonValue], Value | None]) -> Value | None:
        """What a reader makes of a value; when it is something, its place becomes the origin of the field."""
        value = None if found is None else reader(found.value)
        if found is not None and value is not None:
            self.by_field[field] = (self._origin(found.place),)
        return value

    def _origin(self, place: Place) -> Origin:
        key = "class_type" if place.name is None else self._path + place.name
        return Origin(self._source, key, place.node, place.kind)
