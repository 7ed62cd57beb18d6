"""Easy Diffusion: one PNG chunk per key, JSON in EXIF UserComment, or a text or JSON file beside the picture."""

import ast
import warnings
from collections.abc import Mapping
from typing import cast

from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.fields import Fields, plain
from diffusion_toolkit.generators.grammar.json_recipe import Keys, drop_empty, named_lora, plain_recipe
from diffusion_toolkit.generators.grammar.json_text import object_at
from diffusion_toolkit.record import JsonValue, Lora, Origin, Recipe, changed

_NAMES = {
    "prompt": "Prompt",
    "negative_prompt": "Negative Prompt",
    "seed": "Seed",
    "use_stable_diffusion_model": "Stable Diffusion model",
    "clip_skip": "Clip Skip",
    "use_controlnet_model": "ControlNet model",
    "control_filter_to_apply": "ControlNet Filter",
    "control_alpha": "ControlNet Strength",
    "use_vae_model": "VAE model",
    "sampler_name": "Sampler",
    "scheduler_name": "Scheduler",
    "width": "Width",
    "height": "Height",
    "num_inference_steps": "Steps",
    "guidance_scale": "Guidance Scale",
    "distilled_guidance_scale": "Distilled Guidance Scale",
    "prompt_strength": "Prompt Strength",
    "use_lora_model": "LoRA model",
    "lora_alpha": "LoRA Strength",
    "use_hypernetwork_model": "Hypernetwork model",
    "hypernetwork_strength": "Hypernetwork Strength",
    "use_embedding_models": "Embedding models",
    "use_embeddings_model": "Embedding models",
    "use_text_encoder_model": "Text Encoder model",
    "tiling": "Seamless Tiling",
    "use_face_correction": "Use Face Correction",
    "use_upscale": "Use Upscaling",
    "upscale_amount": "Upscale By",
    "latent_upscaler_steps": "Latent Upscaler Steps",
}
"""Every key, and how it is written where a text file is among the chosen formats."""

_SPELLINGS = tuple(dict.fromkeys((*_NAMES, *_NAMES.values())))
_FOLDED = {name.casefold(): name for name in _NAMES.values()}
_OWN_KEYS = ("use_stable_diffusion_model", "Stable Diffusion model")
_JSON = ("exif:UserComment", "sidecar:json")
_TEXT_MARKS = ("stable diffusion model:", "use face correction:", "use upscaling:")
_BETWEEN = ", "
"""What joins a list where a text file is among the chosen formats."""
_LONGEST_LIST = 65536
"""Characters of a list that is read as one."""


def _both(*keys: str) -> tuple[str, ...]:
    return tuple(name for key in keys for name in (key, _NAMES[key]))


_KEYS = Keys(
    prompt=_both("prompt"),
    negative_prompt=_both("negative_prompt"),
    steps=_both("num_inference_steps"),
    sampler=_both("sampler_name"),
    scheduler=_both("scheduler_name"),
    cfg_scale=_both("guidance_scale"),
    seed=_both("seed"),
    model=_both("use_stable_diffusion_model"),
    vae=_both("use_vae_model"),
    denoising_strength=_both("prompt_strength"),
    width=_both("width"),
    height=_both("height"),
)


def _read(container: Container) -> Recipe | None:
    return _from_chunks(container) or _from_json(container) or _from_text(container.text("sidecar:txt"))


def _from_chunks(container: Container) -> Recipe | None:
    own = container.texts_at(*(f"png:{key}" for key in _OWN_KEYS))
    if not own:
        return None
    texts = (text for text in container.texts if text.source[:4] == "png:" and text.key in _SPELLINGS)
    fields = _Chunks({text.key: _value(text.key, text.value) for text in texts})
    prompt = container.text("png:prompt")
    return _recipe(fields, prompt.source if prompt else own[0].source)


def _from_json(container: Container) -> Recipe | None:
    for text in container.texts_at(*_JSON):
        if not any(f'"{key}"' in text.value for key in _OWN_KEYS):
            continue
        found = object_at(container, text.source)
        if found is not None and any(key in found[1] for key in _OWN_KEYS):
            return _recipe(Fields(found[1], text.source), text.source)
    return None


