"""Which program wrote an AUTOMATIC1111 text: each leaves its mark in the settings."""

import re

from diffusion_toolkit.generators.grammar.parameters_text import Parameters

MARKS = {
    "sdnext": ("sd.next", "sdnext"),
    "forge": ("version: f", "version: neo", "version: classic"),
    "fooocus": ("version: fooocus",),
    "comfyui": ("version: comfyui", ".safetensors", ".ckpt", ".gguf", ".sft", ".pt"),
}
"""What a text of each program must hold somewhere, in small letters; cheaper to look for than to read the text."""

_FORGE = re.compile(r"f\d+\.\d|neo\b|classic\b", re.IGNORECASE)
_MODEL_FILE = re.compile(r"\.(?:safetensors|ckpt|gguf|sft|pt)$", re.IGNORECASE)


def program_of(parameters: Parameters) -> str:
    """The slug of the program: "automatic1111" unless the settings say otherwise.

    Marks: SD.Next writes `App: SD.Next` (its `Version: f324b7c` is a commit, not Forge); Forge's versions
    begin with f1.0 or are named neo or classic; Fooocus and ComfyUI's saver nodes name themselves as
    version, or else give the model with its file ending, which AUTOMATIC1111 never does.
    """
    version = parameters.setting("Version") or ""
    app = (parameters.setting("App") or "").casefold()
    if app.startswith(("sd.next", "sdnext")):
        return "sdnext"
    folded = version.casefold()
    if folded.startswith("fooocus"):
        return "fooocus"
    if folded.startswith("comfyui"):
        return "comfyui"
    if _FORGE.match(version):
        return "forge"
    if not version and _MODEL_FILE.search(parameters.setting("Model") or ""):
        return "comfyui"
    return "automatic1111"
