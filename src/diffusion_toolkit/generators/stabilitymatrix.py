"""Stability Matrix: JSON and AUTOMATIC1111's text in PNG chunks, beside the ComfyUI graph it ran and its project."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, plain_recipe
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.generators.grammar.parameters_fields import recipe_of
from diffusion_toolkit.generators.grammar.parameters_text import find_parameters
from diffusion_toolkit.record import Recipe, changed
from diffusion_toolkit.vocabulary import split_sampler

_SLUG = "stabilitymatrix"
_JSON = "png:parameters-json"
_PROJECT = "png:smproj"
_KEYS = Keys(
    prompt=("PositivePrompt",),
    negative_prompt=("NegativePrompt",),
    steps=("Steps",),
    sampler=("Sampler",),
    cfg_scale=("CfgScale",),
    seed=("Seed",),
    model=("ModelName",),
    model_hash=("ModelHash",),
    width=("Width",),
    height=("Height",),
)


def _read(container: Container) -> Recipe | None:
    """The JSON; where it is missing or damaged, the text, if the project stands beside it."""
    found = object_at(container, _JSON)
    if found is not None and ("PositivePrompt" in found[1] or "ModelName" in found[1]):
        return _of_json(Fields(found[1], _JSON))
    parameters = find_parameters(container)
    if parameters is None or not (container.text(_PROJECT) or container.text(_JSON)):
        return None
    return recipe_of(parameters, _SLUG)


def _of_json(fields: Fields) -> Recipe:
    recipe = plain_recipe(fields, _KEYS, generator=_SLUG, source=_JSON)
    scheduler = split_sampler(recipe.sampler)[1] if recipe.sampler else None
    if scheduler:
        fields.note("scheduler", "Sampler")
    return changed(
        recipe,
        prompt=_with_one_line_end(recipe.prompt),
        negative_prompt=_with_one_line_end(recipe.negative_prompt),
        scheduler=scheduler,
        extra={key: value for key, value in recipe.extra.items() if value is not None},
        origins=fields.origins,
    )


def _with_one_line_end(text: str | None) -> str | None:
    """The text with the line ends of everybody: on Windows its own are two characters."""
    return text.replace("\r\n", "\n").strip() or None if text else text


STABILITY_MATRIX = Generator(slug=_SLUG, title="Stability Matrix", sources=(_JSON, _PROJECT), read=_read)
