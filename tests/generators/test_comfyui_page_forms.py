"""Page graphs of all generations: names of widgets, wires that are not drawn, and nodes that hold nodes."""

from typing import Any

import pytest

from diffusion_toolkit.generators.comfyui.graph import Input, Link
from diffusion_toolkit.generators.comfyui.page_graph import page_graph


def inputs_of(document: dict[str, Any], key: str) -> dict[str, Input]:
    """The inputs of one node of the executed graph."""
    graph = page_graph(document)
    assert graph is not None
    return dict(graph.nodes[key].inputs)


def node(number: int, kind: str, *values: Any, **more: Any) -> dict[str, Any]:
    return {"id": number, "type": kind, "widgets_values": list(values), **more}


def slot(name: str, kind: str, link: int | None = None, *, widget: bool = False) -> dict[str, Any]:
    return {"name": name, "type": kind, "link": link} | ({"widget": {"name": name}} if widget else {})


def alone(kind: str, *values: Any, **more: Any) -> dict[str, Input]:
    return inputs_of({"nodes": [node(1, kind, *values, **more)], "links": []}, "1")


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("KSampler", [7, "fixed", 20, 5.5, "euler", "beta", 0.5], {"seed": 7, "steps": 20, "denoise": 0.5}),
        ("KSampler", [7, 20, 5.5, "euler", "beta", 1], {"seed": 7, "steps": 20, "cfg": 5.5}),
        ("KSampler (Efficient)", [7, None, 20, 5, "euler", "normal", 1, "auto", "true"], {"steps": 20, "cfg": 5}),
        ("KSamplerAdvanced", ["enable", 9, "increment", 30, 6, "ddim", "karras", 0, 99, "disable"],
         {"noise_seed": 9, "end_at_step": 99}),
        ("CLIPLoader", ["t5.safetensors", "flux"], {"clip_name": "t5.safetensors", "type": "flux"}),
        ("PrimitiveInt", [640, "randomize"], {"value": 640}),
        ("StringConcatenate", ["a fox", "in snow", ", "], {"string_b": "in snow", "delimiter": ", "}),
        ("CR LoRA Stack", ["On", "ink.safetensors", 0.5, 1, "Off", "None", 1, 1], {"lora_name_1": "ink.safetensors"}),
        ("LoRA Stacker", ["simple", 1, "ink.safetensors", 0.7, 1, 1], {"lora_wt_1": 0.7, "clip_str_1": 1}),
        ("ShowText|pysssss", ["a fox"], {"text_0": "a fox"}),
        ("GlobalSeed //Inspire", [5, True, "fixed", ""], {"value": 5, "action": "fixed"}),
        ("Note about text", ["a fox"], {"text": "a fox"}),
        ("Text Reader of a pack", [None, "a fox", ""], {"widget_1": "a fox"}),
        ("Sampler of a pack", [11, "fixed", 25, 4.5, "dpmpp_2m", "karras", 0.8],
         {"seed": 11, "steps": 25, "cfg": 4.5, "sampler_name": "dpmpp_2m", "scheduler": "karras", "denoise": 0.8}),
        ("Pack LoRA", ["ink.safetensors", 0.5], {"lora_name": "ink.safetensors", "widget_1": 0.5}),
    ],
)  # fmt: skip
def test_names_of_widgets(kind: str, values: list[Any], expected: dict[str, Any]) -> None:
    found = alone(kind, *values)
    assert {name: found.get(name) for name in expected} == expected


def test_a_node_whose_widgets_changed_is_not_read_by_the_old_names() -> None:
    found = alone("KSampler", "euler", "karras", 20)
    assert "seed" not in found
    assert (found["sampler_name"], found["scheduler"]) == ("euler", "karras")


def test_names_the_graph_gives_win_over_the_table() -> None:
    slots = [slot("text", "STRING", widget=True), slot("scale", "FLOAT", widget=True)]
    assert alone("CLIPTextEncode", "a fox", 0.5, inputs=slots) == {"text": "a fox", "scale": 0.5}


def test_values_by_name() -> None:
    videos = {"id": 1, "type": "VHS_VideoCombine", "widgets_values": {"frame_rate": 8, "videopreview": {"hidden": 1}}}
    assert inputs_of({"nodes": [videos]}, "1") == {"frame_rate": 8}
    named = {"value": 640, "fixed": "fixed"}
    assert alone("PrimitiveInt", 640, "fixed", widgets_values_named=named) == {"value": 640}


def test_rows_of_loras() -> None:
    row = {"on": True, "lora": "ink.safetensors", "strength": 0.5, "strengthTwo": None}
    found = alone("Power Lora Loader (rgthree)", {}, {"type": "PowerLoraLoaderHeaderWidget"}, row, {}, "")
    assert found["lora_1"] == row


def test_comments_in_a_prompt_are_not_run() -> None:
    assert alone("CLIPTextEncode", "a fox /* red? */, snow // not rain\nhill")["text"] == "a fox , snow \nhill"
    assert alone("StringConstant", "see http://fox /* so */")["string"] == "see http://fox /* so */"


