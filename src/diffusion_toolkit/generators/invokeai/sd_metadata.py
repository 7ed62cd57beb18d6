"""InvokeAI 1.14 to 2.3: `sd-metadata`, with the model at the root and the rest under `image`."""

from collections.abc import Mapping

from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, drop_empty, plain_recipe, take_text
from diffusion_toolkit.generators.invokeai.dream import split_prompt
from diffusion_toolkit.record import JsonValue, Origin, Recipe, changed

_KEYS = Keys(
    steps=("steps",),
    sampler=("sampler", "sampler_name"),
    cfg_scale=("cfg_scale",),
    seed=("seed",),
    denoising_strength=("strength", "strength_steps"),
    width=("width",),
    height=("height",),
)


def recipe_of_sd_metadata(values: Mapping[str, JsonValue], source: str) -> Recipe:
    """The recipe of one picture; of a grid the first picture's, and the list of all stays in `extra`."""
    root = Fields(values, source)
    image = root.inside("image") or _first_of_grid(root, source)
    version = take_text(root, "generator_version", "app_version")
    model = root.text("model", "model_weights", "model_id")  # `model` is "stable diffusion" in every file
    drop_empty(root, "model_weights", "model_id")
    model_hash = take_text(root, "model_hash", "model_hash")
    text, path = _prompt(image)
    prompt, negative = split_prompt(text) if text else (None, None)
    recipe = plain_recipe(image, _KEYS, generator="invokeai", source=source)
    origins = {**root.origins, **recipe.origins}
    for name, value in (("prompt", prompt), ("negative_prompt", negative)):
        if value is not None:
            origins[name] = (Origin(source, path),)
    return changed(
        recipe,
        generator_version=version,
        model=model,
        model_hash=model_hash,
        prompt=prompt,
        negative_prompt=negative,
        extra={**root.left, **recipe.extra},
        origins=origins,
    )


def _first_of_grid(root: Fields, source: str) -> Fields:
    images = root.peek("images")
    first = images[0] if isinstance(images, list) and images else None
    return Fields(first if isinstance(first, dict) else {}, source, "images[0].")


def _prompt(image: Fields) -> tuple[str | None, str]:
    """The prompt as InvokeAI writes it again: one text, or `first:0.7,second:0.3` of weighted parts, which stay too."""
    key = image.find("prompt")
    value = image.left[key] if key else None
    if isinstance(value, str):
        image.left.pop(key or "")
        return value, "image.prompt"
    parts = [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
    texts = [(text, part.get("weight")) for part in parts if isinstance(text := part.get("prompt"), str)]
    if len(texts) == 1:
        if key and len(parts) == 1 and texts[0][1] in (None, 1):
            del image.left[key]
        return texts[0][0], "image.prompt[0].prompt"
    return ",".join(f"{text}:{weight}" for text, weight in texts) or None, "image.prompt"
