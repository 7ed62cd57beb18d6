"""From a file to its record: which program made the picture, and how. Every program is one file and one line here."""

import dataclasses
import gc
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from diffusion_toolkit import formats
from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators.automatic1111 import AUTOMATIC1111
from diffusion_toolkit.generators.civitai import CIVITAI
from diffusion_toolkit.generators.clean import clean_recipe, cleaned
from diffusion_toolkit.generators.comfyui import COMFYUI
from diffusion_toolkit.generators.comfyui.nodes import graph_nodes
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
from diffusion_toolkit.generators.mochidiffusion import MOCHI_DIFFUSION
from diffusion_toolkit.generators.novelai import NOVELAI
from diffusion_toolkit.generators.plugged import ask
from diffusion_toolkit.generators.ruinedfooocus import RUINED_FOOOCUS
from diffusion_toolkit.generators.sdnext import SDNEXT
from diffusion_toolkit.generators.stabilitymatrix import STABILITY_MATRIX
from diffusion_toolkit.generators.stablediffusion import STABLE_DIFFUSION
from diffusion_toolkit.generators.stablediffusioncpp import STABLE_DIFFUSION_CPP
from diffusion_toolkit.generators.swarmui import SWARMUI
from diffusion_toolkit.generators.tensorart import TENSORART
from diffusion_toolkit.generators.wan2gp import WAN2GP
from diffusion_toolkit.plugins import GENERATORS, Plugin, PluginFailure, Tell, load_plugins
from diffusion_toolkit.record import FileRecord, Lora, Origin, Recipe, Seen

__all__ = [
    "REGISTRY",
    "Container",
    "FileReader",
    "Generator",
    "Lora",
    "Origin",
    "Recipe",
    "Text",
    "expect_many_files",
    "read_file",
    "record_of",
]

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
    WAN2GP,
    IMAGINAIRY,
    HUGGING_FACE,
    MIDJOURNEY,
    MOCHI_DIFFUSION,
    CIVITAI,
    COMFYUI,
    SDNEXT,
    FORGE,
    STABLE_DIFFUSION_CPP,
    STABLE_DIFFUSION,
    KOHYA,
    AUTOMATIC1111,
)
"""Every generator of this program. The first that knows a file as its own wins, so the most particular come first."""


def _writers() -> dict[tuple[str, bool], tuple[int, ...]]:
    """Which generators, by their places in the registry, write to a source: a JSON object (True), or another text."""
    writers: dict[tuple[str, bool], dict[int, None]] = {}
    for place, generator in enumerate(REGISTRY):
        for source in generator.sources:
            for is_object in (True, False) if source not in generator.objects else (True,):
                writers.setdefault((source.casefold(), is_object), {})[place] = None
    return {source: tuple(places) for source, places in writers.items()}


_WRITERS = _writers()
_COMPLETING = tuple((generator, generator.completes) for generator in REGISTRY if generator.completes)

LONGEST_SHOWN = 1_000_000
"""Characters of a text that are handed on to be shown."""

_NEW_OBJECTS = 10_000
"""Objects after which a process that reads files looks for cyclic garbage; Python does after 700, which a single graph
may have, and which takes 4 % of the time. Garbage is kept a little longer for it."""

