"""SwarmUI: what the book does not show."""

import json
from typing import Any

from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.swarmui import SWARMUI
from diffusion_toolkit.record import Lora, Origin, Recipe


def swarm(**params: Any) -> Recipe:
    return read_at(SWARMUI, png__parameters=json.dumps({"sui_image_params": {"prompt": "a pier", **params}}))


def test_loras_without_weights_have_none() -> None:
    assert swarm(loras=["fog", "rust"]).loras == (Lora(name="fog"), Lora(name="rust"))


def test_weights_that_do_not_match_the_loras_stay_in_extra() -> None:
    found = swarm(loras=["fog", "rust"], loraweights=["1"])
    assert found.loras == (Lora(name="fog"), Lora(name="rust"))
    assert found.extra["loraweights"] == ["1"]


def test_a_list_written_as_text_may_hold_commas() -> None:
    found = swarm(loras="fog, thick\n|||\nrust", loraweights="1\n|||\n0.5")
    assert found.loras == (Lora(name="fog, thick", weight=1.0), Lora(name="rust", weight=0.5))


def test_embeddings_of_the_prompts() -> None:
    document: dict[str, Any] = {"sui_image_params": {"prompt": "a pier"}}
    document["sui_extra_data"] = {"used_embeddings": ["kelp.safetensors", 7]}
    found = read_at(SWARMUI, png__parameters=json.dumps(document))
    assert found.embeddings == ("kelp.safetensors",)
    assert swarm(used_embeddings=["kelp.safetensors"]).embeddings == ("kelp.safetensors",)


def test_several_controlnets_keep_their_numbers() -> None:
    found = swarm(controlnetmodel="canny", controlnetstrength=1, controlnettwomodel="depth", controlnettwostrength=0.5)
    assert found.controlnets == (
        {"unit": 0, "model": "canny", "strength": 1},
        {"unit": 1, "model": "depth", "strength": 0.5},
    )


def test_values_of_a_film_stay_by_their_names() -> None:
    assert swarm(videoframes=61, videofps=24).extra == {"videoframes": 61, "videofps": 24}


def test_a_seed_above_two_to_the_53_is_exact() -> None:
    assert swarm(seed=2**64 - 1).seed == 2**64 - 1


def test_the_origin_is_the_key_inside_the_object() -> None:
    assert swarm(steps=20).origins["steps"] == (Origin("png:parameters", "sui_image_params.steps"),)


def test_a_value_that_is_no_number_is_told_and_kept() -> None:
    found = swarm(steps="many")
    assert found.steps is None
    assert found.extra["steps"] == "many"
    assert found.problems == ("The value of sui_image_params.steps cannot be read: “many”.",)


def test_other_json_is_not_its_own() -> None:
    assert recipe_at(SWARMUI, png__parameters='{"prompt": "sui_image_params"}') is None
    assert recipe_at(SWARMUI, png__parameters='{"sui_image_params": [1]}') is None
    assert recipe_at(SWARMUI, png__parameters='{"sui_image_params": {"prompt"') is None
