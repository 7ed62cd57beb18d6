"""Civitai's JSON: beside a graph of its generator, in a wrapper inside the file, and in a `.json` beside the file."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, plain_recipe
from diffusion_toolkit.generators.grammar.json_text import read_object
from diffusion_toolkit.generators.grammar.parameters_networks import (
    Resource,
    is_embedding,
    is_lora,
    read_resources,
)
from diffusion_toolkit.generators.grammar.prompt_tags import loras_in
from diffusion_toolkit.record import JsonValue, Lora, Recipe, changed

_KEYS = Keys(
    prompt=("prompt",),
    negative_prompt=("negativePrompt",),
    steps=("steps",),
    sampler=("sampler",),
    scheduler=("scheduler", "Schedule type"),
    cfg_scale=("cfgScale", "CFG scale"),
    seed=("seed",),
    model=("Model", "model"),
    model_hash=("Model hash",),
    vae=("VAE",),
    clip_skip=("clipSkip", "Clip skip"),
    denoising_strength=("Denoising strength", "denoise", "denoiseStrength"),
    generator_version=("Version",),
    size=("Size",),
    width=("width",),
    height=("height",),
)
_ASKED = ("prompt", "negativePrompt", "seed", "steps", "cfgScale", "sampler", "civitaiResources", "resources", "Model")
_FEWEST = 2
"""Of these, how many an object must have to be Civitai's: any JSON may have a prompt."""


@dataclass(frozen=True, slots=True)
class CivitaiObject:
    """What was asked for, and what stands around it: the picture's id, its post, its user …"""

    asked: Mapping[str, JsonValue]
    path: str
    around: Mapping[str, JsonValue]


def civitai_object(found: dict[str, JsonValue], source: str) -> CivitaiObject | None:
    """Where in this JSON Civitai says what was asked for, or None when it is somebody else's."""
    extra = _inner(found.get("extraMetadata"))
    if extra is not None:
        return CivitaiObject(extra, "extraMetadata.", {})
    for wrapper in ("civitai", "original_metadata"):
        inner = _inner(found.get(wrapper))
        if inner is not None:
            others = {key: value for key, value in found.items() if key != wrapper}
            return _with_meta(inner, f"{wrapper}.", others)
    return _with_meta(found, "", {}) if source.startswith("sidecar:") and _is_civitais(found) else None


def _with_meta(outer: dict[str, JsonValue], path: str, others: Mapping[str, JsonValue]) -> CivitaiObject:
    meta = _inner(outer.get("meta"))
    if meta is None:
        return CivitaiObject(outer, path, others)
    inner = _inner(meta.get("meta"))  # its web interface wraps it once more
    around = {key: value for key, value in outer.items() if key != "meta"}
    return CivitaiObject(meta if inner is None else inner, f"{path}meta.", {**others, **around})


def _is_civitais(found: dict[str, JsonValue]) -> bool:
    meta = _inner(found.get("meta"))
    inside = found if meta is None else (_inner(meta.get("meta")) or meta)
    fewest = _FEWEST if meta is None else 1
    return sum(key in inside for key in _ASKED) >= fewest and (meta is not None or "negativePrompt" in inside)


def _inner(value: JsonValue) -> dict[str, JsonValue] | None:
    """An object, also when it is written as a text."""
    if isinstance(value, str):
        return read_object(value)
    return value if isinstance(value, dict) else None


def recipe_of_civitai(found: CivitaiObject, generator: str, source: str) -> Recipe:
    """The recipe in such an object; what stands around it goes to `extra`."""
    fields = Fields(found.asked, source, found.path)
    listed = read_resources(fields.left.get("civitaiResources"))
    model = _listed_model(fields, listed)
    keys = _KEYS if model is None else dataclasses.replace(_KEYS, model=())
    recipe = plain_recipe(fields, keys, generator=generator, source=source, loras=_loras(fields, listed))
    return changed(
        recipe,
        model=model or recipe.model,
        embeddings=_embeddings(fields, listed),
        extra={**found.around, **fields.left},
        origins=fields.origins,
    )


def _listed_model(fields: Fields, listed: tuple[Resource, ...]) -> str | None:
    """The checkpoint Civitai lists: what it ran is known there, `Model` is what an uploaded file said."""
    name = next((each.name for each in listed if each.kind == "checkpoint"), None)
    if name is None:
        return None
    fields.note("model", "civitaiResources")
    return name


def _loras(fields: Fields, listed: tuple[Resource, ...]) -> tuple[Lora, ...]:
    """The LoRAs of tags, of `resources` and of `hashes`, which share names; else Civitai's titles."""
    found: dict[str, Lora] = {}
    prompt = fields.peek("prompt")
    _add(fields, found, "prompt", loras_in(prompt) if isinstance(prompt, str) else ())
    own = read_resources(fields.left.get("resources"))
    _add(fields, found, "resources", [Lora(name=each.name, weight=each.weight) for each in own if is_lora(each)])
    _add(fields, found, "hashes", [Lora(name=name) for name in _hashed(fields, "lora:")])
    if not found:
        titles = [Lora(name=each.name, weight=each.weight) for each in listed if is_lora(each)]
        _add(fields, found, "civitaiResources", titles)
    return tuple(found.values())


def _add(fields: Fields, found: dict[str, Lora], key: str, loras: Iterable[Lora]) -> None:
    before = len(found)
    for lora in loras:
        found.setdefault(lora.name.casefold(), lora)
    if len(found) > before:
        fields.note("loras", key)


def _embeddings(fields: Fields, listed: tuple[Resource, ...]) -> tuple[str, ...]:
    own = [each.name for each in read_resources(fields.left.get("resources")) if is_embedding(each)]
    names = [("resources", own), ("hashes", _hashed(fields, "embed:"))]
    if not any(each for _, each in names):
        names = [("civitaiResources", [each.name for each in listed if is_embedding(each)])]
    for key, each in names:
        if each:
            fields.note("embeddings", key)
    return tuple(dict.fromkeys(name for _, each in names for name in each))


def _hashed(fields: Fields, prefix: str) -> list[str]:
    hashes = fields.left.get("hashes")
    return [key[len(prefix) :] for key in hashes if key.startswith(prefix)] if isinstance(hashes, dict) else []
