"""Midjourney: what the book does not show."""

import pytest
from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.midjourney import MIDJOURNEY

JOB = "Job ID: 0a1b2c3d-0123-4567-89ab-0a1b2c3d4e5f"


def test_a_dash_that_a_word_processor_made() -> None:
    found = read_at(MIDJOURNEY, png__Description=f"a newt \u2014v 5.2 --style raw {JOB}")
    assert (found.prompt, found.generator_version, found.extra["style"]) == ("a newt", "5.2", "raw")


def test_flags_alone() -> None:
    found = read_at(MIDJOURNEY, png__Description=f"--ar 16:9 {JOB}")
    assert found.prompt is None
    assert found.extra["ar"] == "16:9"


def test_leading_zeros_of_a_style_code_are_kept() -> None:
    assert read_at(MIDJOURNEY, png__Description=f"a newt --sref 0012 {JOB}").extra["sref"] == "0012"


@pytest.mark.parametrize("text", ["a newt --v 6", f"{JOB} and more", "Job ID: 0a1b"])
def test_without_the_id_of_a_job_it_is_not_its_own(text: str) -> None:
    assert recipe_at(MIDJOURNEY, png__Description=text) is None
