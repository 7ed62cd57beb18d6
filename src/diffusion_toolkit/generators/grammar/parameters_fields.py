"""From the parts of an AUTOMATIC1111 text to a recipe: which key means what."""

import re
from collections.abc import Callable
from typing import Any

from diffusion_toolkit.generators.grammar.fields import LONGEST_QUOTED, Fields, field_name, kept_place, plain
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal, read_seed, read_size
from diffusion_toolkit.generators.grammar.parameters_networks import (
    Resource,
    read_resources,
    take_embeddings,
    take_loras,
)
from diffusion_toolkit.generators.grammar.parameters_text import Parameters
from diffusion_toolkit.generators.grammar.prompt_tags import hypernets_in
from diffusion_toolkit.generators.grammar.settings_line import read_pairs
from diffusion_toolkit.record import NOTHING, JsonValue, Recipe
from diffusion_toolkit.vocabulary import split_sampler

_CONTROLNET = re.compile(r"ControlNet(?:[ -](\d{1,4}))?(?: (.+))?$")
_HASH_BEHIND = re.compile(r"(.+?) \[([0-9a-fA-F]{6,64})\]$")
_NO_SIZE = "0x0"
"""How some programs say that no size was asked for."""

_KNOWN: dict[str, tuple[str, Callable[[JsonValue], JsonValue | tuple[int, int]] | None]] = {
    "Steps": ("steps", read_count),
    "Sampler": ("sampler", None),
    "Schedule type": ("scheduler", None),
    "Scheduler": ("scheduler", None),
    "CFG scale": ("cfg_scale", read_decimal),
    "Seed": ("seed", read_seed),
    "Size": ("size", read_size),
    "Model": ("model", None),
    "Model hash": ("model_hash", None),
    "VAE": ("vae", None),
    "Clip skip": ("clip_skip", read_count),
    "Denoising strength": ("denoising_strength", read_decimal),
    "Version": ("generator_version", None),
}
_KNOWN_FOLDED = {key.casefold(): known for key, known in _KNOWN.items()}


def recipe_of(parameters: Parameters, generator: str, *, workflow: bool = False) -> Recipe:
    """Everything such a text says. Keys without a field of their own go to `extra`, as found."""
    fields = Fields(parameters.settings, parameters.source)
    found = _known_values(fields, parameters.source)
    prompts = {"prompt": parameters.prompt, "Negative prompt": parameters.negative_prompt}
    if parameters.prompt:
        fields.note("prompt", "prompt")
    if parameters.negative_prompt:
        fields.note("negative_prompt", "Negative prompt")
    names = "\n".join(fields.left).casefold()
    every_prompt = {**prompts, **_hires_prompts(fields)} if "hires " in names else prompts
    resources = read_resources(fields.left["Civitai resources"]) if "Civitai resources" in fields.left else ()
    if "scheduler" not in found and (scheduler := _behind_sampler(fields, found.get("sampler"))):
        found["scheduler"] = scheduler
    if "model" not in found and (model := _drawing_part(fields)):
        found["model"] = model
    if resources and "model" not in found and (model := _listed_model(fields, resources)):
        found["model"] = model
    return Recipe(
        generator=generator,
        source=parameters.source,
        prompt=parameters.prompt,
        negative_prompt=parameters.negative_prompt,
        generator_version=found.get("generator_version"),
        steps=found.get("steps"),
        sampler=found.get("sampler"),
        scheduler=found.get("scheduler"),
        cfg_scale=found.get("cfg_scale"),
        seed=found.get("seed"),
        size=found.get("size"),
        model=found.get("model"),
        model_hash=found.get("model_hash"),
        vae=found.get("vae"),
        clip_skip=found.get("clip_skip"),
        denoising_strength=found.get("denoising_strength"),
        loras=take_loras(fields, every_prompt, resources),
        embeddings=take_embeddings(fields, every_prompt, resources),
        hires=fields.group("hires", "hires ") if "hires " in names else NOTHING,
        refiner=_refiner(fields) if "refiner" in names else NOTHING,
        controlnets=_controlnets(fields) if "controlnet" in names else (),
        extra=_with_hypernets(fields, every_prompt),
        workflow=workflow,
        problems=tuple(fields.problems),
        origins=fields.origins,
    )


def _known_values(fields: Fields, source: str) -> dict[str, Any]:
    """The values that have fields of their own, in one pass over the settings: this runs for most files there are."""
    found: dict[str, Any] = {}
    left: dict[str, JsonValue] = {}
    origins = fields.origins
    for key, value in fields.left.items():
        known = _KNOWN.get(key) or _KNOWN_FOLDED.get(key.casefold())
        if known is not None and value and value != _NO_SIZE:
            name, read = known
            if name not in found:
                result = value if read is None else read(value)
                if result is not None:
                    found[name] = result
                    origins[name] = kept_place(source, key)
                    continue
                fields.problems.append(f"The value of {key} cannot be read: “{str(value)[:LONGEST_QUOTED]}”.")
        left[key] = value
    fields.left = left
    return found


def _hires_prompts(fields: Fields) -> dict[str, str]:
    found = ((key, fields.left.get(key)) for key in ("Hires prompt", "Hires negative prompt"))
    return {key: value for key, value in found if isinstance(value, str)}


def _behind_sampler(fields: Fields, sampler: JsonValue | tuple[int, int]) -> str | None:
    """The schedule that older versions write behind the sampler's name: "DPM++ 2M Karras"."""
    scheduler = split_sampler(sampler)[1] if isinstance(sampler, str) else None
    if scheduler:
        fields.note("scheduler", "Sampler")
    return scheduler


def _drawing_part(fields: Fields) -> str | None:
    """The part of a model that draws, where its parts are files of their own and no whole one is named."""
    return fields.text("model", "Diffusion model", "Unet")


def _listed_model(fields: Fields, resources: tuple[Resource, ...]) -> str | None:
    name = next((each.name for each in resources if each.kind == "checkpoint"), None)
    if name:
        fields.note("model", "Civitai resources")
    return name


def _with_hypernets(fields: Fields, prompts: dict[str, str | None]) -> dict[str, JsonValue]:
    """What nobody took, and the hypernetworks of `<hypernet:NAME:WEIGHT>` tags."""
    found = [tag for prompt in prompts.values() if prompt and "<hypernet:" in prompt for tag in hypernets_in(prompt)]
    return {**fields.left, "hypernet": found} if found else fields.left


def _refiner(fields: Fields) -> dict[str, JsonValue]:
    name = fields.text("refiner", "Refiner")
    others = fields.group("refiner", "refiner ")
    if name is None:
        return others
    match = _HASH_BEHIND.match(name)
    refiner: dict[str, JsonValue] = {"model": match[1], "model_hash": match[2]} if match else {"model": name}
    return refiner | others


def _controlnets(fields: Fields) -> tuple[dict[str, JsonValue], ...]:
    """Units in both spellings: `ControlNet 0: "Module: canny, …"` and `ControlNet-0 Module: canny`."""
    units: dict[int, dict[str, JsonValue]] = {}
    for key in [key for key in fields.left if key.startswith("ControlNet")]:
        match = _CONTROLNET.match(key)
        if match is None:
            continue
        value = str(fields.left[key])
        if match[2]:
            found = {match[2]: value}
        elif not (found := read_pairs(value)):
            continue
        fields.note("controlnets", key)
        del fields.left[key]
        unit = units.setdefault(int(match[1] or 0), {"unit": int(match[1] or 0)})
        unit.update({field_name(name): plain(text) for name, text in found.items()})
    return tuple(units[number] for number in sorted(units))
