"""Two pictures beside one another, and what differs between them."""

import re

import pytest
from playwright.sync_api import expect

from browser.conftest import Open, Shoot
from browser.opening import search, tiles

pytestmark = pytest.mark.browser


def test_two_pictures_are_compared(open_page: Open, shoot: Shoot) -> None:
    with open_page() as page:
        search(page, "castle -in:comfyui")
        expect(tiles(page)).to_have_count(8)
        tiles(page).nth(0).click()
        tiles(page).nth(1).click(modifiers=["Control"])
        page.keyboard.press("c")
        compare = page.get_by_role("dialog", name="Compare")
        expect(compare).to_be_visible()
        expect(compare.get_by_role("region", name=re.compile("^Picture [AB]"))).to_have_count(2)
        expect(compare).to_contain_text("Seed")
        expect(compare.locator("ins").first).to_be_visible()
        expect(compare.locator("del").first).to_be_visible()
        shoot(page, "compare-1-side-by-side")
        for mode in ("Slider", "Overlay", "Difference"):
            compare.get_by_role("radio", name=mode).click()
            page.wait_for_timeout(200)
            shoot(page, f"compare-2-{mode.lower()}")
        compare.get_by_role("radio", name="Side by side").click()
        page.keyboard.press("z")
        page.keyboard.press("+")
        shoot(page, "compare-3-zoomed")
        page.keyboard.press("Escape")
        expect(compare).to_be_hidden()
        expect(page.locator(":focus")).to_have_attribute("role", "gridcell")
