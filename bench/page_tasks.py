"""How much of the processor each task of a page took, whatever else the machine did meanwhile.

The browser's own figure for a long task is time on the wall: on a machine with two cores that also draws in software,
most of a task of 100 ms may be waiting for a core. A trace has both.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from playwright.sync_api import Browser, Page

CATEGORY: Final = "toplevel"
"""Tasks and nothing else: a trace of more takes as long as what is traced."""

TASK: Final = "ThreadControllerImpl::RunTask"
MAIN_THREAD: Final = "CrRendererMain"
PART: Final = 2**22
TIMEOUT_S: Final = 60


@dataclass(slots=True)
class Tasks:
    """Milliseconds of each task of the busiest page: on the wall, and of the processor."""

    wall: list[float] = field(default_factory=list[float])
    processor: list[float] = field(default_factory=list[float])

    def over(self, ms: float) -> tuple[int, int]:
        """How many took longer, on the wall and of the processor."""
        return sum(taken > ms for taken in self.wall), sum(taken > ms for taken in self.processor)


@contextmanager
def traced_tasks(browser: Browser, page: Page) -> Generator[Tasks]:
    """Fills in the tasks that began while this lasted, once it ends."""
    session: Any = browser.new_browser_cdp_session()
    complete: list[dict[str, Any]] = []

    def heard(told: dict[str, Any]) -> None:  # Playwright marks what it calls, which a method of a list does not take
        complete.append(told)

    session.on("Tracing.tracingComplete", heard)
    session.send("Tracing.start", {"transferMode": "ReturnAsStream", "traceConfig": {"includedCategories": [CATEGORY]}})
    found = Tasks()
    yield found
    session.send("Tracing.end")
    end = time.monotonic() + TIMEOUT_S
    while not complete and time.monotonic() < end:
        page.wait_for_timeout(50)
    text = _read(session, complete[0]["stream"])
    session.detach()
    found.wall, found.processor = _of_the_busiest_page(orjson.loads(text)["traceEvents"])


def _read(session: Any, stream: str) -> str:
    parts: list[str] = []
    while True:
        part = session.send("IO.read", {"handle": stream, "size": PART})
        parts.append(part["data"])
        if part.get("eof"):
            session.send("IO.close", {"handle": stream})
            return "".join(parts)


def _of_the_busiest_page(events: list[dict[str, Any]]) -> tuple[list[float], list[float]]:
    main = {(each["pid"], each["tid"]) for each in events if each.get("args", {}).get("name") == MAIN_THREAD}
    tasks: dict[tuple[int, int], list[tuple[float, float]]] = {thread: [] for thread in main}
    for each in events:
        thread = (each["pid"], each["tid"])
        if each["name"] == TASK and thread in main and "tdur" in each:
            tasks[thread].append((each["dur"] / 1_000, each["tdur"] / 1_000))
    none: list[tuple[float, float]] = []
    busiest = max(tasks.values(), key=lambda taken: sum(ms for _, ms in taken), default=none)
    return [wall for wall, _ in busiest], [processor for _, processor in busiest]
