"""LoRA and embedding tags inside prompts."""

import re
from collections.abc import Iterable

from diffusion_toolkit.generators.grammar.numbers import read_decimal
from diffusion_toolkit.record import Lora

_LORA = re.compile(r"<(?:lora|lyco|locon|loha):([^:<>\n]{1,255})((?::[^:<>\n]{0,255}){0,8})>", re.IGNORECASE)
_EMBEDDING = re.compile(r"\bembedding:([\w\-./\\]{1,200})", re.IGNORECASE)


def loras_in(prompt: str) -> tuple[Lora, ...]:
    """The LoRAs of `<lora:NAME:WEIGHT>` tags in their order, each once.

    Of `<lora:NAME:UNET:CLIP>` and `<lora:NAME:te=…:unet=…>` the weight of the UNet counts.
    """
    found: dict[str, Lora] = {}
    for match in _LORA.finditer(prompt) if "<" in prompt else ():
        name = match[1].strip()
        found.setdefault(name, Lora(name=name, weight=_weight(match[2].split(":")[1:])))
    return tuple(found.values())


def _weight(parts: list[str]) -> float | None:
    named = {key.strip(): value for key, separator, value in (part.partition("=") for part in parts) if separator}
    for key in ("unet", "te", "x", "m"):
        if key in named:
            return read_decimal(named[key])
    return next((read_decimal(part) for part in parts[:1]), None)


def with_named(loras: tuple[Lora, ...], names: Iterable[str]) -> tuple[Lora, ...]:
    """The same LoRAs and those that are only named elsewhere, whose weight is not known."""
    known = {lora.name for lora in loras}
    return loras + tuple(Lora(name=name) for name in dict.fromkeys(names) if name not in known)


def embeddings_in(*prompts: str | None) -> tuple[str, ...]:
    """The names of `embedding:NAME` in the prompts, each once."""
    found = (match[1].rstrip(".") for prompt in prompts if prompt for match in _EMBEDDING.finditer(prompt))
    return tuple(dict.fromkeys(found))
