"""ComfyUI: the graph that made the picture, read as the program ran it.

The API graph (`prompt`) is believed first, because it holds what ran; the page's graph (`workflow`) serves
where the other is missing. A text in AUTOMATIC1111's form that a saver node wrote beside it wins field by field.
"""

import dataclasses

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.comfyui.recipe import recipe_of_graph
from diffusion_toolkit.generators.comfyui.sources import FoundGraph, find_graph
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.numbers import read_count, read_decimal, read_seed
from diffusion_toolkit.generators.grammar.parameters_fields import recipe_of
from diffusion_toolkit.generators.grammar.parameters_program import MARKS, program_of
from diffusion_toolkit.generators.grammar.parameters_text import find_parameters
from diffusion_toolkit.generators.merge import completed
from diffusion_toolkit.record import JsonValue, Recipe

_SLUG = "comfyui"


def _read(container: Container) -> Recipe | None:
    sources = find_graph(container)
    if sources.found is None and sources.unreadable is None:
        parameters = find_parameters(container, *MARKS[_SLUG])
        is_own = parameters is not None and program_of(parameters) == _SLUG
        return recipe_of(parameters, _SLUG) if parameters and is_own else None
    graph = _of_graph(container, sources.found) if sources.found else None
    if graph is None:
        problem = "The ComfyUI graph in this file is damaged and cannot be read."
        graph = Recipe(generator=_SLUG, source=sources.unreadable or "", problems=(problem,))
    parameters = find_parameters(container)
    if parameters is None or not parameters.settings:
        return graph
    program = program_of(parameters)
    marked = program != "automatic1111" or parameters.setting("Version") is not None
    return completed(recipe_of(parameters, program if marked else _SLUG), graph)


def _graph_alone(container: Container) -> Recipe | None:
    """The recipe of the graph, for the programs that run ComfyUI."""
    found = find_graph(container).found
    return _of_graph(container, found) if found else None


def _of_graph(container: Container, found: FoundGraph) -> Recipe:
    size = (container.width, container.height) if container.width and container.height else None
    recipe = recipe_of_graph(found.graph, found.source, size)
    return _with_extra(recipe, found.extra) if found.extra else recipe


def _with_extra(recipe: Recipe, extra: dict[str, JsonValue]) -> Recipe:
    """The recipe with what Civitai's generator wrote beside the graph, which is what the user asked for."""
    read = {
        "prompt": _text(extra.get("prompt")),
        "negative_prompt": _text(extra.get("negativePrompt")),
        "steps": read_count(extra.get("steps")),
        "cfg_scale": read_decimal(extra.get("cfgScale")),
        "sampler": _text(extra.get("sampler")),
        "seed": read_seed(extra.get("seed")),
    }
    changes: dict[str, object] = {key: value for key, value in read.items() if value is not None}
    return dataclasses.replace(recipe, **changes)  # pyright: ignore[reportArgumentType] each value has its field's type


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


COMFYUI = Generator(
    slug=_SLUG,
    title="ComfyUI",
    sources=(
        "png:prompt",
        "png:workflow",
        "png:parameters",
        "exif:Model",
        "exif:Make",
        "exif:ImageDescription",
        "exif:UserComment",
        "exif:XPComment",
        "jpeg:COM",
    ),
    read=_read,
    completes=_graph_alone,
)
