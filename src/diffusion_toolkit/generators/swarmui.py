"""SwarmUI, and StableSwarmUI before it: `sui_image_params` in PNG `parameters`, in EXIF UserComment or beside it."""

from collections.abc import Iterator

from diffusion_toolkit.formats import Container, video_tags
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import (
    Keys,
    drop_empty,
    is_said,
    named_lora,
    plain_recipe,
    take_group,
)
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.record import JsonValue, Lora, Origin, Recipe, changed

_SOURCES = (
    "png:parameters",
    "exif:UserComment",
    "exif:ImageDescription",
    "xmp:exif:UserComment",
    "sidecar:json",
    "sidecar:txt",
)
_VIDEO = video_tags("parameters", "comment", "description")
_MARK = '"sui_image_params"'
_KEYS = Keys(
    generator_version=("swarm_version",),
    prompt=("prompt",),
    negative_prompt=("negativeprompt",),
    steps=("steps",),
    sampler=("sampler", "comfyuisampler"),
    scheduler=("scheduler", "comfyuischeduler"),
    cfg_scale=("cfgscale",),
    seed=("seed",),
    model=("model",),
    vae=("vae",),
    clip_skip=("clipstopatlayer",),
    denoising_strength=("initimagecreativity",),
    width=("width",),
    height=("height",),
)
_CONTROLNETS = ("controlnet", "controlnettwo", "controlnetthree")
_BETWEEN_ITEMS = "\n|||\n"
"""What separates items of a list that was written as one text and may hold commas."""


def _read(container: Container) -> Recipe | None:
    for text in container.texts_at(*_SOURCES, *_VIDEO):
        if _MARK not in text.value:
            continue
        found = object_at(container, text.source)
        if found is not None and isinstance(found[1].get("sui_image_params"), dict):
            return _recipe(Fields(found[1], text.source), text.source)
    return None


def _recipe(root: Fields, source: str) -> Recipe:
    fields = root.inside("sui_image_params") or Fields({}, source)
    loras = _loras(fields)
    refiner = take_group(fields, "refiner", "refiner")
    controlnets = _controlnets(fields)
    recipe = plain_recipe(
        fields, _KEYS, generator="swarmui", source=source, loras=loras, refiner=refiner, controlnets=controlnets
    )
    origins = dict(recipe.origins)
    model_hash = _model_hash(root, recipe.model)
    if model_hash is not None:
        origins["model_hash"] = (Origin(source, "sui_models"),)
    embeddings = _embeddings(root, fields)
    if embeddings:
        origins["embeddings"] = (Origin(source, "used_embeddings"),)
    return changed(
        recipe,
        model_hash=model_hash,
        embeddings=embeddings,
        extra={**root.left, **recipe.extra},
        origins=origins,
    )


def _loras(fields: Fields) -> tuple[Lora, ...]:
    """Names and weights stand in two lists, or in two texts with commas."""
    names = _items(fields.peek("loras"))
    weights = _items(fields.peek("loraweights"))
    if not names:
        drop_empty(fields, "loras", "loraweights")
        return ()
    fields.take("loras", "loras")
    if len(weights) == len(names):
        fields.take("loras", "loraweights")
    else:
        weights = [None] * len(names)
    found = (named_lora(*_name_and_weight(name, weight)) for name, weight in zip(names, weights, strict=True))
    return tuple(lora for lora in found if lora)


def _items(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, str):
        parts = value.split(_BETWEEN_ITEMS if _BETWEEN_ITEMS in value else ",")
        return [part.strip() for part in parts if part.strip()]
    return value if isinstance(value, list) else []


def _name_and_weight(name: JsonValue, weight: JsonValue) -> tuple[JsonValue, JsonValue]:
    if isinstance(name, dict):
        return name.get("model") or name.get("name"), name.get("weight", weight)
    return name, weight


def _controlnets(fields: Fields) -> tuple[dict[str, JsonValue], ...]:
    """A unit per ControlNet that has a model; keys of the others stay where they are."""
    chosen = [prefix for prefix in _CONTROLNETS if _is_chosen(fields.peek(f"{prefix}model"))]
    units: list[dict[str, JsonValue]] = [
        {"unit": _CONTROLNETS.index(prefix)} | take_group(fields, "controlnets", prefix)
        for prefix in sorted(chosen, key=len, reverse=True)  # "controlnet" begins the others too
    ]
    return tuple(sorted(units, key=lambda unit: str(unit["unit"])))


def _is_chosen(model: JsonValue) -> bool:
    return is_said(model) and model != "(None)"


def _model_hash(root: Fields, model: str | None) -> str | None:
    """The model's SHA-256 from `sui_models`, without its 0x. The list itself stays in `extra`."""
    for item in _listed(root.peek("sui_models")):
        digest = item.get("hash")
        if item.get("param") == "model" and isinstance(digest, str) and digest and model:
            return digest.removeprefix("0x")
    return None


def _embeddings(root: Fields, fields: Fields) -> tuple[str, ...]:
    """What the prompts' `<embed:…>` tags loaded: among the extra data, in old versions among the parameters."""
    extra = root.peek("sui_extra_data")
    listed = extra.get("used_embeddings") if isinstance(extra, dict) else fields.peek("used_embeddings")
    return tuple(name for name in listed if isinstance(name, str) and name) if isinstance(listed, list) else ()


def _listed(value: JsonValue) -> Iterator[dict[str, JsonValue]]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


SWARMUI = Generator(
    slug="swarmui", title="SwarmUI", sources=(*_SOURCES, *_VIDEO), objects=(*_SOURCES, *_VIDEO), read=_read
)
