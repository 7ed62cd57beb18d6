"""InvokeAI: what the book does not show."""

import json
from typing import Any

import pytest
from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.invokeai import INVOKEAI
from diffusion_toolkit.record import Lora, Origin, Recipe


def dream(command: str) -> Recipe:
    return read_at(INVOKEAI, png__Dream=command)


def graph(nodes: dict[str, dict[str, Any]], *edges: tuple[str, str, str, str]) -> Recipe:
    wired = [{"source": {"node_id": a, "field": b}, "destination": {"node_id": c, "field": d}} for a, b, c, d in edges]
    listed = {name: {"id": name, **node} for name, node in nodes.items()}
    return read_at(INVOKEAI, png__invokeai_graph=json.dumps({"nodes": listed, "edges": wired}))


@pytest.mark.parametrize(
    ("command", "prompt"),
    [
        ('"say "ahoy" twice" -s 50 -S 1', 'say "ahoy" twice'),
        ('"a cog -fast" -s50', "a cog -fast"),
        ('"a cog"', "a cog"),
        ("a cog", "a cog"),
        ("-s 50", None),
        ('"" -s 50', None),
    ],
)
def test_the_prompt_of_a_command(command: str, prompt: str | None) -> None:
    assert dream(command).prompt == prompt


def test_long_switches_and_values_that_are_negative() -> None:
    found = dream('"a cog" --steps=50 --seed 7 --cfg_scale 7.5 --perlin -0.2 --karras_max 29')
    assert (found.steps, found.seed, found.cfg_scale) == (50, 7, 7.5)
    assert found.extra == {"perlin": -0.2, "karras_max": 29}


def test_the_origin_of_a_value_is_its_switch() -> None:
    found = dream('"a cog" -s 50 -S185272097')
    assert found.origins["steps"] == (Origin("png:Dream", "-s"),)
    assert found.origins["seed"] == (Origin("png:Dream", "-S"),)


def test_the_switch_for_steps_is_not_the_one_for_the_seed() -> None:
    assert dream('"a cog" -s 50').seed is None


@pytest.mark.parametrize(
    ("prompt", "positive", "negative"),
    [
        ("a cog [rust] in oil [dust, hair]", "a cog in oil", "rust dust, hair"),
        ("[rust]", None, "rust"),
        ("a cog []", "a cog []", None),
        (r"a cog \[steel]", r"a cog \[steel]", None),
        ("a  cog ", "a  cog ", None),
    ],
)
def test_brackets_are_the_negative_prompt(prompt: str, positive: str | None, negative: str | None) -> None:
    text = json.dumps({"image": {"prompt": prompt, "steps": 1}})
    found = read_at(INVOKEAI, **{"png__sd-metadata": text})
    assert (found.prompt, found.negative_prompt) == (positive, negative)


def test_weighted_prompts_are_joined_as_invokeai_does() -> None:
    parts = [{"prompt": "a cog", "weight": 0.7}, {"prompt": "steam", "weight": 0.3}]
    found = read_at(INVOKEAI, **{"png__sd-metadata": json.dumps({"image": {"prompt": parts}})})
    assert found.prompt == "a cog:0.7,steam:0.3"
    assert found.extra["prompt"] == parts


def test_of_a_grid_the_first_picture() -> None:
    images = [{"prompt": "a cog", "seed": 1}, {"prompt": "a cog", "seed": 2}]
    found = read_at(INVOKEAI, **{"png__sd-metadata": json.dumps({"images": images})})
    assert found.seed == 1
    assert found.extra["images"] == images


def test_the_graph_gives_what_the_metadata_does_not_say() -> None:
    nodes = {
        "p": {"type": "compel", "prompt": "a cog"},
        "d": {"type": "denoise_latents", "steps": 9, "scheduler": "lcm"},
    }
    edges = [
        {"source": {"node_id": "p", "field": "c"}, "destination": {"node_id": "d", "field": "positive_conditioning"}}
    ]
    found = read_at(
        INVOKEAI,
        png__invokeai_metadata=json.dumps({"steps": 30, "model": {"name": "m"}}),
        png__invokeai_graph=json.dumps({"nodes": {k: {"id": k, **v} for k, v in nodes.items()}, "edges": edges}),
    )
    assert (found.prompt, found.steps, found.sampler, found.source) == ("a cog", 30, "lcm", "png:invokeai_metadata")
    assert found.origins["prompt"] == (Origin("png:invokeai_graph", "prompt", "p", "compel"),)


