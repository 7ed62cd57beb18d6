"""Words are found in one text by a pattern as they are found by cutting it."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from diffusion_toolkit.query.tree import Exact, Name
from diffusion_toolkit.query.value_text import text_question
from diffusion_toolkit.query.words import plain_text, typed_words, word_pattern, words

PIECES = st.sampled_from(
    [
        *("castle", "castles", "blue", "eyes", "a", "8k", "1.2", "(blue:1.3)", "blue_eyes", "1.1::fox::"),
        *("_", " ", ", ", "猫耳", "猫", "é", "e\u0301", "ﬁsh", "ß", "\u200d", "हिन्दी", ":", ")", "-", "İ"),
    ]
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)
TYPED = st.lists(
    st.sampled_from(["castle", "cas", "blue", "e*", "*es", "?", "*", "b?ue", "eyes", "8", "猫", "é", "1", "fish"]),
    min_size=1,
    max_size=3,
).map(lambda found: typed_words(" ".join(found)))


def cut_and_compared(text: str, term: list[str]) -> bool:
    last = term[-1] if term[-1].endswith(("*", "?")) else term[-1] + "*"
    tests = [
        re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in word), re.DOTALL)
        for word in (*term[:-1], last)
    ]
    there = words(text)
    return any(
        all(test.fullmatch(word) for test, word in zip(tests, there[at : at + len(tests)], strict=True))
        for at in range(len(there) - len(tests) + 1)
    )


@settings(max_examples=1000, deadline=None)
@given(TEXTS, TYPED.filter(bool))
def test_pattern_finds_what_cutting_finds(text: str, term: list[str]) -> None:
    found = word_pattern(term)
    if found is not None:
        assert (found.search(plain_text(text)) is not None) == cut_and_compared(text, term)


@settings(max_examples=500, deadline=None)
@given(TEXTS, TYPED.filter(bool))
def test_value_passes_as_a_whole_or_by_its_words(text: str, term: list[str]) -> None:
    text, asked = f"{text}, end", " ".join(term)
    whole = re.compile(re.escape(asked.casefold()).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
    expected = whole.fullmatch(text.casefold()) is not None or cut_and_compared(text, term)
    assert text_question(Name(asked)).passes(text) == expected


@settings(max_examples=500, deadline=None)
@given(TEXTS, st.one_of(TEXTS.filter(bool).map(Exact), TEXTS.filter(bool).map(Name), st.just(Name("b*e", quoted=True))))
def test_every_ascii_text_that_passes_holds_the_part(text: str, value: Exact | Name) -> None:
    question = text_question(value)
    if text.isascii() and question.passes(text):
        assert question.part in text.lower()
