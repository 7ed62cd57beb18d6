"""What a file format's reader gives: texts with the place they were found, the picture's size, and what was wrong."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar, cast

from diffusion_toolkit.formats.source import Source

Value = TypeVar("Value")

_BY_SOURCE = "texts by source"


def _nothing_remembered() -> dict[Hashable, object]:
    return {}  # `dict[Hashable, object]` as a factory does the same in 0.4 us more


def _no_texts() -> "list[Text]":
    return []


def _no_spans() -> list[tuple[int, int]]:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text of a file; key "parameters", "UserComment" …; source "png:parameters", "exif:UserComment" …"""

    key: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A file as its format sees it, with no idea which program made the picture.

    name: the file's own name without folder, "" when it is not known; codec, audio_codec, frame_rate: as in
    `FileRecord`; texts: in the order of the file; fingerprint, pixels: 16 bytes each, as in `FileRecord`;
    problems: sentences for the user, empty when all is well.
    """

    name: str = ""
    size_bytes: int = 0
    format: str | None = None
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    codec: str | None = None
    audio_codec: str | None = None
    frame_rate: float | None = None
    texts: tuple[Text, ...] = ()
    fingerprint: bytes | None = None
    pixels: bytes | None = None
    problems: tuple[str, ...] = ()
    _memory: dict[Hashable, object] = field(default_factory=_nothing_remembered, init=False, repr=False, compare=False)

    def text(self, source: str) -> Text | None:
        """The first text found at this place, compared without regard to case."""
        texts = cast("dict[str, Text] | None", self._memory.get(_BY_SOURCE)) or self._by_source()
        place = source.casefold()
        if place in texts:
            return texts[place]
        return None

    def texts_at(self, *sources: str) -> list[Text]:
        """The first text of each of these places that has one, in the order asked for."""
        if len(self.texts) == 1 and self.texts[0].source in sources:
            return [self.texts[0]]
        texts = cast("dict[str, Text] | None", self._memory.get(_BY_SOURCE)) or self._by_source()
        places = _places(sources)
        if len(texts) > len(places):
            return [texts[source] for source in places if source in texts]
        found = [source for source in texts if source in places]
        if not found:
            return []
        if len(found) > 1:
            found.sort(key=places.__getitem__)
        return [texts[source] for source in found]

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` gives, made once per file: several readers look at the same text."""
        memory = self._memory
        if key in memory:
            return cast(Value, memory[key])
        made = memory[key] = make()
        return made

    def found_by(self, look: Callable[["Container"], Value]) -> Value:
        """What a function finds in this file; it is called once per file, however many readers ask."""
        memory = self._memory
        if look in memory:
            return cast(Value, memory[look])
        found = memory[look] = look(self)
        return found

    def _by_source(self) -> dict[str, Text]:
        texts = self._memory[_BY_SOURCE] = {text.source.casefold(): text for text in reversed(self.texts)}
        return texts


@lru_cache(1024)
def _places(sources: tuple[str, ...]) -> dict[str, int]:
    """The places asked for, in small letters, best first, with their rank."""
    return {source: rank for rank, source in enumerate(dict.fromkeys(source.casefold() for source in sources))}


@dataclass(slots=True)
class Draft:
    """A container while its file is being read; a reader fills it and may stop at any point."""

    source: Source
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    codec: str | None = None
    audio_codec: str | None = None
    frame_rate: float | None = None
    texts: list[Text] = field(default_factory=_no_texts)
    pixel_spans: list[tuple[int, int]] = field(default_factory=_no_spans)
    damage: str | None = None

    def add(self, key: str, value: str, source: str) -> None:
        """Keep a text, unless there is nothing in it."""
        if value:
            self.texts.append(Text(key=key, value=value, source=source))

    def damaged(self, sentence: str) -> None:
        """Note what is wrong. The first thing found explains the rest, so the others are not told."""
        if self.damage is None:
            self.damage = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A file format: how its files begin, what they are usually called, and how they are read.

    matches: sees the first 64 bytes or fewer; read: fills the draft, raises nothing for bad content.
    """

    slug: str
    title: str
    extensions: tuple[str, ...]
    matches: Callable[[bytes], bool]
    read: Callable[[Draft], None]
