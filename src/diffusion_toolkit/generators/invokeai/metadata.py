"""InvokeAI 3 to 6: `invokeai_metadata`, one flat object in which models are objects of their own."""

from collections.abc import Mapping

from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, drop_empty, named_lora, plain_recipe, take_group
from diffusion_toolkit.record import NOTHING, JsonValue, Lora, Recipe, changed

_KEYS = Keys(
    generator_version=("app_version",),
    prompt=("positive_prompt", "prompt"),
    negative_prompt=("negative_prompt",),
    steps=("steps",),
    sampler=("scheduler",),
    cfg_scale=("cfg_scale",),
    seed=("seed",),
    clip_skip=("clip_skip",),
    denoising_strength=("strength", "denoising_strength"),
    width=("width",),
    height=("height",),
)
_TAKEN = frozenset({"name", "model_name", "hash"})
_EMPTY_ONES = ("positive_style_prompt", "negative_style_prompt", "loras", "controlnets", "ipAdapters", "t2iAdapters")


def recipe_of_metadata(values: Mapping[str, JsonValue], source: str, path: str = "") -> Recipe:
    """The recipe of this object. What it calls scheduler is the sampler of other programs."""
    fields = Fields(values, source, path)
    model, model_hash = take_model(fields, "model", "model", with_hash=True)
    if model_hash is not None:
        fields.note("model_hash", "model")
    vae, _ = take_model(fields, "vae", "vae")
    loras = _loras(fields)
    controlnets = _controlnets(fields)
    hires = take_group(fields, "hires", "hrf_") if fields.peek("hrf_enabled") is True else NOTHING
    refiner = _refiner(fields)
    drop_empty(fields, *_EMPTY_ONES)
    recipe = plain_recipe(
        fields,
        _KEYS,
        generator="invokeai",
        source=source,
        loras=loras,
        hires=hires,
        refiner=refiner,
        controlnets=controlnets,
    )
    return changed(recipe, model=model, model_hash=model_hash, vae=vae)


def model_name(value: JsonValue) -> str | None:
    """The name of a model: "name" since version 4, "model_name" before, or the value itself in the first."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("model_name")
    return value if isinstance(value, str) and value.strip() else None


def take_model(fields: Fields, field: str, key: str, *, with_hash: bool = False) -> tuple[str | None, str | None]:
    """Name of a model, and its hash if asked for; what else the object says of it stays under its key."""
    spelled = fields.find(key)
    value = fields.left[spelled] if spelled else None
    name = model_name(value)
    if spelled is None or name is None:
        drop_empty(fields, key)
        return None, None
    fields.note(field, spelled)
    del fields.left[spelled]
    if not isinstance(value, dict):
        return name, None
    digest = value.get("hash") if with_hash else None
    digest = digest if isinstance(digest, str) and digest else None
    rest = {key: item for key, item in value.items() if not (key in _TAKEN and item in (name, digest))}
    if rest:
        fields.left[spelled] = rest
    return name, digest


def lora_of(item: JsonValue) -> Lora | None:
    """A LoRA of the list: its model is under "lora" in version 3, under "model" since."""
    if not isinstance(item, dict):
        return None
    return named_lora(model_name(item.get("model") or item.get("lora")), item.get("weight"))


def _loras(fields: Fields) -> tuple[Lora, ...]:
    """The list itself stays, for the keys and hashes of the models."""
    listed = fields.peek("loras")
    found = tuple(lora for item in listed if (lora := lora_of(item))) if isinstance(listed, list) else ()
    if found:
        fields.note("loras", "loras")
    return found


def _controlnets(fields: Fields) -> tuple[Mapping[str, JsonValue], ...]:
    listed = fields.peek("controlnets")
    if not isinstance(listed, list) or not listed or not all(isinstance(item, dict) for item in listed):
        return ()
    fields.take("controlnets", "controlnets")
    return tuple(_unit(item) for item in listed if isinstance(item, dict))


def _unit(item: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """A unit as found, with model and weight under the names that all programs share."""
    named: dict[str, JsonValue] = {"model": model_name(item.get("control_model")), "weight": item.get("control_weight")}
    return {key: value for key, value in named.items() if value is not None} | dict(item)


def _refiner(fields: Fields) -> Mapping[str, JsonValue]:
    name, digest = take_model(fields, "refiner", "refiner_model", with_hash=True)
    if name is None:
        return NOTHING
    rest = fields.left.pop("refiner_model", None)
    refiner: dict[str, JsonValue] = {"model": name}
    if digest:
        refiner["model_hash"] = digest
    refiner |= take_group(fields, "refiner", "refiner_")
    if rest is not None:
        fields.left["refiner_model"] = rest
    return refiner
