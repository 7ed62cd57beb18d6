"""From a file to its record: which program made the picture, and how. Every program is one file and one line here."""

import dataclasses
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from diffusion_toolkit import formats
from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators.automatic1111 import AUTOMATIC1111
from diffusion_toolkit.generators.civitai import CIVITAI
from diffusion_toolkit.generators.clean import clean_recipe
from diffusion_toolkit.generators.comfyui import COMFYUI
from diffusion_toolkit.generators.drawthings import DRAW_THINGS
from diffusion_toolkit.generators.easydiffusion import EASY_DIFFUSION
from diffusion_toolkit.generators.fooocus import FOOOCUS
from diffusion_toolkit.generators.fooocus_mre import FOOOCUS_MRE
from diffusion_toolkit.generators.forge import FORGE
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.huggingface import HUGGING_FACE
from diffusion_toolkit.generators.imaginairy import IMAGINAIRY
from diffusion_toolkit.generators.invokeai import INVOKEAI
from diffusion_toolkit.generators.kohya import KOHYA
from diffusion_toolkit.generators.merge import completed
from diffusion_toolkit.generators.mflux import MFLUX
from diffusion_toolkit.generators.midjourney import MIDJOURNEY
from diffusion_toolkit.generators.novelai import NOVELAI
from diffusion_toolkit.generators.ruinedfooocus import RUINED_FOOOCUS
from diffusion_toolkit.generators.sdnext import SDNEXT
from diffusion_toolkit.generators.stabilitymatrix import STABILITY_MATRIX
from diffusion_toolkit.generators.stablediffusion import STABLE_DIFFUSION
from diffusion_toolkit.generators.swarmui import SWARMUI
from diffusion_toolkit.generators.tensorart import TENSORART
from diffusion_toolkit.plugins import GENERATORS, Plugin, PluginFailure, guarded, load_plugins
from diffusion_toolkit.record import FileRecord, Recipe, Seen

__all__ = ["REGISTRY", "FileReader", "Generator", "plugin_failures", "read_file", "record_of"]

REGISTRY: tuple[Generator, ...] = (
    SWARMUI,
    TENSORART,
    STABILITY_MATRIX,
    INVOKEAI,
    NOVELAI,
    RUINED_FOOOCUS,
    FOOOCUS,
    FOOOCUS_MRE,
    EASY_DIFFUSION,
    DRAW_THINGS,
    MFLUX,
    IMAGINAIRY,
    HUGGING_FACE,
    MIDJOURNEY,
    CIVITAI,
    COMFYUI,
    SDNEXT,
    FORGE,
    STABLE_DIFFUSION,
    KOHYA,
    AUTOMATIC1111,
)
"""Every generator of this program. The first that knows a file as its own wins, so the most particular come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReader:
    """Reads files; may be called in any process. plugin_folder: where single-file plugins lie; explain: also say
    where every value stood (`Recipe.origins`) and what else was seen (`FileRecord.seen`).
    """

    plugin_folder: str | None = None
    explain: bool = False

    def __call__(self, path: str | os.PathLike[str]) -> FileRecord:
        """What a file is and how its picture was made. Never raises: what cannot be read is told in `problems`."""
        container = formats.read_container(path)
        plugins = _plugins(self.plugin_folder)[0]
        seen: list[Text] = []
        recipe, problems = None, ()
        for look in _looks(path, container):
            seen.extend(look.texts)
            recipe, problems = _recipe_of(look, plugins)
            if recipe is not None:
                break
        return _record(container, recipe, problems, seen, explain=self.explain)


def read_file(path: str | os.PathLike[str]) -> FileRecord:
    """What a file is and how its picture was made, by the readers of this program and of installed packages."""
    return FileReader()(path)


def record_of(container: Container) -> FileRecord:
    """The record of a file whose format has been read, from the texts inside it alone."""
    recipe, problems = _recipe_of(container, _plugins(None)[0])
    return _record(container, recipe, problems, container.texts, explain=True)


def plugin_failures(plugin_folder: str | None = None) -> tuple[PluginFailure, ...]:
    """The generator plugins that cannot be used, and why."""
    return _plugins(plugin_folder)[1]


def _looks(path: str | os.PathLike[str], container: Container) -> Iterator[Container]:
    """Where a recipe may stand, best place first: in the file, in files beside it that are its own, in its pixels,
    in a text that several files share. Each comes as a container."""
    yield container
    if container.format is None:
        return
    for find in (formats.read_sidecars, formats.read_hidden, formats.read_shared_sidecar):
        texts = find(path, container)
        if texts:
            yield dataclasses.replace(container, texts=tuple(texts))


def _record(
    container: Container, recipe: Recipe | None, problems: tuple[str, ...], seen: Iterable[Text], *, explain: bool
) -> FileRecord:
    used = _used(recipe) if recipe and explain else set[str]()
    return FileRecord(
        size_bytes=container.size_bytes,
        format=container.format,
        width=container.width,
        height=container.height,
        duration_s=container.duration_s,
        codec=container.codec,
        audio_codec=container.audio_codec,
        frame_rate=container.frame_rate,
        fingerprint=container.fingerprint,
        pixels=container.pixels,
        recipe=clean_recipe(recipe, with_origins=explain) if recipe else None,
        caption=formats.caption_among(seen) if recipe is None else None,
        seen=tuple(Seen(text.source, len(text.value), text.source in used) for text in seen) if explain else (),
        problems=container.problems + problems,
    )


def _used(recipe: Recipe) -> set[str]:
    return {recipe.source, *(origin.source for origins in recipe.origins.values() for origin in origins)}


def _recipe_of(container: Container, plugins: tuple[Plugin, ...]) -> tuple[Recipe | None, tuple[str, ...]]:
    """The recipe, and a sentence for each plugin that failed. Plugins are asked first: they know what we do not."""
    problems: list[str] = []
    for plugin in plugins:
        found = guarded(plugin.name, lambda plugin=plugin: _asked(plugin, container))
        if isinstance(found, PluginFailure):
            problems.append(found.message)
        elif found is not None:
            return found, tuple(problems)
    if not container.texts:
        return None, tuple(problems)
    return _by_registry(container), tuple(problems)


def _by_registry(container: Container) -> Recipe | None:
    asked = [generator for generator in REGISTRY if not generator.sources or _writes_here(generator, container)]
    for generator in asked:
        recipe = generator.read(container)
        if recipe is not None:
            others = (other.completes(container) for other in asked if other.completes and other is not generator)
            for other in others:
                recipe = completed(recipe, other) if other else recipe
            return recipe
    return None


def _writes_here(generator: Generator, container: Container) -> bool:
    return any(container.text(source) is not None for source in generator.sources)


def _asked(plugin: Plugin, container: Container) -> Recipe | None:
    if not isinstance(plugin.value, Generator):
        raise TypeError("a plugin of this group must be a Generator")
    recipe = plugin.value.read(container)
    if recipe is not None and not isinstance(recipe, Recipe):  # pyright: ignore[reportUnnecessaryIsInstance] plugins are not checked
        raise TypeError("it gave something other than a Recipe")
    return recipe


@cache
def _plugins(folder: str | None) -> tuple[tuple[Plugin, ...], tuple[PluginFailure, ...]]:
    return load_plugins(GENERATORS, folder=folder)
