"""What axe finds, 200 % zoom, text spacing, reduced motion, forced colours."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from browser.axe import MOUSE_ONLY, OF_COLOURS, found_by_axe
from browser.conftest import Open, Shoot
from browser.opening import expect_thumbnails, expect_total, search, tiles
from browser.screens import SCREENS

pytestmark = pytest.mark.browser

CASTLES = 10
WINDOW: ViewportSize = {"width": 1440, "height": 900}
ZOOMED: ViewportSize = {"width": 720, "height": 450}
"""CSS pixels of a window of 1440 × 900 at 200 %."""

TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_is_accessible(open_page: Open, shoot: Shoot, screen: str) -> None:
    """Without a mouse, in both themes, at 200 %, and with the text spacing of WCAG 1.4.12."""
    found: list[str] = []
    with open_page() as page:
        SCREENS[screen](page)
        found += (f"needs the mouse: {element}" for element in page.evaluate(MOUSE_ONLY))
        for theme, rules in (("dark", ()), ("light", OF_COLOURS)):
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            settle(page)
            shoot(page, f"screen-{screen}-{theme}-1440")
            found += (f"{theme}: {finding}" for finding in found_by_axe(page, rules))
        page.set_viewport_size(ZOOMED)
        settle(page)
        shoot(page, f"screen-{screen}-light-720")
        found += (f"at 200 %: {finding}" for finding in cut_off(page))
        page.set_viewport_size(WINDOW)
        page.evaluate(
            """css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);
                document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; }""",
            TEXT_SPACING,
        )
        settle(page)
        shoot(page, f"spacing-{screen}-light-1440")
        found += (f"with wide text: {finding}" for finding in cut_off(page))
    assert not found, "\n".join(found)


def settle(page: Page) -> None:
    """Wait until the layout has followed and colours that fade are where they end."""
    page.evaluate(
        """async () => {
            for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
            const ends = document.getAnimations().map((one) => one.finished);
            await Promise.race([Promise.allSettled(ends), new Promise((done) => setTimeout(done, 250))]);
        }"""
    )


def cut_off(page: Page) -> list[str]:
    """Where the page scrolls sideways, and controls that no scrolling brings into view."""
    return page.evaluate(
        """() => {
            const wrong = [];
            const root = document.scrollingElement;
            if (root.scrollWidth > innerWidth) wrong.push(`the page is ${root.scrollWidth} px wide`);
            const words = (element) => element.getAttribute('aria-label') ?? element.innerText?.slice(0, 40) ?? '';
            const name = (element) => `${element.tagName} ${words(element)}`;
            const scrolls = (element, how) => ['auto', 'scroll'].includes(getComputedStyle(element)[how]);
            const controls = 'button, a[href], input, select, textarea, [tabindex="0"]';
            for (const element of document.querySelectorAll(controls)) {
                if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
                const box = element.getBoundingClientRect();
                const left = '[inert], [aria-hidden=true], .unseen, .skip, [role=grid]';
                if (box.width < 2 || element.closest(left)) continue;
                const outside = () => {
                    const box = element.getBoundingClientRect();
                    return [box.right > innerWidth + 1 || box.left < -1, box.bottom > innerHeight + 1 || box.top < -1];
                };
                let [beside, below] = outside();
                if (beside || below) {
                    element.focus(); // what is put out of view until it has the focus comes into view
                    [beside, below] = outside();
                }
                let [across, down] = [false, false];
                for (let above = element.parentElement; above; above = above.parentElement) {
                    across ||= scrolls(above, 'overflowX') && above.scrollWidth > above.clientWidth;
                    down ||= scrolls(above, 'overflowY') && above.scrollHeight > above.clientHeight;
                }
                if (beside && !across) wrong.push(`${name(element)} is beside the page`);
                if (below && !down) wrong.push(`${name(element)} is above or below the page`);
            }
            return wrong;
        }"""
    )


def test_at_twice_the_size_a_person_finds_opens_and_rates(open_page: Open) -> None:
    with open_page(**ZOOMED) as page:
        expect_thumbnails(page)
        search(page, "castle")
        expect_total(page, CASTLES)
        tiles(page).first.dblclick()
        viewer = page.get_by_role("dialog", name="Viewer")
        expect(viewer.get_by_role("button", name="Favourite")).to_be_in_viewport()
        viewer.get_by_role("button", name="Favourite").click()
        page.keyboard.press("Escape")
        expect(tiles(page).first).to_have_accessible_name(re.compile("favourite"))
        page.keyboard.press("Control+z")
        expect(tiles(page).first).not_to_have_accessible_name(re.compile("favourite"))


def test_with_reduced_motion_nothing_changes_its_place_slowly(open_page: Open) -> None:
    with open_page(motion="reduce") as page:
        expect_thumbnails(page)
        moving = """() => document.getAnimations().filter((one) => {
            const names = (one.effect?.getKeyframes() ?? []).flatMap((frame) => Object.keys(frame));
            const places = /^(trans(form|late)|scale|left|top|right|bottom|inset.*|width|height|backgroundP.*|grid.*)$/;
            const moves = names.some((name) => places.test(name));
            return moves && Number(one.effect?.getComputedTiming().duration) > 1;
        }).map((one) => one.effect?.target?.className ?? '?')"""
        assert page.evaluate(moving) == []
        page.keyboard.press("F3")
        assert page.evaluate(moving) == []
        page.keyboard.press("i")
        assert page.evaluate(moving) == []
        tiles(page).first.dblclick()
        expect(page.get_by_role("dialog", name="Viewer")).to_be_visible()
        assert page.evaluate(moving) == []


def test_with_forced_colours_the_focus_and_the_selection_are_outlines(open_page: Open, shoot: Shoot) -> None:
    with open_page() as page:
        page.emulate_media(forced_colors="active", reduced_motion="reduce")
        expect_thumbnails(page)
        tiles(page).nth(1).click()
        page.keyboard.press("ArrowRight")
        shoot(page, "forced-colours-1440")
        outline = "element => getComputedStyle(element).outlineStyle"
        assert page.evaluate(f"({outline})(document.activeElement)") != "none"


def test_landmarks_have_names_and_the_grid_can_be_skipped_to(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        expect(page.get_by_role("main")).to_have_count(1)
        for landmark in (page.get_by_role("navigation"), page.get_by_role("complementary")):
            for one in landmark.all():
                expect(one).to_have_accessible_name(re.compile(r"\S"))
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        expect(skip).to_have_accessible_name(re.compile("pictures|grid", re.IGNORECASE))
        page.keyboard.press("Enter")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
