"""imaginAIry: JSON in EXIF UserComment, a readable text in ImageDescription, the model in Software."""

import re

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, drop_empty, plain_recipe, read_side
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.generators.grammar.numbers import read_seed
from diffusion_toolkit.record import JsonValue, Origin, Recipe, changed

_COMMENT = "exif:UserComment"
_SOFTWARE = "Imaginairy / "
_SEED = re.compile(r"\bseed:(\d{1,20})\b")
_KEYS = Keys(
    steps=("steps",),
    sampler=("sampler_type", "solver_type"),
    cfg_scale=("prompt_strength",),
    seed=("seed",),
    model=("model", "model_weights"),
    width=("width",),
    height=("height",),
)


def _read(container: Container) -> Recipe | None:
    text = container.text(_COMMENT)
    software = container.text("exif:Software")
    named = software is not None and software.value.casefold().startswith(_SOFTWARE.casefold())
    if text is None or not (named or '"imaginairy"' in text.value.casefold()):
        return None
    found = object_at(container, _COMMENT)
    if found is None or not isinstance(found[1].get("prompt"), dict):
        return None
    root = Fields(found[1], _COMMENT)
    fields = root.inside("prompt")
    if fields is None:
        return None
    recipe = _recipe(fields, root)
    recipe = _with_model(recipe, software.value[len(_SOFTWARE) :] if named and software else None)
    return _with_seed(recipe, container)


def _recipe(fields: Fields, root: Fields) -> Recipe:
    prompt = _prompt(fields, "prompt", "prompts", "prompt")
    negative = _prompt(fields, "negative_prompt", "negative_prompt")
    size = _size(fields)
    model = _model(fields)
    drop_empty(fields, "init_image", "negative_prompt")
    recipe = plain_recipe(fields, _KEYS, generator="imaginairy", source=_COMMENT)
    return changed(
        recipe,
        prompt=prompt,
        negative_prompt=negative,
        size=recipe.size or size,
        model=recipe.model or model,
        extra={**root.left, **recipe.extra},
    )


def _prompt(fields: Fields, field: str, *keys: str) -> str | None:
    """One text, or several with weights as imaginAIry shows them: `1*(a fox)|0.5*(snow)`; those stay for `extra`."""
    key = next((key for key in keys if isinstance(fields.left.get(key), (list, str))), None)
    value = fields.left[key] if key else None
    if key is None or value is None:
        return None
    parts = [_weighted(item) for item in value] if isinstance(value, list) else [(value, 1)]
    parts = [part for part in parts if isinstance(part[0], str) and part[0].strip()]
    if not parts:
        return None
    fields.note(field, key)
    if len(parts) == 1 and parts[0][1] in (None, 1):
        del fields.left[key]
    return str(parts[0][0]) if len(parts) == 1 else "|".join(f"{weight}*({text})" for text, weight in parts)


def _weighted(item: JsonValue) -> tuple[JsonValue, JsonValue]:
    """Text and weight, from a pair in old files and an object in new ones."""
    if isinstance(item, list) and len(item) == 2:
        return item[1], item[0]
    return (item.get("text"), item.get("weight")) if isinstance(item, dict) else (item, None)


def _size(fields: Fields) -> tuple[int, int] | None:
    value = fields.peek("size")
    sides = [read_side(side) for side in value] if isinstance(value, list) else []
    if len(sides) != 2 or sides[0] is None or sides[1] is None:
        return None
    fields.take("size", "size")
    return sides[0], sides[1]


def _model(fields: Fields) -> str | None:
    """Since version 14 the weights are an object, which stays for what else it says."""
    value = fields.peek("model_weights")
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str) or not name:
        return None
    fields.note("model", "model_weights")
    return name


def _with_model(recipe: Recipe, software: str | None) -> Recipe:
    """The first versions named the model in Software only."""
    if recipe.model is not None or not software:
        return recipe
    return changed(recipe, model=software, origins={**recipe.origins, "model": (Origin("exif:Software"),)})


def _with_seed(recipe: Recipe, container: Container) -> Recipe:
    """A seed that the program chose itself stood in the description only."""
    description = container.text("exif:ImageDescription")
    if recipe.seed is not None or description is None:
        return recipe
    seeds = _SEED.findall(description.value)
    if not seeds:
        return recipe
    origins = {**recipe.origins, "seed": (Origin(description.source, "seed"),)}
    return changed(recipe, seed=read_seed(seeds[-1]), origins=origins)


IMAGINAIRY = Generator(slug="imaginairy", title="imaginAIry", sources=(_COMMENT,), objects=(_COMMENT,), read=_read)
