"""Wan2GP (WanGP): JSON in the comment of a film or picture, in EXIF UserComment, or beside the file."""

import re

from diffusion_toolkit.formats import Container, video_tags
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, drop_empty, named_lora, plain_recipe
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.generators.grammar.numbers import read_decimal
from diffusion_toolkit.record import JsonValue, Lora, Recipe, changed

_JSON = (*video_tags("comment"), "png:Comment", "jpeg:COM", "exif:UserComment", "sidecar:json")
_MARK = "by DeepBeepMeep - "
_TYPE = re.compile(r"Wan[\d.]{0,8}GP(?: v(?P<version>\S{1,20}))? by DeepBeepMeep - (?P<model>.{1,200})", re.DOTALL)
"""As "WanGP v10.70 by DeepBeepMeep - LTX-2 Distilled 19B"; the first versions were called Wan2.1GP."""

_KEYS = Keys(
    prompt=("prompt", "prompts"),
    negative_prompt=("negative_prompt",),
    steps=("num_inference_steps",),
    sampler=("sample_solver",),
    cfg_scale=("guidance_scale",),
    seed=("seed",),
    denoising_strength=("denoising_strength",),
    size=("resolution",),
)


def _read(container: Container) -> Recipe | None:
    for text in container.texts_at(*_JSON):
        found = object_at(container, text.source) if _MARK in text.value else None
        kind = found[1].get("type") if found else None
        made = _TYPE.fullmatch(kind) if isinstance(kind, str) else None
        if found and made:
            return _recipe(Fields(found[1], text.source), text.source, made)
    return None


def _recipe(fields: Fields, source: str, made: re.Match[str]) -> Recipe:
    """What `type` says in one sentence stays there, too."""
    version, model = made["version"], _model(fields)
    if version:
        fields.note("generator_version", "type")
    if model is None:
        model = made["model"]
        fields.note("model", "type")
    loras = _loras(fields)
    drop_empty(fields, *fields.left)
    recipe = plain_recipe(fields, _KEYS, generator="wan2gp", source=source, loras=loras)
    return changed(recipe, generator_version=version, model=model)


def _model(fields: Fields) -> str | None:
    """The file's name; where it was fetched from is not part of it."""
    model = fields.text("model", "model_filename")
    return None if model is None else _file_name(model)


def _file_name(place: str) -> str:
    return re.split(r"[/\\]", place.strip().rstrip("/\\"))[-1] or place


def _loras(fields: Fields) -> tuple[Lora, ...]:
    """Files in a list, their weights in a text in the same order. A weight that changes on the way (`1;0.5` by phase,
    `1,0.5` by step) is none that a number can say; the text is kept then."""
    names = fields.peek("activated_loras")
    if not isinstance(names, list) or not names:
        return ()
    fields.take("loras", "activated_loras")
    weights = _weights(fields.peek("loras_multipliers"))
    known = [read_decimal(weight) for weight in weights]
    if weights and None not in known and len(known) <= len(names):
        fields.take("loras", "loras_multipliers")
    elif weights:
        fields.note("loras", "loras_multipliers")
    each = [*known, *[None] * len(names)]
    loras = (named_lora(_named(name), weight) for name, weight in zip(names, each, strict=False))
    return tuple(lora for lora in loras if lora)


def _named(name: JsonValue) -> JsonValue:
    return _file_name(name) if isinstance(name, str) else name


def _weights(value: JsonValue) -> list[str]:
    """Between spaces and lines; lines of notes begin with #, and a bar stands before what the model brings itself."""
    lines = value.splitlines() if isinstance(value, str) else []
    return " ".join(line for line in lines if not line.lstrip().startswith("#")).replace("|", " ").split()


WAN2GP = Generator(slug="wan2gp", title="Wan2GP", sources=_JSON, objects=_JSON, read=_read)