def test_a_node_without_a_type_is_known_by_its_name() -> None:
    named: dict[str, Any] = {
        "id": 1,
        "properties": {"Node name for S&R": "CLIPTextEncode"},
        "widgets_values": ["a fox"],
    }
    titled: dict[str, Any] = {"id": 2, "title": "CLIPTextEncode", "widgets_values": ["an owl"]}
    document: dict[str, Any] = {"nodes": [named, titled]}
    graph = page_graph(document)
    assert graph is not None
    assert [found.inputs["text"] for found in graph.nodes.values()] == ["a fox", "an owl"]


def test_a_primitive_node_gives_its_value_to_the_widget() -> None:
    sampler = node(2, "KSampler", 1, "fixed", 20, 5, "euler", "normal", 1, inputs=[slot("seed", "INT", 1, widget=True)])
    document = {"nodes": [node(1, "PrimitiveNode", 2**63, "randomize"), sampler], "links": [[1, 1, 0, 2, 0, "INT"]]}
    found = inputs_of(document, "2")
    assert (found["seed"], found["steps"]) == (2**63, 20)


def test_links_only_the_outputs_tell() -> None:
    loader = node(1, "CheckpointLoaderSimple", "a.ckpt", outputs=[{"links": [7]}, {"links": [8, 9]}])
    encoder = node(2, "CLIPTextEncode", "a fox", inputs=[slot("clip", "CLIP", 9)])
    assert inputs_of({"nodes": [loader, encoder]}, "2")["clip"] == Link("1", 1)


BYPASSED = [slot("mask", "MASK", 2), slot("image", "IMAGE", 1), slot("other", "IMAGE", 3)]


@pytest.mark.parametrize(
    ("mode", "outputs", "wanted", "expected"),
    [
        (4, ["IMAGE"], "IMAGE", Link("1", 0)),
        (4, ["MASK", "MASK", "IMAGE"], "IMAGE", Link("1", 0)),
        (4, ["MASK"], "MASK", Link("2", 0)),
        (4, ["LATENT"], "LATENT", None),
        (2, ["IMAGE"], "IMAGE", None),
    ],
)
def test_a_bypassed_node_hands_through_what_fits(
    mode: int, outputs: list[str], wanted: str, expected: Link | None
) -> None:
    document = {
        "nodes": [
            node(1, "LoadImage", "a.png"), node(2, "LoadImageMask", "b.png"), node(3, "LoadImage", "c.png"),
            node(4, "Blend", mode=mode, inputs=BYPASSED, outputs=[{"type": kind} for kind in outputs]),
            node(5, "SaveImage", "x", inputs=[slot("images", wanted, 4)]),
        ],
        "links": [[1, 1, 0, 4, 1, "IMAGE"], [2, 2, 0, 4, 0, "MASK"], [3, 3, 0, 4, 2, "IMAGE"],
                  [4, 4, 0, 5, 0, wanted]],
    }  # fmt: skip
    assert inputs_of(document, "5").get("images") == expected


def everywhere(**extra: Any) -> dict[str, Any]:
    """Two encoders whose clip is not wired, and a sender for it."""
    return {
        "nodes": [
            node(1, "CLIPLoader", "t5.safetensors", outputs=[{"type": "CLIP"}]),
            node(2, "Anything Everywhere", inputs=[slot("CLIP", "CLIP", 1)]),
            node(3, "CLIPTextEncode", "a fox", inputs=[slot("clip", "CLIP")], title="Positive"),
            node(4, "CLIPTextEncode", "fog", inputs=[slot("clip", "CLIP")], title="Negative"),
        ],
        "links": [[1, 1, 0, 2, 0, "CLIP"]],
        "extra": extra,
    }  # fmt: skip


def test_anything_everywhere_feeds_what_is_free() -> None:
    assert inputs_of(everywhere(), "3")["clip"] == Link("1", 0)
    listed = {
        "downstream": 4,
        "downstream_slot": 0,
        "upstream": "1",
        "upstream_slot": 0,
        "controller": 2,
        "type": "CLIP",
    }
    assert inputs_of(everywhere(ue_links=[listed]), "4")["clip"] == Link("1", 0)
    assert "clip" not in inputs_of(everywhere(ue_links=[listed]), "3")


def test_anything_everywhere_by_pattern_wins() -> None:
    document = everywhere()
    document["nodes"] += [
        node(5, "CLIPLoader", "other.safetensors", outputs=[{"type": "CLIP"}]),
        node(6, "Anything Everywhere?", "Neg", ".*", inputs=[slot("CLIP", "CLIP", 2)]),
    ]
    document["links"].append([2, 5, 0, 6, 0, "CLIP"])
    assert inputs_of(document, "3")["clip"] == Link("1", 0)
    assert inputs_of(document, "4")["clip"] == Link("5", 0)


