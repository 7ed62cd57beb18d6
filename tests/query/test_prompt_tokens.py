"""Tags, words, networks and weights of prompts, in the notations of all programs."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_toolkit.query.prompt_tokens import LARGEST_WEIGHT, prompt_tokens
from diffusion_toolkit.query.words import words


def tags(text: str) -> list[tuple[str, float]]:
    """The tags with their weights."""
    return [(token.text, token.weight) for token in prompt_tokens(text) if token.kind == "tag"]


def others(text: str) -> list[tuple[str | float, ...]]:
    """Networks and embeddings."""
    return [tuple(token) for token in prompt_tokens(text) if token.kind not in ("tag", "word")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a fox, blue_eyes,  night   sky.", [("a fox", 1), ("blue eyes", 1), ("night sky", 1)]),
        ("(a fox:1.2), ((snow)), [fog], [[[mist]]]", [("a fox", 1.2), ("snow", 1.21), ("fog", 0.909), ("mist", 0.751)]),
        ("(fox, (snow:1.5):0.5)", [("fox", 0.5), ("snow", 0.75)]),
        ("(open to the end, sky", [("open to the end", 1.1), ("sky", 1.1)]),
        ("(sks:0), (x:-1)", [("sks", 0), ("x", -1)]),
        (r"fox \(red\), (lamp \(old\):1.3)", [("fox (red)", 1), ("lamp (old)", 1.3)]),
        ("{{{hair}}}, 1.3::red lamp, fog::, sky", [("hair", 1.158), ("red lamp", 1.3), ("fog", 1.3), ("sky", 1)]),
        ("[fox:owl:0.5], [owl:0.3], [a|b], {c|d}", [(t, 1) for t in ("fox", "owl", "owl", "a", "b", "c", "d")]),
        ("fox BREAK owl AND lamp, and so", [("fox", 1), ("owl", 1), ("lamp", 1), ("and so", 1)]),
        ("a fox :1.2 AND a lamp :0.5", [("a fox", 1.2), ("a lamp", 0.5)]),
        ("style: ink, 16:9", [("style: ink", 1), ("16:9", 1)]),
        ("fox，owl、lamp\nsky", [("fox", 1), ("owl", 1), ("lamp", 1), ("sky", 1)]),
        ("BREAKFAST, SANDY", [("breakfast", 1), ("sandy", 1)]),
        ("", []),
    ],
)
def test_tags_have_their_weights(text: str, expected: list[tuple[str, float]]) -> None:
    assert tags(text) == expected


def test_words_have_the_weight_of_their_place() -> None:
    found = [tuple(token)[1:] for token in prompt_tokens("a (red:1.4) lamp") if token.kind == "word"]
    assert found == [("a", 1), ("red", 1.4), ("lamp", 1)]
    assert tags("a (red:1.4) lamp") == [("a red lamp", 1.133)]


def test_networks_and_embeddings_are_no_words() -> None:
    text = "fox <lora:Ink Style:0.8>, <lyco:b:te=1:unet=0.7>, <hypernet:h:0.5>, (embedding:bad-hands:1.2), <lora:c>"
    assert others(text) == [
        ("lora", "ink style", 0.8),
        ("lora", "b", 0.7),
        ("hypernet", "h", 0.5),
        ("embedding", "bad-hands", 1.2),
        ("lora", "c", 1.0),
    ]
    assert tags(text) == [("fox", 1)]


def test_a_long_sentence_has_words_but_is_no_tag() -> None:
    text = "a lighthouse on a cliff above a stormy sea at dusk with many gulls and a small red boat far below it"
    assert tags(text) == []
    assert len(prompt_tokens(text)) == 22


@given(st.text(alphabet="ab ,()[]{}<>:|.15\\\nANDBREK", max_size=80))
def test_anything_is_read_and_plain_text_keeps_its_words(text: str) -> None:
    for token in prompt_tokens(text):
        assert -LARGEST_WEIGHT <= token.weight <= LARGEST_WEIGHT
        assert token.text
    plain = "".join(letter if letter.isalpha() else " " for letter in text).lower()
    assert [token.text for token in prompt_tokens(plain) if token.kind == "word"] == words(plain)


@pytest.mark.parametrize(
    "piece", ["(", ")", "(a:1.2", "[a:", "<lora:", "1::", ":1", ": ", "({[", "9", "\\", "embedding:", ": 1 AN"]
)
def test_hostile_prompts_take_time_in_step_with_their_length(piece: str) -> None:
    def once(count: int) -> float:
        begun = time.process_time()
        prompt_tokens(piece * count)
        return time.process_time() - begun

    def seconds(count: int) -> float:
        return min(once(count) for _ in range(3))

    assert seconds(32_000) < 40 * max(seconds(4_000), 0.002)  # 8 if it is linear, 64 if it is quadratic
