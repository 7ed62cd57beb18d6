"""What long work yields while it runs, and how it is asked to stop."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from diffusion_toolkit.errors import Cancelled

IsCancelled = Callable[[], bool]

INTERRUPTED: Final = "Interrupted."
"""What is said of long work whose process died."""


def never() -> bool:
    """The work cannot be cancelled."""
    return False


def stop_if(is_cancelled: IsCancelled) -> None:
    """Raise Cancelled when the user asked to stop."""
    if is_cancelled():
        raise Cancelled("Stopped. What was done so far is kept.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One state of a running piece of work.

    stage: "quick" | "deep" | other names of stages; done, total: items (total None = not known yet);
    rate_per_s: items per second over the last seconds; remaining_s: estimate, None = not known;
    counts: results so far by name (new, changed, moved, missing, failed …).
    """

    stage: str
    done: int
    total: int | None = None
    rate_per_s: float = 0.0
    remaining_s: float | None = None
    counts: Mapping[str, int] = field(default_factory=dict[str, int])


class Pace:
    """Measures the rate of work over a sliding time, so that a slow start does not spoil the estimate."""

    def __init__(self, window_s: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._window_s = window_s
        self._clock = clock
        self._marks: list[tuple[float, int]] = [(clock(), 0)]

    def report(self, stage: str, done: int, total: int | None, counts: Mapping[str, int] | None = None) -> Progress:
        """The progress after `done` items of `total`."""
        now = self._clock()
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[0][0] > self._window_s:
            self._marks.pop(0)
        then, done_then = self._marks[0]
        rate = (done - done_then) / (now - then) if now > then else 0.0
        remaining = (total - done) / rate if total is not None and rate > 0 else None
        return Progress(
            stage=stage, done=done, total=total, rate_per_s=rate, remaining_s=remaining, counts=dict(counts or {})
        )
