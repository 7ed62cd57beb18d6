"""Where one types decides what is offered; no text and no place is a problem."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from diffusion_toolkit.query.complete import asked_at, grammar_completions
from query.test_round_trip import TYPED


@settings(max_examples=500, deadline=None)
@given(TYPED, st.integers(-5, 200))
def test_any_place_of_any_text_is_understood(text: str, cursor: int) -> None:
    asked = asked_at(text, cursor)
    place = min(max(cursor, 0), len(text))
    assert 0 <= asked.start <= place <= asked.end <= len(text)
    list(grammar_completions(asked))


def test_long_texts_take_no_longer() -> None:
    for text in (
        "model:x " * 2_500,
        '"a" ' * 5_000,
        "a" * 20_000,
        "model:" + "a|" * 9_000,
        "node." * 4_000,
        '"' * 20_000,
    ):
        begun = time.perf_counter()
        list(grammar_completions(asked_at(text, len(text))))
        assert time.perf_counter() - begun < 0.5
