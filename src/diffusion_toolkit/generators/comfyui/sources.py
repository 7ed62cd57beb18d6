"""Where ComfyUI and its saver nodes put graphs: PNG chunks, EXIF texts with and without a name before the JSON."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from diffusion_toolkit.formats import Container, Text
from diffusion_toolkit.generators.comfyui.graph import Graph, api_graph
from diffusion_toolkit.generators.comfyui.page_graph import page_graph
from diffusion_toolkit.generators.grammar.json_text import read_object
from diffusion_toolkit.record import JsonValue

_CHUNKS = ("png:prompt", "png:workflow")
_NAMED = re.compile(r"\s*(?:prompt|workflow)\s*:\s*(?=\{)", re.IGNORECASE)
_MARKS = ('"class_type"', '"widgets_values"', '"last_node_id"')


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGraph:
    """A graph and the text it stood in; extra: what Civitai's generator writes beside it."""

    graph: Graph
    source: str
    extra: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All a file holds of ComfyUI: the best graph, or the place of one that cannot be read."""

    found: FoundGraph | None = None
    unreadable: str | None = None


def find_graph(container: Container) -> Sources:
    """The graph that ran, else the one the page showed."""
    page: tuple[Text, dict[str, JsonValue]] | None = None
    unreadable: str | None = None
    for text in _candidates(container):
        name = _NAMED.match(text.value)
        document = read_object(text.value[name.end() :] if name else text.value)
        if document is None:
            if any(mark in text.value for mark in _MARKS):
                unreadable = unreadable or text.source
            continue
        api, shown = _graphs_in(document)
        graph = api_graph(api)
        if graph is not None:
            return Sources(found=FoundGraph(graph=graph, source=text.source, extra=_extra(document)))
        if page is None and shown is not None:
            page = (text, shown)
    if page is not None:
        text, shown = page
        graph = page_graph(shown)
        if graph is not None:
            return Sources(found=FoundGraph(graph=graph, source=text.source), unreadable=unreadable)
        unreadable = unreadable or text.source
    return Sources(unreadable=unreadable)


def _candidates(container: Container) -> Iterator[Text]:
    """Texts that may be a graph. Of PNG chunks only those named for it, because other programs write JSON too."""
    for text in container.texts:
        if text.source.startswith("png:"):
            if text.source in _CHUNKS and text.value.lstrip().startswith("{"):
                yield text
        elif text.source != "xmp" and (text.value.lstrip().startswith("{") or _NAMED.match(text.value)):
            yield text


def _graphs_in(document: dict[str, JsonValue]) -> tuple[JsonValue, dict[str, JsonValue] | None]:
    """The API graph and the page's graph in a JSON document that is one of them or holds them by name."""
    if isinstance(document.get("nodes"), list):
        return None, document
    api, shown = (_unpacked(document.get(name)) for name in ("prompt", "workflow"))
    if api is None and shown is None:
        return document, None
    has_nodes = isinstance(shown, dict) and isinstance(shown.get("nodes"), list)
    return api, shown if isinstance(shown, dict) and has_nodes else None


def _unpacked(value: JsonValue) -> JsonValue:
    """A graph that was written as a string inside the JSON."""
    return read_object(value) if isinstance(value, str) else value


def _extra(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    extra = _unpacked(document.get("extraMetadata"))
    return extra if isinstance(extra, dict) else {}
