"""From a file to its record: which program made the picture, and how. Every program is one file and one line here."""

import os
from functools import cache

from diffusion_toolkit import formats
from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.automatic1111 import AUTOMATIC1111
from diffusion_toolkit.generators.clean import clean_recipe
from diffusion_toolkit.generators.comfyui import COMFYUI
from diffusion_toolkit.generators.forge import FORGE
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.sdnext import SDNEXT
from diffusion_toolkit.plugins import GENERATORS, Plugin, PluginFailure, guarded, load_plugins
from diffusion_toolkit.record import FileRecord, Recipe

__all__ = ["REGISTRY", "Generator", "plugin_failures", "read_file", "record_of"]

REGISTRY: tuple[Generator, ...] = (COMFYUI, SDNEXT, FORGE, AUTOMATIC1111)
"""Every generator of this program. The first that knows a file as its own wins, so the most particular come first."""


def read_file(path: str | os.PathLike[str]) -> FileRecord:
    """What a file is and how its picture was made. Never raises: what cannot be read is told in `problems`."""
    return record_of(formats.read_container(path))


def record_of(container: Container) -> FileRecord:
    """The record of a file whose format has been read."""
    recipe, problems = _recipe_of(container) if container.texts else (None, ())
    return FileRecord(
        size_bytes=container.size_bytes,
        format=container.format,
        width=container.width,
        height=container.height,
        duration_s=container.duration_s,
        fingerprint=container.fingerprint,
        pixels=container.pixels,
        recipe=clean_recipe(recipe) if recipe else None,
        problems=container.problems + problems,
    )


def plugin_failures() -> tuple[PluginFailure, ...]:
    """The generator plugins that cannot be used, and why."""
    return _plugins()[1]


def _recipe_of(container: Container) -> tuple[Recipe | None, tuple[str, ...]]:
    """The recipe, and a sentence for each plugin that failed. Plugins are asked first: they know what we do not."""
    problems: list[str] = []
    for plugin in _plugins()[0]:
        found = guarded(plugin.name, lambda plugin=plugin: _asked(plugin, container))
        if isinstance(found, PluginFailure):
            problems.append(found.message)
        elif found is not None:
            return found, tuple(problems)
    recipes = (generator.read(container) for generator in REGISTRY)
    return next((recipe for recipe in recipes if recipe is not None), None), tuple(problems)


def _asked(plugin: Plugin, container: Container) -> Recipe | None:
    if not isinstance(plugin.value, Generator):
        raise TypeError("a plugin of this group must be a Generator")
    recipe = plugin.value.read(container)
    if recipe is not None and not isinstance(recipe, Recipe):  # pyright: ignore[reportUnnecessaryIsInstance] plugins are not checked
        raise TypeError("it gave something other than a Recipe")
    return recipe


@cache
def _plugins() -> tuple[tuple[Plugin, ...], tuple[PluginFailure, ...]]:
    return load_plugins(GENERATORS)
