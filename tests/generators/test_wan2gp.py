"""Wan2GP: what the book does not show."""

import json

from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.wan2gp import WAN2GP
from diffusion_toolkit.record import Lora, Origin

_TYPE = "WanGP v11 by DeepBeepMeep - Infinitetalk Single Speaker 480p 14B"


def _text(**values: object) -> str:
    return json.dumps({"prompt": "a heron wades", "type": _TYPE, **values})


def test_the_first_versions_named_the_model_in_the_sentence_only() -> None:
    kind = "Wan2.1GP by DeepBeepMeep - text2video"
    found = read_at(WAN2GP, mp4__comment=json.dumps({"prompts": "a heron", "type": kind}))
    assert (found.prompt, found.generator_version, found.model) == ("a heron", None, "text2video")
    assert found.origins["model"] == (Origin("mp4:comment", "type"),)


def test_weights_that_change_on_the_way_are_kept_as_written() -> None:
    names = ["https://host/loras/feather.safetensors", "mist.safetensors", "reed.safetensors"]
    found = read_at(WAN2GP, mkv__comment=_text(activated_loras=names, loras_multipliers="# dusk\n0.5 1;0"))
    assert found.loras == (
        Lora(name="feather.safetensors", weight=0.5),
        Lora(name="mist.safetensors", weight=None),
        Lora(name="reed.safetensors", weight=None),
    )
    assert found.extra["loras_multipliers"] == "# dusk\n0.5 1;0"


def test_weights_before_and_behind_a_bar() -> None:
    found = read_at(WAN2GP, mp4__comment=_text(activated_loras=["mist", "reed", 7], loras_multipliers="1|0.8"))
    assert found.loras == (Lora(name="mist", weight=1.0), Lora(name="reed", weight=0.8))
    assert "loras_multipliers" not in found.extra


def test_nothing_is_said_of_what_is_empty() -> None:
    found = read_at(WAN2GP, png__comment=_text(negative_prompt="", activated_loras=[], loras_multipliers="", a=None))
    assert (found.negative_prompt, found.loras, dict(found.extra)) == (None, (), {"type": _TYPE})


def test_others_are_not_its_own() -> None:
    assert recipe_at(WAN2GP, mp4__comment='{"prompt": "by DeepBeepMeep - a heron"}') is None
    assert recipe_at(WAN2GP, mp4__comment=f"by DeepBeepMeep - {_TYPE}") is None
    assert recipe_at(WAN2GP, mp4__comment='{"type": ["WanGP by DeepBeepMeep - x"]}') is None
