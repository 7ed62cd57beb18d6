"""What a user does on the first day: scan, look, search, open, rate, reload."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.opening import SHOWS_PICTURE
from browser.program import Program
from pictures import parameters, save_png

pytestmark = pytest.mark.browser


def grid(page: Page) -> Locator:
    return page.get_by_role("grid", name="Pictures")


def tiles(page: Page) -> Locator:
    return grid(page).get_by_role("gridcell")


def search(page: Page, query: str) -> None:
    field = page.get_by_label("Search", exact=True)
    field.fill(query)
    field.press("Enter")


def rescan(page: Page) -> None:
    answer = page.evaluate(
        """async () => (await fetch("/api/collections/main/scans", {
            method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"})).status"""
    )
    assert answer == 202


def expect_total(page: Page, total: int) -> None:
    expect(page.get_by_role("status")).to_contain_text(re.compile(rf"\b{total:,}\b"))


def test_the_scanned_pictures_are_there_with_thumbnails(page: Page) -> None:
    expect_total(page, 40)
    expect(tiles(page).first).to_be_visible()
    picture = tiles(page).first.locator("canvas")
    expect(picture).to_be_visible()
    page.wait_for_function(SHOWS_PICTURE, arg=picture.element_handle())


def test_a_search_narrows_the_result_and_the_address_is_its_state(page: Page) -> None:
    expect_total(page, 40)
    search(page, "castle")
    expect(tiles(page)).to_have_count(8)
    assert "castle" in page.url
    page.reload()
    expect(page.get_by_label("Search", exact=True)).to_have_value("castle")
    expect(tiles(page)).to_have_count(8)
    page.go_back()
    expect_total(page, 40)
    expect(page.get_by_label("Search", exact=True)).to_have_value("")


def test_a_wrong_query_says_where_and_keeps_the_last_result(page: Page) -> None:
    search(page, "steps:12")
    expect(tiles(page)).to_have_count(1)
    search(page, "casttle:1")
    expect(page.get_by_text('no field "casttle"')).to_be_visible()
    expect(tiles(page)).to_have_count(1)


def test_the_viewer_opens_moves_and_shows_how_it_was_made(page: Page) -> None:
    search(page, "in:comfyui")
    expect(tiles(page)).to_have_count(8)
    tiles(page).first.dblclick()
    viewer = page.get_by_role("dialog", name="Viewer")
    expect(viewer).to_be_visible()
    expect(viewer).to_contain_text("1 of 8")
    expect(viewer).to_contain_text("flux1-dev")
    expect(viewer).to_contain_text(re.compile(r"184467440737095\d{5}"))
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("2 of 8")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(tiles(page).nth(1)).to_be_focused()


def test_a_prompt_is_copied(page: Page) -> None:
    search(page, "steps:11")
    expect(tiles(page)).to_have_count(1)
    tiles(page).first.click()
    details = page.get_by_role("complementary", name="Details")
    expect(details).to_contain_text("picture 1")
    details.get_by_role("button", name=re.compile("copy prompt", re.IGNORECASE)).click()
    page.wait_for_function(
        "async text => (await navigator.clipboard.readText()) === text",
        arg="a fox in the (morning mist:1.2), picture 1",
    )


def test_ratings_and_favourites_stay_and_can_be_undone(page: Page) -> None:
    search(page, "steps:22")
    expect(tiles(page)).to_have_count(1)
    tiles(page).first.click()
    page.keyboard.press("8")
    page.keyboard.press("f")
    expect(tiles(page).first).to_have_accessible_name(re.compile("rated 8, favourite"))
    page.wait_for_timeout(600)
    page.reload()
    expect(tiles(page).first).to_have_accessible_name(re.compile("rated 8, favourite"))
    search(page, "rating>=8 favorite")
    expect(tiles(page)).to_have_count(1)
    tiles(page).first.click()
    page.keyboard.press("0")
    expect(tiles(page).first).to_have_accessible_name(re.compile("rated 10"))
    page.wait_for_timeout(600)
    page.keyboard.press("Control+z")
    expect(tiles(page).first).to_have_accessible_name(re.compile("rated 8"))


def test_new_files_are_found_while_the_page_is_open(page: Page, program: Program) -> None:
    search(page, "zeppelin")
    expect(page.get_by_role("main")).to_contain_text(re.compile("no picture", re.IGNORECASE))
    picture = save_png(
        program.pictures / "new" / "zeppelin.png", texts={"parameters": parameters("a zeppelin", seed=5)}, colour=9
    )
    rescan(page)
    expect(tiles(page)).to_have_count(1, timeout=30_000)
    picture.unlink()
    rescan(page)
    expect(tiles(page)).to_have_count(0, timeout=30_000)


def test_hostile_text_is_only_text(page: Page, program: Program) -> None:
    hostile = '<img src=x onerror="window.broken=1"><script>window.broken=1</script> basilisk'
    picture = save_png(program.pictures / "hostile" / "<b>x.png", texts={"parameters": parameters(hostile, seed=6)})
    rescan(page)
    search(page, "basilisk")
    expect(tiles(page)).to_have_count(1, timeout=30_000)
    tiles(page).first.click()
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("<script>")
    assert page.evaluate("window.broken") is None
    picture.unlink()


def test_a_link_to_a_query_that_cannot_be_read_shows_it_and_what_to_write_instead(page: Page, program: Program) -> None:
    page.goto(f"{program.url}?q=rating>>5")
    expect(page.get_by_label("Search", exact=True)).to_have_value("rating>>5")
    expect(tiles(page).first).to_be_visible()
    page.get_by_role("button", name="Use > instead").click()
    expect(page.get_by_label("Search", exact=True)).to_have_value("rating>5")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_damaged_file_says_what_is_wrong_with_it(page: Page, program: Program) -> None:
    damaged = program.pictures / "damaged" / "not a picture.png"
    damaged.parent.mkdir(exist_ok=True)
    damaged.write_bytes(b"no picture at all")
    rescan(page)
    search(page, "problem:any")
    expect(tiles(page)).to_have_count(1, timeout=30_000)
    tiles(page).first.click()
    details = page.get_by_role("complementary", name="Details")
    expect(details).to_contain_text("This file is not a picture")
    expect(details.get_by_role("img")).to_have_count(0)
    damaged.unlink()
