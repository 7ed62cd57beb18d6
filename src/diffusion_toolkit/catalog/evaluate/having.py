"""`has:` - what a picture carries: a workflow, a recipe, texts, tags."""

from collections.abc import Callable, Mapping

import numpy as np

from diffusion_toolkit.catalog.columns import Flag, Mask
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.catalog.evaluate.tags import tagged
from diffusion_toolkit.query.tree import Absent, Name, Present, Value

HAVING: Mapping[str, Callable[[Question], Mask]] = {
    "workflow": lambda question: question.state.columns.has(Flag.WORKFLOW),
    "recipe": lambda question: question.column("generator") >= 0,
    "prompt": lambda question: question.column("prompt") >= 0,
    "negative": lambda question: question.column("negative") >= 0,
    "caption": lambda question: question.column("caption") >= 0,
    "tags": tagged,
}
"""What may be asked for, and which images have it."""


@evaluates("has")
def has(question: Question, value: Value) -> Mask:
    """`any`: at least one of all these."""
    match value:
        case Name(text):
            return HAVING[text.casefold()](question)
        case Present():
            return _any(question)
        case Absent():
            return np.logical_not(_any(question))
        case _:
            raise unfit("has", value)


def _any(question: Question) -> Mask:
    found = question.none()
    for having in HAVING.values():
        found |= having(question)
    return found
