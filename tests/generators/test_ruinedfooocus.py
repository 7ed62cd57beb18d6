"""RuinedFooocus: what the book does not show."""

import json
from typing import Any

from found_texts import read_at, recipe_at

from diffusion_toolkit.generators.ruinedfooocus import RUINED_FOOOCUS
from diffusion_toolkit.record import Recipe


def ruined(**values: Any) -> Recipe:
    return read_at(
        RUINED_FOOOCUS, png__parameters=json.dumps({"Prompt": "a bell", "software": "RuinedFooocus"} | values)
    )


def test_loras_that_cannot_be_read_stay() -> None:
    found = ruined(loras=[["ab", "0.5 - tower"], ["cd", 7]])
    assert found.loras == ()
    assert found.extra["loras"] == [["ab", "0.5 - tower"], ["cd", 7]]


def test_a_film_may_say_no_more_than_its_prompt() -> None:
    found = read_at(RUINED_FOOOCUS, mp4__metadata='{"prompt": "a bell", "software": "RuinedFooocus LTX"}')
    assert found.prompt == "a bell"


def test_others_are_not_its_own() -> None:
    assert recipe_at(RUINED_FOOOCUS, png__parameters='{"Prompt": "RuinedFooocus"}') is None
    assert recipe_at(RUINED_FOOOCUS, png__parameters="RuinedFooocus") is None
