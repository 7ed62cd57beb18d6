"""Puts a stored recipe together again: what has columns, and the rest from its JSON."""

from collections.abc import Mapping

from diffusion_toolkit.record import NOTHING, JsonValue, Lora, Recipe
from diffusion_toolkit.store.images import RecipeRow


def stored_recipe(row: RecipeRow) -> Recipe | None:
    """How the picture was made; None when its file says nothing of it."""
    if row.generator is None:
        return None
    rest = row.record or NOTHING
    return Recipe(
        generator=row.generator,
        source=_text(rest, "source") or "",
        generator_version=_text(rest, "generator_version"),
        prompt=row.prompt,
        negative_prompt=row.negative_prompt,
        steps=_integer(rest, "steps") if row.steps is None else row.steps,
        sampler=row.sampler,
        scheduler=row.scheduler,
        cfg_scale=_number(rest, "cfg_scale") if row.cfg_scale is None else row.cfg_scale,
        seed=_integer(rest, "seed") if row.seed is None else int(row.seed),
        model=row.model or None,
        model_hash=row.model_hash,
        vae=_text(rest, "vae"),
        clip_skip=_integer(rest, "clip_skip"),
        denoising_strength=_number(rest, "denoising_strength"),
        size=_size(rest),
        loras=tuple(
            Lora(name=_text(each, "name") or "", weight=_number(each, "weight")) for each in _mappings(rest, "loras")
        ),
        hires=_mapping(rest, "hires"),
        refiner=_mapping(rest, "refiner"),
        controlnets=tuple(_mappings(rest, "controlnets")),
        embeddings=tuple(str(each) for each in _list(rest, "embeddings")),
        extra=_mapping(rest, "extra"),
        workflow=row.workflow,
    )


def stored_caption(row: RecipeRow) -> str | None:
    """The text beside the file that describes the picture and is no recipe."""
    return _text(row.record or NOTHING, "caption")


def stored_problems(row: RecipeRow) -> tuple[str, ...]:
    """What was wrong with the file and its recipe, in sentences."""
    return tuple(str(each) for each in _list(row.record or NOTHING, "problems"))


def _text(record: Mapping[str, JsonValue], key: str) -> str | None:
    value = record.get(key)
    return value if isinstance(value, str) else None


def _number(record: Mapping[str, JsonValue], key: str) -> float | None:
    value = record.get(key)
    return value if isinstance(value, int | float) else None


def _integer(record: Mapping[str, JsonValue], key: str) -> int | None:
    """Numbers beyond 64 bits are stored as their digits."""
    value = record.get(key)
    if isinstance(value, str) and value.removeprefix("-").isdecimal():
        return int(value)
    return value if isinstance(value, int) else None


def _mapping(record: Mapping[str, JsonValue], key: str) -> Mapping[str, JsonValue]:
    value = record.get(key)
    return value if isinstance(value, dict) else NOTHING


def _list(record: Mapping[str, JsonValue], key: str) -> list[JsonValue]:
    value = record.get(key)
    return value if isinstance(value, list) else []


def _mappings(record: Mapping[str, JsonValue], key: str) -> list[dict[str, JsonValue]]:
    return [each for each in _list(record, key) if isinstance(each, dict)]


def _size(record: Mapping[str, JsonValue]) -> tuple[int, int] | None:
    match record.get("size"):
        case [int(width), int(height)]:
            return width, height
        case _:
            return None
