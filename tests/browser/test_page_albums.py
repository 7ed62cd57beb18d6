"""An album, made by dragging pictures onto it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Open, Shoot
from browser.opening import expect_thumbnails, tiles

pytestmark = pytest.mark.browser


def drag(page: Page, what: Locator, onto: Locator, name: str, shoot: Shoot, share: float = 0.5) -> None:
    """Press, move in steps as a hand does, look, let go. share: of the target's width, where it is met."""
    start, end = what.bounding_box(), onto.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + start["width"] / 2 - 20, start["y"] + start["height"] / 2, steps=4)
    page.mouse.move(end["x"] + end["width"] * share, end["y"] + end["height"] / 2, steps=12)
    page.mouse.move(end["x"] + end["width"] * share + 1, end["y"] + end["height"] / 2)
    page.wait_for_timeout(300)
    shoot(page, name)
    page.mouse.up()


def test_an_album_is_made_by_drag(open_page: Open, shoot: Shoot) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        albums = page.get_by_role("region", name="Albums", exact=True)
        albums.get_by_role("button", name="New album").click()
        expect(page.get_by_role("dialog", name="New album")).to_be_visible()
        page.keyboard.type("Print candidates")
        page.keyboard.press("Enter")
        row = albums.get_by_role("treeitem", name=re.compile("^Print candidates"))
        expect(row).to_be_visible()
        page.keyboard.press("Escape")
        tiles(page).nth(1).click()
        for number in (3, 4):
            tiles(page).nth(number).click(modifiers=["Control"])
        drag(page, tiles(page).nth(3), row, "album-1-dragging", shoot)
        expect(row).to_have_accessible_name(re.compile("Print candidates, 3 pictures"))
        row.click()
        expect(tiles(page)).to_have_count(3)
        expect_thumbnails(page)
        shoot(page, "album-2-album")
        tiles(page).nth(2).click()
        order = [tile.get_attribute("data-id") for tile in tiles(page).all()]
        drag(page, tiles(page).nth(2), tiles(page).nth(0), "album-3-arranging", shoot, share=0.1)
        expect(tiles(page).first).to_have_attribute("data-id", order[2] or "")
        page.keyboard.press("Control+z")
        expect(tiles(page).first).to_have_attribute("data-id", order[0] or "")
