"""Fields that are true or false: `favorite nsfw deleted problem nometa unavailable`."""

from collections.abc import Callable, Mapping

import numpy as np

from diffusion_toolkit.catalog.columns import Flag, Mask
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.query import tree
from diffusion_toolkit.query.tree import Absent, Present, Value


def _without_metadata(question: Question) -> Mask:
    """Looked into, and no generator's data found."""
    return question.state.columns.has(Flag.DEEP) & (question.column("generator") < 0)


def _unavailable(question: Question) -> Mask:
    """The file is missing, or its root cannot be reached."""
    state = question.state
    return state.columns.has(Flag.MISSING) | ~state.folders.available.take(question.column("folder"))


FLAGS: Mapping[str, Callable[[Question], Mask]] = {
    "favorite": lambda question: question.state.columns.has(Flag.FAVORITE),
    "nsfw": lambda question: question.state.columns.has(Flag.NSFW),
    "deleted": lambda question: question.state.columns.has(Flag.FOR_DELETION),
    "problem": lambda question: question.column("problems") > 0,
    "nometa": _without_metadata,
    "unavailable": _unavailable,
}


def _register(field: str, is_set: Callable[[Question], Mask]) -> None:
    @evaluates(field)
    def evaluate(question: Question, value: Value) -> Mask:  # pyright: ignore[reportUnusedFunction]  # registered
        match value:
            case tree.Flag(True) | Present():
                return is_set(question)
            case tree.Flag(False) | Absent():
                return np.logical_not(is_set(question))
            case _:
                raise unfit(field, value)


for _field, _is_set in FLAGS.items():
    _register(_field, _is_set)
