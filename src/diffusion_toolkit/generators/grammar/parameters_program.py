"""Which program wrote an AUTOMATIC1111 text: each leaves its mark in the settings."""

import re
from collections.abc import KeysView

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.grammar.parameters_text import Parameters, find_parameters

_FORGE = re.compile(r"f\d+\.\d|neo\b|classic\b", re.IGNORECASE)
_MODEL_FILE = re.compile(r"\.(?:safetensors|ckpt|gguf|sft|pt)$", re.IGNORECASE)
_OF_CIVITAI = ("Civitai resources", "Civitai metadata")


def parameters_by(container: Container, slug: str) -> Parameters | None:
    """The text of this kind in a file, if this program wrote it."""
    found = container.found_by(_with_program)
    return found[0] if found is not None and found[1] == slug else None


def _with_program(container: Container) -> tuple[Parameters, str] | None:
    parameters = find_parameters(container)
    return None if parameters is None else (parameters, program_of(parameters))


def program_of(parameters: Parameters) -> str:
    """The slug of the program: "automatic1111" unless the settings say otherwise.

    Marks: SD.Next writes `App: SD.Next` (its `Version: f324b7c` is a commit, not Forge); Forge's versions begin with
    f1.0 or are named neo or classic; Fooocus, stable-diffusion.cpp and ComfyUI's savers name themselves as version,
    the last or else give the model with its file ending, which AUTOMATIC1111 never does; Civitai's generator lists its
    resources and has no version.
    """
    settings = parameters.settings
    app, version = settings.get("App"), settings.get("Version", "")
    if app is not None and app.casefold().startswith(("sd.next", "sdnext")):
        return "sdnext"
    if version:
        return _by_version(version)
    if _MODEL_FILE.search(settings.get("Model", "")):
        return "comfyui"
    if any(key in settings for key in _OF_CIVITAI):
        return "civitai"
    return "sdnext" if _in_the_order_of_sdnext(settings.keys()) else "automatic1111"


def _by_version(version: str) -> str:
    begin = version[:7].casefold()
    if begin in ("fooocus", "comfyui"):
        return begin
    if version.startswith("stable-diffusion.cpp"):
        return "stable-diffusion-cpp"
    return "forge" if _FORGE.match(version) else "automatic1111"


def _in_the_order_of_sdnext(keys: KeysView[str]) -> bool:
    """Whether there is no sampler, and the seed stands before the CFG scale: SD.Next leaves its default sampler out,
    and AUTOMATIC1111 never does either."""
    if "Sampler" in keys or "Seed" not in keys or "CFG scale" not in keys:
        return False
    order = list(keys)
    return order[0] == "Steps" and order.index("Seed") < order.index("CFG scale")
