"""The page on a phone: three columns, bottom navigation, gestures, sheets."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from browser.conftest import Open, Shoot
from browser.fingers import Fingers
from browser.opening import expect_thumbnails, grid, tiles

pytestmark = pytest.mark.browser

SMALLEST_TARGET = 44


@pytest.fixture
def open_phone(open_page: Open) -> Open:
    return partial(open_page, width=390, height=844, touch=True)


def test_the_phone_shows_three_columns_and_no_scroll_sideways(open_phone: Open, shoot: Shoot) -> None:
    with open_phone() as page:
        expect_thumbnails(page)
        shoot(page, "phone-1-library")
        assert page.evaluate("document.scrollingElement.scrollWidth") == 390
        tops = [box["y"] for tile in tiles(page).all()[:12] if (box := tile.bounding_box())]
        assert max(tops.count(top) for top in tops) == 3
        small = page.evaluate(
            """least => [...document.querySelectorAll("nav button, header button, [role=toolbar] button")].filter(
                (one) => one.checkVisibility() && one.offsetWidth > 0
                    && Math.min(one.offsetWidth, one.offsetHeight) < least).map((one) => one.outerHTML.slice(0, 99))""",
            SMALLEST_TARGET,
        )
        assert small == []


def test_fingers_open_swipe_and_close_pictures(open_phone: Open, shoot: Shoot) -> None:
    with open_phone() as page:
        expect_thumbnails(page)
        tiles(page).nth(3).tap()
        viewer = page.get_by_role("dialog", name="Viewer")
        expect(viewer).to_be_visible()
        expect(viewer).to_contain_text(re.compile("4 of|4 / "))
        shoot(page, "phone-2-viewer")
        fingers = Fingers(page)
        fingers.swipe((330, 400), (60, 400))
        expect(viewer).to_contain_text(re.compile("5 of|5 / "))
        fingers.swipe((200, 420), (200, 150))
        expect(page.get_by_text("Seed")).to_be_visible()
        shoot(page, "phone-3-sheet")
        page.go_back()
        fingers.swipe((200, 250), (200, 640))
        expect(viewer).to_be_hidden()


def test_a_long_press_selects_and_sweeps(open_phone: Open, shoot: Shoot) -> None:
    with open_phone() as page:
        expect_thumbnails(page)
        boxes = [tile.bounding_box() for tile in tiles(page).all()[:3]]
        first, last = boxes[0], boxes[2]
        assert first is not None
        assert last is not None
        fingers = Fingers(page)
        fingers.down((first["x"] + 60, first["y"] + 60))
        page.wait_for_timeout(700)
        fingers.move((first["x"] + 120, first["y"] + 60))
        fingers.move((last["x"] + 60, last["y"] + 60))
        fingers.up()
        expect(page.get_by_role("toolbar", name="Selection")).to_contain_text("3")
        expect(grid(page).locator("[aria-selected=true]")).to_have_count(3)
        shoot(page, "phone-4-selection")


def test_two_fingers_change_the_number_of_columns(open_phone: Open, shoot: Shoot) -> None:
    with open_phone() as page:
        expect_thumbnails(page)
        width = (tiles(page).first.bounding_box() or {"width": 0})["width"]
        fingers = Fingers(page)
        fingers.down((120, 400), (270, 400))
        for step in range(1, 9):
            fingers.move((120 - step * 10, 400), (270 + step * 10, 400))
        fingers.up()
        page.wait_for_timeout(300)
        assert (tiles(page).first.bounding_box() or {"width": 0})["width"] > width
        shoot(page, "phone-5-two-columns")


def test_the_filter_of_the_phone_says_what_one_gets(open_phone: Open, shoot: Shoot) -> None:
    with open_phone() as page:
        expect_thumbnails(page)
        page.get_by_role("button", name=re.compile("^Filter")).first.tap()
        panel = page.get_by_role("complementary", name="Filter")
        expect(panel.get_by_role("button", name="Show 61 pictures")).to_be_visible()
        panel.get_by_role("checkbox", name=re.compile("juggernautXL_v9")).tap()
        button = panel.get_by_role("button", name="Show 16 pictures")
        expect(button).to_be_visible()
        shoot(page, "phone-6-filter")
        button.tap()
        expect(panel).to_have_count(0)
        expect(page).to_have_url(re.compile("juggernautXL_v9"))
        expect(tiles(page).first).to_be_visible()


def test_the_bottom_bar_leads_everywhere(open_phone: Open, shoot: Shoot) -> None:
    with open_phone() as page:
        expect_thumbnails(page)
        bar = page.get_by_role("navigation", name="Places")
        for name in ("Albums", "Folders", "More"):
            bar.get_by_role("button", name=re.compile(f"^{name}")).tap()
            page.wait_for_timeout(250)
            shoot(page, f"phone-7-{name.lower()}")
        page.go_back()  # the sheet lies over the bar
        expect(page.get_by_role("dialog", name="More")).to_have_count(0)
        bar.get_by_role("button", name=re.compile("^Library")).tap()
        expect(tiles(page).first).to_be_visible()
        expect(bar.get_by_role("button", name=re.compile("^Library"))).to_have_attribute("aria-current", "page")


def test_what_is_chosen_among_more_stays_open(open_phone: Open, shoot: Shoot) -> None:
    with open_phone() as page:
        expect_thumbnails(page)
        page.get_by_role("navigation", name="Places").get_by_role("button", name=re.compile("^More")).tap()
        page.get_by_role("dialog", name="More").get_by_role("button", name=re.compile("Settings")).tap()
        settings = page.get_by_role("heading", name="Settings", exact=True)
        expect(settings).to_be_visible()
        page.wait_for_timeout(800)  # the entry that the sheet made in the history is taken away 0.4 s after it
        expect(settings).to_be_visible()
        shoot(page, "phone-8-settings")
        page.go_back()
        expect(tiles(page).first).to_be_visible()


def test_the_settings_are_a_list_and_then_one_section(open_phone: Open, shoot: Shoot) -> None:
    with open_phone() as page:
        expect_thumbnails(page)
        page.keyboard.press("Control+,")
        section = page.get_by_role("heading", name="Viewer", exact=True)
        page.get_by_role("navigation", name="Settings").get_by_role("button", name="Viewer").tap()
        expect(section).to_be_in_viewport()
        expect(page.get_by_role("switch", name="The wheel goes to the next picture")).not_to_be_checked()
        shoot(page, "phone-9-settings-section")
        page.get_by_role("button", name="Settings", exact=True).last.tap()
        expect(section).to_be_hidden()
        page.get_by_role("searchbox", name="Search settings").fill("wheel")
        expect(page.get_by_role("switch", name="The wheel goes to the next picture")).to_be_visible()


def test_the_overlay_of_all_keys_can_be_closed(open_phone: Open) -> None:
    with open_phone() as page:
        expect_thumbnails(page)
        page.keyboard.press("?")
        close = page.get_by_role("dialog", name="Keyboard").get_by_role("button", name="Close")
        expect(close).to_be_in_viewport(ratio=1)
        close.tap()
        expect(close).to_have_count(0)
