"""Stable Diffusion's first programs: hlky's web UI with its `SD:` values, and CompVis's text beside the picture."""

import re
from collections.abc import Mapping

from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, plain_recipe
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.generators.grammar.plain_yaml import read_plain_yaml
from diffusion_toolkit.record import JsonValue, Origin, Recipe

_SLUG = "stable-diffusion"
_PREFIX = "SD:"
_FIRST_CHUNK = "png:SD:prompt"
_JSON = ("exif:UserComment", "jpeg:COM")
_YAML = "sidecar:yaml"
_TEXT = "sidecar:txt"
_KEYS = Keys(
    prompt=("prompt", "Prompt"),
    negative_prompt=("negative_prompt", "Negative Prompt"),
    steps=("ddim_steps", "Steps", "steps"),
    sampler=("sampler_name", "Sampler"),
    cfg_scale=("cfg_scale", "Guidance Scale", "CFG Scale"),
    seed=("seed", "Seed"),
    model=("model_name", "Stable Diffusion model", "Model"),
    denoising_strength=("denoising_strength", "Prompt Strength"),
    width=("width", "Width"),
    height=("height", "Height"),
)
_BLOCK = ("\nWidth:", "\nHeight:", "\nSeed:")
_LINE = re.compile(r"([A-Z][A-Za-z ]{0,40}):(?:[^\S\n]+(.*)|$)")
_HEAD = frozenset({"width", "height", "seed", "steps", "sampler", "guidance scale", "negative prompt"})
"""Small letters; where one of them begins a line, the prompt has ended."""


def _read(container: Container) -> Recipe | None:
    return _of_chunks(container) or _of_json(container) or _of_yaml(container) or _of_text(container)


class _Chunks(Fields):
    """Fields that stand each in a chunk of its own, which is its origin."""

    __slots__ = ()

    def note(self, field: str, key: str) -> None:
        """Remember that `field` of the recipe has (also) to do with this chunk."""
        self.origins[field] = (*self.origins.get(field, ()), Origin(f"png:{_PREFIX}{key}"))


def _of_chunks(container: Container) -> Recipe | None:
    if container.text(_FIRST_CHUNK) is None:
        return None
    begin = f"png:{_PREFIX}"
    found = {text.source[len(begin) :]: text.value for text in container.texts if text.source.startswith(begin)}
    return _recipe(_Chunks(found, "png:"), _FIRST_CHUNK)


def _of_json(container: Container) -> Recipe | None:
    for text in container.texts_at(*_JSON):
        found = object_at(container, text.source) if '"SD:prompt"' in text.value else None
        if found is not None and "SD:prompt" in found[1]:
            values = {key.removeprefix(_PREFIX): value for key, value in found[1].items()}
            return _recipe(Fields(values, text.source, _PREFIX), text.source)
    return None


def _of_yaml(container: Container) -> Recipe | None:
    text = container.text(_YAML)
    found = read_plain_yaml(text.value) if text else {}
    if "prompt" not in found or not ("ddim_steps" in found or "cfg_scale" in found):
        return None
    return _recipe(Fields(found, _YAML), _YAML)


def _of_text(container: Container) -> Recipe | None:
    """A prompt, then a line per value: known by three of them that stand at the beginning of lines."""
    text = container.text(_TEXT)
    if text is None or not all(mark in f"\n{text.value}" for mark in _BLOCK):
        return None
    return _recipe(Fields(_lines(text), _TEXT), _TEXT)


def _lines(text: Text) -> Mapping[str, JsonValue]:
    values: dict[str, JsonValue] = {}
    prompt: list[str] = []
    key = ""
    for line in text.value.replace("\r\n", "\n").split("\n"):
        match = _LINE.match(line)
        if match is not None and (key or match[1].casefold() in _HEAD or (match[1] == "Prompt" and not prompt)):
            key = match[1]
            values[key] = (match[2] or "").strip()
        elif key:
            values[key] = f"{values[key]}\n{line}".strip()
        else:
            prompt.append(line)
    asked = "\n".join(prompt).strip()
    return {"prompt": asked, **values} if asked else values


def _recipe(fields: Fields, source: str) -> Recipe:
    return plain_recipe(fields, _KEYS, generator=_SLUG, source=source)


STABLE_DIFFUSION = Generator(
    slug=_SLUG, title="Stable Diffusion", sources=(_FIRST_CHUNK, *_JSON, _YAML, _TEXT), objects=_JSON, read=_read
)
