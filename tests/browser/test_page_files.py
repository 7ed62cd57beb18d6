"""Files renamed and moved, and both taken back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Open, Shoot
from browser.opening import SHOWS_PICTURE, expect_thumbnails, search, tiles
from browser.program import Program

pytestmark = pytest.mark.browser


def until(page: Page, holds: Path, there: bool = True) -> None:
    """The file is there, or gone."""
    for _ in range(100):
        if holds.exists() == there:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{holds} is {'missing' if there else 'still there'}")


def test_a_file_is_renamed_moved_and_put_back(open_page: Open, gallery: Program, shoot: Shoot) -> None:
    old = gallery.pictures / "2025-10" / "00003-100003.png"
    renamed = old.with_name("fox, the best.png")
    moved = gallery.pictures / "2025-11" / renamed.name
    assert old.exists()
    with open_page() as page:
        search(page, "seed:100003")
        expect(tiles(page)).to_have_count(1)
        tiles(page).first.click()
        page.keyboard.press("F2")
        dialog = page.get_by_role("dialog", name="Rename file")
        dialog.get_by_label("New name").fill("fox, the best")
        expect(dialog.get_by_role("list", name="New names")).to_contain_text("fox, the best.png")
        shoot(page, "files-1-rename")
        page.keyboard.press("Enter")
        until(page, renamed)
        expect(tiles(page).first).to_have_accessible_name(re.compile("fox, the best|robot|castle|portrait|lighthouse"))
        tiles(page).first.click()
        page.keyboard.press("m")
        dialog = page.get_by_role("dialog", name=re.compile("^Move"))
        dialog.get_by_role("combobox").fill("2025-11")
        shoot(page, "files-2-move")
        page.keyboard.press("Enter")
        until(page, moved)
        toast = page.get_by_role("region", name=re.compile("messages", re.IGNORECASE))
        expect(toast).to_contain_text("Moved 1 picture to 2025-11")
        shoot(page, "files-3-moved")
        toast.get_by_role("group").filter(has_text="Moved").get_by_role("button", name="Undo").click()
        until(page, renamed)
        until(page, moved, there=False)
        page.keyboard.press("Control+z")
        until(page, old)
        until(page, renamed, there=False)
        shoot(page, "files-4-undone")


def test_a_thumbnail_that_is_away_for_a_moment_is_asked_for_again(open_page: Open) -> None:
    asked: list[str] = []

    def missing_at_first(route: Route) -> None:
        address = route.request.url
        asked.append(address)
        if asked.count(address) == 1:
            route.fulfill(status=404, body="")
        else:
            route.continue_()

    with open_page() as page:
        expect_thumbnails(page)
        page.route("**/thumbnail?*", missing_at_first)
        search(page, "seed:100007")
        expect(tiles(page)).to_have_count(1)
        tiles(page).first.click()
        panel = page.get_by_role("complementary", name="Details").locator(".picture img")
        page.wait_for_function(SHOWS_PICTURE, arg=tiles(page).locator("canvas").element_handle())
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=panel.element_handle())
        expect(page.get_by_text("Cannot be read")).to_have_count(0)
        assert max(asked.count(address) for address in asked) == 2
