"""The viewer: zoom that holds, a held key, a slideshow; and a file shown without indexing it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Open, Shoot
from browser.opening import expect_thumbnails, grid, tiles
from browser.program import Program, total
from pictures import parameters, save_png

pytestmark = pytest.mark.browser


def opened_viewer(page: Page, index: int = 2) -> Locator:
    expect_thumbnails(page)
    tiles(page).nth(index).dblclick()
    viewer = page.get_by_role("dialog", name="Viewer")
    expect(viewer).to_be_visible()
    return viewer


def zoom_button(viewer: Locator) -> Locator:
    return viewer.get_by_role("button", name=re.compile("^Zoom: "))


def test_zoom_holds_from_picture_to_picture(open_page: Open, shoot: Shoot) -> None:
    with open_page() as page:
        viewer = opened_viewer(page)
        expect(zoom_button(viewer)).to_have_accessible_name(re.compile(r"Zoom: Fit · \d+ %"))
        zoom_button(viewer).click()
        page.get_by_role("menuitem", name="400 %").click()
        expect(zoom_button(viewer)).to_have_accessible_name("Zoom: 400 %")
        page.keyboard.press("ArrowRight")
        expect(viewer).to_contain_text("4 of 61")
        expect(zoom_button(viewer)).to_have_accessible_name("Zoom: 400 %")
        for _ in range(20):
            page.keyboard.press("+")
        expect(zoom_button(viewer)).to_have_accessible_name("Zoom: 1000 %")
        shoot(page, "viewer-1-zoomed")
        page.keyboard.press("z")
        expect(zoom_button(viewer)).to_have_accessible_name(re.compile("Zoom: Fit"))
        page.keyboard.press("z")
        expect(zoom_button(viewer)).to_have_accessible_name("Zoom: Actual · 100 %")


def test_a_held_key_rushes_and_rests_on_a_sharp_picture(open_page: Open) -> None:
    with open_page() as page:
        viewer = opened_viewer(page)
        for _ in range(20):
            page.keyboard.down("ArrowRight")
            page.wait_for_timeout(30)
        expect(viewer.locator(".sharp")).to_have_count(0)
        page.keyboard.up("ArrowRight")
        expect(viewer.locator(".sharp:not(.waiting) img")).to_be_visible()
        place = re.search(r"(\d+) of 61", viewer.inner_text())
        assert place
        index = int(place[1]) - 1
        assert index > 10
        page.keyboard.press("Escape")
        expect(grid(page).locator(f"[data-index='{index}']")).to_be_focused()


def test_a_slideshow_goes_on_by_itself_until_it_is_stopped(open_page: Open, shoot: Shoot) -> None:
    with open_page() as page:
        viewer = opened_viewer(page)
        page.keyboard.press("p")
        viewer.get_by_role("button", name="2 s").click()
        shoot(page, "viewer-2-slideshow")
        expect(viewer).to_contain_text("4 of 61")
        page.keyboard.press("Escape")
        expect(viewer.get_by_role("toolbar", name="Rating and marks")).to_be_attached()
        page.keyboard.press("Escape")
        expect(viewer).to_be_hidden()


def test_a_file_is_shown_without_indexing_it(open_page: Open, gallery: Program, tmp_path: Path, shoot: Shoot) -> None:
    picture = save_png(
        tmp_path / "elsewhere.png", texts={"parameters": parameters("a glass whale", seed=2**64 - 1)}, size=(320, 240)
    )
    notes = tmp_path / "notes.txt"
    notes.write_text("only words")
    with open_page() as page:
        expect_thumbnails(page)
        shown = page.get_by_role("dialog")
        with page.expect_file_chooser() as chosen:  # some time before it comes: the browser must know of the wait
            page.keyboard.press("Control+o")
            expect(shown.get_by_role("button", name="Show the metadata of a file")).to_be_focused()
            page.keyboard.press("Enter")
        chosen.value.set_files([picture, notes])
        expect(shown).to_contain_text("a glass whale", timeout=30_000)
        expect(shown).to_contain_text("18446744073709551615")
        expect(shown).to_contain_text("from png:parameters · Seed")
        expect(shown.get_by_role("img", name="elsewhere.png")).to_be_visible()
        shoot(page, "inspect-1-picture")
        shown.get_by_role("button", name="Next file").click()
        expect(shown).to_contain_text("The file says nothing about how it was made.")
        page.keyboard.press("Escape")
        expect(shown).to_be_hidden()
    assert total(gallery.url, "whale") == 0
