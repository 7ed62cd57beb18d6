"""Waits for what scans of any process announce (NOTIFY), and looks now and then anyway."""

import time
from collections.abc import Iterator
from threading import Event
from typing import Final

from diffusion_toolkit.store.database import Database, translated_errors

_GLANCE_S: Final = 0.25
"""How soon a stop is noticed; also the pause in which several announcements become one."""


def scan_news(database: Database, stopping: Event, *, every_s: float) -> Iterator[None]:
    """Yields at once, then whenever a scan of any collection wrote its progress, and after `every_s` without news.

    Ends when `stopping` is set; raises StoreError when the connection breaks.
    """
    with translated_errors(), database.listen() as connection:
        connection.execute("LISTEN dtk_progress")
        looked_at = -every_s
        while not stopping.is_set():
            announced = len(list(connection.notifies(timeout=_GLANCE_S))) > 0
            if announced or time.monotonic() - looked_at >= every_s:
                looked_at = time.monotonic()
                yield
