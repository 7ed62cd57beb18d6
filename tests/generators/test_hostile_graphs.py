"""Graphs made to hang, to overflow or to fill the memory, and texts that are nearly graphs."""

import json
import time
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recipes import basic, from_graph, node, record

from container_bytes import text_chunk

KINDS = (
    "KSampler",
    "CLIPTextEncode",
    "StringConcatenate",
    "Any Switch",
    "ControlNetApply",
    "SaveImage",
    "LoraLoader",
    "X",
)
NAMES = (
    "model",
    "positive",
    "negative",
    "latent_image",
    "images",
    "samples",
    "text",
    "string_a",
    "seed",
    "clip",
    "any",
    "lora_name",
    "vae",
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.lists(st.integers(), max_size=3)
)
LINKS = st.tuples(st.integers(0, 9).map(str), st.integers(0, 5)).map(list)
NODES = st.fixed_dictionaries(
    {
        "class_type": st.sampled_from(KINDS),
        "inputs": st.dictionaries(st.sampled_from(NAMES), LEAVES | LINKS, max_size=8),
    }
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.integers(0, 9).map(str), NODES, min_size=1, max_size=10))
def test_any_graph_is_read(graph: dict[str, Any]) -> None:
    found = record(text_chunk("prompt", json.dumps(graph)))
    assert found.recipe is not None
    assert found.recipe.workflow


@given(
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "nodes",
                        "links",
                        "id",
                        "type",
                        "inputs",
                        "link",
                        "mode",
                        "widgets_values",
                        "definitions",
                        "subgraphs",
                    ]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=30,
    )
)
def test_any_page_is_read(document: Any) -> None:
    record(
        text_chunk(
            "workflow", json.dumps({"nodes": [document, {"id": 1, "type": "x", "inputs": document}], "links": document})
        )
    )


def test_cycles_end() -> None:
    graph = basic(
        n6=node("CLIPTextEncode", text=["6", 0], clip=["6", 0]), n4=node("LoraLoader", model=["4", 0], lora_name="a")
    )
    graph["5"] = node("LatentUpscale", samples=["3", 0])
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.steps) == (None, 20)


def test_texts_that_double_at_every_node_end() -> None:
    graph = basic(n6=node("CLIPTextEncode", text=["t40", 0], clip=["4", 1]))
    graph["t0"] = node("StringConcatenate", string_a="a lighthouse " * 100, string_b="x", delimiter="")
    for number in range(1, 41):
        graph[f"t{number}"] = node("StringConcatenate", string_a=[f"t{number - 1}", 0], string_b=[f"t{number - 1}", 0])
    assert len(from_graph(graph).prompt or "") < 20_000_000


def test_a_text_node_full_of_links_to_itself_ends() -> None:
    names = [f"text_{number}" for number in range(20)]
    graph = basic(n6=node("CLIPTextEncode", text=["t", 0], clip=["4", 1]))
    graph["t"] = node("Text Concatenate", **{name: ["t", 0] for name in names})
    assert from_graph(graph).prompt is None


def test_a_long_chain_of_nodes() -> None:
    graph = basic()
    graph["m0"] = node("CheckpointLoaderSimple", ckpt_name="far.safetensors")
    for number in range(1, 3000):
        graph[f"m{number}"] = node("ModelPatch", model=[f"m{number - 1}", 0])
    graph["3"]["inputs"]["model"] = ["m2999", 0]
    assert from_graph(graph).model == "far.safetensors"


def test_json_nested_ten_thousand_deep() -> None:
    for text in ('{"a":' * 10_000 + "1" + "}" * 10_000, '{"class_type": ' + "[" * 10_000 + "]" * 10_000 + "}"):
        found = record(text_chunk("prompt", text))
        assert found.recipe is None or found.recipe.problems


def test_a_deep_value_inside_a_graph() -> None:
    deep = "[" * 900 + "]" * 900
    text = json.dumps(basic()).replace('"steps": 20', f'"steps": 20, "deep": {deep}')
    recipe = record(text_chunk("prompt", text)).recipe
    assert recipe is not None
    assert recipe.prompt == "a lighthouse"


def test_a_graph_of_ten_megabytes() -> None:
    graph = basic() | {f"x{number}": node("Note", text="a note nobody reads " * 40) for number in range(12_000)}
    recipe = from_graph(graph)
    assert (recipe.prompt, recipe.seed) == ("a lighthouse", 2**64 - 1)


def test_nodes_and_ids_of_wrong_types() -> None:
    graph: dict[str, Any] = basic(
        n20={"class_type": 5}, n21=[1, 2], n22=node("X", a=["nowhere", 0], b=[["3"], 0], c=[3, "0"])
    )
    graph["3"]["_meta"] = "not an object"
    assert from_graph(graph).prompt == "a lighthouse"


def test_wide_and_dense_graphs_end_soon() -> None:
    wide = basic(n9=node("SaveImage", **{f"image_{number}": ["8", 0] for number in range(5_000)}))
    assert from_graph(wide).prompt == "a lighthouse"
    dense = basic(n9=node("SaveImage", images=["w0", 0]))
    for number in range(200):
        links = {f"image_{other}": [f"w{(number + other) % 200}", 0] for other in range(200)}
        dense[f"w{number}"] = node("Blend", **links)
    started = time.process_time()
    assert from_graph(dense).workflow
    assert time.process_time() - started < 2


def test_sums_of_sums_and_patterns_that_never_end() -> None:
    graph = basic(n60=node("INTConstant", value=1))
    for number in range(20, 60):
        graph[str(number)] = node("MathExpression", expression="+".join(["a"] * 90), a=[str(number + 1), 0])
    graph["3"]["inputs"]["steps"] = ["20", 0]
    graph["70"] = node("RegexReplace", string="a" * 2_000 + "!", regex_pattern="(a+)+$", replace="")
    graph["6"] = node("CLIPTextEncode", text=["70", 0], clip=["4", 1])
    started = time.process_time()
    assert from_graph(graph).prompt == "a" * 2_000 + "!"
    assert time.process_time() - started < 1


def test_names_and_classes_of_a_megabyte() -> None:
    long = "conditioning" * 100_000
    graph = basic(n50=node(long, **{long: ["3", 0], "positive": "x"}))
    assert from_graph(graph).prompt == "a lighthouse"


def test_a_graph_of_very_many_small_nodes() -> None:
    graph = basic() | {f"x{number}": node("X", a=["3", 0]) for number in range(80_000)}
    assert from_graph(graph).seed == 2**64 - 1
