"""RuinedFooocus: JSON in PNG `parameters`, and in a film's `metadata` tag."""

from diffusion_toolkit.formats import Container, video_tags
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, drop_empty, named_lora, plain_recipe
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.record import JsonValue, Lora, Recipe

_SOURCES = ("png:parameters", "exif:UserComment", *video_tags("metadata", "comment"))
_MARK = "RuinedFooocus"
_KEYS = Keys(
    prompt=("Prompt",),
    negative_prompt=("Negative", "negative_prompt"),
    steps=("steps",),
    sampler=("sampler_name", "sampler"),
    scheduler=("scheduler",),
    cfg_scale=("cfg",),
    seed=("seed",),
    model=("base_model_name",),
    model_hash=("base_model_hash",),
    clip_skip=("clip_skip",),
    denoising_strength=("denoise",),
    width=("width",),
    height=("height",),
)


def _read(container: Container) -> Recipe | None:
    for text in container.texts_at(*_SOURCES):
        if _MARK not in text.value:
            continue
        found = object_at(container, text.source)
        if found is not None and str(found[1].get("software", "")).startswith(_MARK):
            return _recipe(Fields(found[1], text.source), text.source)
    return None


def _recipe(fields: Fields, source: str) -> Recipe:
    loras = _loras(fields.peek("loras"))
    if loras:
        fields.note("loras", "loras")  # the list stays for `extra`, as it has the hashes too
    drop_empty(fields, "loras", "denoise")
    return plain_recipe(fields, _KEYS, generator="ruinedfooocus", source=source, loras=tuple(loras))


def _loras(value: JsonValue) -> list[Lora]:
    """Each is a hash and "weight - name"; the name may hold " - " itself. None when one of them is something else."""
    found: list[Lora] = []
    for item in value if isinstance(value, list) else ():
        text = item[1] if isinstance(item, list) and len(item) > 1 else item
        weight, separator, name = text.partition(" - ") if isinstance(text, str) else ("", "", "")
        lora = named_lora(name, weight) if separator else None
        if lora is None:
            return []
        found.append(lora)
    return found


RUINED_FOOOCUS = Generator(slug="ruinedfooocus", title="RuinedFooocus", sources=_SOURCES, objects=_SOURCES, read=_read)
