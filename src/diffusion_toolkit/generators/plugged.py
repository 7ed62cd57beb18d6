"""Asks a plugin for a recipe, and takes nothing from it but what a recipe may hold.

A plugin's mistake must show at the plugin, with its name, not when the record is stored or sent to another process.
"""

from collections.abc import Callable, Mapping
from typing import cast

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.plugins import Plugin, PluginFailure, Tell, guarded
from diffusion_toolkit.record import Lora, Origin, Recipe, WorkflowGraph

_PLAIN: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("generator", "source"), (str,)),
    **dict.fromkeys(
        ("generator_version", "prompt", "negative_prompt", "sampler", "scheduler", "model", "model_hash", "vae"),
        (str, type(None)),
    ),
    **dict.fromkeys(("steps", "seed", "clip_skip"), (int, type(None))),
    **dict.fromkeys(("cfg_scale", "denoising_strength"), (float, int, type(None))),
    "workflow": (bool,),
    "graph": (WorkflowGraph, type(None)),
}
_DEEPEST = 64
_JSON = (str, int, float, bool, type(None))


def ask(plugin: Plugin, container: Container, tell: Tell | None = None) -> Recipe | PluginFailure | None:
    """The recipe that a plugin finds in a file, None when the file is not its own, or how it failed."""
    generator = plugin.value
    if isinstance(generator, Generator) and generator.sources and not container.texts_at(*generator.sources):
        return None
    if tell:
        tell(plugin.name)
    found = guarded(plugin.name, lambda: _asked(plugin.value, container))
    if tell:
        tell("")
    return found


def _asked(generator: object, container: Container) -> Recipe | None:
    if not isinstance(generator, Generator):
        raise TypeError("a plugin of this group must be a Generator")
    read = cast("Callable[[Container], object]", generator.read)  # a plugin may give anything
    found = read(container)
    return None if found is None else _checked(found)


def _checked(recipe: object) -> Recipe:
    """A plugin's recipe; raises TypeError for what is none.

    Types are compared exactly: a class of the plugin's own is not known in other processes.
    """
    if not isinstance(recipe, Recipe) or type(recipe) is not Recipe:
        raise TypeError("it gave something other than a Recipe")
    for name, types in _PLAIN.items():
        _require(type(getattr(recipe, name)) in types, name)
    _require(recipe.size is None or (_is_tuple(recipe.size, int) and len(recipe.size) == 2), "size")
    _require(_is_tuple(recipe.loras, Lora) and all(_is_lora(lora) for lora in recipe.loras), "loras")
    _require(_is_tuple(recipe.embeddings, str), "embeddings")
    _require(_is_tuple(recipe.problems, str), "problems")
    for name in ("hires", "refiner", "extra"):
        _require(_is_object(getattr(recipe, name), 0), name)
    _require(_are_objects(recipe.controlnets), "controlnets")
    _require(_are_origins(recipe.origins), "origins")
    return recipe


def _require(right: bool, name: str) -> None:
    if not right:
        raise TypeError(f"the {name} of its Recipe is of a wrong type")


def _is_tuple(value: object, kind: type) -> bool:
    return isinstance(value, tuple) and all(type(item) is kind for item in cast("tuple[object, ...]", value))


def _is_lora(lora: Lora) -> bool:
    return type(lora.name) is str and type(lora.weight) in (float, int, type(None))


def _are_objects(value: object) -> bool:
    return isinstance(value, tuple) and all(_is_object(unit, 0) for unit in cast("tuple[object, ...]", value))


def _is_object(value: object, depth: int) -> bool:
    if not isinstance(value, Mapping):
        return False
    items = cast("Mapping[object, object]", value).items()
    return all(type(key) is str and _is_json(item, depth + 1) for key, item in items)


def _is_json(value: object, depth: int) -> bool:
    if type(value) in _JSON:
        return True
    if depth > _DEEPEST:
        return False
    if type(value) is list:
        return all(_is_json(item, depth + 1) for item in cast("list[object]", value))
    return type(value) is dict and _is_object(cast("object", value), depth)


def _are_origins(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    items = cast("Mapping[object, object]", value).items()
    return all(type(name) is str and _is_tuple(places, Origin) for name, places in items)
