"""Fields that are moments: `date added modified rated viewed touched`, asked for by the user's days."""

from collections.abc import Callable, Mapping

from diffusion_toolkit.catalog.columns import NO_MOMENT, Longs, Mask
from diffusion_toolkit.catalog.evaluate.registry import Question, evaluates, unfit
from diffusion_toolkit.query.dates import days_to_span
from diffusion_toolkit.query.tree import Absent, Days, Present, Value

_LIMIT_S = 9e9
MOMENTS: Mapping[str, Callable[[Question], tuple[Longs, int]]] = {
    "date": lambda question: (question.column("date"), 10**6),
    "added": lambda question: (question.column("added"), 10**6),
    "modified": lambda question: (question.column("mtime_ns"), 10**9),
    "rated": lambda question: (question.column("rated"), 10**6),
    "viewed": lambda question: (question.column("viewed"), 10**6),
    "touched": lambda question: (question.column("touched"), 10**6),
}
"""Values of each field and how many of their units make a second."""


def _register(field: str, moments: Callable[[Question], tuple[Longs, int]]) -> None:
    @evaluates(field)
    def evaluate(question: Question, value: Value) -> Mask:  # pyright: ignore[reportUnusedFunction]  # registered
        match value:
            case Days():
                return _within(*moments(question), *days_to_span(value, question.now))
            case Present():
                return moments(question)[0] != NO_MOMENT
            case Absent():
                return moments(question)[0] == NO_MOMENT
            case _:
                raise unfit(field, value)


for _field, _moments in MOMENTS.items():
    _register(_field, _moments)


def within_days(question: Question, field: str, days: Days) -> Mask:
    """The images whose moment lies in these days."""
    return _within(*MOMENTS[field](question), *days_to_span(days, question.now))


def _within(values: Longs, units: int, first_s: float | None, end_s: float | None) -> Mask:
    found = values != NO_MOMENT
    if first_s is not None:
        found &= values >= round(max(first_s, -_LIMIT_S)) * units
    if end_s is not None:
        found &= values < round(min(end_s, _LIMIT_S)) * units
    return found