def subgraph(**host: Any) -> dict[str, Any]:
    """A text encoder inside a subgraph inside a subgraph; both promote its text, and the inner one its clip too."""

    def definition(key: str, inner: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": key, "name": key, "nodes": [inner],
            "inputs": [slot("text", "STRING"), slot("clip", "CLIP")],
            "links": [
                {"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 7, "target_slot": 0, "type": "STRING"},
                {"id": 2, "origin_id": -10, "origin_slot": 1, "target_id": 7, "target_slot": 1, "type": "CLIP"},
                {"id": 3, "origin_id": 7, "origin_slot": 0, "target_id": -20, "target_slot": 0, "type": "CONDITIONING"},
            ],
        }  # fmt: skip

    slots = [slot("text", "STRING", 1, widget=True), slot("clip", "CLIP", 2)]
    encoder = node(7, "CLIPTextEncode", "a fox as it was made", inputs=slots)
    packed = node(7, "inner", "an owl", inputs=slots)
    return {
        "nodes": [
            node(1, "CLIPLoader", "t5.safetensors"),
            {"id": 2, "type": "outer", "inputs": [slot("clip", "CLIP", 5)], **host},
            node(3, "KSampler", inputs=[slot("positive", "CONDITIONING", 6)]),
            node(4, "PrimitiveString", "a whale"),
        ],
        "links": [[5, 1, 0, 2, 0, "CLIP"], [6, 2, 0, 3, 0, "CONDITIONING"], [7, 4, 0, 2, 1, "STRING"]],
        "definitions": {"subgraphs": [definition("inner", encoder), definition("outer", packed)]},
    }  # fmt: skip


def test_wires_go_in_and_out_of_subgraphs() -> None:
    assert inputs_of(subgraph(), "2:7:7")["clip"] == Link("1", 0)
    assert inputs_of(subgraph(), "3")["positive"] == Link("2:7:7", 0)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ({}, "an owl"),
        ({"widgets_values": ["a seal"]}, "a seal"),
        ({"widgets_values": ["a seal"], "properties": {"proxyWidgets": [["-1", "text"]]}}, "a seal"),
        ({"widgets_values": [], "properties": {"proxyWidgets": [["7", "text"]]}}, "an owl"),
        ({"widgets_values": ["a seal"], "properties": {"proxyWidgets": [["7", "text"]]}}, "a seal"),
        ({"widgets_values": ["a", "b"]}, "an owl"),
        ({"inputs": [slot("clip", "CLIP", 5), slot("text", "STRING", 7, widget=True)]}, Link("4", 0)),
        ({"widgets_values_named": {"text": "a seal"}}, "a seal"),
    ],
)
def test_the_value_shown_outside_wins(host: dict[str, Any], expected: Input) -> None:
    assert inputs_of(subgraph(**host), "2:7:7")["text"] == expected


def test_bypassed_and_muted_subgraphs() -> None:
    graph = page_graph(subgraph(mode=2))
    assert graph is not None
    assert set(graph.nodes) == {"1", "3", "4"}
    assert dict(graph.nodes["3"].links()) == {}


def test_set_and_get_across_a_subgraph() -> None:
    document = subgraph()
    document["nodes"].append(node(9, "SetNode", "the clip", inputs=[slot("CLIP", "CLIP", 8)]))
    document["links"].append([8, 1, 0, 9, 0, "CLIP"])
    inner = document["definitions"]["subgraphs"][0]
    inner["nodes"].append(node(8, "GetNode", "the clip"))
    inner["links"].append({"id": 9, "origin_id": 8, "origin_slot": 0, "target_id": 7, "target_slot": 1})
    inner["nodes"][0]["inputs"][1] = slot("clip", "CLIP", 9)
    assert inputs_of(document, "2:7:7")["clip"] == Link("1", 0)


def test_node_groups_are_opened() -> None:
    inside = {
        "nodes": [
            node(-1, "EmptyLatentImage", 512, 512, 1, index=0, outputs=[{"type": "LATENT"}]),
            node(-1, "KSampler", 0, "fixed", 20, 8, "euler", "normal", 1, index=1, outputs=[{"type": "LATENT"}],
                 inputs=[slot("model", "MODEL"), slot("latent_image", "LATENT")]),
        ],
        "links": [[0, 0, 1, 1, 5, "LATENT"]],
        "external": [],
    }  # fmt: skip
    values = [832, 1216, 2, 99, "randomize", 30, 6.5, "dpmpp_2m", "karras", 1]
    document = {
        "nodes": [
            node(1, "CheckpointLoaderSimple", "a.safetensors"),
            node(2, "workflow/draw", *values, inputs=[slot("model", "MODEL", 1)]),
            node(3, "VAEDecode", inputs=[slot("samples", "LATENT", 2)]),
        ],
        "links": [[1, 1, 0, 2, 0, "MODEL"], [2, 2, 0, 3, 0, "LATENT"]],
        "extra": {"groupNodes": {"draw": inside}},
    }
    sampler = inputs_of(document, "2:1")
    assert (sampler["model"], sampler["latent_image"]) == (Link("1", 0), Link("2:0", 0))
    assert (sampler["seed"], sampler["steps"], sampler["scheduler"]) == (99, 30, "karras")
    assert inputs_of(document, "2:0")["width"] == 832
    assert inputs_of(document, "3")["samples"] == Link("2:1", 0)
