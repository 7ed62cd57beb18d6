"""Weighs the page after a long fling, in a browser that nothing else looks into."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.catalog import pss_mb
from bench.devtools import Devtools, browser_over_pipe

OPENED_S: Final = 3.0
BREATH_S: Final = 8.0
"""The browser gives back what a fling left behind once the page rests."""

LONGEST_S: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """Megabytes (PSS) of the largest page process and of the whole browser; heap_mb: the scripts' objects."""

    flung: int
    empty_all_mb: float
    at_once_mb: float
    page_mb: float
    all_mb: float
    heap_mb: float
    kept_mb: float


def weigh(path: str, arguments: tuple[str, ...], url: str, probe: Path, images: int, way: dict[str, float]) -> Weight:
    """Fling through so many images by wheel gestures (`way`: as Input.synthesizeScrollGesture has it), and rest."""
    with browser_over_pipe(path, arguments) as browser:
        empty_all_mb = pss_mb(browser.processes())
        browser.ask("Page.navigate", url=url)
        time.sleep(OPENED_S)
        browser.evaluate(probe.read_text(encoding="utf-8") + "; probe.opened()")
        end = time.monotonic() + LONGEST_S
        while (here := int(browser.evaluate("probe.firstIndex()"))) < images and time.monotonic() < end:
            browser.ask("Input.synthesizeScrollGesture", x=720, y=450, gestureSourceType="mouse", **way)
            time.sleep(0.12)
        browser.evaluate("probe.opened()")
        at_once_mb = _page_mb(browser)
        time.sleep(BREATH_S)
        page_mb, all_mb = _page_mb(browser), pss_mb(browser.processes())
        heap_mb = _heap_mb(browser)
        browser.ask("HeapProfiler.collectGarbage")
        return Weight(
            flung=here,
            empty_all_mb=empty_all_mb,
            at_once_mb=at_once_mb,
            page_mb=page_mb,
            all_mb=all_mb,
            heap_mb=heap_mb,
            kept_mb=_heap_mb(browser),
        )


def _page_mb(browser: Devtools) -> float:
    return max(pss_mb([process]) for process in browser.processes("renderer"))


def _heap_mb(browser: Devtools) -> float:
    return float(browser.ask("Runtime.getHeapUsage")["usedSize"]) / 2**20
