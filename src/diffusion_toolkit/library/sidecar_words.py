"""What text files beside pictures say in words: tags, with or without confidences, and captions. Pure.

Forms: tags with commas; one tag a line; tags with confidences, `fox:0.95` or `fox (0.95)`; a caption; JSON as kohya's
scripts write it (`tags`, `caption`) or as Danbooru's exporters do (`tag_string_general` …); and XMP.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

import orjson

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.formats.xmp import packet_properties

SidecarForm = Literal["auto", "tags", "lines", "caption", "json", "xmp"]

MOST_TAGS: Final = 2_000
MOST_WORDS: Final = 6
"""A part between commas with more words is no tag, unless it has underscores."""

_CATEGORIES: Final = ("general", "character", "copyright", "artist", "meta")
_SURE: Final = re.compile(r"(.+?)\s*(?::\s*(0?\.\d+|[01](?:\.\d*)?)|\((0?\.\d+|[01]\.\d+)\))")
_WEIGHTED: Final = re.compile(r"\((.+):(\d+(?:\.\d+)?)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a sidecar says. tags: each with its confidence, 0 to 1, None where it does not say."""

    tags: tuple[tuple[str, float | None], ...] = ()
    caption: str | None = None

    def surer_than(self, threshold: float) -> tuple[str, ...]:
        """The tags of at least this confidence, and those that have none."""
        return tuple(name for name, confidence in self.tags if confidence is None or confidence >= threshold)


def read_words(text: str, form: SidecarForm, ending: str) -> Words:
    """What a sidecar says. auto: by its ending and its look. Raises UsageError for JSON or XMP that is none."""
    if form == "auto":
        form = guessed_form(text, ending)
    match form:
        case "json":
            return _json(text)
        case "xmp":
            return _xmp(text)
        case "caption":
            return Words(caption=text.strip() or None)
        case "lines":
            return _tags(text.splitlines())
        case _:
            return _tags(re.split(r"[,\n]", text))


def guessed_form(text: str, ending: str) -> SidecarForm:
    """Which form a text has: what has commas and short parts, or short lines, is tags; else it is a caption."""
    known: dict[str, SidecarForm] = {".json": "json", ".xmp": "xmp", ".caption": "caption"}
    if ending.lower() in known:
        return known[ending.lower()]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all("," not in line and _is_tag(line) for line in lines):
        return "lines"
    parts = [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]
    is_one_tag = len(parts) == 1 and len(parts[0].split()) <= 2
    is_list = len(parts) > 1 and sum(map(_is_tag, parts)) >= 0.9 * len(parts)
    return "tags" if is_one_tag or is_list else "caption"


def _is_tag(part: str) -> bool:
    return len(part.split()) <= MOST_WORDS and not part.endswith((".", "!", "?"))


def _tags(parts: list[str]) -> Words:
    found: dict[str, float | None] = {}
    for part in parts:
        name, confidence = _tag(part.strip())
        if name and len(found) < MOST_TAGS:
            found.setdefault(name, confidence)
    return Words(tags=tuple(found.items()))


def _tag(part: str) -> tuple[str, float | None]:
    """A tag and its confidence. The weight of a prompt, `(fox:1.2)`, says nothing about that."""
    if weighted := _WEIGHTED.fullmatch(part):
        return weighted[1].strip(), None
    if (sure := _SURE.fullmatch(part)) and 0 <= (value := float(sure[2] or sure[3])) <= 1:
        return sure[1].strip(), value
    return part, None


def _json(text: str) -> Words:
    try:
        found: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UsageError("It is no JSON.") from error
    if not isinstance(found, dict):
        raise UsageError("It is no JSON object.")
    values = cast("dict[str, object]", found)
    tags = list(_listed(values.get("tags")).tags)
    for category in _CATEGORIES:
        given = values.get(f"tag_string_{category}")
        if isinstance(given, str):
            tags += [(f"{category}:{name}", None) for name in given.split()]
    caption = values.get("caption")
    return Words(tags=tuple(tags[:MOST_TAGS]), caption=caption.strip() or None if isinstance(caption, str) else None)


def _listed(value: object) -> Words:
    """Tags as a text with commas, a list of names, or names with confidences."""
    if isinstance(value, str):
        return _tags(value.split(","))
    if isinstance(value, list):
        return _tags([str(name) for name in cast("list[object]", value) if isinstance(name, str)])
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return Words(tags=tuple((name, float(sure)) for name, sure in pairs if isinstance(sure, int | float)))
    return Words()


def _xmp(text: str) -> Words:
    found: Mapping[str, str] = packet_properties(text.encode("utf-8", "replace"))
    if not found:
        raise UsageError("It is no XMP.")
    return Words(
        tags=_tags(found.get("dc:subject", "").split(",")).tags,
        caption=found.get("dc:description", "").strip() or None,
    )
