"""Values that are worked out once and asked for often."""

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

Value = TypeVar("Value")


class Kept:
    """Values worked out of something that never changes, each once, whoever asks first."""

    def __init__(self) -> None:
        self._values: dict[Hashable, object] = {}
        self._lock = threading.RLock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made now if it is not there. Making one may ask for others."""
        with self._lock:
            if key not in self._values:
                self._values[key] = make()
            return cast("Value", self._values[key])
