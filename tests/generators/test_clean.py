"""No text of a record holds what the store cannot: NUL, or half a character, however the file spells it."""

import json
from collections.abc import Mapping

import pytest

from container_bytes import png, text_chunk
from diffusion_toolkit.formats import read_bytes
from diffusion_toolkit.generators import record_of
from diffusion_toolkit.record import JsonValue, Recipe

JSON_SPELLINGS = ("\\u0000", "\\ud800", "\\uDBFF", "\\udc00", "\\uDFfF")
HARMLESS = "C:\\\\models\\\\Nice\\\\x01 \\u201cquoted\\u201d \\ud83d\\ude00\\n\\t\\\\0 \\\\U \\\\7"


def recipe(key: str, text: str) -> Recipe:
    found = record_of(read_bytes(png(text_chunk(key, text)))).recipe
    assert found is not None
    return found


def graph(text: str) -> str:
    return (
        '{"1": {"class_type": "CLIPTextEncode", "inputs": {"text": "' + text + '"}},'
        '"2": {"class_type": "KSampler", "inputs": {"positive": ["1", 0], "seed": 7, "denoise": 1, "steps": 20}},'
        '"3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "fox"}}}'
    )


def is_storable(found: Recipe) -> bool:
    return "\\x00" not in repr(found) and "\\ud" not in repr(found).casefold()


@pytest.mark.parametrize("spelling", JSON_SPELLINGS)
@pytest.mark.parametrize("around", ["", HARMLESS])
def test_escapes_of_json_are_replaced(spelling: str, around: str) -> None:
    found = recipe("prompt", graph(f"{around}a {spelling}fox{around}"))
    assert is_storable(found)
    assert "fox" in (found.prompt or "")


@pytest.mark.parametrize("spelling", JSON_SPELLINGS)
def test_escapes_inside_json_inside_json_are_replaced(spelling: str) -> None:
    inner = json.dumps({"prompt": json.loads(graph(f"a {spelling}fox"))})
    assert is_storable(recipe("Comment", inner))


@pytest.mark.parametrize("spelling", JSON_SPELLINGS)
def test_escapes_in_quoted_settings_are_replaced(spelling: str) -> None:
    found = recipe("parameters", f'a fox\nSteps: 20, Note: "one, {spelling}two \\" ", Seed: 5, Model: m')
    assert is_storable(found)
    assert found.seed == 5


def test_other_escapes_stay_what_they_mean() -> None:
    found = recipe("prompt", graph(HARMLESS))
    assert found.prompt == json.loads(f'"{HARMLESS}"').strip()
    assert is_storable(found)


def nested(levels: int) -> str:
    return '{"a": [' * (levels // 2) + "1" + "]}" * (levels // 2)


def depth(value: JsonValue | Mapping[str, JsonValue]) -> int:
    items = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else None
    return 0 if items is None else 1 + max((depth(item) for item in items), default=0)


@pytest.mark.parametrize(("levels", "kept"), [(10, 10), (60, 60), (300, 65)])
def test_what_lies_too_deep_is_left_out(levels: int, kept: int) -> None:
    text = (
        '{"app_version": "5.0", "seed": 7, "steps": 20, "positive_prompt": "a fox", "strange": ' + nested(levels) + "}"
    )
    found = recipe("invokeai_metadata", text)
    assert depth(found.extra["strange"]) <= kept
    assert depth(found.extra["strange"]) >= min(levels, 60)
