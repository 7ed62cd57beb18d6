"""Draw Things: JSON in XMP, with a readable text of the same in the description; or JSON beside the picture."""

from collections.abc import Mapping

from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, drop_empty, is_said, named_lora, plain_recipe
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.generators.grammar.numbers import read_count
from diffusion_toolkit.generators.grammar.settings_line import read_pairs
from diffusion_toolkit.record import NOTHING, JsonValue, Lora, Origin, Recipe, changed

_JSON = ("xmp:exif:UserComment", "exif:UserComment", "sidecar:json")
_DESCRIPTION = "xmp:dc:description"
_MARKS = ('"c":', '"c" :', '"seedMode"')
_KEYS = Keys(
    prompt=("c", "prompt"),
    negative_prompt=("uc", "negativePrompt"),
    steps=("steps",),
    sampler=("sampler",),
    cfg_scale=("scale", "guidanceScale"),
    seed=("seed",),
    model=("model",),
    clip_skip=("clipSkip",),
    denoising_strength=("strength",),
    size=("size",),
    width=("width",),
    height=("height",),
)
_TEXT_KEYS = Keys(
    steps=("Steps",),
    sampler=("Sampler",),
    cfg_scale=("Guidance Scale",),
    seed=("Seed",),
    model=("Model",),
    denoising_strength=("Strength",),
    size=("Size",),
)


def _read(container: Container) -> Recipe | None:
    for text in container.texts_at(*_JSON):
        if not any(mark in text.value for mark in _MARKS):
            continue
        found = object_at(container, text.source)
        if found is not None and _is_ours(found[1]):
            return _from_json(Fields(found[1], text.source), text.source)
    tool, description = container.text("xmp:xmp:CreatorTool"), container.text(_DESCRIPTION)
    if tool is None or description is None or not tool.value.startswith("Draw Things"):
        return None
    return _from_description(description)


def _is_ours(values: Mapping[str, JsonValue]) -> bool:
    """The short names of the picture's own JSON, or the long ones of a saved configuration."""
    return ("c" in values and "model" in values) or ("seedMode" in values and "guidanceScale" in values)


def _from_json(fields: Fields, source: str) -> Recipe:
    """`v2` is the whole configuration again, with what the short names leave out; it stays as it is."""
    loras = _loras(fields)
    v2 = fields.peek("v2")
    config = v2 if isinstance(v2, dict) else fields.left
    hires = _group(config, "hiresFix") if config.get("hiresFix") is True else NOTHING
    refiner = _group(config, "refiner") if is_said(config.get("refinerModel")) else NOTHING
    controlnets = _controlnets(config)
    sampler = fields.peek("sampler")
    if isinstance(sampler, int):  # a configuration has the place in the app's list, which is no name
        fields.left.pop("sampler")
    drop_empty(fields, "lora", "loras", "uc", "negativePrompt")
    recipe = plain_recipe(
        fields,
        _KEYS,
        generator="drawthings",
        source=source,
        loras=loras,
        hires=hires,
        refiner=refiner,
        controlnets=controlnets,
    )
    extra = {**recipe.extra, "sampler": sampler} if isinstance(sampler, int) else recipe.extra
    origins = dict(recipe.origins)
    prefix = "v2." if isinstance(v2, dict) else ""
    for name, key, value in (
        ("hires", "hiresFix", hires), ("refiner", "refinerModel", refiner), ("controlnets", "controls", controlnets)
    ):  # fmt: skip
        if value:
            origins[name] = (Origin(source, prefix + key),)
    clip_skip = recipe.clip_skip if prefix == "" else read_count(config.get("clipSkip"))
    if prefix and clip_skip is not None:
        origins["clip_skip"] = (Origin(source, "v2.clipSkip"),)
    return changed(recipe, clip_skip=clip_skip, extra=extra, origins=origins)


def _loras(fields: Fields) -> tuple[Lora, ...]:
    """Each has a model (a file in a configuration) and a weight; a list with more than that stays."""
    key = fields.find("lora", "loras")
    listed = fields.left[key] if key else None
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    found = tuple(
        lora for item in items if (lora := named_lora(item.get("model") or item.get("file"), item.get("weight")))
    )
    if key is None or not found:
        return ()
    fields.note("loras", key)
    if len(found) == len(items) and all(item.keys() <= {"model", "file", "weight"} for item in items):
        del fields.left[key]
    return found


def _group(config: Mapping[str, JsonValue], prefix: str) -> dict[str, JsonValue]:
    """ "hiresFixWidth" as width."""
    found = {key[len(prefix) :]: value for key, value in config.items() if key.startswith(prefix) and key != prefix}
    return {key[:1].lower() + key[1:]: value for key, value in found.items()}


def _controlnets(config: Mapping[str, JsonValue]) -> tuple[Mapping[str, JsonValue], ...]:
    controls = config.get("controls")
    items = [item for item in controls if isinstance(item, dict)] if isinstance(controls, list) else []
    return tuple(({"model": item["file"]} if is_said(item.get("file")) else {}) | item for item in items)


def _from_description(text: Text) -> Recipe | None:
    """Prompt, then a line with the negative prompt behind a minus, then the settings in one line."""
    lines = text.value.strip().splitlines()
    at = next((number for number in range(len(lines) - 1, -1, -1) if lines[number].startswith("Steps:")), None)
    if at is None:
        return None
    settings: dict[str, JsonValue] = {**read_pairs(lines[at])}
    loras = _loras_of(settings)
    fields = Fields(settings, text.source)
    recipe = plain_recipe(fields, _TEXT_KEYS, generator="drawthings", source=text.source, loras=loras)
    negative_at = next((number for number in range(at) if number and lines[number].startswith("-")), at)
    prompt = "\n".join(lines[:negative_at]).strip() or None
    negative = "\n".join(lines[negative_at:at]).strip().removeprefix("-").strip() or None
    origins = dict(recipe.origins)
    for name, value in (("prompt", prompt), ("negative_prompt", negative), ("loras", loras)):
        if value:
            origins[name] = (Origin(text.source),)
    return changed(recipe, prompt=prompt, negative_prompt=negative, origins=origins)


def _loras_of(settings: dict[str, JsonValue]) -> tuple[Lora, ...]:
    """`LoRA Model: …, LoRA Weight: …`; of several, numbered from the second on, only those keys that come once."""
    lora = named_lora(settings.pop("LoRA Model", None), settings.pop("LoRA Weight", None))
    return (lora,) if lora else ()


DRAW_THINGS = Generator(
    slug="drawthings", title="Draw Things", sources=(*_JSON, _DESCRIPTION), objects=_JSON, read=_read
)
