"""Draw Things: what the book does not show."""

import json

from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.drawthings import DRAW_THINGS


def test_a_prompt_of_several_lines_in_the_description() -> None:
    found = read_at(
        DRAW_THINGS,
        xmp__xmp__CreatorTool="Draw Things",
        xmp__dc__description="a drum\n- red\nof tin\n-rust\nSteps: 8, Sampler: LCM, Seed: 3, Size: 512x512",
    )
    assert found.prompt == "a drum"
    assert found.negative_prompt == "red\nof tin\n-rust"
    assert (found.steps, found.sampler, found.seed, found.size) == (8, "LCM", 3, (512, 512))


def test_loras_that_say_more_stay() -> None:
    lora = [{"model": "tin.ckpt", "weight": 0.5, "mode": "base"}]
    text = json.dumps({"c": "a drum", "model": "m.ckpt", "lora": lora})
    found = read_at(DRAW_THINGS, xmp__exif__UserComment=text)
    assert found.extra["lora"] == lora


def test_others_are_not_its_own() -> None:
    assert recipe_at(DRAW_THINGS, xmp__xmp__CreatorTool="GIMP", xmp__dc__description="Steps: 8") is None
    assert recipe_at(DRAW_THINGS, exif__UserComment='{"c": 1}') is None
    assert recipe_at(DRAW_THINGS, xmp__xmp__CreatorTool="Draw Things", xmp__dc__description="a drum") is None
