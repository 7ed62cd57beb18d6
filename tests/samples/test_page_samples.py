"""Real files that carry both graphs: what is made of the page's must say what ComfyUI executed, value by value."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from diffusion_toolkit.formats import read_container
from diffusion_toolkit.generators.comfyui.graph import Link, Node
from diffusion_toolkit.generators.comfyui.page_graph import page_graph

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
BUTTONS = {"upload", "choose file to upload", "Random seed after every gen"}
"""Controls of the page that older versions sent along."""
EXPLAINED = {
    "LuqP2__Image-MetaHub__f2a3d9__comfyui.png": "a fixture made by hand, whose page holds two of the seven nodes",
    "LuqP2__Image-MetaHub__39af24__comfy-xmp.avif": "a fixture made by hand, whose page holds neither values nor wires",
}


def graphs_in(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The graphs in a text of a file, each with which it is; with a name before the JSON or one inside the other."""
    begin = text.find("{")
    try:
        document = json.loads(text[begin:].rstrip("\0")) if 0 <= begin < 20 else None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return
    graph = cast(dict[str, Any], document)
    if isinstance(graph.get("nodes"), list):
        yield "page", graph
    elif any(isinstance(node, dict) and "class_type" in node for node in graph.values()):
        yield "api", graph
    else:
        for name in ("prompt", "workflow"):
            inner = graph.get(name)
            yield from graphs_in(inner if isinstance(inner, str) else json.dumps(inner))


def both(path: Path) -> tuple[dict[str, Any], dict[str, Any]] | None:
    found = {kind: graph for text in read_container(path).texts for kind, graph in graphs_in(text.value)}
    return (found["api"], found["page"]) if len(found) == 2 else None


def files() -> list[Path]:
    return sorted(path for path in SAMPLES.glob("*/*") if path.is_file()) if SAMPLES.is_dir() else []


def differences(api: dict[str, Any], page: dict[str, Any]) -> list[str]:
    graph = page_graph(page)
    nodes = dict(graph.nodes) if graph else {}
    found: list[str] = []
    for key, entry in api.items():
        node = nodes.get(key)
        if node is None or node.kind != entry["class_type"]:
            found.append(f"{key} {entry['class_type']}: {node.kind if node else 'not there'}")
            continue
        found += [f"{key} {node.kind}.{difference}" for difference in differing(node, entry["inputs"], api)]
    return found


def differing(node: Node, inputs: dict[str, Any], api: dict[str, Any]) -> Iterator[str]:
    for name, value in inputs.items():
        wanted = value
        if isinstance(value, list) and len(link := cast(list[Any], value)) == 2 and str(link[0]) in api:
            wanted = Link(str(link[0]), link[1])
        if name not in BUTTONS and node.inputs.get(name) != wanted:
            yield f"{name}: ran with {str(cast(object, wanted))[:60]!r}, page says {str(node.inputs.get(name))[:60]!r}"
    yield from (f"{name}: the page has a wire" for name, _ in node.links() if name not in inputs)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_the_page_says_what_ran() -> None:
    compared, wrong = 0, dict[str, list[str]]()
    for path in files():
        pair = both(path)
        if pair is None or path.name in EXPLAINED:
            continue
        compared += 1
        if found := differences(*pair):
            wrong[path.name] = found
    assert compared > 20
    assert not wrong, json.dumps(wrong, indent=1)
