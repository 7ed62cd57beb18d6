"""What a node that saves a picture is told about it, for the fields that the graph behind it leaves open."""

from typing import Any

from diffusion_toolkit.generators.comfyui.graph import Graph, Node
from diffusion_toolkit.generators.comfyui.loras import NONE
from diffusion_toolkit.generators.comfyui.origins import Origins
from diffusion_toolkit.generators.comfyui.samplers import text
from diffusion_toolkit.generators.comfyui.texts import TextReader
from diffusion_toolkit.generators.comfyui.values import Found, find
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal, read_seed
from diffusion_toolkit.record import JsonValue, Recipe, changed

_NUMBERS = (
    ("seed", read_seed, ("seed_value", "seed", "noise_seed")),
    ("steps", read_count, ("steps",)),
    ("cfg_scale", read_decimal, ("cfg", "cfg_scale", "guidance")),
    ("denoising_strength", read_decimal, ("denoise",)),
    ("sampler", text, ("sampler_name", "sampler")),
    ("scheduler", text, ("scheduler_name", "scheduler")),
    ("vae", text, ("vae_name", "vae_name_str")),
)
_MODELS = ("modelname", "model_name", "model_name_str", "ckpt_name", "checkpoint", "basemodelname")
_TEXTS = (("prompt", "positive"), ("negative_prompt", "negative"))


def with_saved(graph: Graph, output: Node, recipe: Recipe, reader: TextReader, origins: Origins) -> Recipe:
    """The recipe with what an output such as Image Saver says beyond it."""
    if "positive" not in output.inputs and "steps" not in output.inputs and "seed_value" not in output.inputs:
        return recipe
    found: dict[str, Any] = {}
    for field, reading, names in (*_NUMBERS, ("model", _file, _MODELS)):
        if getattr(recipe, field) is None:
            value = origins.take(field, _first(graph, output, names), reading)
            found |= {} if value is None else {field: value}
    for field, name in _TEXTS:
        said = reader.read(output, name, name) if name in output.inputs and getattr(recipe, field) is None else None
        if said is not None and said.text.strip():
            found[field] = said.text.strip()
            origins.note(field, said.places)
    return changed(recipe, **found) if found else recipe


def _first(graph: Graph, node: Node, names: tuple[str, ...]) -> Found | None:
    return next((found for name in names if name in node.inputs and (found := find(graph, node, name))), None)


def _file(value: JsonValue) -> str | None:
    """A model's file; a saver's list of several names its first."""
    name = text(value)
    return None if name is None or name.strip().casefold() in NONE else name
