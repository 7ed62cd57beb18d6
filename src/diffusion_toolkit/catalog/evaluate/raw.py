"""`raw:` - characters anywhere in the metadata: prompts, names, and all the rest, which only the store has."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from diffusion_toolkit.catalog.columns import Mask
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.query.tree import Absent, Exact, Name, Present, Value
from diffusion_toolkit.query.wildcards import pattern
from diffusion_toolkit.store.raw import images_with_raw, images_with_recipe, prompts_like

_TEXTS = ("prompt", "negative", "caption")


@evaluates("raw")
def raw(question: Question, value: Value) -> Mask:
    """Exactly these characters, or, unquoted, with wildcards."""
    match value:
        case Exact(text):
            return _holding(question, text)
        case Name(text):
            return _fitting(question, text)
        case Present():
            return _at(question, images_with_recipe(question.collection))
        case Absent():
            return np.logical_not(_at(question, images_with_recipe(question.collection)))
        case _:
            raise unfit("raw", value)


def _holding(question: Question, text: str) -> Mask:
    found = _at(question, images_with_raw(question.collection, text, wildcards=False))
    in_text = question.state.prompts.matching(Exact(text))
    for column in _TEXTS:
        found |= in_text.take(question.column(column))
    folded = text.casefold()
    return found | _named(question, lambda name: folded in name.casefold())


def _fitting(question: Question, text: str) -> Mask:
    found = _at(question, images_with_raw(question.collection, text, wildcards=True))
    codes = question.state.prompts.codes(prompts_like(question.collection, text))
    in_text = np.zeros(question.state.prompts.count + 1, np.bool_)
    in_text[codes[codes >= 0]] = True
    for column in _TEXTS:
        found |= in_text.take(question.column(column))
    fits = pattern(f"*{text.casefold()}*").fullmatch
    return found | _named(question, lambda name: fits(name.casefold()) is not None)


def _named(question: Question, fits: Callable[[str], bool]) -> Mask:
    found = question.none()
    for column, table in question.state.dimensions.items():
        found |= table.matching(fits).take(question.column(column))
    return found


def _at(question: Question, ids: NDArray[np.int32]) -> Mask:
    """The store's answer, as far as this state knows the images."""
    positions = question.state.positions(ids)
    found = question.none()
    found[positions[positions >= 0]] = True
    return found
