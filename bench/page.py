"""Measures the page in a real browser over a large library: opening, jumping, flinging, memory.

`python -m bench.page --images 1000000 [--keep FOLDER]` makes the library of bench.catalog with a warm thumbnail cache,
starts `dtk serve` on it, and drives Chromium (DTK_BROWSER, or one that is installed) at 1440 × 900.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.catalog import make_library, wait_for_snapshot
from bench.page_memory import weigh
from bench.page_tasks import traced_tasks
from bench.page_thumbnails import fill_thumbnails
from bench.serving import Serving, serving
from tests.browser.find_browser import installed

TARGET_OPEN_MS: Final = 1_000
TARGET_JUMP_MS: Final = 300
TARGET_EMPTY_MS: Final = 200
TARGET_TASK_MS: Final = 50
TARGET_MB: Final = 400

FREE_WHEEL_PX_S: Final = 30_000
"""How fast a wheel without detents scrolls, or a held PgDn: nearly forty screens a second."""

WINDOW_MS: Final = 1_500
"""A browser takes so long to make a new window of a new profile, which is none of the page's work."""

FLING_S: Final = 1.2
TRACED_GESTURES: Final = 12
REST_MS: Final = 120
PROBE: Final = Path(__file__).with_name("page_probe.js")
EMPTY_PAGE: Final = """<div style="height: 5000000px"></div><script>
  const seen = { frame: 0, task: 0 };
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    seen.frame = Math.max(seen.frame, now - last);
    last = now;
    requestAnimationFrame(look);
  };
  look();
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) seen.task = Math.max(seen.task, task.duration);
  }).observe({ type: 'longtask' });
</script>"""

BROWSER_ARGUMENTS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    "--enable-precise-memory-info",
)


def main() -> None:
    """Make the library, serve it, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", "--rows", dest="images", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="a folder in which the library is made once and stays")
    parser.add_argument("--fling", type=int, default=100_000, help="images to fling through")
    parser.add_argument("--jumps", type=int, default=40)
    asked = parser.parse_args()
    # The pictures have no files: a scan would find every one missing. The cache must not be swept.
    os.environ["DTK_SCAN__AT_START"] = "false"
    os.environ["DTK_THUMBNAILS__CACHE_MIB"] = str(2**24)
    with tempfile.TemporaryDirectory(prefix="dtk-bench-") as name:
        folder = asked.keep or Path(name)
        make_library(folder, asked.images)
        fill_thumbnails(folder, asked.images)
        with serving(folder) as server:
            server.total("")
            wait_for_snapshot(folder)
        with serving(folder) as server, chromium() as browser:
            fling = min(asked.fling, server.total("") * 9 // 10)
            measure(browser, server, asked.jumps, fling)
            weigh_page(server, fling)


def chromium_path() -> str:
    """Where it is installed."""
    path = next(installed(whole=True), None)
    if path is None:
        raise SystemExit("No browser: run `python tests/browser/find_browser.py`, or set DTK_BROWSER.")
    return str(path)


@contextmanager
def chromium() -> Generator[Browser]:
    """A browser that people use, rather than the shell without windows that the tests like best."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path(), args=list(BROWSER_ARGUMENTS))
        yield opened
        opened.close()


def measure(browser: Browser, server: Serving, jumps: int, fling: int) -> None:
    """All of it, one page after the other."""
    print(f"{browser.browser_type.name} {browser.version}, {os.cpu_count()} cores, {server.total(''):,} images")
    fling_over_nothing(browser)
    open_again_and_again(browser, server)
    with opened_page(browser, server) as (page, session):
        jump_around(page, jumps)
        fling_through(page, session, fling)
        weigh_tasks(browser, page, session)


# --- opening --------------------------------------------------------------------------------------


def open_again_and_again(browser: Browser, server: Serving, times: int = 5) -> None:
    """A fresh profile each time: nothing of the page is in the browser's cache."""
    firsts: list[float] = []
    alls: list[float] = []
    for _ in range(times):
        with opened_page(browser, server) as (page, _session):
            seen = page.evaluate("probe.opened()")
            firsts.append(seen["first"])
            alls.append(seen["all"])
    report("first thumbnail after opening", statistics.median(firsts), "ms", TARGET_OPEN_MS, firsts)
    report("all thumbnails in view after opening", statistics.median(alls), "ms", TARGET_OPEN_MS, alls)


@contextmanager
def opened_page(browser: Browser, server: Serving) -> Generator[tuple[Page, Any]]:
    """The page in a profile of its own, with the probe in it, as soon as it begins to load."""
    context: BrowserContext = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    context.add_init_script(path=PROBE)
    page = context.new_page()
    page.wait_for_timeout(WINDOW_MS)
    page.goto(server.url, wait_until="commit")
    page.wait_for_function("window.probe !== undefined")
    yield page, context.new_cdp_session(page)
    context.close()


# --- jumping --------------------------------------------------------------------------------------


def jump_around(page: Page, times: int) -> None:
    """Presses on the scrubber at random heights; each jump ends when every tile in view has its picture."""
    page.evaluate("probe.opened()")
    box = page.get_by_role("scrollbar").bounding_box()
    assert box is not None
    choose = random.Random(3)
    taken: list[float] = []
    for _ in range(times):
        page.wait_for_timeout(300)
        page.evaluate("probe.armJump()")
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * choose.uniform(0.02, 0.98))
        page.mouse.down()
        page.mouse.up()
        taken.append(page.evaluate("probe.jump")["ms"])
    tiles = page.evaluate("probe.tilesInView()")
    report(f"jump to full thumbnails ({tiles} tiles)", percentile(taken, 0.5), "ms, median", TARGET_JUMP_MS)
    report("jump to full thumbnails", percentile(taken, 0.95), "ms, 19 of 20", TARGET_JUMP_MS, taken)