def test_the_metadata_node_of_a_graph_is_read_as_metadata() -> None:
    found = graph(
        {
            "m": {
                "type": "core_metadata",
                "positive_prompt": "a cog",
                "seed": 5,
                "model": {"name": "m", "hash": "h"},
                "vae": None,
                "app_version": "6.0",
            }
        }
    )
    assert (found.prompt, found.seed, found.model, found.model_hash) == ("a cog", 5, "m", "h")
    assert found.extra == {}
    assert found.origins["seed"] == (Origin("png:invokeai_graph", "nodes.m.seed", "m", "core_metadata"),)


def test_which_seed_of_a_batch_it_was_is_not_guessed() -> None:
    found = graph(
        {
            "r": {"type": "range_of_size", "start": 5, "size": 4},
            "i": {"type": "iterate", "collection": []},
            "n": {"type": "noise", "seed": 0, "width": 512, "height": 512},
            "d": {"type": "denoise_latents", "steps": 9},
        },
        ("r", "collection", "i", "collection"),
        ("i", "item", "n", "seed"),
        ("n", "noise", "d", "noise"),
    )
    assert found.seed is None
    assert found.size == (512, 512)


def test_the_first_of_two_passes_is_the_recipe() -> None:
    found = graph(
        {
            "a": {"type": "denoise_latents", "steps": 30},
            "b": {"type": "denoise_latents", "steps": 12, "denoising_start": 0.6},
            "o": {"type": "l2i", "is_intermediate": False},
        },
        ("a", "latents", "b", "latents"),
        ("b", "latents", "o", "latents"),
    )
    assert found.steps == 30


def test_loras_in_the_order_they_were_put_on() -> None:
    found = graph(
        {
            "l": {"type": "sdxl_model_loader", "model": {"name": "m"}},
            "x": {"type": "sdxl_lora_loader", "lora": {"name": "first"}, "weight": 0.5},
            "y": {"type": "sdxl_lora_loader", "lora": {"name": "second"}, "weight": 1},
            "d": {"type": "denoise_latents"},
        },
        ("l", "unet", "x", "unet"),
        ("x", "unet", "y", "unet"),
        ("y", "unet", "d", "unet"),
    )
    assert found.loras == (Lora(name="first", weight=0.5), Lora(name="second", weight=1.0))
    assert found.model == "m"


def test_a_graph_in_a_circle_ends() -> None:
    found = graph(
        {
            "n": {"type": "integer"},
            "k": {"type": "integer"},
            "d": {"type": "denoise_latents"},
            "o": {"type": "l2i", "is_intermediate": False},
        },
        ("n", "value", "k", "value"),
        ("k", "value", "n", "value"),
        ("n", "value", "d", "steps"),
        ("d", "latents", "d", "latents"),
        ("d", "latents", "o", "latents"),
    )
    assert found.steps is None


def test_a_graph_that_draws_nothing_is_still_known() -> None:
    found = graph({"p": {"type": "img_paste", "is_intermediate": False}})
    assert (found.generator, found.prompt, found.workflow) == ("invokeai", None, True)


@pytest.mark.parametrize("nodes", [None, 5, [], ["x"], {"a": 5}, {"a": {"id": 7, "type": "noise"}}])
def test_damaged_graphs_are_read_as_far_as_they_go(nodes: Any) -> None:
    text = json.dumps({"nodes": nodes, "edges": [1, {"source": "a"}, {"source": {}, "destination": {}}]})
    assert read_at(INVOKEAI, png__invokeai_graph=text).prompt is None


def test_the_metadata_of_a_film_beside_it() -> None:
    metadata = {"positive_prompt": "a cog", "seed": 5, "model": {"name": "brass"}, "app_version": "6.14.0"}
    beside = {"invokeai_metadata": json.dumps(metadata), "invokeai_workflow": None, "invokeai_graph": None}
    found = read_at(INVOKEAI, sidecar__json=json.dumps(beside))
    assert (found.prompt, found.seed, found.model, found.source) == ("a cog", 5, "brass", "sidecar:json")
    assert recipe_at(INVOKEAI, sidecar__json=json.dumps(beside | {"invokeai_metadata": None})) is None


def test_other_comments_are_not_its_own() -> None:
    assert recipe_at(INVOKEAI, jpeg__COM="invokeai_graph is a chunk") is None
    assert recipe_at(INVOKEAI, jpeg__COM="a holiday") is None
