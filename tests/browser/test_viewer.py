"""The viewer: zoom that holds, a held key, a slideshow; and a file shown without indexing it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Open, Shoot
from browser.opening import expect_thumbnails, grid, search, tiles
from browser.program import Program, total
from browser.test_renditions import made_in_time
from pictures import parameters, save_png

pytestmark = pytest.mark.browser

PLACE = """(stage, [x, y]) => { const box = stage.querySelector('.picture').getBoundingClientRect();
    return [(x - box.left) / box.width, (y - box.top) / box.height]; }"""
"""Which part of the picture is at this point of the window: 0 to 1 across, and down."""


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


def middle(stage: Locator) -> tuple[float, float]:
    box = stage.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_wheel_zooms_at_the_pointer_and_a_drag_pans(open_page: Open) -> None:
    with open_page() as page:
        viewer = opened_viewer(page)
        stage = viewer.locator(".stage")
        zoom_button(viewer).click()
        page.get_by_role("menuitem", name="400 %").click()
        x, y = middle(stage)
        x, y = x + 90, y - 60
        page.mouse.move(x, y)
        before = stage.evaluate(PLACE, [x, y])
        page.mouse.wheel(0, -300)
        expect(zoom_button(viewer)).to_have_accessible_name(re.compile(r"Zoom: 6\d\d %"))
        assert stage.evaluate(PLACE, [x, y]) == pytest.approx(before, abs=0.005)
        page.mouse.down()
        page.mouse.move(x - 80, y - 50, steps=4)
        page.mouse.up()
        assert stage.evaluate(PLACE, [x - 80, y - 50]) == pytest.approx(before, abs=0.005)
        for turn, end in ((-900, "1000 %"), (900, "10 %")):
            for _ in range(6):
                page.mouse.wheel(0, turn)
            expect(zoom_button(viewer)).to_have_accessible_name(f"Zoom: {end}")


def test_the_wheel_goes_to_the_next_picture_where_that_is_chosen(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        page.keyboard.press("Control+k")
        page.get_by_role("dialog").get_by_role("combobox").fill("Wheel: zoom, or next picture")
        page.keyboard.press("Enter")
        viewer = opened_viewer(page)
        page.mouse.move(*middle(viewer.locator(".stage")))
        page.mouse.wheel(0, 100)
        expect(viewer).to_contain_text("4 of 61")
        page.wait_for_timeout(150)
        page.mouse.wheel(0, -100)
        expect(viewer).to_contain_text("3 of 61")
        page.keyboard.down("Control")
        page.mouse.wheel(0, -400)
        page.keyboard.up("Control")
        expect(viewer).to_contain_text("3 of 61")
        expect(zoom_button(viewer)).to_have_accessible_name(re.compile(r"Zoom: \d+ %"))


def test_the_details_and_the_overlay_come_and_go_by_key(open_page: Open) -> None:
    with open_page() as page:
        viewer = opened_viewer(page)
        overlay, details = viewer.locator(".overlay"), viewer.get_by_role("complementary", name="Details")
        expect(overlay).to_contain_text(re.compile(r"\d+ steps"))
        expect(details).to_contain_text("Seed")
        page.keyboard.press("o")
        expect(overlay).to_have_count(0)
        for key in ("i", "F4"):
            page.keyboard.press(key)
            expect(details).to_have_count(0)
            page.keyboard.press(key)
            expect(details).to_be_visible()
        page.keyboard.press("F11")
        expect(viewer.get_by_role("button", name="Full screen")).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("document.fullscreenElement !== null")
        page.keyboard.press("F11")
        expect(viewer.get_by_role("button", name="Full screen")).to_have_attribute("aria-pressed", "false")


def test_a_film_begins_again_when_it_ends(open_page: Open) -> None:
    with open_page() as page:
        search(page, "type:video")
        expect(tiles(page)).to_have_count(1)
        viewer = opened_viewer(page, 0)
        film = viewer.locator("video")
        expect(film).to_be_visible()
        made_in_time(page)
        film.evaluate("film => { film.muted = true; film.currentTime = film.duration - 0.3; return film.play(); }")
        page.wait_for_function("() => { const film = document.querySelector('video'); return film.currentTime < 1; }")
        assert not film.evaluate("film => film.ended || film.paused")
