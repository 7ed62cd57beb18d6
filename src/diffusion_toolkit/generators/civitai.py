"""Civitai: pictures of its own generator, and the JSON it gives with pictures that are downloaded from it."""

from collections.abc import Iterator

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.civitai_json import civitai_object, recipe_of_civitai
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_text import object_at, read_object
from diffusion_toolkit.generators.grammar.numbers import read_seed
from diffusion_toolkit.generators.grammar.parameters_fields import recipe_of
from diffusion_toolkit.generators.grammar.parameters_program import parameters_by
from diffusion_toolkit.generators.grammar.parameters_text import SOURCES, Parameters
from diffusion_toolkit.record import JsonValue, Origin, Recipe, changed

_SLUG = "civitai"
_JSON = ("exif:UserComment", "jpeg:COM", "sidecar:json")
_ASIDE = "png:extraMetadata"
_MARKS = ('"extraMetadata"', '"civitai"', '"original_metadata"')
_ANY_SEED = -1
_HYPHENS = (8, 13, 18, 23)
"""Where a UUID of 36 characters has its hyphens."""


def _read(container: Container) -> Recipe | None:
    parameters = parameters_by(container, _SLUG)
    if parameters is None and _is_signed(container):
        parameters = parameters_by(container, "automatic1111")
    if parameters is not None:
        return _with_real_seed(recipe_of(parameters, _SLUG), parameters)
    for source, found in _objects(container):
        asked = civitai_object(found, source)
        if asked is not None:
            return recipe_of_civitai(asked, _SLUG, source)
    return None


def _objects(container: Container) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    """The JSON texts that may be Civitai's, by place. Those of ComfyUI are large, so words are looked for first."""
    for text in container.texts_at(*_JSON):
        if text.source.startswith("sidecar:") or any(mark in text.value for mark in _MARKS):
            found = object_at(container, text.source)
            if found is not None:
                yield found
    aside = container.text(_ASIDE)
    if aside is not None:
        yield _ASIDE, {"extraMetadata": aside.value}


def _is_signed(container: Container) -> bool:
    """Its generator writes a UUID as software, and "ai" as artist."""
    artist = container.text("exif:Artist")
    software = container.text("exif:Software") if artist else None
    if artist is None or software is None or artist.value.strip("\0 ") != "ai":
        return False
    name = software.value.strip("\0 ")
    return len(name) == 36 and all(name[at] == "-" for at in _HYPHENS)


def _with_real_seed(recipe: Recipe, parameters: Parameters) -> Recipe:
    """Seed -1 asked for any; `Civitai metadata` may say which one it was."""
    metadata = read_object(parameters.settings.get("Civitai metadata", "")) if recipe.seed == _ANY_SEED else None
    seed = Fields(metadata, recipe.source).number("seed", read_seed, "seed") if metadata else None
    if seed is None or seed == _ANY_SEED:
        return recipe
    origins = {**recipe.origins, "seed": (Origin(recipe.source, "Civitai metadata.seed"),)}
    return changed(recipe, seed=seed, extra={**recipe.extra, "Seed": str(_ANY_SEED)}, origins=origins)


CIVITAI = Generator(slug=_SLUG, title="Civitai", sources=(*SOURCES, "sidecar:json", _ASIDE), read=_read)
