"""A person who knows no query language finds things, keeps the search, and comes back to it by its address."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Open, Shoot
from browser.opening import expect_thumbnails, opened, tiles
from browser.program import Program

pytestmark = pytest.mark.browser


def field(page: Page) -> Locator:
    return page.get_by_label("Search", exact=True)


def test_a_filter_is_built_saved_and_opened_by_address(open_page: Open, gallery: Program, shoot: Shoot) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        page.keyboard.press("Control+f")
        panel = page.get_by_role("complementary", name="Filter")
        expect(panel).to_be_visible()
        shoot(page, "filter-1-open")
        model = panel.get_by_role("group", name="Model")
        model.get_by_role("checkbox", name=re.compile("juggernautXL_v9")).click()
        expect(page.get_by_role("status").first).to_contain_text(re.compile(r"\b16\b"))
        panel.get_by_label("Find a filter or value").fill("steps")
        panel.get_by_role("button", name=re.compile("^Steps")).first.click()
        panel.get_by_role("textbox", name="Steps, at least").fill("20")
        panel.get_by_role("textbox", name="Steps, at most").fill("20")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text(re.compile(r"\b16\b"))
        shoot(page, "filter-2-built")
        expect(field(page)).to_have_value(re.compile("juggernautXL_v9.*steps"))
        found = tiles(page).count()
        page.keyboard.press("Control+f")
        page.keyboard.press("Control+s")
        page.get_by_label("Name", exact=True).fill("Sharp juggernauts")
        page.keyboard.press("Enter")
        expect(page.get_by_role("treeitem", name=re.compile("Sharp juggernauts"))).to_be_visible()
        shoot(page, "filter-3-saved")
        address = page.url
        browser = page.context.browser
        assert browser is not None
        with opened(browser, address) as again:
            expect(tiles(again)).to_have_count(found)
            expect(field(again)).to_have_value(field(page).input_value())
            again.get_by_role("navigation", name="Library").get_by_text("All images").click()
            expect(again.get_by_role("status").first).to_contain_text("61 pictures")
            again.get_by_role("treeitem", name=re.compile("Sharp juggernauts")).click()
            expect(tiles(again)).to_have_count(found)
    del gallery
