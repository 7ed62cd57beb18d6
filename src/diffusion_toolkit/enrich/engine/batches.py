"""How many pictures a model looks at together, and what becomes of those it cannot look at."""

import logging
import time
from collections.abc import Sequence
from typing import Any, Final

from diffusion_toolkit.enrich.engine.stage import AnyStage, ItemFailed, StageFailed
from diffusion_toolkit.enrich.runtimes.onnx import OutOfMemory
from diffusion_toolkit.errors import ToolkitError

LARGEST: Final = 128
"""Pictures at once: beyond it nothing gets faster, and a pause waits longer for the batch."""

LONGEST_S: Final = 1.0
"""A batch that takes so long is not made larger: wishes, and what is looked at first, wait for its end."""

GAIN: Final = 1.05
"""A batch of twice the size is kept when it does so much more in a second."""

ROUNDS: Final = 2
"""Batches of a size that are timed; the first of a size may be slow and does not count."""

MOST_IN_A_ROW: Final = 64
"""Pictures that fail one after another in the network: then it is not they, but the stage."""

_log = logging.getLogger(__name__)


class BatchSize:
    """Finds the batch size of a stage by trying: doubled while that pays, halved when memory is at an end."""

    def __init__(self, fixed: int | None = None, largest: int = LARGEST) -> None:
        self._limit = fixed or largest
        self._growing = fixed is None
        self._rates: dict[int, float] = {}
        self._rounds = 0
        self.size = fixed or 1

    def worked(self, count: int, seconds: float) -> None:
        """Take note of a batch. Only full ones say something."""
        if not self._growing or count != self.size or seconds <= 0:
            return
        self._rounds += 1
        if self._rounds == 1:
            return
        self._rates[self.size] = max(self._rates.get(self.size, 0.0), count / seconds)
        if self._rounds > ROUNDS:
            self._decide()

    def did_not_fit(self, count: int) -> None:
        """A batch of so many was too much for the memory: no larger one than half of it is tried again."""
        self._limit = min(self._limit, max(1, count // 2))
        self._growing = False
        self.size = min(self.size, self._limit)

    def _decide(self) -> None:
        before = self._rates.get(self.size // 2)
        self._rounds = 0
        if before is not None and self._rates[self.size] < GAIN * before:
            self._growing = False
            self.size //= 2
        elif 2 * self.size > self._limit or self.size / self._rates[self.size] >= LONGEST_S:
            self._growing = False
        else:
            self.size *= 2


class Looking:
    """Has a stage look at batches, whatever happens: a picture that cannot be looked at fails alone."""

    def __init__(self, stage: AnyStage) -> None:
        self.stage = stage
        self.batch = BatchSize(stage.fixed_batch)
        self._in_a_row = 0

    def look(self, prepared: Sequence[Any]) -> list[Any | ItemFailed]:
        """Results in order, ItemFailed in the place of those that there are none of. Raises StageFailed."""
        started = time.perf_counter()
        try:
            results = list(self.stage.infer(prepared))
        except OutOfMemory as error:
            self.batch.did_not_fit(len(prepared))
            if len(prepared) == 1:
                raise StageFailed(f"{self.stage.name}: not even one picture fits. {error}") from error
            return self._halved(prepared)
        except StageFailed:
            raise
        except Exception as error:  # noqa: BLE001  (the border to models: what they raise has no common class)
            if len(prepared) > 1:
                return self._halved(prepared)
            return [self._failed(error)]
        if len(results) != len(prepared):
            raise StageFailed(f"{self.stage.name} gave {len(results)} results for {len(prepared)} pictures.")
        self._in_a_row = 0
        self.batch.worked(len(prepared), time.perf_counter() - started)
        return results

    def _halved(self, prepared: Sequence[Any]) -> list[Any | ItemFailed]:
        half = len(prepared) // 2
        return self.look(prepared[:half]) + self.look(prepared[half:])

    def _failed(self, error: Exception) -> ItemFailed:
        self._in_a_row += 1
        message = str(error) if isinstance(error, ToolkitError) else f"{type(error).__name__}: {error}"
        if self._in_a_row >= MOST_IN_A_ROW:
            raise StageFailed(f"{self.stage.name} failed on {MOST_IN_A_ROW} pictures in a row: {message}") from error
        _log.warning("%s failed on a picture", self.stage.name, exc_info=error)
        return ItemFailed(message)
