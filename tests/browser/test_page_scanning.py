"""Browsing while 5,000 files are read: nothing moves under the pointer, everything answers."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser.conftest import Shoot
from browser.gallery import make_gallery
from browser.opening import expect_thumbnails, opened, search, tiles
from browser.program import start, stop, total, wait_until_total
from pictures import make_library

pytestmark = pytest.mark.browser

FILES = 5_000


def test_one_browses_while_five_thousand_files_are_scanned(browser: Browser, shoot: Shoot, tmp_path: Path) -> None:
    pictures = make_gallery(tmp_path / "pictures", 60)
    process, url = start(tmp_path / "data", pictures)
    try:
        wait_until_total(url, 60, "steps>=1")
        with opened(browser, url) as page:
            expect_thumbnails(page)
            tiles(page).nth(7).click()
            page.mouse.wheel(0, 300)
            page.wait_for_timeout(300)
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowLeft")
            page.wait_for_timeout(200)
            marked = page.locator("[role=gridcell]:focus")
            number = marked.get_attribute("data-id")
            place = marked.bounding_box()
            make_library(pictures / "many", FILES)
            answers: list[float] = []
            page.evaluate(
                """async () => { await fetch("/api/collections/main/scans", { method: "POST",
                    headers: { "Content-Type": "application/json" }, body: "{}" }) }"""
            )
            end = time.monotonic() + 60
            while total(url) < FILES and time.monotonic() < end:
                begun = time.monotonic()
                page.keyboard.press("ArrowRight")
                page.keyboard.press("ArrowLeft")
                answers.append(time.monotonic() - begun)
                if len(answers) == 5:
                    shoot(page, "scanning-1-while")
                page.wait_for_timeout(150)
            here = page.locator(f"[role=gridcell][data-id='{number}']")
            assert here.bounding_box() == place, "the tile under the pointer has moved"
            expect(page.get_by_text(re.compile(r"new images")).first).to_be_visible(timeout=20_000)
            shoot(page, "scanning-2-after")
            assert sorted(answers)[len(answers) // 2] < 0.5
            wait_until_total(url, FILES // 5, "castle, morning mist", timeout_s=180)
            search(page, "castle, morning mist")
            expect(page.get_by_role("status").first).to_contain_text("1,000")
            expect_thumbnails(page)
            shoot(page, "scanning-3-search")
    finally:
        stop(process)
