"""Fooocus: what the book does not show."""

import json
from typing import Any

import pytest
from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.fooocus import FOOOCUS
from diffusion_toolkit.record import Lora, Recipe


def fooocus(**values: Any) -> Recipe:
    base = {"prompt": "a kite", "base_model": "sky", "version": "Fooocus v2.5.0"}
    return read_at(FOOOCUS, png__parameters=json.dumps(base | values))


@pytest.mark.parametrize(
    ("written", "lora"),
    [
        ("wind.safetensors : 0.4", Lora(name="wind.safetensors", weight=0.4)),
        ("True : wind : -1", Lora(name="wind", weight=-1.0)),
        ("a : b : 0.4", Lora(name="a : b", weight=0.4)),
    ],
)
def test_a_lora_in_one_text(written: str, lora: Lora) -> None:
    assert fooocus(lora_combined_1=written).loras == (lora,)


@pytest.mark.parametrize("written", ["None : 1.0", "False : wind : 1", "wind", ""])
def test_a_text_that_names_no_lora_in_use_stays(written: str) -> None:
    found = fooocus(lora_combined_1=written)
    assert found.loras == ()
    assert found.extra["lora_combined_1"] == written


def test_without_refiner_its_keys_stay() -> None:
    found = fooocus(refiner_model="None", refiner_switch=0.5)
    assert found.refiner == {}
    assert found.extra == {"refiner_model": "None", "refiner_switch": 0.5}


def test_forks_are_known_by_their_scheme_or_keys() -> None:
    simple = {"prompt": "a kite", "base_model": "sky", "metadata_scheme": "simple", "version": "v2.3"}
    assert recipe_at(FOOOCUS, png__parameters=json.dumps(simple)) is not None
    keys = {"Prompt": "a kite", "Base Model": "sky", "Sharpness": 2, "Guidance Scale": 4}
    assert recipe_at(FOOOCUS, png__parameters=json.dumps(keys)) is not None


def test_another_programs_json_is_not_its_own() -> None:
    assert recipe_at(FOOOCUS, png__parameters='{"base_model": "sky", "prompt": "a kite"}') is None
    assert recipe_at(FOOOCUS, png__parameters='{"base_model": "sky", "version": "Fooocus 2", "software": "X"}') is None


def test_a_fork_by_the_scheme_it_wrote_beside_the_text() -> None:
    text = 'a kite\nSteps: 30, Sampler: Euler, Seed: 1, Lora weights: "wind: 0.5", Version: Breeze 2'
    found = read_at(FOOOCUS, png__parameters=text, png__fooocus_scheme="a1111")
    assert (found.generator_version, found.loras) == ("Breeze 2", (Lora(name="wind", weight=0.5),))
    assert recipe_at(FOOOCUS, png__parameters=text) is None
