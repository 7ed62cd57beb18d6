"""Page graphs made to hang, to overflow or to fill the memory."""

import json
import time
import tracemalloc
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffusion_toolkit.generators.comfyui.graph import Graph
from diffusion_toolkit.generators.comfyui.page_graph import page_graph
from hostile.pace import Pace

WORDS = (
    "id", "type", "inputs", "outputs", "link", "links", "mode", "name", "widget", "widgets_values", "nodes",
    "definitions", "subgraphs", "properties", "proxyWidgets", "extra", "groupNodes", "ue_links", "origin_id",
    "origin_slot", "target_id", "target_slot", "downstream", "downstream_slot", "upstream", "upstream_slot",
    "external", "title", "x", "widgets_values_named",
)  # fmt: skip
KINDS = (
    "x", "workflow/x", "SetNode", "GetNode", "Reroute", "PrimitiveNode", "Anything Everywhere?", "KSampler",
    "Anything Everywhere", "Prompts Everywhere", "LoRA Stacker", "Text node",
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-30, 6), st.just(10**30), st.floats(), st.sampled_from(KINDS), st.text()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=12,
)
SLOTS = st.lists(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("name", "type", "link", "widget"), VALUES)), max_size=3
)
NODES = st.fixed_dictionaries(
    {"id": st.integers(1, 4), "type": st.sampled_from(KINDS)},
    optional={"mode": st.sampled_from([0, 2, 4, "4"]), "inputs": SLOTS | VALUES, "outputs": SLOTS | VALUES,
              "widgets_values": VALUES, "widgets_values_named": VALUES, "properties": VALUES, "title": VALUES},
)  # fmt: skip
LINKS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from([-10, 1, 2, 3, 4]), st.integers(-1, 2), st.sampled_from([-20, 1, 2]),
              st.integers(0, 2), st.just("*")).map(list) | VALUES, max_size=6,
)  # fmt: skip

LEVELS = st.fixed_dictionaries(
    {"nodes": st.lists(NODES | VALUES, max_size=5), "links": LINKS | VALUES, "inputs": SLOTS}
)


SECONDS = 4
"""What may be taken on a busy machine; the worst of these takes half a second on an idle one."""


def converted(document: Any) -> tuple[Graph | None, float]:
    """The graph with the CPU seconds that it took, as a usual core takes them."""
    pace = Pace()
    begin = time.process_time()
    graph = page_graph(document)
    return graph, pace.on_reference(time.process_time() - begin)


def peak_of(document: Any) -> int:
    """The most bytes that converting holds at once."""
    tracemalloc.start()
    page_graph(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=100, deadline=None)
@given(LEVELS, LEVELS, VALUES)
def test_any_page_is_converted(document: dict[str, Any], inner: dict[str, Any], extra: Any) -> None:
    """Whatever stands where, every input is a value or a wire to a node that is there."""
    document |= {"definitions": {"subgraphs": [{**inner, "id": "x"}, extra]}, "extra": extra}
    for groups in (extra, {"groupNodes": {"x": inner}}):
        document["extra"] = groups
        graph = page_graph(document)
        for node in graph.nodes.values() if graph else ():
            assert isinstance(node.kind, str)
            assert all(isinstance(name, str) for name in node.inputs)
            assert all(link.node in graph.nodes for _, link in node.links()) if graph else True


def test_subgraphs_that_double_at_every_level_end() -> None:
    def level(number: int) -> dict[str, Any]:
        inner: list[dict[str, Any]] = [{"id": place, "type": f"s{number + 1}"} for place in (1, 2, 3)]
        return {"id": f"s{number}", "nodes": [*inner, {"id": 9, "type": "KSampler", "widgets_values": [1] * 500}]}

    levels = [level(number) for number in range(40)]
    document = {"nodes": levels[0]["nodes"], "definitions": {"subgraphs": levels}}
    graph, seconds = converted(document)
    assert graph is not None
    assert seconds < SECONDS
    assert peak_of(document) < 64 * 1024 * 1024


def test_a_large_subgraph_used_everywhere_ends() -> None:
    inner = {"id": "big", "nodes": [{"id": n, "type": "Note", "inputs": [{"link": 1}]} for n in range(5_000)]}
    hosts = [{"id": number, "type": "big"} for number in range(5_000)]
    _, seconds = converted({"nodes": hosts, "definitions": {"subgraphs": [inner]}})
    assert seconds < SECONDS


