"""LoRA, hypernetwork and embedding tags inside prompts."""

import re

from diffusion_toolkit.generators.grammar.numbers import read_decimal
from diffusion_toolkit.record import JsonValue, Lora

_LORA = re.compile(r"<(?:lora|lyco|locon|loha):([^:<>\n]{1,255})((?::[^:<>\n]{0,255}){0,8})>", re.IGNORECASE)
_HYPERNET = re.compile(r"<hypernet:([^:<>\n]{1,255})(?::([^:<>\n]{0,255}))?>", re.IGNORECASE)
_EMBEDDING = re.compile(r"\bembedding:([\w\-./\\]{1,200})", re.IGNORECASE)


def loras_in(prompt: str) -> tuple[Lora, ...]:
    """The LoRAs of `<lora:NAME:WEIGHT>` tags in their order, each once.

    Of `<lora:NAME:UNET:CLIP>` and `<lora:NAME:te=…:unet=…>` the weight of the UNet counts.
    """
    found: dict[str, Lora] = {}
    begin = prompt.find("<")
    for match in _LORA.finditer(prompt, begin) if begin >= 0 else ():
        name = match[1].strip()
        if name not in found:
            found[name] = Lora(name=name, weight=_weight(match[2]))
    return tuple(found.values())


def _weight(text: str) -> float | None:
    parts = text.split(":")[1:]
    if not parts:
        return None
    if "=" not in text:
        return read_decimal(parts[0])
    named = {key.strip(): value for key, separator, value in (part.partition("=") for part in parts) if separator}
    key = next((key for key in ("unet", "te", "x", "m") if key in named), None)
    return next((read_decimal(part) for part in parts[:1]), None) if key is None else read_decimal(named[key])


def embeddings_in(*prompts: str | None) -> tuple[str, ...]:
    """The names of `embedding:NAME` in the prompts, each once."""
    tagged = [prompt for prompt in prompts if prompt and "embedding:" in prompt.lower()]
    return tuple(dict.fromkeys([match[1].rstrip(".") for prompt in tagged for match in _EMBEDDING.finditer(prompt)]))


def hypernets_in(prompt: str) -> list[JsonValue]:
    """Name and weight of each `<hypernet:NAME:WEIGHT>` tag."""
    return [{"name": match[1].strip(), "weight": read_decimal(match[2])} for match in _HYPERNET.finditer(prompt)]
