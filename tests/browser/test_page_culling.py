"""Fifty pictures judged without touching the mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Open, Shoot
from browser.opening import expect_thumbnails, expect_total, grid, tiles
from browser.program import Program, total, wait_until_total

pytestmark = pytest.mark.browser

STEPS = 50
KEYS = ("8", "3", "x", "0", "f")
"""What is pressed on one picture after another."""


def focused(page: Page) -> int:
    return int(page.locator("[role=gridcell]:focus").get_attribute("data-index") or -1)


def test_fifty_pictures_are_culled_by_keyboard_alone(open_page: Open, gallery: Program, shoot: Shoot) -> None:
    before = {query: total(gallery.url, query) for query in ("rating>=1", "deleted:true", "favorite:true")}
    assert before == dict.fromkeys(before, 0)
    with open_page() as page:
        expect_thumbnails(page)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # the link that skips to the grid
        page.keyboard.press("Home")
        expect(tiles(page).first).to_be_focused()
        page.keyboard.press(".")
        for number in range(STEPS):
            assert focused(page) == number
            page.keyboard.press(KEYS[number % len(KEYS)])
            if number == 12:
                shoot(page, "culling-1-grid")
        assert focused(page) == STEPS
        wait_until_total(gallery.url, STEPS // 5 * 3, "rating>=1")
        wait_until_total(gallery.url, STEPS // 5, "deleted:true")
        wait_until_total(gallery.url, STEPS // 5, "favorite:true")
        shoot(page, "culling-2-end")
        page.keyboard.press("Control+z")
        wait_until_total(gallery.url, STEPS // 5 - 1, "favorite:true")
        expect(page.get_by_role("region", name=re.compile("messages", re.IGNORECASE))).to_contain_text("Undid")
        page.keyboard.press("Control+y")
        wait_until_total(gallery.url, STEPS // 5, "favorite:true")


def test_in_the_viewer_the_next_picture_comes_with_the_key(open_page: Open, shoot: Shoot) -> None:
    with open_page() as page:
        expect_total(page, 61)
        expect_thumbnails(page)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("End")
        for _ in range(9):
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        viewer = page.get_by_role("dialog", name="Viewer")
        expect(viewer).to_contain_text("52 of 61")
        page.keyboard.press(".")
        page.keyboard.press("7")
        expect(viewer).to_contain_text("53 of 61")
        page.keyboard.press("x")
        expect(viewer).to_contain_text("54 of 61")
        shoot(page, "culling-3-viewer")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Escape")
        expect(viewer).to_be_hidden()
        expect(grid(page).locator("[data-index='52']")).to_be_focused()
        expect(grid(page).locator("[data-index='51']")).to_have_accessible_name(re.compile("rated 7"))
