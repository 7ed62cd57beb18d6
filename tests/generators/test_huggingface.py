"""Apps on Hugging Face Spaces: what the book does not show."""

import json
from typing import Any

from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.huggingface import HUGGING_FACE
from diffusion_toolkit.record import Lora, Recipe


def app(**values: Any) -> Recipe:
    return read_at(HUGGING_FACE, png__parameters=json.dumps({"prompt": "moss", "num_inference_steps": 4} | values))


def test_nothing_chosen_leaves_nothing() -> None:
    assert app(use_lora=None, use_upscaler=None, negative_prompt="").extra == {}


def test_a_lora_by_its_name_alone() -> None:
    assert app(use_lora="fern").loras == (Lora(name="fern"),)


def test_the_model_may_be_an_object() -> None:
    found = app(Model={"Model": "Moss XL", "Model hash": "e3c47aedb0", "page": "x"})
    assert (found.model, found.model_hash, found.extra) == ("Moss XL", "e3c47aedb0", {"Model": {"page": "x"}})


def test_others_are_not_its_own() -> None:
    assert recipe_at(HUGGING_FACE, png__parameters='{"num_inference_steps": 4}') is None
    assert recipe_at(HUGGING_FACE, png__parameters='moss "num_inference_steps"') is None