def test_wires_in_circles_end() -> None:
    slot = {"name": "a", "type": "*", "link": 1}
    circle: list[dict[str, Any]] = [
        {"id": number, "type": kind, "mode": mode, "inputs": [slot] * 900, "outputs": [{"type": "*"}]}
        for number, (kind, mode) in enumerate([("Reroute", 0), ("X", 4), ("GetNode", 0), ("KSampler", 0)])
    ]
    circle[2]["widgets_values"] = ["loop"]
    setter = {"id": 8, "type": "SetNode", "widgets_values": ["loop"], "inputs": [{"link": 3}]}
    links = [[1, 1, 0, 0, 0, "*"], [2, 2, 0, 1, 0, "*"], [3, 2, 0, 8, 0, "*"]]
    graph, seconds = converted({"nodes": [*circle, setter], "links": links})
    assert graph is not None
    assert dict(graph.nodes["3"].links()) == {}
    assert seconds < SECONDS


def test_a_chain_of_bypassed_nodes_asked_by_thousands() -> None:
    chain = [
        {
            "id": number,
            "type": "X",
            "mode": 4,
            "inputs": [{"type": "A", "link": number + 1}],
            "outputs": [{"type": "A"}],
        }
        for number in range(250)
    ]
    links = [[number, number, 0, number - 1, 0, "A"] for number in range(1, 251)] + [[999, 0, 0, 500, 0, "A"]]
    askers = [
        {"id": 1_000 + number, "type": "Y", "inputs": [{"name": "a", "type": "A", "link": 999}] * 1_000}
        for number in range(100)
    ]
    _, seconds = converted({"nodes": chain + askers, "links": links})
    assert seconds < SECONDS


def test_patterns_that_never_end() -> None:
    node = {"id": 1, "type": "Anything Everywhere?", "widgets_values": ["(a+)+$", "(.*)*b"],
            "inputs": [{"type": "MODEL", "link": 1}]}  # fmt: skip
    free = {
        "id": 3,
        "type": "KSampler",
        "title": "a" * 60,
        "inputs": [{"name": "a" * 60, "type": "MODEL", "link": None}],
    }
    source = {"id": 2, "type": "Loader", "outputs": [{"type": "MODEL"}]}
    graph, seconds = converted({"nodes": [node, source, free], "links": [[1, 2, 0, 1, 0, "MODEL"]]})
    assert graph is not None
    assert dict(graph.nodes["3"].links()) == {}
    assert seconds < SECONDS


def test_names_and_ids_nested_too_deep() -> None:
    def nested() -> Any:
        deep: Any = []
        for _ in range(900):
            deep = [deep]
        return deep

    deep = nested()
    slots: list[dict[str, Any]] = [
        {"name": deep, "link": deep, "label": deep},
        {"name": "a", "type": nested(), "link": 1},
    ]
    nodes: list[dict[str, Any]] = [
        {"id": number, "type": "Anything Everywhere", "title": deep, "inputs": slots} for number in (1, 2)
    ]
    properties = {"proxyWidgets": [[deep, deep]]}
    nodes += [{"id": 4, "type": "y", "mode": 4, "inputs": slots, "outputs": [{"type": nested()}]}]
    nodes += [{"id": 3, "type": "x", "inputs": slots, "widgets_values": [deep], "properties": properties}]
    links: list[Any] = [[deep, deep, 0, deep, 0], [1, 4, 0, 3, 1]]
    document: dict[str, Any] = {"nodes": nodes, "links": links}
    document |= {"definitions": {"subgraphs": [{"id": "z", "inputs": slots}]}}
    assert page_graph(document) is not None


def test_comments_that_never_close() -> None:
    text = "/* " * 300_000
    graph, seconds = converted({"nodes": [{"id": 1, "type": "CLIPTextEncode", "widgets_values": [text + " fox"]}]})
    assert graph is not None
    assert graph.nodes["1"].inputs["text"] == text + " fox"
    assert seconds < SECONDS


def test_a_page_of_twenty_megabytes() -> None:
    nodes: list[dict[str, Any]] = []
    links: list[list[Any]] = []
    for number in range(20_000):
        slots: list[dict[str, Any]] = [{"name": name, "type": "MODEL", "link": None} for name in ("a", "b", "c", "d")]
        for place in range(3 if number else 0):
            links.append([len(links) + 1, number - 1, 0, number, place, "MODEL"])
            slots[place]["link"] = len(links)
        nodes.append(
            {"id": number, "type": "KSampler", "pos": [1.5, 2.5], "flags": {}, "mode": 0, "inputs": slots,
             "outputs": [{"name": "MODEL", "type": "MODEL", "links": [number]}], "properties": {"note": "sea " * 120},
             "widgets_values": [number, "randomize", 20, 7.5, "euler", "karras", 1.0]}
        )  # fmt: skip
    document = {"nodes": nodes, "links": links}
    size = len(json.dumps(document))
    assert size > 19_000_000
    graph, seconds = converted(document)
    assert graph is not None
    assert graph.nodes["19999"].inputs["seed"] == 19999
    assert len(dict(graph.nodes["19999"].links())) == 3
    assert seconds < SECONDS
    assert peak_of(document) < 6 * size, "the document itself takes about as much again"
