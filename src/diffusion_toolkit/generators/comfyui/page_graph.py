"""The graph as ComfyUI's page saves it (`workflow`), turned into the form that is executed.

Subgraphs and node groups are opened ("outer:inner" are their nodes' ids, as the page exports them), muted nodes fall
out, bypassed and virtual ones are passed through, and positions of widgets become names.
"""

from collections.abc import Iterator, Mapping

from diffusion_toolkit.generators.comfyui.graph import Graph, Input, Node
from diffusion_toolkit.generators.comfyui.page_entries import Entry, is_idle, key_of, kind_of, slots_of
from diffusion_toolkit.generators.comfyui.page_scope import Scope, open_page
from diffusion_toolkit.generators.comfyui.page_trace import Held, Tracer
from diffusion_toolkit.generators.comfyui.widgets import widget_values
from diffusion_toolkit.record import JsonValue

_MOST_INNER_INPUTS = 200_000
"""Inputs of all nodes inside subgraphs, which may stand there often: those of the file itself are not more than it."""


def page_graph(document: Mapping[str, JsonValue], characters: int = 0) -> Graph | None:
    """The graph of a page document; None when it holds no nodes. characters: length of its text."""
    scopes = open_page(document)
    if not scopes[0].sheet.nodes:
        return None
    tracer = Tracer()
    left = _MOST_INNER_INPUTS
    nodes: dict[str, Node] = {}
    for scope, key, entry, kind in _executed(scopes):
        values = entry.get("widgets_values")
        slots = slots_of(entry, "inputs")
        if scope.prefix:
            left -= len(slots) + (len(values) if isinstance(values, (list, dict)) else 0)
            if left < 0:
                break
        title = entry.get("title")
        nodes[scope.prefix + key] = Node(
            id=scope.prefix + key,
            kind=kind,
            title=title if isinstance(title, str) else "",
            inputs=_inputs(tracer, scope, key, entry, kind, slots),
        )
    return Graph(nodes, characters)


def _executed(scopes: list[Scope]) -> Iterator[tuple[Scope, str, Entry, str]]:
    """The nodes that run, with the level they stand on."""
    for scope in scopes:
        for key, entry in scope.sheet.nodes.items():
            if not is_idle(entry) and scope.book.runs(kind := kind_of(entry)):
                yield scope, key, entry, kind


def _inputs(tracer: Tracer, scope: Scope, key: str, entry: Entry, kind: str, slots: list[Entry]) -> dict[str, Input]:
    """A node's inputs: its widgets' values, over which wires win."""
    inputs: dict[str, Input] = dict[str, Input](widget_values(kind, slots, entry))
    if scope.overrides:
        inputs.update(scope.overrides.get(key, {}))
    for number, slot in enumerate(slots):
        source = tracer.source(scope, key, number, slot)
        if source is not None:
            inputs[key_of(slot.get("name"))] = source.value if isinstance(source, Held) else source
    return inputs
