"""NovelAI: what the book does not show."""

import json

import pytest
from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.novelai import NOVELAI
from diffusion_toolkit.record import Origin

COMMENT = json.dumps({"uc": "lowres", "steps": 28, "sampler": "k_euler", "seed": 5, "scale": 6})


@pytest.mark.parametrize("place", ["stealth__alpha", "stealth__rgb", "exif__UserComment"])
def test_all_chunks_in_one_object(place: str) -> None:
    text = json.dumps({"Description": "a bridge", "Source": "Stable Diffusion XL 7BCCAA2C", "Comment": COMMENT})
    found = read_at(NOVELAI, **{place: text})
    source = place.replace("__", ":")
    assert (found.prompt, found.negative_prompt, found.seed) == ("a bridge", "lowres", 5)
    assert (found.model, found.model_hash) == ("Stable Diffusion XL", "7BCCAA2C")
    assert found.origins["prompt"] == (Origin(source, "Description"),)
    assert found.origins["steps"] == (Origin(source, "Comment.steps"),)


def test_a_description_in_wrong_letters_is_known_as_the_prompt() -> None:
    wrong = "\0\0\0\0" + "橋".encode().decode("latin-1")
    text = json.dumps({"Software": "NovelAI", "Description": wrong, "Comment": json.dumps({"prompt": "橋", "uc": ""})})
    found = read_at(NOVELAI, exif__UserComment=text)
    assert found.prompt == "橋"
    assert found.extra == {"Software": "NovelAI"}


def test_a_description_that_differs_from_the_prompt_stays() -> None:
    found = read_at(
        NOVELAI, png__Software="NovelAI", png__Description="other", png__Comment='{"prompt": "a bridge", "uc": "x"}'
    )
    assert found.extra["Description"] == "other"


def test_prompts_only_in_version_4s_form() -> None:
    comment = {"v4_prompt": {"caption": {"base_caption": "a bridge"}}, "signed_hash": "x"}
    found = read_at(NOVELAI, png__Comment=json.dumps(comment))
    assert found.prompt == "a bridge"
    assert found.origins["prompt"] == (Origin("png:Comment", "v4_prompt.caption.base_caption"),)


def test_a_model_without_hash_stays_in_extra() -> None:
    found = read_at(NOVELAI, png__Software="NovelAI", png__Source="NovelAI Diffusion", png__Comment=COMMENT)
    assert found.model is None
    assert found.extra["Source"] == "NovelAI Diffusion"


def test_without_comment_the_description_is_the_prompt() -> None:
    found = read_at(NOVELAI, png__Software="NovelAI", png__Description="a bridge")
    assert (found.prompt, found.source) == ("a bridge", "png:Description")


def test_others_are_not_its_own() -> None:
    assert recipe_at(NOVELAI, png__Software="GIMP", png__Comment=COMMENT) is None
    assert recipe_at(NOVELAI, exif__UserComment='{"Comment": "a photo"}') is None
    assert recipe_at(NOVELAI, png__Software="NovelAI", png__Comment="no JSON") is None
