"""Fooocus-MRE: JSON in PNG `Comment`, in a JPEG's comment segment, or beside the picture.

The prompt is what the user typed; what the styles made of it is `real_prompt` in `extra`.
"""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, is_said, named_lora, plain_recipe, take_refiner
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.record import JsonValue, Lora, Recipe

_SOURCES = ("png:Comment", "jpeg:COM", "exif:UserComment", "sidecar:json")
_MARKS = ('"real_prompt"', '"base_clip_skip"')
_KEYS = Keys(
    generator_version=("software",),
    prompt=("prompt",),
    negative_prompt=("negative_prompt",),
    steps=("steps",),
    sampler=("sampler",),
    scheduler=("scheduler",),
    cfg_scale=("cfg",),
    seed=("seed",),
    model=("base_model",),
    clip_skip=("base_clip_skip",),
    denoising_strength=("denoise",),
    width=("width",),
    height=("height",),
)
_MOST_LORAS = 20


def _read(container: Container) -> Recipe | None:
    for text in container.texts_at(*_SOURCES):
        if not any(mark in text.value for mark in _MARKS):
            continue
        found = object_at(container, text.source)
        if found is not None and _is_ours(found[1]):
            fields = Fields(found[1], text.source)
            loras = _loras(fields)
            refiner = take_refiner(fields, also="switch")
            return plain_recipe(
                fields, _KEYS, generator="fooocus-mre", source=text.source, loras=loras, refiner=refiner
            )
    return None


def _is_ours(values: dict[str, JsonValue]) -> bool:
    """Its first versions did not name themselves."""
    software = values.get("software")
    named = isinstance(software, str) and software.startswith("Fooocus") and "MRE" in software
    return named or ("base_model" in values and "software" not in values)


def _loras(fields: Fields) -> tuple[Lora, ...]:
    """Their names and weights: `l1` with `w1`, `l2` with `w2` and so on; "None" where there is none."""
    found: list[Lora] = []
    for number in range(1, _MOST_LORAS + 1):
        name, weight = f"l{number}", f"w{number}"
        if name not in fields.left:
            break
        if is_said(fields.left[name]) and (lora := named_lora(fields.left[name], fields.left.get(weight))):
            found.append(lora)
            fields.take("loras", name)
            fields.take("loras", weight)
    return tuple(found)


FOOOCUS_MRE = Generator(slug="fooocus-mre", title="Fooocus-MRE", sources=_SOURCES, objects=_SOURCES, read=_read)