def _from_text(text: Text | None) -> Recipe | None:
    """A text file of lines `Key: value`; in the first versions its first line is the bare prompt."""
    if text is None or not any(mark in text.value[-8192:].casefold() for mark in _TEXT_MARKS):
        return None
    values: dict[str, str] = {}
    key = "Prompt"
    for line in text.value.splitlines():
        name, separator, value = line.partition(":")
        known = _FOLDED.get(name.strip().casefold()) if separator else None
        if known is not None:
            key, values[known] = known, value.strip()
        else:
            values[key] = f"{values[key]}\n{line}" if key in values else line
    if "Seed" not in values:
        return None
    return _recipe(
        Fields({name: _value(name, value.strip()) for name, value in values.items()}, text.source), text.source
    )


class _Chunks(Fields):
    """Values of which each stood in a chunk of its own."""

    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        super().__init__(values, "png")

    def note(self, field: str, key: str) -> None:
        """The key is the chunk's own name."""
        self.origins[field] = (*self.origins.get(field, ()), Origin(f"png:{key}"))


def _recipe(fields: Fields, source: str) -> Recipe:
    loras = _loras(fields)
    embeddings = _texts(_apart(fields.peek("use_embeddings_model", "use_embedding_models", "Embedding models")))
    if embeddings:
        fields.take("embeddings", "use_embeddings_model", "use_embedding_models", "Embedding models")
    controlnets = _controlnets(fields)
    drop_empty(fields, *_SPELLINGS)
    recipe = plain_recipe(fields, _KEYS, generator="easydiffusion", source=source, loras=loras, controlnets=controlnets)
    return changed(recipe, embeddings=tuple(embeddings))


def _loras(fields: Fields) -> tuple[Lora, ...]:
    """One name and one strength, or a list of each; as texts the lists are joined by commas."""
    weights = _apart(fields.peek(*_both("lora_alpha")))
    strengths: list[JsonValue] = weights if isinstance(weights, list) else [weights]
    listed = fields.peek(*_both("use_lora_model"))
    names = _texts(_apart(listed) if len(strengths) > 1 else listed)
    if not names:
        return ()
    fields.take("loras", *_both("use_lora_model"))
    if len(strengths) == len(names):
        fields.take("loras", *_both("lora_alpha"))
    else:
        strengths = [None] * len(names)
    found = (named_lora(name, strength) for name, strength in zip(names, strengths, strict=True))
    return tuple(lora for lora in found if lora)


def _controlnets(fields: Fields) -> tuple[dict[str, JsonValue], ...]:
    model = fields.peek(*_both("use_controlnet_model"))
    if not isinstance(model, str) or not model:
        return ()
    unit: dict[str, JsonValue] = {"model": fields.take("controlnets", *_both("use_controlnet_model"))}
    for name, key in (("module", "control_filter_to_apply"), ("weight", "control_alpha")):
        if (value := fields.peek(*_both(key))) is not None:
            fields.take("controlnets", *_both(key))
            unit[name] = plain(value)
    return (unit,)


def _apart(value: JsonValue) -> JsonValue:
    is_list = isinstance(value, str) and len(value) <= _LONGEST_LIST and _BETWEEN in value
    return [*value.split(_BETWEEN)] if isinstance(value, str) and is_list else value


def _texts(value: JsonValue) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str) and item.strip()]


def _value(key: str, text: str) -> JsonValue:
    """A prompt is what it is; all else was written by `str()`."""
    return text if key.casefold().endswith("prompt") else _python(text)


def _python(text: str) -> JsonValue:
    """A value that was written by `str()`: None, True, False, a list; all else stays a text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if not text.startswith("[") or not text.endswith("]") or len(text) > _LONGEST_LIST:
        return text
    try:
        with warnings.catch_warnings():  # what looks strange is none of the user's business
            warnings.simplefilter("ignore", SyntaxWarning)
            items: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text
    if not isinstance(items, list) or not all(
        isinstance(item, (str, int, float)) for item in cast(list[object], items)
    ):
        return text
    return cast(JsonValue, items)


_CONSTANTS: dict[str, JsonValue] = {"None": None, "True": True, "False": False}

EASY_DIFFUSION = Generator(
    slug="easydiffusion",
    title="Easy Diffusion",
    sources=(*(f"png:{key}" for key in _OWN_KEYS), *_JSON, "sidecar:txt"),
    objects=_JSON,
    read=_read,
)
