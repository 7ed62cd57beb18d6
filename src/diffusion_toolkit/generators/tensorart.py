"""Tensor.Art: what the user asked for as JSON in `generation_data`, beside the ComfyUI graph that ran."""

import dataclasses

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, named_lora, plain_recipe
from diffusion_toolkit.generators.grammar.json_text import read_object
from diffusion_toolkit.record import JsonValue, Lora, Recipe, changed

_SLUG = "tensorart"
_SOURCE = "png:generation_data"
_KEYS = Keys(
    prompt=("prompt",),
    negative_prompt=("negativePrompt",),
    steps=("steps",),
    sampler=("samplerName", "ksamplerName", "sampler"),
    scheduler=("schedule", "scheduler", "scheduleName"),
    cfg_scale=("cfgScale",),
    seed=("seed",),
    vae=("sdVae",),
    clip_skip=("clipSkip",),
    denoising_strength=("denoisingStrength",),
    width=("width",),
    height=("height",),
)
_NAMES = ("modelFileName", "modelName", "name", "label")
_LORA_TYPES = ("LORA", "LOCON", "LYCORIS", "DORA")
_NO_VAE = ("automatic", "none", "default", "")
_ANY_SEED = -1


def _read(container: Container) -> Recipe | None:
    text = container.text(_SOURCE)
    found = read_object(text.value.strip("\0 \r\n\t")) if text else None
    if found is None:
        return None
    fields = Fields(found, _SOURCE)
    base = fields.inside("baseModel")
    model = base.text("model", *_NAMES) if base else None
    model_hash = base.text("model_hash", "hash") if base else None
    if base and base.left:
        fields.left["baseModel"] = base.left
    vae = fields.peek("sdVae")
    keys = dataclasses.replace(_KEYS, vae=()) if str(vae).casefold() in _NO_VAE else _KEYS
    recipe = plain_recipe(fields, keys, generator=_SLUG, source=_SOURCE, loras=_loras(fields))
    if base:
        fields.adopt(base)
    recipe = changed(recipe, model=model, model_hash=model_hash, origins=fields.origins)
    return _without_any_seed(recipe) if container.text("png:prompt") else recipe


def _loras(fields: Fields) -> tuple[Lora, ...]:
    """The LoRAs among `models`; when all of them are, the list is not kept a second time."""
    models = fields.peek("models")
    items = [item for item in models if isinstance(item, dict)] if isinstance(models, list) else []
    loras = [lora for item in items if _is_lora(item) and (lora := _lora(item))]
    if loras:
        fields.note("loras", "models")
    return tuple(loras)


def _is_lora(item: dict[str, JsonValue]) -> bool:
    """The list is of LoRAs where it names no types: the checkpoint stands apart."""
    kind = item.get("type", "LORA")
    return isinstance(kind, str) and kind.upper() in _LORA_TYPES


def _lora(item: dict[str, JsonValue]) -> Lora | None:
    name = next((item[key] for key in _NAMES if item.get(key)), None)
    return named_lora(name, item.get("weight"))


def _without_any_seed(recipe: Recipe) -> Recipe:
    """Seed -1 asked for any; the graph beside it says which one it was."""
    if recipe.seed != _ANY_SEED:
        return recipe
    origins = {name: places for name, places in recipe.origins.items() if name != "seed"}
    return changed(recipe, seed=None, extra={**recipe.extra, "seed": str(_ANY_SEED)}, origins=origins)


TENSORART = Generator(slug=_SLUG, title="Tensor.Art", sources=(_SOURCE,), read=_read)
