"""Fooocus-MRE: what the book does not show."""

import json

from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.fooocus_mre import FOOOCUS_MRE
from diffusion_toolkit.record import Lora


def test_its_first_versions_did_not_name_themselves() -> None:
    found = read_at(
        FOOOCUS_MRE,
        png__Comment=json.dumps({"prompt": "a", "real_prompt": ["b"], "base_model": "m", "l1": "None", "l2": "x"}),
    )
    assert found.generator_version is None
    assert found.loras == (Lora(name="x"),)
    assert found.extra == {"real_prompt": ["b"], "l1": "None"}


def test_a_json_file_beside_the_picture_is_read() -> None:
    text = json.dumps({"prompt": "a", "base_clip_skip": -1, "software": "Fooocus 2.0.78.5 MRE"})
    assert read_at(FOOOCUS_MRE, sidecar__json=text).clip_skip == 1


def test_other_comments_are_not_its_own() -> None:
    assert recipe_at(FOOOCUS_MRE, png__Comment="a comment") is None
    assert recipe_at(FOOOCUS_MRE, png__Comment='{"real_prompt": 1, "software": "NovelAI", "base_model": 1}') is None
