"""Fooocus and its forks: JSON or an AUTOMATIC1111 text, in PNG `parameters` or in EXIF UserComment.

The prompt of the JSON is what the user typed; what the styles made of it is `full_prompt` in `extra`. In a text of
the other scheme the prompt is what stands there, the full one, and the typed one is `Raw prompt` in `extra`.
"""

import re

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import (
    Keys,
    drop_empty,
    is_said,
    named_lora,
    plain_recipe,
    take_refiner,
)
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.generators.grammar.parameters_fields import recipe_of
from diffusion_toolkit.generators.grammar.parameters_program import parameters_by
from diffusion_toolkit.generators.grammar.parameters_text import find_parameters
from diffusion_toolkit.record import JsonValue, Lora, Recipe

_SOURCES = ("png:parameters", "exif:UserComment", "png:Comment", "sidecar:json")
_SCHEME = ("png:fooocus_scheme", "exif:MakerNote")
_MARKS = ('"base_model"', '"Base Model"', '"metadata_scheme"')
_KEYS = Keys(
    generator_version=("version",),
    prompt=("prompt",),
    negative_prompt=("negative_prompt", "Negative Prompt"),
    steps=("steps",),
    sampler=("sampler",),
    scheduler=("scheduler",),
    cfg_scale=("guidance_scale", "Guidance Scale"),
    seed=("seed",),
    model=("base_model", "Base Model"),
    model_hash=("base_model_hash",),
    vae=("vae",),
    clip_skip=("clip_skip",),
    size=("resolution",),
)
_LORA_KEY = re.compile(r"(?:lora_combined_|LoRA )\d{1,3}$")


def _read(container: Container) -> Recipe | None:
    is_named = False
    for text in container.texts_at(*_SOURCES):
        is_named = is_named or "ooocus" in text.value
        if "{" not in text.value or not any(mark in text.value for mark in _MARKS):
            continue
        found = object_at(container, text.source)
        if found is not None and _is_ours(found[1]):
            return _from_json(Fields(found[1], text.source), text.source)
    return _from_text(container, is_named=is_named)


def _is_ours(values: dict[str, JsonValue]) -> bool:
    """Its forks name themselves or their scheme differently; all have the keys that nobody else has."""
    if "software" in values:
        return False
    names = (values.get("metadata_scheme"), values.get("version"), values.get("Version"))
    if any(isinstance(name, str) and name.casefold().startswith(("fooocus", "simple")) for name in names):
        return True
    spelled = {key.casefold().replace(" ", "_") for key in values}
    return {"base_model", "sharpness", "guidance_scale"} <= spelled


def _from_json(fields: Fields, source: str) -> Recipe:
    loras = _loras(fields)
    refiner = take_refiner(fields) or take_refiner(fields, "refiner ")
    return plain_recipe(fields, _KEYS, generator="fooocus", source=source, loras=loras, refiner=refiner)


def _loras(fields: Fields) -> tuple[Lora, ...]:
    """From the list of name, weight and hash, which stays for its hashes; or from `lora_combined_1` and the like."""
    drop_empty(fields, "loras")
    listed = fields.peek("loras")
    pairs = [item for item in listed if isinstance(item, list) and len(item) > 1] if isinstance(listed, list) else []
    found = tuple(lora for item in pairs if (lora := named_lora(item[0], item[1])))
    if found:
        fields.note("loras", "loras")
        return found
    combined = {key: _combined(fields.left[key]) for key in fields.left if _LORA_KEY.match(key)}
    for key, lora in combined.items():
        if lora is not None:
            fields.take("loras", key)
    return tuple(lora for lora in combined.values() if lora is not None)


def _combined(value: JsonValue) -> Lora | None:
    """ "name : 0.5", or "True : name : 0.5" of newer forks; one that is switched off was not used."""
    if not isinstance(value, str) or " : " not in value:
        return None
    name, _, weight = value.rpartition(" : ")
    enabled, separator, rest = name.partition(" : ")
    if separator and enabled in ("True", "False"):
        if enabled == "False":
            return None
        name = rest
    return named_lora(name, weight) if is_said(name) else None


def _from_text(container: Container, *, is_named: bool) -> Recipe | None:
    """The text says so itself, or the chunk beside it does, of forks that call themselves otherwise."""
    scheme = _says_scheme(container)
    if not scheme and not is_named:
        return None
    parameters = parameters_by(container, "fooocus") or (find_parameters(container) if scheme else None)
    return recipe_of(parameters, "fooocus") if parameters else None


def _says_scheme(container: Container) -> bool:
    for source in _SCHEME:
        text = container.text(source)
        if text is not None and text.value.strip("\0 ") == "a1111":
            return True
    return False


FOOOCUS = Generator(slug="fooocus", title="Fooocus", sources=_SOURCES, read=_read)