# --- flinging -------------------------------------------------------------------------------------


def fling_through(page: Page, session: Any, images: int) -> None:
    """Wheel gestures of 1.2 s with short rests, as many as it takes."""
    page.mouse.move(1410, 500)
    page.keyboard.press("Home")
    page.locator("[role=grid]").evaluate("grid => grid.focus()")
    page.keyboard.press("Home")
    page.evaluate("probe.opened()")
    box = page.get_by_role("grid").bounding_box()
    assert box is not None
    first = page.evaluate("probe.firstIndex()")
    end = time.monotonic() + 300
    session.send("Performance.enable")
    before = busy_ms(session)
    page.evaluate("probe.beginFling()")
    while (here := page.evaluate("probe.firstIndex()")) - first < images and time.monotonic() < end:
        gesture(session, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(REST_MS)
    busy = {kind: ms - before[kind] for kind, ms in busy_ms(session).items()}
    seen: dict[str, Any] = page.evaluate("probe.endFling()")
    tasks: list[float] = seen["longTasks"]
    flung = here - first
    print(f"flung through {flung:,} images in {seen['ms'] / 1_000:.0f} s, {seen['frames']:,} frames", flush=True)
    report("  longest without any tile", seen["noTiles"], "ms", TARGET_EMPTY_MS)
    report("  longest without any colour or picture", seen["noColours"], "ms", TARGET_EMPTY_MS)
    report("  longest without any picture", seen["noPictures"], "ms", None)
    report("  share of places with their picture", 100 * seen["pictures"] / max(1, seen["points"]), "%", None)
    report("  longest frame", seen["longestFrame"], "ms", None)
    report("  longest task", max(tasks, default=0.0), f"ms ({len(tasks)} over 50 ms)", TARGET_TASK_MS)
    for kind, ms in busy.items():
        report(f"  main thread: {kind}", ms / max(1, seen["frames"]), "ms a frame", None)
    report("  from rest to full thumbnails", seen["settled"], "ms", TARGET_JUMP_MS)


def weigh_tasks(browser: Browser, page: Page, session: Any) -> None:
    """A short fling back that is traced: what its tasks take of the processor, apart from what they wait for it."""
    with traced_tasks(browser, page) as tasks:
        for _ in range(TRACED_GESTURES):
            gesture(session, 720, 450, back=True)
            page.wait_for_timeout(REST_MS)
        page.evaluate("probe.opened()")
    wall, processor = tasks.over(TARGET_TASK_MS)
    report("longest task by the processor's time", max(tasks.processor), f"ms ({processor} over 50 ms)", TARGET_TASK_MS)
    report("longest task by the clock", max(tasks.wall), f"ms ({wall} over 50 ms)", None)


def gesture(session: Any, x: float, y: float, *, back: bool = False) -> None:
    """One turn of a free wheel; returns when it has ended."""
    way = FREE_WHEEL_PX_S * FLING_S * (1 if back else -1)
    asked = {"yDistance": way, "speed": FREE_WHEEL_PX_S, "gestureSourceType": "mouse"}
    session.send("Input.synthesizeScrollGesture", {"x": x, "y": y, **asked})


def busy_ms(session: Any) -> dict[str, float]:
    """What the main thread of a page did until now; drawing into pixels is done by others."""
    metrics = {each["name"]: each["value"] * 1_000 for each in session.send("Performance.getMetrics")["metrics"]}
    return {
        "scripts": metrics["ScriptDuration"],
        "style and layout": metrics["RecalcStyleDuration"] + metrics["LayoutDuration"],
        "all of it": metrics["TaskDuration"],
    }


def fling_over_nothing(browser: Browser, times: int = 5) -> None:
    """The same gestures over a page that holds nothing: what this browser and this machine take by themselves."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.wait_for_timeout(WINDOW_MS)
    page.set_content(EMPTY_PAGE)
    session = page.context.new_cdp_session(page)
    for _ in range(times):
        gesture(session, 720, 450)
        page.wait_for_timeout(REST_MS)
    seen = page.evaluate("seen")
    report("an empty page flung: longest frame", seen["frame"], "ms", None)
    report("an empty page flung: longest task", seen["task"], "ms", None)
    page.close()


# --- memory ---------------------------------------------------------------------------------------


def weigh_page(server: Serving, images: int) -> None:
    """In a browser of its own: Playwright has pages keep what they got."""
    way = {"yDistance": -FREE_WHEEL_PX_S * FLING_S, "speed": FREE_WHEEL_PX_S}
    found = weigh(chromium_path(), (*BROWSER_ARGUMENTS, "--window-size=1440,900"), server.url, PROBE, images, way)
    report(
        f"JS heap after {found.flung:,} images",
        found.heap_mb,
        f"MB ({found.kept_mb:.0f} after a collection)",
        TARGET_MB,
    )
    report("memory of the page's process (PSS)", found.page_mb, f"MB ({found.at_once_mb:.0f} at once)", TARGET_MB)
    grown = f"MB ({found.empty_all_mb:.0f} before the page)"
    report("memory of the whole browser (PSS)", found.all_mb, grown, None)
    report("  of it what the page added", found.all_mb - found.empty_all_mb, "MB", TARGET_MB)


# --- printing -------------------------------------------------------------------------------------


def report(title: str, value: float, unit: str, target: float | None, values: list[float] | None = None) -> None:
    """One figure beside its target."""
    aim = "" if target is None else f"   target {target:,}"
    spread = f"   {min(values):,.0f} to {max(values):,.0f}" if values else ""
    missed = "   MISSED" if target is not None and value > target else ""
    print(f"{title:42} {value:8,.0f} {unit}{spread}{aim}{missed}", flush=True)


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    main()
