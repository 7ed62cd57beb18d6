"""Which words a prompt is cut into, and that a query is cut the same way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_toolkit.query.wildcards import pattern
from diffusion_toolkit.query.words import typed_words, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("(blue eyes:1.3), CASTLE", "blue eyes castle"),
        ("((blue)) [eyes:-0.5] {hair: .7}", "blue eyes hair"),
        ("[cat:dog:0.5]", "cat dog"),
        (r"artist \(style\), (fate \(zero\):1.2)", "artist style fate zero"),
        ("<lora:detail:0.8>", "lora detail 0 8"),
        ("1girl, long_hair, semi-realistic, woman's", "1girl long hair semi realistic woman s"),
        ("1.3::blue eyes::, 4k 3:2 12:30", "blue eyes 4k 3 2 12 30"),
        ("a BREAK b AND c", "a break b and c"),
        ("Größe STRASSE straße", "grösse strasse strasse"),
        ("ＦＵＬＬ　（ｗｉｄｅ：１．２）", "full wide"),
        ("cafe\u0301 café", "café café"),
        ("黒い猫耳 girl", "黒 い 猫 耳 girl"),
        ("고양이 소녀", "고양이 소녀"),
        ("हिन्दी में", "हिन्दी में"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zero width"),
        ("你好？", "你 好"),
        ("🦊 ^_^ \ud800", ""),
    ],
)
def test_words_of(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*punk c?t a**b", "*punk c?t a*b"),
        ("*猫耳*", "猫 耳"),
        ("猫?耳", "猫 ? 耳"),
        ("你好？", "你 好"),
        ("é* (x:1.2)", "é* x"),
    ],
)
def test_typed_words_keep_wildcards(text: str, expected: str) -> None:
    assert typed_words(text) == expected.split()


@given(st.text())
def test_query_is_cut_like_the_prompt(text: str) -> None:
    plain = text.replace("*", " ").replace("?", " ")
    assert typed_words(plain) == words(plain)


@given(st.text())
def test_words_are_stable(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)
    assert typed_words(" ".join(typed_words(text))) == typed_words(text)


def test_long_digits_are_read_once() -> None:
    assert words(":" + "1" * 1_000_000 + " x")[-1] == "x"
    assert words(":" * 1_000_000) == []


@pytest.mark.parametrize(
    ("wildcards", "text", "matches"),
    [
        ("*cat*", "concatenate", True),
        ("c?t", "cat", True),
        ("c?t", "cart", False),
        ("c*t*e", "concatenate", True),
        ("a.c", "abc", False),
        ("*", "", True),
        ("a*a", "a", False),
        ("*ab", "abab", True),
        ("a*b*a", "aba", True),
        ("*a" * 30 + "b", "a" * 10_000, False),
    ],
)
def test_wildcards(wildcards: str, text: str, matches: bool) -> None:
    assert (pattern(wildcards).fullmatch(text) is not None) is matches
