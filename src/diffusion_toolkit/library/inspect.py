"""Reads files without a library and describes them, as `dtk inspect` prints them."""

import os
from collections.abc import Iterable, Mapping

from diffusion_toolkit.generators import read_file
from diffusion_toolkit.paths import printable, stored_name
from diffusion_toolkit.record import FileRecord, JsonValue, Recipe

_PLAIN = (
    "generator_version", "source", "prompt", "negative_prompt", "steps", "sampler", "scheduler", "cfg_scale", "seed",
    "model", "model_hash", "vae", "clip_skip", "denoising_strength",
)  # fmt: skip


def inspect(paths: Iterable[str | os.PathLike[str]]) -> list[tuple[str, FileRecord]]:
    """The record of each file, in the order asked for. A file that cannot be read has its reason in `problems`."""
    return [(os.fspath(path), read_file(path)) for path in paths]


def record_json(path: str, record: FileRecord) -> dict[str, JsonValue]:
    """A record as JSON; what does not apply is absent, `problems` is always there."""
    about_file: dict[str, JsonValue] = {
        "path": printable(stored_name(path)),
        "format": record.format,
        "width": record.width,
        "height": record.height,
        "duration_s": record.duration_s,
        "bytes": record.size_bytes,
    }
    found: dict[str, JsonValue] = {key: value for key, value in about_file.items() if value is not None}
    if record.recipe is not None:
        found |= recipe_json(record.recipe)
    found["problems"] = list[JsonValue](record.all_problems)
    return found


def recipe_json(recipe: Recipe, *, seed_as_text: bool = False) -> dict[str, JsonValue]:
    """A recipe as JSON without the fields that do not apply.

    seed_as_text: give the seed as decimal digits, for browsers, which lose those above 2^53.
    """
    found: dict[str, JsonValue] = {"generator": recipe.generator}
    for name in _PLAIN:
        value: str | int | float | None = getattr(recipe, name)
        if value is not None:
            found[name] = str(value) if name == "seed" and seed_as_text else value
    if recipe.size is not None:
        found["size"] = [recipe.size[0], recipe.size[1]]
    if recipe.loras:
        found["loras"] = [
            {"name": lora.name} if lora.weight is None else {"name": lora.name, "weight": lora.weight}
            for lora in recipe.loras
        ]
    for name, group in (("hires", recipe.hires), ("refiner", recipe.refiner), ("extra", recipe.extra)):
        if group:
            found[name] = _object(group)
    if recipe.controlnets:
        found["controlnets"] = [_object(unit) for unit in recipe.controlnets]
    if recipe.embeddings:
        found["embeddings"] = list[JsonValue](recipe.embeddings)
    found["workflow"] = recipe.workflow
    return found


def _object(fields: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return dict(fields)
