"""Apps on Hugging Face Spaces that run diffusers: JSON in PNG `parameters`, in the names of the library."""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields
from diffusion_toolkit.generators.grammar.json_recipe import Keys, drop_empty, is_said, named_lora, plain_recipe
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.record import JsonValue, Lora, Recipe, changed
from diffusion_toolkit.vocabulary import split_sampler

_SOURCES = ("png:parameters", "png:metadata", "exif:UserComment", "sidecar:json")
_MARK = '"num_inference_steps"'
_KEYS = Keys(
    prompt=("prompt",),
    negative_prompt=("negative_prompt",),
    steps=("num_inference_steps",),
    sampler=("sampler",),
    scheduler=("scheduler",),
    cfg_scale=("guidance_scale",),
    seed=("seed",),
    model=("Model", "model", "model_name", "model_id"),
    model_hash=("Model hash", "model_hash"),
    vae=("vae",),
    clip_skip=("clip_skip",),
    denoising_strength=("strength",),
    size=("resolution", "size"),
    width=("width",),
    height=("height",),
)


def _read(container: Container) -> Recipe | None:
    for text in container.texts_at(*_SOURCES):
        if _MARK not in text.value:
            continue
        found = object_at(container, text.source)
        if found is not None and isinstance(found[1].get("prompt"), str):
            fields = Fields(found[1], text.source)
            return _recipe(fields, text.source)
    return None


def _recipe(fields: Fields, source: str) -> Recipe:
    loras = _loras(fields)
    upscaler = fields.peek("use_upscaler")
    hires = upscaler if isinstance(upscaler, dict) else {}
    if hires:
        fields.take("hires", "use_upscaler")
    drop_empty(fields, "use_upscaler", "use_lora")
    model = fields.inside("Model")
    recipe = plain_recipe(fields, _KEYS, generator="huggingface", source=source, loras=loras, hires=hires)
    recipe = _with_scheduler(recipe)
    return recipe if model is None else _with_model(recipe, model)


def _with_scheduler(recipe: Recipe) -> Recipe:
    """The schedule behind a sampler's name: "DPM++ 2M Karras"."""
    scheduler = split_sampler(recipe.sampler)[1] if recipe.sampler and recipe.scheduler is None else None
    if scheduler is None:
        return recipe
    origins = {**recipe.origins, "scheduler": recipe.origins["sampler"]}
    return changed(recipe, scheduler=scheduler, origins=origins)


def _with_model(recipe: Recipe, model: Fields) -> Recipe:
    """Some apps put the model's name and hash into an object, with a text in Markdown for a name."""
    name, digest = model.text("model", "Model"), model.text("model_hash", "Model hash")
    return changed(
        recipe,
        model=name,
        model_hash=digest,
        extra={**recipe.extra, **({"Model": model.left} if model.left else {})},
        origins={**recipe.origins, **model.origins},
    )


def _loras(fields: Fields) -> tuple[Lora, ...]:
    """One in `use_lora`, as a name or as an object with a weight, which stays for what else it says."""
    value: JsonValue = fields.peek("use_lora")
    if isinstance(value, str) and is_said(value):
        fields.take("loras", "use_lora")
        return (Lora(name=value),)
    if not isinstance(value, dict):
        return ()
    lora = named_lora(
        value.get("selected_lora") or value.get("model") or value.get("name"),
        value.get("multiplier", value.get("weight", value.get("lora_scale"))),
    )
    if lora is None:
        return ()
    fields.note("loras", "use_lora")
    return (lora,)


HUGGING_FACE = Generator(slug="huggingface", title="Hugging Face Space", sources=_SOURCES, objects=_SOURCES, read=_read)
