"""Jobs in the tray: paused, over a restart, gone on with, cancelled one by one."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.conftest import Shoot
from browser.opening import opened
from browser.program import start, stop, wait_until_total
from pictures import make_library

pytestmark = pytest.mark.browser

FILES = 6_000


def tray(page: Page) -> Locator:
    """The tray of jobs, opened by its key."""
    page.get_by_role("button", name=re.compile("^Jobs")).click()
    return page.get_by_role("dialog", name="Jobs")


def test_a_scan_is_paused_stays_so_over_a_restart_and_goes_on(browser: Browser, shoot: Shoot, tmp_path: Path) -> None:
    pictures = make_library(tmp_path / "pictures", FILES)
    process, url = start(tmp_path / "data", pictures)
    try:
        with opened(browser, url) as page:
            jobs = tray(page)
            jobs.get_by_role("button", name=re.compile("^Pause:")).first.click()
            expect(jobs.get_by_text("Paused.")).to_be_visible()
            shoot(page, "jobs-1-paused")
        stop(process)
        process, url = start(tmp_path / "data")
        with opened(browser, url) as page:
            jobs = tray(page)
            expect(jobs.get_by_text("Paused.")).to_be_visible()
            page.wait_for_timeout(2000)  # nothing starts it by itself
            expect(jobs.get_by_text("Paused.")).to_be_visible()
            go_on = jobs.get_by_role("button", name=re.compile("^Go on:"))
            go_on.focus()
            page.keyboard.press("Enter")
            expect(go_on).to_have_count(0)
            wait_until_total(url, FILES, timeout_s=120)
            wait_until_total(url, FILES, "steps>=1", timeout_s=180)
            expect(jobs.get_by_text(re.compile("^Scanned pictures"))).to_be_visible(timeout=30_000)
            expect(jobs.get_by_text(re.compile(" ago$")).first).to_be_visible()
            shoot(page, "jobs-2-done")
    finally:
        stop(process)


def test_a_paused_scan_is_cancelled(browser: Browser, tmp_path: Path) -> None:
    pictures = make_library(tmp_path / "pictures", FILES)
    process, url = start(tmp_path / "data", pictures)
    try:
        with opened(browser, url) as page:
            jobs = tray(page)
            jobs.get_by_role("button", name="Pause all").click()
            expect(jobs.get_by_text("Paused.")).to_be_visible()
            jobs.get_by_role("button", name=re.compile("^Cancel:")).first.click()
            expect(jobs.get_by_text(re.compile("^Cancelled scanning pictures"))).to_be_visible()
    finally:
        stop(process)
