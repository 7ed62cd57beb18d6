"""Every screen of the page and how one gets there, for tests that look at all of them."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from browser.fingers import Fingers
from browser.opening import expect_thumbnails, search, tiles

Show = Callable[[Page], None]


def dialog(page: Page, name: str | re.Pattern[str]) -> Locator:
    """A dialog by its name."""
    return page.get_by_role("dialog", name=name).or_(page.get_by_role("alertdialog", name=name))


def library(page: Page) -> None:
    expect_thumbnails(page)


def is_phone(page: Page) -> bool:
    """Whether the page is laid out for one."""
    return page.viewport_size is not None and page.viewport_size["width"] < 600


def middle(element: Locator) -> tuple[float, float]:
    """Where a finger meets it."""
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def selection(page: Page) -> None:
    library(page)
    if is_phone(page):
        Fingers(page).hold(middle(tiles(page).nth(1)))
        tiles(page).nth(3).tap()
    else:
        tiles(page).nth(1).click()
        tiles(page).nth(3).click(modifiers=["Control"])
    expect(page.get_by_role("toolbar", name="Selection")).to_be_visible()


def find(page: Page, query: str) -> None:
    """Search, and wait until the answer is there: before that the tiles are others."""
    library(page)
    search(page, query)
    expect_fewer(page)
    expect_thumbnails(page)


def expect_fewer(page: Page) -> None:
    """The result is not the whole library; a phone has no line that says so, but its address does."""
    if is_phone(page):
        expect(page).to_have_url(re.compile(r"[?&]q="))
        page.wait_for_timeout(500)
    else:
        expect(page.get_by_role("status").first).to_contain_text("of 61")


def show_details(page: Page) -> None:
    """Those of the first picture; on a phone they are a sheet below it."""
    tiles(page).first.click()
    if is_phone(page):
        expect(dialog(page, "Viewer")).to_be_visible()
        Fingers(page).swipe((195, 500), (195, 120))


def details(page: Page) -> None:
    find(page, "in:2025-10 -generator:comfyui")
    show_details(page)
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("Steps")


def nothing_found(page: Page) -> None:
    search(page, "zeppelin rating:9")
    expect(tiles(page)).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text(re.compile("no picture", re.IGNORECASE))


def wrong_query(page: Page) -> None:
    library(page)
    search(page, "rating>>5")
    expect(page.get_by_role("alert").first).to_be_visible()


def viewer(page: Page) -> None:
    library(page)
    tiles(page).nth(2).dblclick()
    expect(dialog(page, "Viewer")).to_be_visible()


def keys(page: Page) -> None:
    library(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def completion(page: Page) -> None:
    library(page)
    page.keyboard.press("/")
    page.keyboard.type("model:")
    expect(page.get_by_role("listbox").first).to_be_visible()


def filter_panel(page: Page) -> None:
    library(page)
    page.keyboard.press("Control+f")
    expect(page.get_by_role("complementary", name="Filter")).to_be_visible()


def tab(name: str) -> Show:
    """A tab of the panel."""

    def show(page: Page) -> None:
        find(page, "generator:comfyui")
        show_details(page)
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        page.wait_for_timeout(300)

    return show


def several(page: Page) -> None:
    selection(page)
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("2")


def compare(page: Page) -> None:
    selection(page)
    page.keyboard.press("c")
    expect(dialog(page, "Compare")).to_be_visible()


def context_menu(page: Page) -> None:
    library(page)
    tiles(page).nth(2).click(button="right")
    expect(page.get_by_role("menu").first).to_be_visible()


def palette(page: Page) -> None:
    library(page)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()


def settings(page: Page) -> None:
    library(page)
    page.keyboard.press("Control+,")
    expect(page.get_by_role("heading", name="Settings").first).to_be_visible()


def jobs(page: Page) -> None:
    library(page)
    page.keyboard.press("g")
    page.keyboard.press("j")
    expect(dialog(page, "Jobs")).to_be_visible()


def place(keys: str, title: str) -> Show:
    """A page of its own, by its chord."""

    def show(page: Page) -> None:
        library(page)
        for key in keys.split():
            page.keyboard.press(key)
        expect(page.get_by_role("heading", name=title).first).to_be_visible()
        page.wait_for_timeout(400)

    return show


def for_deletion(page: Page) -> None:
    library(page)
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect_fewer(page)


def asking(key: str, name: str) -> Show:
    """A dialog about the selection, by its key."""

    def show(page: Page) -> None:
        selection(page)
        page.keyboard.press(key)
        expect(dialog(page, re.compile(name))).to_be_visible()

    return show


def auto_tag(page: Page) -> None:
    library(page)
    page.keyboard.press("Shift+T")
    expect(dialog(page, "Auto-tag")).to_contain_text("dtk models pull")


def caption(page: Page) -> None:
    library(page)
    page.keyboard.press("Shift+E")
    expect(dialog(page, "Caption").get_by_label("Instruction")).not_to_be_empty()


SCREENS: dict[str, Show] = {
    "library": library,
    "selection": selection,
    "details": details,
    "nothing-found": nothing_found,
    "wrong-query": wrong_query,
    "viewer": viewer,
    "keys": keys,
    "completion": completion,
    "filter": filter_panel,
    "tags-of-picture": tab("Tags"),
    "workflow": tab("Workflow"),
    "raw": tab("Raw"),
    "several": several,
    "compare": compare,
    "menu": context_menu,
    "palette": palette,
    "settings": settings,
    "jobs": jobs,
    "prompts": place("g p", "Prompts"),
    "models": place("g m", "Models"),
    "for-deletion": for_deletion,
    "history": place("g h", "History"),
    "albums": place("g l", "Albums"),
    "tags": place("g g", "Tags"),
    "rename": asking("F2", "Rename"),
    "move": asking("m", "Move"),
    "delete": asking("Shift+Delete", "Delete"),
    "albums-of-pictures": asking("a", "Albums"),
    "tags-of-pictures": asking("t", "Tags"),
    "auto-tag": auto_tag,
    "caption": caption,
}

NOT_ON_A_PHONE = {"several"}
"""Screens that a phone has not: of several pictures it has no details."""
