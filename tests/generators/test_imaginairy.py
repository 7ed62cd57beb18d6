"""imaginAIry: what the book does not show."""

from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.imaginairy import IMAGINAIRY

COMMENT = '{"prompt": {"software": "imaginAIry", "prompts": [[2, "a jug"], [1, "clay"]], "seed": 1, "model": "SD-1.5"}}'


def test_several_prompts_with_their_weights() -> None:
    found = read_at(IMAGINAIRY, exif__UserComment=COMMENT)
    assert found.prompt == "2*(a jug)|1*(clay)"
    assert found.extra["prompts"] == [[2, "a jug"], [1, "clay"]]


def test_the_seed_of_the_json_is_preferred() -> None:
    found = read_at(IMAGINAIRY, exif__UserComment=COMMENT, exif__ImageDescription='"a jug" seed:9')
    assert found.seed == 1


def test_others_are_not_its_own() -> None:
    assert recipe_at(IMAGINAIRY, exif__UserComment='{"prompt": {"prompts": []}}') is None
    assert recipe_at(IMAGINAIRY, exif__UserComment='{"prompt": "imaginairy"}') is None
