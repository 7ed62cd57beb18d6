"""The settings line: quotes, commas, JSON and lines that nobody closed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_toolkit.generators.grammar.settings_line import read_pairs


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ("Steps: 20, Sampler: Euler a", {"Steps": "20", "Sampler": "Euler a"}),
        ("Model: a, b and c, Seed: 1", {"Model": "a, b and c", "Seed": "1"}),
        ('Lora hashes: "a: 1, b: 2", Seed: 1', {"Lora hashes": "a: 1, b: 2", "Seed": "1"}),
        ('Hires prompt: "say \\"hi\\", now\\nhere", Seed: 1', {"Hires prompt": 'say "hi", now\nhere', "Seed": "1"}),
        ('Hashes: {"model": "x, y: z"}, Seed: 1', {"Hashes": '{"model": "x, y: z"}', "Seed": "1"}),
        (
            'Civitai resources: [{"a": 1}, {"b: c": 2}], Seed: 1',
            {"Civitai resources": '[{"a": 1}, {"b: c": 2}]', "Seed": "1"},
        ),
        ("Seed: -1,Size:512x768 ,RNG: CPU", {"Seed": "-1", "Size": "512x768", "RNG": "CPU"}),
        ('Bad: "never closed, Seed: 1', {"Bad": '"never closed', "Seed": "1"}),
        ("Bad: {never closed, Seed: 1", {"Bad": "{never closed", "Seed": "1"}),
        ("VAE: , Seed: 1", {"VAE": "", "Seed": "1"}),
        ("Created: 2025-02-24T22:37:15.99Z, Time: 1m 2s", {"Created": "2025-02-24T22:37:15.99Z", "Time": "1m 2s"}),
        ("Seed: 1, Seed: 2", {"Seed": "2"}),
        (
            "Steps: 20, Highres. fix, GFPGAN, Seed: 1",
            {"Steps": "20", "Highres. fix": "Highres. fix", "GFPGAN": "GFPGAN", "Seed": "1"},
        ),
        (
            "Seed: 1, Extra: a,\nMore: b\nnothing\nLast: [1,\n2], End: 3",
            {"Seed": "1", "Extra": "a", "More": "b", "Last": "[1,\n2]", "End": "3"},
        ),
        ("Range: (0, 0.8), Seed: 1", {"Range": "(0, 0.8)", "Seed": "1"}),
        ('Model: it\'s "the" one, Seed: 1', {"Model": 'it\'s "the" one', "Seed": "1"}),
        ("nothing", {}),
        ("", {}),
    ],
)
def test_lines(line: str, pairs: dict[str, str]) -> None:
    assert read_pairs(line) == pairs


KEYS = st.text("abcdefghij KLM0123", min_size=1, max_size=20).map(lambda key: f"k{key.strip()}")


@given(st.dictionaries(KEYS, st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=6))
def test_quoted_values_come_back(pairs: dict[str, str]) -> None:
    line = ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in pairs.items())
    assert read_pairs(line) == pairs


def quoted(value: str) -> str:
    """As AUTOMATIC1111 writes a value: bare, unless something in it would end it."""
    return json.dumps(value, ensure_ascii=False) if any(each in value for each in ',:\n"') else value


VALUES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]) | st.sampled_from(' ,:"[]{}\n'), max_size=30
)
BARE = VALUES.map(str.strip).filter(lambda value: value[:1] not in ("[", "{"))


@given(st.dictionaries(KEYS, BARE, max_size=8))
def test_what_automatic1111_writes_comes_back(pairs: dict[str, str]) -> None:
    line = ", ".join(f"{key}: {quoted(value)}" for key, value in pairs.items())
    assert read_pairs(line) == pairs


@given(st.lists(BARE.filter(lambda value: "\n" not in value), min_size=1, max_size=6))
def test_the_short_way_and_the_long_way_agree(values: list[str]) -> None:
    pairs = [f"k{index}: {quoted(value)}" for index, value in enumerate(values)]
    assert read_pairs(", ".join(pairs)) == read_pairs(" , ".join(pairs))


@given(st.text(':,"{}[]\\ ak1\n', max_size=200))
def test_any_line_is_read(line: str) -> None:
    assert all(isinstance(value, str) for value in read_pairs(line).values())


def test_a_bracket_behind_a_colon_may_stand_in_quotes() -> None:
    line = 'Steps: 20, Note: "say \\"see\\": [a, b], not: {c}", Seed: 5'
    assert read_pairs(line) == {"Steps": "20", "Note": 'say "see": [a, b], not: {c}', "Seed": "5"}
