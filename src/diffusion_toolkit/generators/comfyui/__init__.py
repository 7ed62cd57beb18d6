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
from diffusion_toolkit.record import JsonValue, Recipe

_SLUG = "comfyui"
_NOT_COMPARED = frozenset({"generator", "source", "extra", "workflow", "problems", "generator_version"})


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
    return _merged(recipe_of(parameters, program if marked else _SLUG), graph)


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


def _merged(text: Recipe, graph: Recipe) -> Recipe:
    """The recipe of the text, and of the graph what the text does not say."""
    missing: dict[str, object] = {
        field.name: getattr(graph, field.name)
        for field in dataclasses.fields(text)
        if field.name not in _NOT_COMPARED and not getattr(text, field.name) and getattr(text, field.name) != 0
    }
    return dataclasses.replace(
        text,
        **missing,  # pyright: ignore[reportArgumentType] the same fields of the same class
        extra={**graph.extra, **text.extra},
        workflow=graph.workflow or text.workflow,
        problems=text.problems + graph.problems,
    )


COMFYUI = Generator(
    slug=_SLUG,
    title="ComfyUI",
    sources=("png:prompt", "png:workflow", "exif:Model", "exif:Make", "exif:ImageDescription", "exif:UserComment"),
    read=_read,
)
