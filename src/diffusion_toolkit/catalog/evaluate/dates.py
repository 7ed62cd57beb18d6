"""Fields that are moments: `date added modified`, asked for by the user's days."""

from collections.abc import Callable, Mapping

import numpy as np

from diffusion_toolkit.catalog.columns import Longs, Mask
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.query.dates import days_to_span
from diffusion_toolkit.query.tree import Absent, Days, Present, Value

_LIMIT_S = 9e9
MOMENTS: Mapping[str, Callable[[Question], tuple[Longs, int]]] = {
    "date": lambda question: (question.column("date"), 10**6),
    "added": lambda question: (question.column("added"), 10**6),
    "modified": lambda question: (question.column("mtime_ns"), 10**9),
}
"""Values of each field and how many of their units make a second. Every image has all three."""


def _register(field: str, moments: Callable[[Question], tuple[Longs, int]]) -> None:
    @evaluates(field)
    def evaluate(question: Question, value: Value) -> Mask:  # pyright: ignore[reportUnusedFunction]  # registered
        match value:
            case Days():
                return _within(*moments(question), *days_to_span(value, question.now))
            case Present():
                return np.ones(question.state.count, np.bool_)
            case Absent():
                return question.none()
            case _:
                raise unfit(field, value)


for _field, _moments in MOMENTS.items():
    _register(_field, _moments)


def _within(values: Longs, units: int, first_s: float | None, end_s: float | None) -> Mask:
    found = np.ones(len(values), np.bool_)
    if first_s is not None:
        found &= values >= round(max(first_s, -_LIMIT_S)) * units
    if end_s is not None:
        found &= values < round(min(end_s, _LIMIT_S)) * units
    return found
