"""Where ComfyUI and its saver nodes put graphs: chunks, EXIF texts, tags of films, XMP, files beside the picture."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from diffusion_toolkit.formats import Container, Text, video_tags
from diffusion_toolkit.generators.comfyui.graph import Graph, api_graph
from diffusion_toolkit.generators.comfyui.page_graph import page_graph
from diffusion_toolkit.generators.grammar.json_text import object_in, read_object
from diffusion_toolkit.record import JsonValue

SOURCES = (
    "png:prompt",
    "png:workflow",
    "png:parameters",
    "png:Comment",
    "png:Description",
    "exif:Model",
    "exif:Make",
    "exif:ImageDescription",
    "exif:UserComment",
    "exif:XPComment",
    "exif:Software",
    "exif:Artist",
    "jpeg:COM",
    "gif:comment",
    "xmp",
    "xmp:dc:description",
    "xmp:exif:UserComment",
    "stealth:alpha",
    "stealth:rgb",
    "sidecar:json",
    *video_tags("comment", "prompt", "workflow", "description", "metadata"),
)
_NAMED = re.compile(r"\s*(?:prompt|workflow|comment|generation_data)\s*:\s*(?=\{)", re.IGNORECASE)
_API_MARK = "class_type"
_PAGE_MARKS = ("widgets_values", "last_node_id", "last_link_id", "origin_slot")
_DAMAGED_API = "The graph that ComfyUI ran is damaged in this file; its page's graph was read instead."
_INNER = ("", "extra_pnginfo", "metadata", "Comment", "comfyui", "extraMetadata")
"""Where in a JSON document the graphs may stand one level deeper."""
_DEEPEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGraph:
    """A graph and the text it stood in; path: what that text calls the place of a node's values; document: the JSON
    around an executed graph, which may say more; problems: what was wrong with better graphs."""

    graph: Graph
    source: str
    path: str
    document: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All a file holds of ComfyUI: the best graph, or the place of one that cannot be read."""

    found: FoundGraph | None = None
    unreadable: str | None = None


def find_graph(container: Container) -> Sources:
    """The graph that ran, else the one the page showed; looked for once per file."""
    return container.once("comfyui graph", lambda: _find_graph(container))


def _find_graph(container: Container) -> Sources:
    pages: list[tuple[Text, dict[str, JsonValue]]] = []
    unreadable: str | None = None
    for text in _candidates(container):
        document = _document(container, text)
        if document is None:
            unreadable = unreadable or (text.source if _is_marked(text.value) else None)
            continue
        api, page = _graphs_in(document)
        graph = api_graph(api, len(text.value)) if api is not None else None
        if graph is not None:
            found = FoundGraph(graph=graph, source=text.source, path="inputs.", document=document)
            return Sources(found=found)
        if page is not None:
            pages.append((text, page))
    for text, page in pages:
        graph = page_graph(page, len(text.value))
        if graph is not None and (graph.nodes or unreadable is None):
            problems = (_DAMAGED_API,) if unreadable else ()
            return Sources(found=FoundGraph(graph=graph, source=text.source, path="widgets_values.", problems=problems))
        unreadable = unreadable or text.source
    return Sources(unreadable=unreadable)


def _candidates(container: Container) -> Iterator[Text]:
    """Texts that may be a graph: those that look like JSON and speak of nodes."""
    for text in container.texts:
        value = text.value
        if "{" not in value[:64] or text.source == "xmp":
            continue
        if value.lstrip("\0 \t\r\n\ufeff").startswith(("{", '"{')) or _NAMED.match(value):
            is_named = text.source.endswith((":prompt", ":workflow"))
            if _is_marked(value) or (is_named and '"nodes"' in value):
                yield text


def _is_marked(value: str) -> bool:
    return _API_MARK in value or any(mark in value for mark in _PAGE_MARKS)


def _document(container: Container, text: Text) -> dict[str, JsonValue] | None:
    """The JSON object of a text; those that stand bare are shared with other readers."""
    name = _NAMED.match(text.value)
    if name is None and container.text(text.source) is text and text.value.startswith("{"):
        return object_in(container, text)
    value = (text.value[name.end() :] if name else text.value).strip("\0 \t\r\n\ufeff")
    return _unpacked(f'{{"": {value}}}') if value.startswith('"') else read_object(value)


def _graphs_in(document: dict[str, JsonValue], depth: int = 0) -> tuple[JsonValue, dict[str, JsonValue] | None]:
    """The API graph and the page's graph in a JSON document that is one of them or holds them by name."""
    if isinstance(document.get("nodes"), list):
        return None, document
    api, page = (_unpacked(document.get(name)) for name in ("prompt", "workflow"))
    if _is_api(api) or _is_page(page):
        return (api if _is_api(api) else None), page if _is_page(page) else None
    if _is_api(document):
        return document, None
    for inner in (
        document.get(name) for name in ("", "extra_pnginfo", "metadata", "Comment", "comfyui", "extraMetadata")
    ):
        found = _unpacked(inner) if depth < _DEEPEST else None
        if found is not None and (graphs := _graphs_in(found, depth + 1)) != (None, None):
            return graphs
    return None, None


def _is_api(value: JsonValue) -> bool:
    if not isinstance(value, dict):
        return False
    return any(isinstance(entry, dict) and isinstance(entry.get("class_type"), str) for entry in value.values())


def _is_page(value: JsonValue) -> bool:
    return isinstance(value, dict) and isinstance(value.get("nodes"), list)


def _unpacked(value: JsonValue) -> dict[str, JsonValue] | None:
    """An object, also where it was written as a string inside the JSON."""
    if isinstance(value, str):
        return read_object(value)
    return value if isinstance(value, dict) else None
