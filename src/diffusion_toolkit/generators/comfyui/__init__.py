"""ComfyUI: the graph that made the picture, read as the program ran it.

The API graph (`prompt`) is believed first, because it holds what ran; the page's graph (`workflow`) serves
where the other is missing. A text in AUTOMATIC1111's form that a saver node wrote beside it wins field by field.
"""

from diffusion_toolkit.formats import Container
from diffusion_toolkit.generators.comfyui.fingerprint import workflow_graph
from diffusion_toolkit.generators.comfyui.recipe import recipe_of_graph
from diffusion_toolkit.generators.comfyui.sources import SOURCES, FoundGraph, find_graph
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.civitai_json import civitai_object, recipe_of_civitai
from diffusion_toolkit.generators.grammar.json_text import WithoutCollector
from diffusion_toolkit.generators.grammar.parameters_fields import recipe_of
from diffusion_toolkit.generators.grammar.parameters_program import parameters_by, program_of
from diffusion_toolkit.generators.grammar.parameters_text import Parameters, find_parameters
from diffusion_toolkit.generators.merge import completed
from diffusion_toolkit.record import Recipe, changed

_SLUG = "comfyui"
_DAMAGED = "The ComfyUI graph in this file is damaged and cannot be read."


def _read(container: Container) -> Recipe | None:
    if _may_hold_graph(container):
        with WithoutCollector(max((len(text.value) for text in container.texts), default=0)):
            return _read_all(container)
    parameters = parameters_by(container, _SLUG)
    return recipe_of(parameters, _SLUG) if parameters else None


def _may_hold_graph(container: Container) -> bool:
    """Whether a text may be JSON; most files of other programs have none, and are refused in a fifth of the time."""
    for text in container.texts:  # noqa: SIM110 `any` with a generator takes three times as long, for every file
        if "{" in text.value[:64]:
            return True
    return False


def _read_all(container: Container) -> Recipe | None:
    sources = find_graph(container)
    parameters = find_parameters(container)
    if sources.found is None and sources.unreadable is None:
        is_own = parameters is not None and program_of(parameters) == _SLUG
        return recipe_of(parameters, _SLUG) if parameters and is_own else None
    if sources.found is not None:
        graph = _of_graph(container, sources.found)
    else:
        graph = Recipe(generator=_SLUG, source=sources.unreadable or "", problems=(_DAMAGED,))
    if parameters is None or not parameters.settings:
        return graph
    return completed(recipe_of(parameters, _writer(parameters)), graph)


def _writer(parameters: Parameters) -> str:
    """Who wrote the text beside a graph: a saver node, unless it bears another program's mark."""
    program = program_of(parameters)
    return _SLUG if program == "automatic1111" and parameters.setting("Version") is None else program


def _graph_alone(container: Container) -> Recipe | None:
    """The recipe of the graph, for the programs that run ComfyUI."""
    found = find_graph(container).found if _may_hold_graph(container) else None
    return _of_graph(container, found) if found else None


def _of_graph(container: Container, found: FoundGraph) -> Recipe:
    return container.once("comfyui recipe", lambda: _recipe(container, found))


def _recipe(container: Container, found: FoundGraph) -> Recipe:
    size = (container.width, container.height) if container.width and container.height else None
    shape = None if found.graph.is_huge() else workflow_graph(found.graph)
    recipe = recipe_of_graph(found.graph, found.source, size, found.path, shape=shape, problems=found.problems)
    document = found.document
    asked = civitai_object(document, found.source) if "extraMetadata" in document else None
    if asked is not None:
        return completed(recipe_of_civitai(asked, _SLUG, found.source), recipe)
    extra = document.get("extra")
    if "resource-stack" in document or (isinstance(extra, dict) and "airs" in extra):
        airs = {"airs": extra["airs"]} if isinstance(extra, dict) and "airs" in extra else {}
        return changed(recipe, generator="civitai", extra={**recipe.extra, **airs})
    return recipe


COMFYUI = Generator(slug=_SLUG, title="ComfyUI", sources=SOURCES, read=_read, completes=_graph_alone)
