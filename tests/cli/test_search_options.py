"""`dtk search` reads, hides and writes queries as the page does."""

from pathlib import Path

import pytest

from cli.test_commands import Dtk
from diffusion_toolkit.query.sort import SORT_KEYS
from pictures import parameters, save_png


@pytest.fixture
def scanned(dtk: Dtk, tmp_path: Path) -> Dtk:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        text = parameters("a castle\nNegative prompt: blurry, lowres", seed=number, steps=20 + number)
        save_png(folder / f"{number}.png", texts={"parameters": text}, size=(64, 64))
    dtk("scan", folder)
    return dtk


def test_queries_of_the_reference_and_every_order(scanned: Dtk) -> None:
    typed = ("castle", "negative", "prompt:", "blurry,", "castle")
    assert scanned("search", "--count", *typed)[1] == {"total": 3}
    assert scanned("search", "--count", "--classic", *typed)[1] == {"total": 0}
    assert scanned("search", "--count", "--classic", "castle negative prompt: blurry, lowres")[1] == {"total": 3}
    assert scanned("search", "--raw", "--nodes", "default", "--count", "lowres")[1] == {"total": 3}
    for key in SORT_KEYS:
        if key not in ("album", "relevance"):
            code, found = scanned("search", "--sort", f"{key} desc")
            assert (code, found["total"], len(found["items"])) == (0, 3, 3), key


def test_what_is_hidden_is_said_and_hints_help(scanned: Dtk) -> None:
    code, found = scanned("search", "--hide-nsfw", "--hide-deleted", "--hide-unavailable", "--count")
    assert (code, found) == (0, {"total": 3})
    found = scanned("search", "--count", 'sampler:"Eulr a"')[1]
    assert found["hints"][0]["query"] == 'sampler:"euler a"'


def test_a_query_is_written_out_without_a_library(dtk: Dtk) -> None:
    assert dtk("search", "--format", "Steps: 20 , castle   -( a OR b)") == (0, {"query": "steps:20, castle, -(a OR b)"})
    assert dtk("search", "--format", "--month-first", "date:3/4/2026") == (0, {"query": "date:2026-03-04"})
    code, answer = dtk("search", "--format", "rating>>5")
    assert code == 2
    assert answer["error"]["position"] == 8
