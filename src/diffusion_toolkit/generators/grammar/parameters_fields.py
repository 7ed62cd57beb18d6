"""From the parts of an AUTOMATIC1111 text to a recipe: which key means what."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from diffusion_toolkit.generators.grammar.json_text import read_json, read_object
from diffusion_toolkit.generators.grammar.numbers import (
    read_count,
    read_decimal,
    read_integer,
    read_seed,
    read_size,
)
from diffusion_toolkit.generators.grammar.parameters_text import Parameters
from diffusion_toolkit.generators.grammar.prompt_tags import embeddings_in, loras_in, with_named
from diffusion_toolkit.generators.grammar.settings_line import read_pairs
from diffusion_toolkit.record import JsonValue, Lora, Recipe
from diffusion_toolkit.vocabulary import split_sampler

_CONTROLNET = re.compile(r"ControlNet(?:[ -](\d+))?(?: (.+))?$")
_HASH_BEHIND = re.compile(r"(.+?) \[([0-9a-fA-F]{6,64})\]$")
Number = TypeVar("Number", int, float, tuple[int, int])


class _Settings:
    """The settings of one text; what is taken does not end up in `extra`."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.left = dict(settings)
        self._spelling = {key.casefold(): key for key in settings}
        self.problems: list[str] = []

    def text(self, *keys: str) -> str | None:
        """The value of the first of the keys that is there, however its letters are cased."""
        for key in keys:
            spelling = self._spelling.get(key.casefold())
            if spelling is not None and (value := self.left.get(spelling)):
                del self.left[spelling]
                return value
        return None

    def number(self, read: Callable[[JsonValue], Number | None], *keys: str) -> Number | None:
        """The same as a number. One that cannot be read stays in `extra` and is told of."""
        for key in keys:
            spelling = self._spelling.get(key.casefold())
            if spelling is None or not (value := self.left.get(spelling)):
                continue
            number = read(value)
            if number is None:
                self.problems.append(f"The value of {spelling} cannot be read: “{value[:60]}”.")
                return None
            del self.left[spelling]
            return number
        return None

    def group(self, prefix: str) -> dict[str, JsonValue]:
        """All keys that begin with the prefix: "Hires upscaler" becomes "upscaler"."""
        keys = [key for key in self.left if key.casefold().startswith(prefix)]
        return {_field(key[len(prefix) :]): _plain(self.left.pop(key)) for key in keys}


def recipe_of(parameters: Parameters, generator: str, *, workflow: bool = False) -> Recipe:
    """Everything such a text says. Keys without a field of their own go to `extra`, as found."""
    settings = _Settings(parameters.settings)
    sampler = settings.text("Sampler")
    scheduler = settings.text("Schedule type", "Scheduler")
    if sampler and not scheduler:
        scheduler = split_sampler(sampler)[1]
    prompt, negative = parameters.prompt, parameters.negative_prompt
    embeddings = (*_names_in(settings.left, "TI hashes"), *embeddings_in(prompt, negative))
    resources = _resources(settings.left.get("Civitai resources"))
    return Recipe(
        generator=generator,
        source=parameters.source,
        prompt=prompt,
        negative_prompt=negative,
        steps=settings.number(read_count, "Steps"),
        sampler=sampler,
        scheduler=scheduler,
        cfg_scale=settings.number(read_decimal, "CFG scale"),
        seed=settings.number(read_seed, "Seed"),
        size=settings.number(read_size, "Size"),
        model=settings.text("Model") or next((name for kind, name, _ in resources if kind == "checkpoint"), None),
        model_hash=settings.text("Model hash"),
        vae=settings.text("VAE"),
        clip_skip=settings.number(read_count, "Clip skip"),
        denoising_strength=settings.number(read_decimal, "Denoising strength"),
        generator_version=settings.text("Version"),
        loras=_loras(prompt, settings.left, resources),
        embeddings=tuple(dict.fromkeys(embeddings)),
        hires=settings.group("hires "),
        refiner=_refiner(settings),
        controlnets=_controlnets(settings),
        extra=dict(settings.left),
        workflow=workflow,
        problems=tuple(settings.problems),
    )


def _field(key: str) -> str:
    """ "Resize mode" as resize_mode."""
    return key.strip().casefold().replace(" ", "_")


def _plain(value: str) -> JsonValue:
    """A number where the value is one, else the text."""
    number = read_integer(value) if value.strip().lstrip("+-").isdigit() else read_decimal(value)
    return value if number is None else number


def _loras(
    prompt: str | None, settings: Mapping[str, str], resources: list[tuple[str, str, float | None]]
) -> tuple[Lora, ...]:
    """The LoRAs of the prompt's tags, those only named by a hash, and Civitai's when there are no others."""
    found = with_named(loras_in(prompt or ""), _names_in(settings, "Lora hashes"))
    return found or tuple(Lora(name=name, weight=weight) for kind, name, weight in resources if kind == "lora")


def _resources(value: str | None) -> list[tuple[str, str, float | None]]:
    """Type, name and weight of the resources Civitai lists; those without a name are left out."""
    try:
        items = read_json(value) if value else None
    except ValueError:
        return []
    return [
        (str(item.get("type", "")).casefold(), name, read_decimal(item.get("weight")))
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict) and isinstance(name := item.get("modelName"), str) and name
    ]


def _names_in(settings: Mapping[str, str], key: str) -> list[str]:
    """The names of "name: hash, name: hash"."""
    value = settings.get(key, "")
    if (found := read_object(value)) is not None:
        return list(found)
    pairs = (part.rpartition(":") for part in value.split(","))
    return [name.strip() for name, separator, _ in pairs if separator and name.strip()]


def _refiner(settings: _Settings) -> dict[str, JsonValue]:
    name = settings.text("Refiner")
    fields = settings.group("refiner ")
    if name is None:
        return fields
    match = _HASH_BEHIND.match(name)
    refiner: dict[str, JsonValue] = {"model": match[1], "model_hash": match[2]} if match else {"model": name}
    return refiner | fields


def _controlnets(settings: _Settings) -> tuple[dict[str, JsonValue], ...]:
    """Units in both spellings: `ControlNet 0: "Module: canny, …"` and `ControlNet-0 Module: canny`."""
    units: dict[int, dict[str, JsonValue]] = {}
    for key in [key for key in settings.left if key.startswith("ControlNet")]:
        match = _CONTROLNET.match(key)
        if match is None:
            continue
        value = settings.left[key]
        if match[2]:
            found = {match[2]: value}
        elif not (found := read_pairs(value)):
            continue
        del settings.left[key]
        unit = units.setdefault(int(match[1] or 0), {"unit": int(match[1] or 0)})
        unit.update({_field(name): _plain(text) for name, text in found.items()})
    return tuple(units[number] for number in sorted(units))
