"""ComfyUI's page graph: positions become names; muted, bypassed, set, got and packed nodes."""

from typing import Any, cast

from recipes import basic, from_graph, from_page

TYPES = {
    "model": "MODEL", "positive": "CONDITIONING", "negative": "CONDITIONING", "latent_image": "LATENT",
    "samples": "LATENT", "vae": "VAE", "clip": "CLIP", "images": "IMAGE",
}  # fmt: skip
WIDGETS: dict[str, list[Any]] = {
    "KSampler": [2**64 - 1, "randomize", 20, 7.5, "euler_ancestral", "karras", 1.0],
    "CheckpointLoaderSimple": ["harbour.safetensors"],
    "EmptyLatentImage": [832, 1216, 1],
    "SaveImage": ["ComfyUI"],
}


def page() -> dict[str, Any]:
    """The page's form of the basic graph."""
    nodes: list[dict[str, Any]] = []
    links: list[list[Any]] = []
    for key, entry in basic().items():
        inputs: list[dict[str, Any]] = []
        for name, value in entry["inputs"].items():
            if isinstance(value, list):
                origin, slot = cast(list[Any], value)
                links.append([len(links) + 1, int(origin), slot, int(key), len(inputs), TYPES[name]])
                inputs.append({"name": name, "type": TYPES[name], "link": len(links)})
        kind = entry["class_type"]
        values = WIDGETS.get(kind, [entry["inputs"].get("text")] if kind == "CLIPTextEncode" else [])
        nodes.append(
            {"id": int(key), "type": kind, "mode": 0, "inputs": inputs, "outputs": [], "widgets_values": values}
        )
    return {"last_node_id": 9, "nodes": nodes, "links": links}


def by_id(document: dict[str, Any], number: int) -> dict[str, Any]:
    return next(node for node in document["nodes"] if node["id"] == number)


def rewire(document: dict[str, Any], target: int, name: str, origin: int, slot: int = 0) -> None:
    """Let an input come from another node."""
    link = len(document["links"]) + 1
    document["links"].append([link, origin, slot, target, 0, "*"])
    next(item for item in by_id(document, target)["inputs"] if item["name"] == name)["link"] = link


def test_the_page_says_the_same_as_the_api_graph() -> None:
    shown, ran = from_page(page()), from_graph(basic())
    assert shown.source == "png:workflow"
    for field in (
        "prompt",
        "negative_prompt",
        "seed",
        "steps",
        "sampler",
        "scheduler",
        "cfg_scale",
        "model",
        "size",
        "workflow",
    ):
        assert getattr(shown, field) == getattr(ran, field), field


def test_the_first_pages_had_a_checkbox_behind_the_seed() -> None:
    document = page()
    by_id(document, 3)["widgets_values"][1] = True
    assert from_page(document).steps == 20


def test_widgets_that_name_themselves() -> None:
    document = page()
    node = by_id(document, 3)
    node["type"] = "KSampler from a pack"
    names = ["cfg", "steps", "seed", "sampler_name", "scheduler", "denoise"]
    node["inputs"] += [{"name": name, "type": "X", "widget": {"name": name}, "link": None} for name in names]
    node["widgets_values"] = [3.5, 11, 99, "fixed", "euler", "normal", 1.0]
    recipe = from_page(document)
    assert (recipe.cfg_scale, recipe.steps, recipe.seed, recipe.scheduler) == (3.5, 11, 99, "normal")


def test_bypassed_and_muted_nodes() -> None:
    document = page()
    lora = {
        "id": 20, "type": "LoraLoader", "mode": 4, "widgets_values": ["storm", 1, 1],
        "inputs": [{"name": "model", "type": "MODEL", "link": None}, {"name": "clip", "type": "CLIP", "link": None}],
        "outputs": [{"name": "MODEL", "type": "MODEL"}, {"name": "CLIP", "type": "CLIP"}],
    }  # fmt: skip
    document["nodes"].append(lora)
    rewire(document, 20, "model", 4)
    rewire(document, 3, "model", 20)
    by_id(document, 7)["mode"] = 2
    recipe = from_page(document)
    assert (recipe.model, recipe.loras, recipe.negative_prompt) == ("harbour.safetensors", (), None)


def test_reroutes_and_set_and_get() -> None:
    document = page()
    document["nodes"] += [
        {"id": 20, "type": "Reroute", "inputs": [{"name": "", "type": "*", "link": None}], "outputs": []},
        {
            "id": 21,
            "type": "SetNode",
            "inputs": [{"name": "MODEL", "type": "MODEL", "link": None}],
            "widgets_values": ["m"],
        },
        {"id": 22, "type": "GetNode", "inputs": [], "widgets_values": ["m"]},
        {"id": 23, "type": "Note", "widgets_values": ["Negative prompt: not this"]},
    ]
    rewire(document, 20, "", 6)
    rewire(document, 3, "positive", 20)
    rewire(document, 21, "MODEL", 4)
    rewire(document, 3, "model", 22)
    recipe = from_page(document)
    assert (recipe.prompt, recipe.model) == ("a lighthouse", "harbour.safetensors")


def test_subgraphs_are_opened() -> None:
    document = page()
    encoder = by_id(document, 6)
    document["nodes"].remove(encoder)
    inner = {
        "id": "b3", "name": "Texts",
        "nodes": [encoder | {"id": 1, "inputs": [{"name": "clip", "type": "CLIP", "link": 1}]}],
        "links": [
            {"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 1, "target_slot": 0, "type": "CLIP"},
            {"id": 2, "origin_id": 1, "origin_slot": 0, "target_id": -20, "target_slot": 0, "type": "CONDITIONING"},
        ],
    }  # fmt: skip
    document["definitions"] = {"subgraphs": [inner]}
    document["nodes"].append(
        {"id": 6, "type": "b3", "inputs": [{"name": "clip", "type": "CLIP", "link": None}], "outputs": []}
    )
    rewire(document, 6, "clip", 4, 1)
    assert from_page(document).prompt == "a lighthouse"


def test_a_subgraph_inside_itself_ends() -> None:
    document = page()
    document["definitions"] = {"subgraphs": [{"id": "x", "nodes": [{"id": 1, "type": "x"}], "links": []}]}
    document["nodes"].append({"id": 50, "type": "x", "inputs": []})
    assert from_page(document).prompt == "a lighthouse"
