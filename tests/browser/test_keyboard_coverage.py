"""Every control is reached by keys, and every key of the reference is there."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from browser.conftest import Open
from browser.opening import expect_thumbnails, tiles
from browser.screens import SCREENS

pytestmark = pytest.mark.browser

WALKED = ("library", "details", "filter", "viewer", "compare", "prompts", "settings", "keys", "rename")
LONGEST_ROUND = 250
"""More presses of Tab than any screen has stops."""

NOT_REACHED = """() => {
    const layers = [...document.querySelectorAll('[aria-modal=true], [role=dialog]')];
    const top = layers.filter((one) => one.checkVisibility()).at(-1) ?? document.body;
    const composites = '[role=grid], [role=listbox], [role=tree], [role=treegrid], [role=menu], [role=tablist],'
        + '[role=radiogroup], [role=toolbar], [role=list][data-roving]';
    return [...top.querySelectorAll('button, a[href], input, select, textarea, [tabindex="0"]')].filter((element) =>
        element.checkVisibility({ visibilityProperty: true }) && !element.disabled && element.tabIndex >= 0
        && !element.closest('[inert], [aria-hidden=true]') && !element.closest(composites)
        && !window.reached.has(element),
    ).map((element) => element.outerHTML.slice(0, 160));
}"""


def walk_with_tab(page: Page) -> list[dict[str, Any]]:
    """Press Tab until the focus comes back to where it began; every stop as it looks."""
    page.evaluate("window.reached = new Set()")
    stops: list[dict[str, Any]] = []
    for _ in range(LONGEST_ROUND):
        page.keyboard.press("Tab")
        stop: dict[str, Any] = page.evaluate(
            """() => { const element = document.activeElement;
                const again = window.reached.has(element);
                if (element !== document.body) window.reached.add(element);
                // Where a part is small or large, its inner mark or its row carries the ring.
                const style = getComputedStyle(element);
                const drawn = [element, ...element.children, element.parentElement].filter(Boolean)
                    .flatMap((one) => [null, '::before', '::after'].map((part) => getComputedStyle(one, part)));
                const ring = drawn.some((one) => one.outlineStyle !== 'none') || style.boxShadow !== 'none'
                    || element.closest('[role=combobox], label, form, .search') !== null;
                return { again, lost: element === document.body, ring, html: element.outerHTML.slice(0, 160),
                    name: element.tagName + ' ' + (element.getAttribute('aria-label') ?? '') }; }"""
        )
        if stop["again"]:
            return stops
        stops.append(stop)
    raise AssertionError(f"Tab does not come back: {[stop['name'] for stop in stops[-5:]]}")


@pytest.mark.parametrize("screen", WALKED)
def test_tab_reaches_every_control_and_is_seen(open_page: Open, screen: str) -> None:
    with open_page() as page:
        SCREENS[screen](page)
        stops = walk_with_tab(page)
        assert [stop["html"] for stop in stops if not stop["ring"] and not stop["lost"]] == [], "the focus is not seen"
        left = page.evaluate(NOT_REACHED)
        assert left == [], f"Tab does not reach these; it reaches {[stop['name'] for stop in stops]}"


KEYS = (
    *("Enter", "Space", "Ctrl A", "Ctrl I", "0", "~", "F", "N", "X", "Shift Del", ".", "Ctrl Z", "Ctrl Y"),
    *("T", "E", "A", "Shift A", "F2", "M", "C", "/", "Ctrl K", "Ctrl F", "?", "I", "F3", "Q", "B", "-", "+", "L"),
    *("Z", "O", "P", "F11", "Y A", "Y P", "Y N", "Y S", "Y L", "Y F", "G A", "G F", "G P", "G M", "G D"),
    *("G T", "Backspace", "[", "]", "J", "S", "V", "F6", "Ctrl C"),
)
"""Those of the page's reference."""


def test_the_overlay_of_keys_names_every_key_of_the_reference(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        page.keyboard.press("?")
        overlay = page.get_by_role("dialog")
        expect(overlay).to_be_visible()
        rows: list[tuple[str, str, list[str]]] = overlay.evaluate(
            """dialog => [...dialog.querySelectorAll('.row')].map((row) => [
                row.closest('section').querySelector('h3').textContent, row.querySelector('dt').textContent,
                [...row.querySelectorAll('.key')].map(
                    (key) => [...key.querySelectorAll('kbd')].map((cap) => cap.textContent.trim()).join(' '))])"""
        )
        shown = {key for *_, keys in rows for key in keys}
        assert {"1–9", "Shift 1–9"} <= shown  # ten keys of one kind are one row
        assert [key for key in KEYS if key not in shown] == []
        said = [(section, title, tuple(keys)) for section, title, keys in rows]
        assert [row for row in said if said.count(row) > 1] == [], "the same row twice"


def test_the_focus_is_never_lost_where_a_tile_goes_away(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        tiles(page).first.click()
        page.keyboard.press("End")
        expect(page.locator(":focus")).to_have_attribute("role", "gridcell")
        page.keyboard.press("Home")
        expect(page.locator(":focus")).to_have_attribute("data-index", "0")
        page.mouse.move(600, 500)
        page.mouse.wheel(0, 2_000)
        page.wait_for_timeout(300)
        expect(page.locator(":focus")).to_have_attribute("data-index", "0")
        page.keyboard.press("ArrowRight")
        expect(page.locator(":focus")).to_have_attribute("data-index", "1")
        expect(page.locator(":focus")).to_be_in_viewport()


def test_what_is_typed_before_a_dialog_is_there_is_typed_into_it(open_page: Open) -> None:
    """Its code is fetched when it is asked for; until then no key reaches the pictures."""
    with open_page() as page:
        expect_thumbnails(page)
        tiles(page).first.click()
        name = tiles(page).first.get_attribute("aria-label") or ""
        held: list[Route] = []
        page.route("**/assets/Palette-*.js", lambda route: held.append(route))
        page.keyboard.press("Control+k")
        page.keyboard.type("xfn")
        page.keyboard.press("Backspace")
        page.wait_for_function("() => performance.now() > 0")
        assert len(held) == 1
        expect(page.get_by_role("dialog")).to_have_count(0)
        held[0].continue_()
        expect(page.get_by_role("dialog").get_by_role("combobox")).to_have_value("xf")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(tiles(page).first).to_have_accessible_name(name)


def test_escape_ends_the_wait_for_a_dialog(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        tiles(page).first.click()
        held: list[Route] = []
        page.route("**/assets/KeyOverlay-*.js", lambda route: held.append(route))
        page.keyboard.press("?")
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
        expect(page.locator(":focus")).to_have_attribute("data-index", "1")
        held[0].continue_()
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_focus_ring_is_whole_below_the_header_of_its_group(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        tiles(page).first.click()
        page.keyboard.press("ArrowRight")
        expect(page.locator(":focus")).to_have_attribute("data-index", "1")
        box = page.locator(":focus").bounding_box()
        assert box is not None
        for top in (box["y"] - 3, box["y"] + box["height"] + 1):
            picture = page.screenshot(clip={"x": box["x"] + box["width"] / 2, "y": top, "width": 1, "height": 2})
            assert max(Image.open(io.BytesIO(picture)).convert("L").tobytes()) > 180, "the ring is hidden"
