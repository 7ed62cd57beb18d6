"""Work on the database that is tried again when it cannot be done now: its drive is full, it is away, or busy."""

import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

from diffusion_toolkit.errors import StoreError

PAUSES_S: Final = (0.5, 2.0, 8.0)
"""How long to wait before each further try."""

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


def patiently(work: Callable[[], Result], pause: Callable[[float], object] = time.sleep) -> Result:
    """What the work gives. Raises StoreError when it cannot be done in ten seconds, and what else it raises."""
    for pause_s in PAUSES_S:
        try:
            return work()
        except StoreError as error:
            _log.warning("The database cannot do this now: %s", error)
            pause(pause_s)
    return work()
