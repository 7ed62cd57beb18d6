"""Where evaluators register themselves, and what they are given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np

from diffusion_toolkit.catalog.columns import Array, Mask
from diffusion_toolkit.catalog.state import State
from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.query.tree import Value
from diffusion_toolkit.store.database import Collection


@dataclass(frozen=True, slots=True)
class Question:
    """What a query is asked of, and when: `now` carries the user's time zone.

    collection: whom the state is of, for what is not in memory. The evaluator of node properties asks the store
    itself: a port of callables between would only name the two functions there once more.
    within: smart albums whose query is being asked.
    """

    state: State
    now: datetime
    collection: Collection
    within: frozenset[int] = frozenset()

    def column(self, name: str) -> Array:
        """A column of all images."""
        return self.state.columns[name]

    def none(self) -> Mask:
        """No image."""
        return np.zeros(self.state.count, np.bool_)


Evaluator: TypeAlias = Callable[[Question, Value], Mask]

EVALUATORS: dict[str, Evaluator] = {}
"""For each field of the query language, which images have one value of it."""


def evaluates(*fields: str) -> Callable[[Evaluator], Evaluator]:
    """Registers the function as the evaluator of these fields."""

    def register(evaluator: Evaluator) -> Evaluator:
        EVALUATORS.update(dict.fromkeys(fields, evaluator))
        return evaluator

    return register


def unfit(field: str, value: Value) -> UsageError:
    """A tree that the parser never makes: a value of another kind than the field's."""
    return UsageError(f"{field}: cannot be compared with {type(value).__name__.lower()}.")
