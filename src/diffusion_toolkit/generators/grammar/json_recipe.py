"""From an object's values to a recipe, by a table that says what a generator calls each field."""

from collections.abc import Mapping
from dataclasses import dataclass

from diffusion_toolkit.generators.grammar.fields import Fields, field_name
from diffusion_toolkit.generators.grammar.numbers import (
    read_count,
    read_decimal,
    read_integer,
    read_seed,
    read_size,
)
from diffusion_toolkit.record import NOTHING, JsonValue, Lora, Recipe

LARGEST_SIDE = 1_000_000
"""Pixels; a width above it is no width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What a generator calls the fields of a recipe in its JSON, best name first.

    size: one value with both sides ("512x768"); width and height: one each.
    """

    generator_version: tuple[str, ...] = ()
    prompt: tuple[str, ...] = ()
    negative_prompt: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    sampler: tuple[str, ...] = ()
    scheduler: tuple[str, ...] = ()
    cfg_scale: tuple[str, ...] = ()
    seed: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    model_hash: tuple[str, ...] = ()
    vae: tuple[str, ...] = ()
    clip_skip: tuple[str, ...] = ()
    denoising_strength: tuple[str, ...] = ()
    size: tuple[str, ...] = ()
    width: tuple[str, ...] = ()
    height: tuple[str, ...] = ()


def plain_recipe(
    fields: Fields,
    keys: Keys,
    *,
    generator: str,
    source: str,
    loras: tuple[Lora, ...] = (),
    hires: Mapping[str, JsonValue] = NOTHING,
    refiner: Mapping[str, JsonValue] = NOTHING,
    controlnets: tuple[Mapping[str, JsonValue], ...] = (),
    workflow: bool = False,
) -> Recipe:
    """The recipe of these values. What only this generator has was taken before; what is left goes to `extra`."""
    size = take_size(fields, keys)
    return Recipe(
        generator=generator,
        source=source,
        generator_version=_text(fields, "generator_version", keys.generator_version),
        prompt=_text(fields, "prompt", keys.prompt),
        negative_prompt=_text(fields, "negative_prompt", keys.negative_prompt),
        steps=fields.number_of("steps", read_count, keys.steps),
        sampler=_text(fields, "sampler", keys.sampler),
        scheduler=_text(fields, "scheduler", keys.scheduler),
        cfg_scale=fields.number_of("cfg_scale", read_decimal, keys.cfg_scale),
        seed=fields.number_of("seed", read_seed, keys.seed),
        model=_text(fields, "model", keys.model),
        model_hash=_text(fields, "model_hash", keys.model_hash),
        vae=_text(fields, "vae", keys.vae),
        clip_skip=fields.number_of("clip_skip", read_clip_skip, keys.clip_skip),
        denoising_strength=fields.number_of("denoising_strength", read_decimal, keys.denoising_strength),
        size=size,
        loras=loras,
        hires=hires,
        refiner=refiner,
        controlnets=controlnets,
        workflow=workflow,
        extra=fields.left,
        problems=tuple(fields.problems),
        origins=fields.origins,
    )


def take_text(fields: Fields, field: str, *keys: str) -> str | None:
    """A text; one that is there but empty says nothing and is not left for `extra` either."""
    return _text(fields, field, keys)


def _text(fields: Fields, field: str, keys: tuple[str, ...]) -> str | None:
    found = fields.text_of(field, keys)
    if found is None:
        _drop_empty(fields, keys)
    return found


def drop_empty(fields: Fields, *keys: str) -> None:
    """Forget these keys where their values are null, "", [] or {}: they say that there is nothing."""
    _drop_empty(fields, keys)


def _drop_empty(fields: Fields, keys: tuple[str, ...]) -> None:
    for key in keys:
        spelled = fields.find(key)
        if spelled is not None and fields.left[spelled] in (None, "", [], {}):
            del fields.left[spelled]


def take_size(fields: Fields, keys: Keys) -> tuple[int, int] | None:
    """Width and height, from one value or two; a lone side stays where it is."""
    if keys.size and (whole := fields.number_of("size", read_size, keys.size)):
        return whole
    width = fields.find(*keys.width) if keys.width else None
    height = fields.find(*keys.height) if keys.height else None
    if width is None or height is None:
        return None
    sides = read_side(fields.left[width]), read_side(fields.left[height])
    if sides[0] is None or sides[1] is None:
        return None
    for key in (width, height):
        fields.note("size", key)
        del fields.left[key]
    return sides[0], sides[1]


def read_side(value: JsonValue) -> int | None:
    """A width or height in pixels."""
    number = read_integer(value)
    return number if number is not None and 0 < number <= LARGEST_SIDE else None


def read_clip_skip(value: JsonValue) -> int | None:
    """Layers of CLIP. Programs that count from the end write -2 where others write 2."""
    number = read_count(value)
    return None if number is None else abs(number)


def named_lora(name: JsonValue, weight: JsonValue) -> Lora | None:
    """A LoRA, when there is a name."""
    return Lora(name=name, weight=read_decimal(weight)) if isinstance(name, str) and name.strip() else None


def take_refiner(fields: Fields, prefix: str = "refiner_", *, also: str | None = None) -> Mapping[str, JsonValue]:
    """The refiner's keys, when there is a refiner; programs that name it "None" had none, and their keys stay."""
    if not is_said(fields.peek(f"{prefix}model")):
        return NOTHING
    refiner = take_group(fields, "refiner", prefix)
    key = fields.find(also) if also else None
    if key is not None:
        fields.note("refiner", key)
        refiner[field_name(key)] = fields.left.pop(key)
    return refiner


def take_group(fields: Fields, field: str, prefix: str) -> dict[str, JsonValue]:
    """All keys that begin with the prefix, without it, their values as they are: a hash of digits is no number."""
    keys = [key for key in fields.left if key.casefold().startswith(prefix)]
    for key in keys:
        fields.note(field, key)
    return {field_name(key[len(prefix) :]): fields.left.pop(key) for key in keys}


def is_said(value: JsonValue) -> bool:
    """Whether this names something: "None" is how Python programs write that nothing was chosen."""
    return (isinstance(value, str) and value.strip() not in ("", "None")) or isinstance(value, dict)
