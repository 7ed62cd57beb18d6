"""What the server names by keys, the page has words for, in all its languages."""

import re
from pathlib import Path
from typing import get_args

import orjson
import pytest

from diffusion_toolkit.enrich.captions.instructions import LENGTHS, TYPES, WISHES
from diffusion_toolkit.enrich.captions.modes import MODES
from diffusion_toolkit.enrich.captions.options import ProviderName, ServerPicture
from diffusion_toolkit.enrich.runtimes.onnx import Device
from web.visitor import Visitor

PAGE = Path(__file__).parents[2] / "ui" / "src"
LANGUAGES = ("en", "de", "fr", "es", "ja")

OF_ITS_OWN = {"open_with"}
"""Settings that the page has a form of its own for."""

KEYS = [
    *(f"type-{each.name}" for each in TYPES),
    *(f"wish-{each.name}" for each in WISHES),
    *(f"length-{length.replace(' ', '-')}" for length in LENGTHS),
    *(f"mode-{mode}" for mode in MODES),
    *(f"provider-{name}" for name in get_args(ProviderName)),
    *(f"picture-{form}" for form in get_args(ServerPicture)),
    *(f"device-{device}" for device in get_args(Device)),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_and_what_models_run_on_have_words(language: str) -> None:
    words = orjson.loads((PAGE / "messages" / language / "enrich.json").read_bytes())
    assert [key for key in KEYS if not words.get(key, "").strip()] == []


def test_nothing_has_words_that_is_gone() -> None:
    words = orjson.loads((PAGE / "messages" / "en" / "enrich.json").read_bytes())
    named = {key for key in words if re.match("(type|wish|picture)-.", key)}
    assert named - set(KEYS) == set()


def test_every_setting_has_a_title_and_a_description(client: Visitor) -> None:
    rows = (PAGE / "state" / "settingRows.ts").read_text("utf-8")
    listed = dict(re.findall(r"^  '([a-z_.]+)': \['[a-z]+', 'settings\.([\w-]+)', 'settings\.\2-detail'\]", rows, re.M))
    names = {each["name"] for each in client.get("/api/settings").json()["settings"]}
    assert names - OF_ITS_OWN - set(listed) == set()
    for language in LANGUAGES:
        words = orjson.loads((PAGE / "messages" / language / "settings.json").read_bytes())
        assert [key for key in listed.values() if not (words.get(key) and words.get(f"{key}-detail"))] == []
