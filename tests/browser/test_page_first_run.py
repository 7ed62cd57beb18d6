"""From a first start with nothing to the first search that finds something."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser.axe import found_by_axe
from browser.conftest import Shoot
from browser.gallery import make_gallery
from browser.opening import expect_thumbnails, expect_total, opened, search, tiles
from browser.program import start, stop

pytestmark = pytest.mark.browser


def test_first_run_to_first_search(browser: Browser, shoot: Shoot, tmp_path: Path) -> None:
    pictures = make_gallery(tmp_path / "my pictures", 24)
    process, url = start(tmp_path / "data")
    try:
        with opened(browser, url) as page:
            folder = page.get_by_label("Folder", exact=True).first
            expect(folder).to_be_visible()
            shoot(page, "first-run-1-welcome")
            assert found_by_axe(page) == []
            folder.fill(str(pictures))
            page.keyboard.press("Enter")
            expect(page.get_by_role("main")).to_contain_text("my pictures")
            shoot(page, "first-run-2-folder-chosen")
            page.get_by_role("button", name="Open library").click()
            expect_total(page, 25)
            expect_thumbnails(page)
            shoot(page, "first-run-3-library")
            search(page, "lighthouse")
            expect(tiles(page)).to_have_count(4, timeout=30_000)
            expect_thumbnails(page)
            shoot(page, "first-run-4-search")
    finally:
        stop(process)
