"""Mochi Diffusion: what the book does not show."""

import pytest
from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.mochidiffusion import MOCHI_DIFFUSION

END = "Generator: Mochi Diffusion 2.0"


def test_the_names_of_the_first_versions() -> None:
    caption = f"Prompt: a newt; Negative: ; Model: pond; Scheduler: PNDM; Seed: 3; Steps: 9; Guidance: 7.5; {END}"
    found = read_at(MOCHI_DIFFUSION, **{"iptc__Caption-Abstract": caption})
    assert (found.prompt, found.negative_prompt, found.model, found.sampler) == ("a newt", None, "pond", "PNDM")
    assert (found.seed, found.steps, found.cfg_scale, found.generator_version) == (3, 9, 7.5, "2.0")


def test_a_value_that_is_no_number_is_told_and_kept() -> None:
    found = read_at(MOCHI_DIFFUSION, **{"iptc__Caption-Abstract": f"Prompt: a newt; Steps: many; {END}"})
    assert (found.steps, found.extra["Steps"]) == (None, "many")
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    ("written", "prompt"),
    [("a\\nb", "a\nb"), ("a\\\\nb", "a\\nb"), ("a\\tb", "a\\tb"), ("a; Seed: 4", "a; Seed: 4"), ("a\\", "a\\")],
)
def test_lines_and_what_is_escaped_in_them(written: str, prompt: str) -> None:
    caption = f"Metadata Version: 2\nInclude in Image: {written}\nSeed: 3\n{END}"
    found = read_at(MOCHI_DIFFUSION, xmp__dc__description=caption)
    assert (found.prompt, found.seed) == (prompt, 3)


@pytest.mark.parametrize("text", ["Include in Image: a newt; Seed: 3", "Mochi Diffusion", ""])
def test_without_its_name_it_is_not_its_own(text: str) -> None:
    assert recipe_at(MOCHI_DIFFUSION, **{"iptc__Caption-Abstract": text}) is None
