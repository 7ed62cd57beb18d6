"""NovelAI, version 1 to 4.5: PNG text, EXIF of WebP, or JSON hidden in the alpha bits.

The prompt is the one for the whole picture; the characters' own prompts of version 4 stand in `extra`, in `v4_prompt`.
"""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, plain_recipe
from diffusion_toolkit.generators.grammar.json_text import object_at, read_object
from diffusion_toolkit.record import JsonValue, Origin, Recipe, changed

_WRAPPED = ("exif:UserComment", "stealth:alpha", "stealth:rgb")
"""Where all chunks stand in one JSON object, with `Comment` as JSON in a text."""

_CHUNKS = ("Title", "Description", "Software", "Source", "Generation time")
_MODEL = re.compile(r"(.+?)\s+([0-9A-Fa-f]{8})\s*$")
_KEYS = Keys(
    prompt=("prompt",),
    negative_prompt=("uc",),
    steps=("steps",),
    sampler=("sampler",),
    scheduler=("noise_schedule",),
    cfg_scale=("scale",),
    seed=("seed",),
    denoising_strength=("strength",),
    width=("width",),
    height=("height",),
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Found:
    """The chunks but for `Comment`, the values in that, and where each stood."""

    chunks: Mapping[str, JsonValue]
    values: Mapping[str, JsonValue]
    source: str
    path: str
    places: Mapping[str, Origin]


def _read(container: Container) -> Recipe | None:
    found = _in_chunks(container) or _in_one(container)
    return _recipe(found) if found else None


def _in_chunks(container: Container) -> _Found | None:
    texts = {name: text for name in _CHUNKS if (text := container.text(f"png:{name}"))}
    comment = container.text("png:Comment")
    named = _is_named(*(texts[name].value for name in ("Software", "Source") if name in texts))
    if not named and (comment is None or '"signed_hash"' not in comment.value):
        return None
    parsed = object_at(container, "png:Comment")
    if parsed is None and "Description" not in texts:
        return None
    chunks: dict[str, JsonValue] = {name: text.value for name, text in texts.items()}
    places = {name: Origin(text.source) for name, text in texts.items()}
    return _Found(chunks, parsed[1] if parsed else {}, "png:Comment" if parsed else "png:Description", "", places)


def _in_one(container: Container) -> _Found | None:
    for text in container.texts_at(*_WRAPPED):
        if '"Comment"' not in text.value and '"v4_prompt"' not in text.value:
            continue
        parsed = object_at(container, text.source)
        if parsed is None:
            continue
        chunks = dict(parsed[1])
        comment = chunks.pop("Comment", None)
        values = comment if isinstance(comment, dict) else read_object(comment) if isinstance(comment, str) else None
        if values is None or not (_is_named(chunks.get("Software"), chunks.get("Source")) or "uc" in values):
            continue
        places = {name: Origin(text.source, name) for name in chunks}
        return _Found(chunks, values, text.source, "Comment.", places)
    return None


def _is_named(*values: JsonValue) -> bool:
    return any(isinstance(value, str) and value.startswith("NovelAI") for value in values)


def _recipe(found: _Found) -> Recipe:
    fields = Fields(found.values, found.source, found.path)
    recipe = plain_recipe(fields, _KEYS, generator="novelai", source=found.source)
    changes: dict[str, Any] = {}
    origins = dict(recipe.origins)
    for name, captions in (("prompt", "v4_prompt"), ("negative_prompt", "v4_negative_prompt")):
        text = _base_caption(found.values.get(captions))
        if getattr(recipe, name) is None and text:
            changes[name] = text
            origins[name] = (Origin(found.source, f"{found.path}{captions}.caption.base_caption"),)
    chunks = dict(found.chunks)
    description = chunks.get("Description")
    prompt = changes.get("prompt") or recipe.prompt
    if prompt is None and isinstance(description, str) and description.strip("\0 "):
        changes["prompt"] = description.strip("\0")
        origins["prompt"] = (found.places["Description"],)
        del chunks["Description"]
    elif isinstance(description, str) and _same(description, prompt):
        del chunks["Description"]
    match = _MODEL.match(source) if isinstance(source := chunks.get("Source"), str) else None
    if match:
        changes |= {"model": match[1], "model_hash": match[2]}
        origins["model"] = origins["model_hash"] = (found.places["Source"],)
        del chunks["Source"]
    return changed(
        recipe,
        **changes,
        extra={**recipe.extra, **chunks},
        origins=origins,
    )


def _base_caption(value: JsonValue) -> str | None:
    caption = value.get("caption") if isinstance(value, dict) else None
    text = caption.get("base_caption") if isinstance(caption, dict) else None
    return text if isinstance(text, str) and text.strip() else None


def _same(description: str, prompt: JsonValue) -> bool:
    """Whether the description is the prompt again; in WebP it has four NUL before it, and UTF-8 taken for Latin-1."""
    if not isinstance(prompt, str):
        return False
    plain = description.strip("\0")
    if plain.strip() == prompt.strip():
        return True
    try:
        return plain.encode("latin-1").decode("utf-8").strip() == prompt.strip()
    except UnicodeError:
        return False


NOVELAI = Generator(
    slug="novelai",
    title="NovelAI",
    sources=("png:Comment", "png:Description", *_WRAPPED),
    objects=_WRAPPED,
    read=_read,
)
