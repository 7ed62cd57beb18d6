"""What scrolled out of the page is let go, and a page at rest asks for nothing: so it can stay open all day."""

from typing import Any

import pytest

from browser.conftest import Open
from browser.opening import expect_thumbnails, tiles
from diffusion_toolkit.web.live import POLL_S

pytestmark = pytest.mark.browser

TILES = 400

WATCH = """() => {
  window.made = [];
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node instanceof Element)
          for (const canvas of node.querySelectorAll('[role=gridcell] > canvas')) window.made.push(new WeakRef(canvas));
  }).observe(document.querySelector('[role=grid]'), { childList: true, subtree: true });
}"""

SCROLL_BACK_AND_FORTH = """async (tiles) => {
  const grid = document.querySelector('[role=grid]');
  const rest = () => new Promise((rested) => setTimeout(rested, 220));
  for (let turn = 0; window.made.length < tiles && turn < 300; turn += 1) {
    grid.scrollTop = turn % 2 ? 0 : grid.scrollHeight;
    await rest();
  }
  return window.made.length;
}"""

ALIVE = "() => window.made.filter((canvas) => canvas.deref()).length"
IN_PAGE = "() => document.querySelectorAll('[role=gridcell] > canvas').length"


def test_tiles_that_scrolled_away_are_let_go(open_page: Open) -> None:
    with open_page(width=700, height=400) as page:
        expect_thumbnails(page)
        session: Any = page.context.new_cdp_session(page)
        page.evaluate(WATCH)
        assert page.evaluate(SCROLL_BACK_AND_FORTH, TILES) >= TILES
        page.wait_for_timeout(1_000)
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(200)
        session.send("HeapProfiler.collectGarbage")
        assert tiles(page).count() > 0
        assert page.evaluate(ALIVE) <= 2 * page.evaluate(IN_PAGE)


def test_a_page_at_rest_asks_for_nothing(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        page.wait_for_timeout(3_000)  # what comes after the pictures
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.wait_for_timeout(int(1_000 * (POLL_S + 2)))
        assert asked == []
