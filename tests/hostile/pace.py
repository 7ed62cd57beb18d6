"""How fast this core is now, so that budgets of CPU time mean the same on every machine."""

import json
import statistics
import time
from typing import Final

REFERENCE_S: Final = 0.0022
"""What `_work` takes on the core that budgets are stated for."""

_NODES: Final = json.dumps(
    {str(n): {"class_type": "KSampler", "inputs": {"text": "a lighthouse " * 8}} for n in range(2000)}
)


class Pace:
    """Measures before and after: CPU time is longer on a slower core, and while something else runs on the other half
    of the same one."""

    def __init__(self) -> None:
        self._seconds = [_work() for _ in range(3)]

    def on_reference(self, seconds: float) -> float:
        """What took so many CPU seconds here since this was made, on the core of the budgets; never more."""
        self._seconds += [_work() for _ in range(3)]
        return seconds / max(1.0, statistics.median(self._seconds) / REFERENCE_S)


def _work() -> float:
    began = time.process_time()
    for node in json.loads(_NODES).values():
        node["inputs"]["text"].split()
    return time.process_time() - began
