"""Touches of a screen, as a phone sends them."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page


class Fingers:
    """One or two fingers on the screen of a page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: Any = page.context.new_cdp_session(page)

    def down(self, *points: tuple[float, float]) -> None:
        self._send("touchStart", points)

    def move(self, *points: tuple[float, float]) -> None:
        self._send("touchMove", points)
        self._page.wait_for_timeout(16)

    def up(self) -> None:
        self._send("touchEnd", ())

    def hold(self, point: tuple[float, float]) -> None:
        """One finger, until what a long press does is done."""
        self.down(point)
        self._page.wait_for_timeout(700)
        self.up()

    def swipe(self, start: tuple[float, float], end: tuple[float, float], steps: int = 6) -> None:
        """One finger, from here to there."""
        self.down(start)
        for step in range(1, steps + 1):
            share = step / steps
            self.move((start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share))
        self.up()

    def _send(self, kind: str, points: Sequence[tuple[float, float]]) -> None:
        touches = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