_plugins: dict[tuple[str | None, tuple[str, ...]], tuple[tuple[Plugin, ...], tuple[PluginFailure, ...]]] = {}
"""What was loaded in this process, by plugin folder and names left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReader:
    """Reads files; may be called in any process. plugin_folder: where single-file plugins lie; without_plugins: names
    of plugins that are not asked; explain: also say where every value stood, and what else was seen; tell: is told
    the name of each plugin before it is asked, and "" after it.
    """

    plugin_folder: str | None = None
    without_plugins: tuple[str, ...] = ()
    explain: bool = False
    tell: Tell | None = None

    def __call__(self, path: str | os.PathLike[str]) -> FileRecord:
        """What a file is and how its picture was made. Never raises: what cannot be read is told in `problems`."""
        container = formats.read_container(path)
        plugins = self.plugins()[0]
        recipe, problems = _recipe_of(container, plugins, self.tell)
        told, seen = dict.fromkeys(problems), list(container.texts)
        if recipe is not None or container.format is None:
            return _record(container, container, recipe, tuple(told), seen, explain=self.explain)
        look = container
        for look in _other_looks(path, container):
            seen.extend(text for text in look.texts if text.source != "name")
            recipe, problems = _recipe_of(look, plugins, self.tell)
            told.update(dict.fromkeys(problems))
            if recipe is not None:
                break
        return _record(container, look, recipe, tuple(told), seen, explain=self.explain)

    def __reduce__(self) -> tuple[Callable[..., "FileReader"], tuple[object, ...]]:
        """How it goes to another process."""
        return _file_reader, (self.plugin_folder, self.without_plugins, self.explain, self.tell)

    def plugins(self) -> tuple[tuple[Plugin, ...], tuple[PluginFailure, ...]]:
        """The plugins that are asked, and those that cannot be used, with the reason. Loaded once per process."""
        key = (self.plugin_folder, self.without_plugins)
        known = _plugins.get(key)
        if known is None:
            loaded, failures = load_plugins(
                GENERATORS, folder=self.plugin_folder, without=self.without_plugins, tell=self.tell
            )
            used = tuple(each for each in loaded if each.name not in self.without_plugins)
            known = _plugins[key] = used, failures
        return known


def expect_many_files() -> None:
    """Set up a process that reads one file after another and does little else."""
    gc.set_threshold(_NEW_OBJECTS)


def _file_reader(
    plugin_folder: str | None, without_plugins: tuple[str, ...], explain: bool, tell: Tell | None
) -> FileReader:
    return FileReader(plugin_folder=plugin_folder, without_plugins=without_plugins, explain=explain, tell=tell)


_OF_PACKAGES = FileReader()


def read_file(path: str | os.PathLike[str]) -> FileRecord:
    """What a file is and how its picture was made, by the readers of this program and of installed packages."""
    return _OF_PACKAGES(path)


def record_of(container: Container) -> FileRecord:
    """The record of a file whose format has been read, from the texts inside it alone."""
    recipe, problems = _recipe_of(container, _OF_PACKAGES.plugins()[0], None)
    return _record(container, container, recipe, problems, container.texts, explain=True)


def _other_looks(path: str | os.PathLike[str], container: Container) -> Iterator[Container]:
    """Where a recipe may stand that is not in the file, best place first: in files beside it that are its own, in its
    pixels, in a text that several files share, in its name. Each comes as a container."""
    for find in (formats.read_sidecars, formats.read_hidden, formats.read_shared_sidecar):
        texts = find(path, container)
        if texts:
            yield dataclasses.replace(container, texts=tuple(texts))
    yield dataclasses.replace(container, texts=(Text(key="name", value=container.name, source="name"),))


def _record(
    container: Container,
    look: Container,
    recipe: Recipe | None,
    problems: tuple[str, ...],
    seen: Iterable[Text],
    *,
    explain: bool,
) -> FileRecord:
    """The record; look: the container that holds the texts which the recipe was read from."""
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
        recipe=recipe,
        caption=formats.caption_among(seen) if recipe is None else None,
        seen=_seen(recipe, seen) if explain else (),
        nodes=graph_nodes(look) if explain and recipe is not None and recipe.workflow else (),
        problems=container.problems + problems,
    )


def _seen(recipe: Recipe | None, texts: Iterable[Text]) -> tuple[Seen, ...]:
    used = {recipe.source} if recipe else set[str]()
    for places in recipe.origins.values() if recipe else ():
        used.update(place.source for place in places)
    return tuple(Seen(text.source, len(text.value), text.source in used, text.value[:LONGEST_SHOWN]) for text in texts)


def _recipe_of(
    container: Container, plugins: tuple[Plugin, ...], tell: Tell | None
) -> tuple[Recipe | None, tuple[str, ...]]:
    """The recipe, and a sentence for each plugin that failed. Plugins are asked first: they know what we do not."""
    problems: list[str] = []
    for plugin in plugins:
        found = ask(plugin, container, tell)
        if isinstance(found, PluginFailure):
            problems.append(found.message)
        elif found is not None:
            return clean_recipe(found), tuple(problems)
    recipe = _by_registry(container) if container.texts else None
    if recipe is not None:
        recipe = cleaned(recipe, container.texts)
    return recipe, tuple(problems)


def _by_registry(container: Container) -> Recipe | None:
    asked = _asked(container)
    for generator in asked:
        recipe = generator.read(container)
        if recipe is not None:
            for other, completes in _COMPLETING:
                more = completes(container) if other is not generator and other in asked else None
                recipe = completed(recipe, more) if more else recipe
            return recipe
    return None


def _asked(container: Container) -> list[Generator]:
    """The generators that may have written one of this file's texts, in their order."""
    places: Iterable[int] = ()
    for text in container.texts:
        more = _WRITERS.get((text.source.casefold(), text.value.lstrip()[:1] == "{"), ())
        places = {*places, *more} if places else more  # most files have one text, and need no set
    return [REGISTRY[place] for place in sorted(places)]
