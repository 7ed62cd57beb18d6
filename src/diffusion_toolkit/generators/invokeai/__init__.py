"""InvokeAI, from the command line of 2022 (`Dream`) to the metadata and graphs of version 6."""

from diffusion_toolkit.formats import Container, Text, video_tags
from diffusion_toolkit.generators.generator import Generator
from diffusion_toolkit.generators.grammar.json_text import object_at, read_object
from diffusion_toolkit.generators.invokeai.dream import recipe_of_command
from diffusion_toolkit.generators.invokeai.graph import recipe_of_graph
from diffusion_toolkit.generators.invokeai.metadata import recipe_of_metadata
from diffusion_toolkit.generators.invokeai.sd_metadata import recipe_of_sd_metadata
from diffusion_toolkit.generators.merge import completed
from diffusion_toolkit.record import JsonValue, Recipe, changed

_METADATA = ("png:invokeai_metadata", *video_tags("invokeai_metadata"))
_GRAPHS = (
    "png:invokeai_graph",
    "png:invokeai_workflow",
    "jpeg:COM",
    *video_tags("invokeai_graph", "invokeai_workflow"),
)
_SIDECAR = "sidecar:json"
_COMMENT_NAMES = ("invokeai_graph:", "invokeai_workflow:", "invokeai_metadata:")
"""A tool that turned PNG into JPEG wrote the names of the chunks into the comment."""


def _read(container: Container) -> Recipe | None:
    return _newest(container) or _older(container)


def _newest(container: Container) -> Recipe | None:
    """From `invokeai_metadata`; the graph beside it is only read for what that does not say."""
    found = object_at(container, *_METADATA) or _comment(container, "invokeai_metadata:") or _beside(container)
    recipe = recipe_of_metadata(found[1], found[0]) if found else None
    has_graph = any(_may_be_graph(text) for text in container.texts_at(*_GRAPHS))
    if has_graph and (recipe is None or _lacks_something(recipe)):
        graph = _graph(container)
        drawn = recipe_of_graph(graph[1], graph[0]) if graph else None
        recipe = completed(recipe, drawn) if recipe and drawn else recipe or drawn
    return changed(recipe, workflow=True) if recipe and has_graph else recipe


def _may_be_graph(text: Text) -> bool:
    return text.value.startswith(_COMMENT_NAMES[:2] if text.source == "jpeg:COM" else "{")


def _lacks_something(recipe: Recipe) -> bool:
    return None in (recipe.prompt, recipe.seed, recipe.steps, recipe.model)


def _graph(container: Container) -> tuple[str, dict[str, JsonValue]] | None:
    for source in _GRAPHS:
        found = _comment(container, *_COMMENT_NAMES[:2]) if source == "jpeg:COM" else object_at(container, source)
        if found is not None:
            return found
    return None


def _comment(container: Container, *names: str) -> tuple[str, dict[str, JsonValue]] | None:
    text = container.text("jpeg:COM")
    name = next((name for name in names if text.value.startswith(name)), None) if text else None
    if text is None or name is None:
        return None
    found = container.once(("object", "jpeg:COM", name), lambda: read_object(text.value[len(name) :]))
    return None if found is None else ("jpeg:COM", found)


def _beside(container: Container) -> tuple[str, dict[str, JsonValue]] | None:
    """The metadata of a film stands as a text in a JSON file of its own."""
    found = object_at(container, _SIDECAR)
    metadata = found[1].get("invokeai_metadata") if found else None
    told = read_object(metadata) if isinstance(metadata, str) else None
    return (_SIDECAR, told) if told is not None else None


def _older(container: Container) -> Recipe | None:
    """From `sd-metadata`, with the command that stood beside it in `extra`; or from that command alone."""
    command = container.text("png:Dream")
    found = object_at(container, "png:sd-metadata")
    if found is None:
        return recipe_of_command(command.value, command.source) if command else None
    recipe = recipe_of_sd_metadata(found[1], found[0])
    return changed(recipe, extra={**recipe.extra, "Dream": command.value}) if command else recipe


INVOKEAI = Generator(
    slug="invokeai",
    title="InvokeAI",
    sources=(*_METADATA, *_GRAPHS, "png:sd-metadata", "png:Dream", _SIDECAR),
    read=_read,
)
