"""mflux: JSON in EXIF UserComment or beside the picture; where that is lost, the same in short in XMP."""

from collections.abc import Mapping
from types import NoneType

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, drop_empty, is_said, named_lora, plain_recipe
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.record import JsonValue, Lora, Origin, Recipe

_JSON = ("exif:UserComment", "sidecar:json")
_MARKS = ('"mflux_version"', '"mlx.core.')
_KEYS = Keys(
    generator_version=("mflux_version",),
    prompt=("prompt",),
    negative_prompt=("negative_prompt",),
    steps=("steps",),
    cfg_scale=("guidance",),
    seed=("seed",),
    model=("model",),
    width=("width",),
    height=("height",),
)
_XMP = {
    "prompt": "xmp:dc:description",
    "seed": "xmp:mflux:seed",
    "steps": "xmp:mflux:steps",
    "guidance": "xmp:mflux:guidance",
    "model": "xmp:mflux:model",
    "generation_time_seconds": "xmp:mflux:generationTimeSeconds",
}


def _read(container: Container) -> Recipe | None:
    for text in container.texts_at(*_JSON):
        if not any(mark in text.value for mark in _MARKS):
            continue
        found = object_at(container, text.source)
        if found is not None and isinstance(found[1].get("prompt", 0), (str, NoneType)):
            return _from_json(Fields(found[1], text.source), text.source)
    return _from_xmp(container)


def _from_json(fields: Fields, source: str) -> Recipe:
    loras = _loras(fields)
    controlnets = _controlnets(fields)
    drop_empty(fields, "lora_paths", "lora_scales", "guidance", "controlnet_image_path", "controlnet_strength")
    return plain_recipe(fields, _KEYS, generator="mflux", source=source, loras=loras, controlnets=controlnets)


def _loras(fields: Fields) -> tuple[Lora, ...]:
    """Paths and scales in two lists; the first versions joined each with commas."""
    paths, scales = _items(fields.peek("lora_paths")), _items(fields.peek("lora_scales"))
    if not paths:
        return ()
    fields.take("loras", "lora_paths")
    if len(scales) == len(paths):
        fields.take("loras", "lora_scales")
    else:
        scales = [None] * len(paths)
    found = (named_lora(path, scale) for path, scale in zip(paths, scales, strict=True))
    return tuple(lora for lora in found if lora)


def _items(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if is_said(part)]
    return value if isinstance(value, list) else []


def _controlnets(fields: Fields) -> tuple[Mapping[str, JsonValue], ...]:
    """One at most: the picture that steers, and how much; its model belongs to the main one and has no name here."""
    if not is_said(fields.peek("controlnet_image_path")):
        return ()
    unit: dict[str, JsonValue] = {"image": fields.take("controlnets", "controlnet_image_path")}
    if (weight := fields.peek("controlnet_strength")) is not None:
        fields.take("controlnets", "controlnet_strength")
        unit["weight"] = weight
    return (unit,)


def _from_xmp(container: Container) -> Recipe | None:
    tool = container.text("xmp:xmp:CreatorTool")
    if tool is None or not tool.value.startswith("MFLUX"):
        return None
    texts = {key: text.value for key, source in _XMP.items() if (text := container.text(source))}
    fields = _Properties({key: value for key, value in texts.items() if value != "None"})
    version = tool.value.removeprefix("MFLUX").strip()
    if version:
        fields.left["mflux_version"] = version
    return plain_recipe(fields, _KEYS, generator="mflux", source=_XMP["prompt"] if "prompt" in texts else tool.source)


class _Properties(Fields):
    """Values of which each stood in an XMP property of its own."""

    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        super().__init__(values, "xmp")

    def note(self, field: str, key: str) -> None:
        """The key is the property's own name."""
        self.origins[field] = (*self.origins.get(field, ()), Origin(_XMP.get(key, "xmp:xmp:CreatorTool")))


MFLUX = Generator(slug="mflux", title="mflux", sources=(*_JSON, "xmp:xmp:CreatorTool"), objects=_JSON, read=_read)
