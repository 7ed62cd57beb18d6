"""Who waits for an answer at the moment, so that work that nobody waits for is done in between."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

_GAP_S = 0.005
"""A page asks for the next part of what it shows within this time; only then does it wait no more."""


class Answers:
    """Counts the answers that are being made. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._making = 0
        self._hurrying = 0
        self._ended = -_GAP_S

    @contextmanager
    def making(self) -> Generator[None]:
        """While somebody waits for an answer."""
        with self._changed:
            self._making += 1
        try:
            yield
        finally:
            with self._changed:
                self._making -= 1
                self._ended = time.monotonic()
                self._changed.notify_all()

    @contextmanager
    def hurrying(self) -> Generator[None]:
        """While an answer waits for the very work that makes way for answers: it goes on at once."""
        with self._changed:
            self._hurrying += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._hurrying -= 1

    def make_way(self, most_s: float) -> None:
        """Return when nobody waits for an answer, after `most_s` seconds at the latest."""
        end = time.monotonic() + most_s
        with self._changed:
            while not self._hurrying and (now := time.monotonic()) < end:
                rest = end - now if self._making else min(end, self._ended + _GAP_S) - now
                if rest <= 0:
                    return
                self._changed.wait(rest)


class Courtesy:
    """What a piece of work calls between its steps: it makes way for answers, for `most_s` seconds in all."""

    def __init__(self, answers: Answers, most_s: float) -> None:
        self._answers = answers
        self._most_s = most_s
        self.spent_s = 0.0

    def __call__(self) -> None:
        """Make way now."""
        begun = time.monotonic()
        self._answers.make_way(self._most_s - self.spent_s)
        self.spent_s += time.monotonic() - begun


def no_courtesy() -> None:
    """What work calls between its steps that need not make way for anybody."""
