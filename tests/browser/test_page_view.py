"""How the page is arranged, and that it stays so: sides, layouts, themes, languages, places, selections, keys."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Open
from browser.opening import expect_thumbnails, grid, search, tiles
from browser.program import Program
from browser.screens import SCREENS

pytestmark = pytest.mark.browser

DRAGGED = """cell => { const data = new DataTransfer();
    cell.dispatchEvent(new DragEvent('dragstart', { bubbles: true, cancelable: true, dataTransfer: data }));
    const taken = { file: data.getData('DownloadURL'), addresses: data.getData('text/uri-list') };
    cell.dispatchEvent(new DragEvent('dragend', { bubbles: true, dataTransfer: data }));
    return taken; }"""
"""What a drag of this element gives to the program it is dropped on."""

PREFERRED = "Object.defineProperty(navigator, 'languages', { configurable: true, value: [%s] })"
"""A browser whose person prefers these languages."""


def sidebar(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Library", exact=True)


def details(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def field(page: Page) -> Locator:
    return page.get_by_label("Search", exact=True)


def layout(page: Page, name: str) -> Locator:
    return page.get_by_role("radiogroup", name="Layout").get_by_role("radio", name=name)


def chosen(page: Page) -> Locator:
    return grid(page).locator("[role=gridcell][aria-selected=true]")


def clipboard(page: Page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


def shapes(page: Page) -> list[tuple[float, float]]:
    """Width and height of the tiles in view."""
    boxes = [tile.bounding_box() for tile in tiles(page).all()[:6]]
    return [(box["width"], box["height"]) for box in boxes if box]


def test_the_arrangement_is_kept(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        expect(sidebar(page)).to_be_visible()
        expect(details(page)).to_be_visible()
        page.keyboard.press("F3")
        page.keyboard.press("F4")
        expect(sidebar(page)).to_be_hidden()
        expect(details(page)).to_be_hidden()
        page.keyboard.press("+")
        expect(page.get_by_label("Size of thumbnails")).to_have_attribute("aria-valuetext", "161 px")
        layout(page, "Squares").click()
        page.reload()
        expect_thumbnails(page)
        expect(sidebar(page)).to_be_hidden()
        expect(details(page)).to_be_hidden()
        expect(layout(page, "Squares")).to_have_attribute("aria-checked", "true")
        expect(page.get_by_label("Size of thumbnails")).to_have_attribute("aria-valuetext", "161 px")
        page.keyboard.press("F3")
        page.keyboard.press("i")
        expect(sidebar(page)).to_be_visible()
        expect(details(page)).to_be_visible()
        page.keyboard.press("F6")
        expect(field(page)).to_be_focused()


def test_pictures_stand_in_squares_in_rows_and_in_a_list(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        layout(page, "Squares").click()
        expect(layout(page, "Squares")).to_have_attribute("aria-checked", "true")
        expect_thumbnails(page)
        assert all(width == pytest.approx(height, abs=1) for width, height in shapes(page))
        page.keyboard.press("Escape")
        layout(page, "Rows").click()
        expect_thumbnails(page)
        assert len({round(width / height, 1) for width, height in shapes(page)}) > 1
        layout(page, "List").click()
        expect(grid(page)).to_contain_text("00000-100000.png")
        expect(grid(page)).to_contain_text("512 × 768")
        assert len({width for width, _ in shapes(page)}) == 1


def test_themes_are_changed_at_once(open_page: Open) -> None:
    background = "getComputedStyle(document.querySelector('header.top')).backgroundColor"
    with open_page(theme="dark") as page:
        expect_thumbnails(page)
        root = page.locator("html")
        expect(root).to_have_attribute("data-theme", "dark")
        dark = page.evaluate(background)
        page.get_by_role("button", name="Theme: Dark").click()
        expect(root).to_have_attribute("data-theme", "light")
        assert page.evaluate(background) != dark
        page.get_by_role("button", name="Theme: Light").click()
        expect(root).to_have_attribute("data-theme", "dark")
        page.emulate_media(color_scheme="light")
        expect(root).to_have_attribute("data-theme", "light")
        page.reload()
        expect(page.get_by_role("button", name="Theme: As the system")).to_be_visible()
        expect(root).to_have_attribute("data-theme", "light")


def test_the_page_speaks_five_languages_and_falls_back_to_english(open_page: Open) -> None:
    titles = {"de": "Einstellungen", "fr": "Réglages", "es": "Ajustes", "ja": "設定", "en": "Settings"}
    with open_page() as page:
        SCREENS["settings"](page)
        heading = page.locator(".settings h1")
        for language, title in titles.items():
            page.locator(".settings select").first.select_option(language)
            expect(heading).to_have_text(title)
            expect(page.locator("html")).to_have_attribute("lang", language)
        page.locator(".settings select").first.select_option("auto")
        page.add_init_script(
            "Object.defineProperty(navigator, 'languages', { configurable: true, value: ['pt-BR', 'fr-CA'] })"
        )
        page.reload()
        expect(heading).to_have_text("Réglages")
        page.add_init_script(
            "Object.defineProperty(navigator, 'languages', { configurable: true, value: ['pt-BR', 'nl'] })"
        )
        page.reload()
        expect(heading).to_have_text("Settings")


def test_places_and_models_of_the_sidebar_are_queries(open_page: Open) -> None:
    places = {"Favourites": "favorite:true", "Unrated": "rating:none", "For deletion": "deleted:true", "All images": ""}
    with open_page() as page:
        expect_thumbnails(page)
        for name, query in places.items():
            row = sidebar(page).get_by_role("treeitem", name=re.compile(f"^{name}"))
            row.click()
            expect(row).to_have_attribute("aria-selected", "true")
            expect(field(page)).to_have_value(query)
        page.keyboard.press("g")
        page.keyboard.press("f")
        expect(field(page)).to_have_value("favorite:true")
        sidebar(page).get_by_role("treeitem", name=re.compile("^dreamshaper_8, 1[0-9] pictures")).click()
        expect(field(page)).to_have_value(re.compile("dreamshaper_8"))
        expect(page.get_by_role("status").first).to_contain_text(re.compile(r"\b1\d of"))


def test_earlier_searches_are_offered_and_can_be_forgotten(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        for query, count in (("castle", 10), ("robot seed<100030", 4)):
            search(page, query)
            expect(page.get_by_role("status").first).to_contain_text(f"{count} of")
        page.reload()
        expect_thumbnails(page)
        field(page).fill("")
        offers = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
        expect(offers.filter(has_text="castle")).to_be_visible()
        texts = offers.all_inner_texts()
        newest, older = (next(i for i, text in enumerate(texts) if word in text) for word in ("robot", "castle"))
        assert newest < older
        offers.filter(has_text="castle").click()
        expect(field(page)).to_have_value("castle")
        expect(page.get_by_role("status").first).to_contain_text("10 of")
        tiles(page).first.click()
        page.keyboard.press("Control+k")
        page.get_by_role("dialog").get_by_role("combobox").fill("Clear search history")
        page.keyboard.press("Enter")
        field(page).fill("")
        page.wait_for_timeout(500)
        expect(offers.filter(has_text="robot seed")).to_have_count(0)


def test_many_are_selected_by_mouse_and_by_key(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        bar = page.get_by_role("toolbar", name="Selection")
        everything = page.locator(".status [role=status]").inner_text().split()[0]
        tiles(page).nth(1).click()
        page.keyboard.press("Home")
        expect(page.locator(":focus")).to_have_attribute("data-index", "0")
        page.keyboard.press("PageDown")
        expect(page.locator(":focus")).not_to_have_attribute("data-index", "0")
        page.keyboard.press("End")
        expect(page.locator(":focus")).to_have_attribute("data-index", str(int(everything) - 1))
        page.keyboard.press("Home")
        expect(page.locator(":focus")).to_have_attribute("data-index", "0")
        tiles(page).nth(0).click()
        tiles(page).nth(2).click(modifiers=["Control"])
        expect(bar).to_contain_text("2 selected")
        tiles(page).nth(5).click(modifiers=["Shift"])
        expect(chosen(page)).to_have_count(4)
        page.keyboard.press("Control+a")
        expect(bar).to_contain_text(f"{everything} selected")
        tiles(page).nth(1).click(modifiers=["Control"])
        expect(bar).to_contain_text(f"{int(everything) - 1} selected")
        page.keyboard.press("Control+i")
        expect(bar).to_contain_text("1 selected")
        expect(tiles(page).nth(1)).to_have_attribute("aria-selected", "true")


def test_a_band_selects_what_it_touches(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        search(page, "castle seed<100022")
        expect(tiles(page)).to_have_count(3)
        expect_thumbnails(page)
        around, first = grid(page).bounding_box(), tiles(page).first.bounding_box()
        assert around
        assert first
        page.mouse.move(around["x"] + around["width"] - 120, around["y"] + around["height"] - 20)
        page.mouse.down()
        page.mouse.move(first["x"] + 20, first["y"] + 20, steps=10)
        expect(chosen(page)).to_have_count(3)
        page.mouse.up()
        expect(page.get_by_role("toolbar", name="Selection")).to_contain_text("3 selected")


def test_every_value_of_a_picture_is_copied(open_page: Open) -> None:
    with open_page() as page:
        search(page, "seed:100001")
        expect(tiles(page)).to_have_count(1)
        tiles(page).first.click()
        expect(details(page)).to_contain_text("100001")
        for name, text in {
            "Copy negative prompt": "blurry, lowres, watermark",
            "Copy Seed": "100001",
            "Copy Model": "dreamshaper_8",
        }.items():
            details(page).get_by_role("button", name=name, exact=True).click()
            page.wait_for_function("async text => (await navigator.clipboard.readText()) === text", arg=text)
        messages = page.get_by_role("region", name="Messages")
        for key, said, text in (("n", "negative prompt", "blurry, lowres, watermark"), ("s", "the seed", "100001")):
            page.keyboard.press("y")
            page.keyboard.press(key)
            expect(messages).to_contain_text(said)
            assert clipboard(page) == text
        page.keyboard.press("y")
        page.keyboard.press("a")
        expect(messages).to_contain_text("Copied all parameters")
        lines = clipboard(page).splitlines()
        assert lines[0].startswith("lighthouse at dusk")
        assert lines[1] == "Negative prompt: blurry, lowres, watermark"
        assert "Seed: 100001" in lines[2]
        assert "Model hash: 1e35c80fc" in lines[2]


def test_pictures_are_dragged_out_as_files(open_page: Open, gallery: Program) -> None:
    with open_page() as page:
        search(page, "seed:100001|100007")
        expect(tiles(page)).to_have_count(2)
        expect_thumbnails(page)
        dragged = tiles(page).first.evaluate(DRAGGED)
        kind, name, address = dragged["file"].split(":", 2)
        assert kind == "image/png"
        assert dragged["addresses"] == address
        answer = page.request.get(address)
        assert answer.body() == next(gallery.pictures.rglob(name)).read_bytes()
        tiles(page).first.dblclick()
        viewer = page.get_by_role("dialog", name="Viewer")
        expect(viewer.locator(".sharp:not(.waiting) img")).to_be_visible()
        assert viewer.locator(".stage").evaluate(DRAGGED)["file"] == dragged["file"]
        page.keyboard.press("Escape")
        expect(viewer).to_be_hidden()
        tiles(page).nth(1).click(modifiers=["Control"])
        expect(chosen(page)).to_have_count(2)
        several = tiles(page).first.evaluate(DRAGGED)
        assert several["file"] == ""
        assert len(several["addresses"].split()) == 2


def test_the_middle_button_opens_a_picture_in_a_tab(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        with page.context.expect_page() as tab:
            tiles(page).nth(2).click(button="middle")
        expect(tab.value.get_by_role("dialog", name="Viewer")).to_contain_text("3 of")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_keys_of_the_older_program(open_page: Open) -> None:
    with open_page() as page:
        SCREENS["settings"](page)
        page.get_by_role("navigation", name="Settings").get_by_role("button", name="Keyboard").click()
        page.get_by_role("radiogroup", name="Keys").get_by_role("radio", name="Classic").click()
        page.go_back()
        expect_thumbnails(page)
        page.keyboard.press("F1")
        expect(page.get_by_role("dialog")).to_contain_text("Keyboard")
        page.keyboard.press("Escape")
        tiles(page).nth(2).click()
        page.keyboard.press("Shift+X")
        expect(page.get_by_role("alertdialog")).to_contain_text("Delete 1 file?")
        page.keyboard.press("Escape")
        expect(page.get_by_role("alertdialog")).to_have_count(0)
        tiles(page).nth(2).dblclick()
        viewer = page.get_by_role("dialog", name="Viewer")
        expect(viewer.locator(".overlay")).to_be_visible()
        zoom = viewer.get_by_role("button", name=re.compile("^Zoom: "))
        page.keyboard.press("Control+Shift+A")
        expect(zoom).to_have_accessible_name(re.compile("Actual"))
        page.keyboard.press("Control+0")
        expect(zoom).to_have_accessible_name(re.compile("Fit"))
        page.keyboard.press("i")
        expect(viewer.locator(".overlay")).to_have_count(0)
