"""What a person says of pictures by key and by mouse, and how the page shows it; in a library that may be spoiled."""

import re
import stat
import sys
from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.opening import opened, search, tiles
from browser.program import Program, start, stop, wait_until_total
from browser.test_page_files import until
from pictures import make_library, parameters, save_png

pytestmark = pytest.mark.browser

COUNT = 110
BLURRED = re.compile(r"\bblurred\b")
ENDLESS = "an endless corridor, " + ", ".join(f"door number {number}" for number in range(120))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[Program]:
    """The program over 110 pictures, one with a long prompt and a score, a damaged one and one that goes missing."""
    folder = tmp_path_factory.mktemp("marks")
    pictures = make_library(folder / "pictures", COUNT)
    save_png(pictures / "long.png", texts={"parameters": f"{parameters(ENDLESS, seed=1)}, Score: 6.25"})
    save_png(pictures / "lost" / "gone.png", texts={"parameters": parameters("a lost city", seed=2)})
    (pictures / "damaged.png").write_bytes(b"no picture at all")
    editor = folder / "editor"
    editor.write_text(f'#!/bin/sh\necho "$@" > "{folder}/opening" && mv "{folder}/opening" "{folder}/opened"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    (folder / "data").mkdir()
    programs = f'[[open_with]]\nname = "Editor"\npath = "{editor}"\narguments = ["--new", "%1"]\n'
    (folder / "data" / "settings.toml").write_text(programs, encoding="utf-8")
    process, url = start(folder / "data", pictures)
    wait_until_total(url, COUNT + 3)
    wait_until_total(url, COUNT + 2, "steps>=1")
    yield Program(url=url, pictures=pictures, data_dir=folder / "data")
    stop(process)


@pytest.fixture
def page(browser: Browser, world: Program) -> Generator[Page]:
    with opened(browser, world.url) as page:
        yield page


def one(page: Page, query: str) -> Locator:
    """The only picture that a query finds, chosen."""
    search(page, query)
    expect(tiles(page)).to_have_count(1)
    tiles(page).first.click()
    return tiles(page).first


def details(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def named(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b{words}\b")


def test_a_damaged_picture_says_so_where_it_is_compared(page: Page) -> None:
    search(page, "problem:any OR seed:1005")
    expect(tiles(page)).to_have_count(2)
    tiles(page).first.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("c")
    expect(page.get_by_role("dialog", name="Compare").get_by_text("Cannot be read")).to_be_visible()
    signs = """[...document.images].filter((image) => image.src && image.complete && !image.naturalWidth
        && getComputedStyle(image).visibility === 'visible' && getComputedStyle(image).opacity !== '0').length"""
    assert page.evaluate(signs) == 0, "the browser's sign for an image that cannot be had is seen"


def test_nsfw_is_marked_blurred_and_shown_by_key(page: Page) -> None:
    tile = one(page, "seed:1005")
    page.keyboard.press("n")
    expect(tile).to_have_accessible_name(named("NSFW"))
    expect(tile).to_have_class(BLURRED)
    assert "blur(" in tile.locator("canvas").evaluate("canvas => getComputedStyle(canvas).filter")
    page.keyboard.press("b")
    expect(tile).not_to_have_class(BLURRED)
    assert tile.locator("canvas").evaluate("canvas => getComputedStyle(canvas).filter") == "none"
    page.keyboard.press("b")
    expect(tile).to_have_class(BLURRED)
    page.keyboard.press("Enter")
    expect(tile).not_to_have_class(BLURRED)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("n")
    expect(tile).not_to_have_accessible_name(named("NSFW"))


def test_ratings_are_cleared_and_deletion_is_marked_by_key(page: Page) -> None:
    tile = one(page, "seed:1006")
    page.keyboard.press("6")
    expect(tile).to_have_accessible_name(named("rated 6"))
    page.keyboard.press("~")
    expect(tile).not_to_have_accessible_name(named("rated"))
    for key in ("x", "Delete"):
        page.keyboard.press(key)
        expect(tile).to_have_accessible_name(named("for deletion"))
        expect(tile.locator(".middle svg")).to_be_visible()
        page.keyboard.press(key)
        expect(tile).not_to_have_accessible_name(named("for deletion"))


def test_albums_and_favourites_show_on_tiles_and_in_the_panel(page: Page) -> None:
    tile = one(page, "seed:1007")
    expect(tile.locator(".upper svg")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    page.keyboard.type("On tiles")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(tile.locator(".upper svg")).to_have_count(1)
    page.keyboard.press("f")
    expect(tile.locator(".upper svg")).to_have_count(2)
    expect(details(page).get_by_role("button", name="On tiles", exact=True)).to_be_visible()
    details(page).get_by_role("button", name="Take out of On tiles").click()
    expect(tile.locator(".upper svg")).to_have_count(1)


def test_files_that_are_gone_or_damaged_say_so_on_their_tiles(page: Page, world: Program) -> None:
    (world.pictures / "lost" / "gone.png").unlink()
    wait_until_total(world.url, 1, "unavailable:true")
    tile = one(page, "unavailable:true")
    expect(tile).to_have_accessible_name(named("file is missing"))
    expect(tile).to_contain_text("File is missing")
    tile = one(page, "problem:any")
    expect(tile).to_have_accessible_name(named("Cannot be read"), timeout=20_000)
    expect(tile).to_contain_text("Cannot be read")


def test_the_panel_has_the_score_and_folds_what_is_long(page: Page) -> None:
    one(page, "aesthetic>6")
    expect(details(page)).to_contain_text("6.25")
    prompt = details(page).locator("p").filter(has_text="an endless corridor").first
    more = details(page).get_by_role("button", name="More", exact=True).first
    expect(more).to_have_attribute("aria-expanded", "false")
    low = prompt.bounding_box()
    more.click()
    high = prompt.bounding_box()
    assert low
    assert high
    assert high["height"] > 2 * low["height"]
    one(page, "seed:18446744073709551611")
    details(page).get_by_role("tab", name="Raw").click()
    tree = details(page).get_by_role("list", name="Metadata")
    node = tree.locator("button.fold[aria-expanded]").nth(1)
    was = node.get_attribute("aria-expanded")
    node.click()
    expect(node).to_have_attribute("aria-expanded", "false" if was == "true" else "true")
    details(page).get_by_role("button", name="As stored").click()
    expect(details(page).locator("pre")).to_contain_text('"class_type": "KSampler"')


def test_the_strip_of_the_viewer_is_clicked(page: Page) -> None:
    one(page, "seed:1010").dblclick()
    strip = page.get_by_role("toolbar", name="Rating and marks")
    for name in ("Rate 7", "Favourite", "NSFW", "For deletion"):
        button = strip.get_by_role("button", name=name, exact=True)
        expect(button).to_have_attribute("aria-pressed", "false")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
    strip.get_by_role("button", name="Rate 7", exact=True).click()
    expect(strip.get_by_role("button", name="Rate 7", exact=True)).to_have_attribute("aria-pressed", "false")
    strip.get_by_role("button", name="Rate 9", exact=True).click()
    page.keyboard.press("Escape")
    name = re.compile("rated 9, favourite, NSFW, for deletion")
    expect(tiles(page).first).to_have_accessible_name(name)


def test_a_tag_is_given_in_the_viewer_and_the_next_picture_comes(page: Page, world: Program) -> None:
    search(page, "castle seed<1050")
    expect(page.get_by_role("status").first).to_contain_text("10 of")
    tiles(page).first.dblclick()
    viewer = page.get_by_role("dialog", name="Viewer")
    expect(viewer).to_contain_text("1 of")
    page.keyboard.press("t")
    expect(page.locator(":focus")).to_have_attribute("role", "combobox")
    page.keyboard.type("dusk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name="dusk")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("2 of")
    wait_until_total(world.url, 1, "tag:dusk castle")


def test_a_picture_that_was_looked_at_says_so(page: Page, world: Program) -> None:
    one(page, "seed:1013").dblclick()
    expect(page.get_by_role("dialog", name="Viewer")).to_be_visible()
    page.wait_for_timeout(2500)
    page.keyboard.press("Escape")
    wait_until_total(world.url, 1, "viewed:any seed:1013")
    wait_until_total(world.url, 0, "viewed:any seed:1015")


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
def test_shift_and_a_digit_open_the_picture_in_a_program_of_the_list(page: Page, world: Program) -> None:
    with page.expect_response(re.compile("/files/programs$")):
        page.reload()
    one(page, "seed:1011")
    page.keyboard.press("Shift+1")
    told = world.data_dir.parent / "opened"
    until(page, told)
    (path,) = world.pictures.rglob("00011-1011.*")
    assert told.read_text() == f"--new {path}\n"


def test_entries_are_removed_and_files_deleted_by_key(page: Page, world: Program) -> None:
    (path,) = world.pictures.rglob("00012-1012.*")
    one(page, "seed:1012")
    page.keyboard.press("Control+Delete")
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("Remove 1 picture from the library?")
    asked.get_by_role("button", name="Remove 1 picture").click()
    wait_until_total(world.url, 0, "seed:1012")
    assert path.exists()
    expect(asked).to_have_count(0)
    page.keyboard.press("Control+z")
    wait_until_total(world.url, 1, "seed:1012")
    one(page, "seed:1012")
    page.keyboard.press("Shift+Delete")
    expect(asked).to_contain_text("Delete 1 file?")
    asked.get_by_role("radio", name=re.compile("^For good")).check()
    asked.get_by_role("button", name="Delete 1 file").click()
    until(page, path, there=False)
    wait_until_total(world.url, 0, "seed:1012")


def test_an_archived_folder_wears_its_mark(page: Page) -> None:
    row = page.get_by_role("tree", name="Folders", exact=True).get_by_role("treeitem", name=re.compile("^jpeg"))
    archived = named("archived: scans pass it over")
    expect(row).not_to_have_accessible_name(archived)
    for entry, marked in (("Archive this folder", True), ("End archiving", False)):
        row.click(button="right")
        page.get_by_role("menuitem", name=entry).click()
        expect(row.locator(".mark svg")).to_have_count(int(marked))
        if marked:
            expect(row).to_have_accessible_name(archived)
    expect(row).not_to_have_accessible_name(archived)


def test_settings_of_pages_and_of_the_slideshow_hold(page: Page, world: Program) -> None:
    page.keyboard.press("Control+,")
    expect(page.get_by_role("heading", name="Settings").first).to_be_visible()
    for words, value in (("Time of a picture in a slideshow", "2"), ("Pages", "100")):
        page.get_by_label("Search settings").fill(words)
        page.get_by_label(words, exact=True).select_option(value)
    page.goto(world.url)
    pager = page.get_by_role("group", name="Pages")
    expect(pager).to_contain_text("of 2")
    tiles(page).first.click()
    page.keyboard.press("Alt+PageDown")
    expect(pager.get_by_label("Page", exact=True)).to_have_value("2")
    page.keyboard.press("Alt+Home")
    expect(pager.get_by_label("Page", exact=True)).to_have_value("1")
    page.keyboard.press("p")
    show = page.get_by_role("toolbar", name="Slideshow")
    expect(show.get_by_role("button", name="2 s")).to_have_attribute("aria-pressed", "true")
