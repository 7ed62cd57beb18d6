"""When the text of a node's value is what a query asks for."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from diffusion_toolkit.query.tree import Affix, Exact, Name
from diffusion_toolkit.query.wildcards import pattern
from diffusion_toolkit.query.words import plain_text, typed_words, word_pattern, words

_LONGER = re.compile(r"[\s,]")
_WILDCARDS = re.compile(r"[*?]+")


@dataclass(frozen=True, slots=True)
class TextQuestion:
    """passes: whether a text is asked for; part: something that every ASCII text that passes holds in lower case."""

    passes: Callable[[str], bool]
    part: str


def text_question(value: Exact | Affix | Name) -> TextQuestion:
    """What is asked of a text: characters in it, the whole of it, a pattern of it, or words of a longer one.

    A longer text has a blank or a comma: `euler` is not `euler_ancestral`, but a word of "euler, karras".
    """
    folded = value.text.casefold()
    if isinstance(value, Affix):
        at_start = value.how == "starts"
        return TextQuestion(
            lambda text: text.casefold().startswith(folded) if at_start else text.casefold().endswith(folded), folded
        )
    if isinstance(value, Exact):
        return TextQuestion(lambda text: folded in text.casefold(), folded)
    if value.quoted:
        return TextQuestion(lambda text: text.casefold() == folded, folded)
    fits = pattern(folded).fullmatch
    term = typed_words(value.text)
    holds = _words_test(term) if term else None

    def passes(text: str) -> bool:
        if fits(text.casefold()):
            return True
        return holds is not None and _LONGER.search(text) is not None and holds(text)

    pieces = [piece for word in term or [folded] for piece in _WILDCARDS.split(word)]
    return TextQuestion(passes, max(pieces, key=len))


def _words_test(term: Sequence[str]) -> Callable[[str], bool]:
    """Whether a text holds these words side by side, the last one as a prefix. (See `tree.Term`.)"""
    found = word_pattern(term)
    if found is not None:
        search = found.search
        return lambda text: search(plain_text(text)) is not None
    last = term[-1] if term[-1].endswith(("*", "?")) else f"{term[-1]}*"
    tests = [pattern(word).fullmatch for word in (*term[:-1], last)]

    def holds(text: str) -> bool:
        there = words(text)
        return any(
            all(fits(there[start + place]) for place, fits in enumerate(tests))
            for start in range(len(there) - len(tests) + 1)
        )

    return holds
