"""Runs of models over many pictures on the page: their time, pausing, failures, words for all, whose tags are whose."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.axe import MOUSE_ONLY, OF_COLOURS, found_by_axe
from browser.gallery import save_picture
from browser.models_program import models_program, results
from browser.opening import expect_thumbnails, opened, search, tiles
from browser.program import Program, total, wait_until_total
from browser.screens import dialog
from integrations.chat_server import ChatServer, says, serving

pytestmark = pytest.mark.browser

NAMES = [f"{number:02}.png" for number in range(25)]
RUN_TIMEOUT_MS = 60_000


@pytest.fixture(scope="module")
def server() -> Generator[ChatServer]:
    """A server that writes captions."""
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, server: ChatServer) -> Generator[Program]:
    """The program over more pictures than are looked at without a word about the time."""
    with models_program(tmp_path_factory.mktemp("runs"), NAMES, server) as program:
        yield program


@pytest.fixture
def page(browser: Browser, models: Program) -> Generator[Page]:
    with opened(browser, models.url) as page:
        expect_thumbnails(page)
        yield page


def press(button: Locator) -> None:
    """Press a button by the keyboard, once it can be."""
    expect(button).to_be_enabled()
    button.focus()
    button.press("Enter")


def finish(window: Locator, words: str = "Finished") -> None:
    expect(window.get_by_role("region", name="Results").get_by_role("status").first).to_have_text(
        words, timeout=RUN_TIMEOUT_MS
    )


def expect_accessible(page: Page) -> None:
    """Nothing that axe finds, in both themes, and nothing that only a mouse reaches."""
    found: list[str] = page.evaluate(MOUSE_ONLY)
    for theme, rules in (("dark", ()), ("light", OF_COLOURS)):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        page.wait_for_timeout(300)  # colours that fade
        found += (f"{theme}: {finding}" for finding in found_by_axe(page, rules))
    assert found == []


def expect_rest(page: Page, server: ChatServer) -> None:
    """The server is asked nothing more."""
    page.wait_for_timeout(1500)  # what it was asked before is answered by then
    before = len(server.bodies)
    page.wait_for_timeout(1500)
    assert len(server.bodies) == before


def cut_off(path: Path) -> None:
    """Let a picture end in the middle of its pixels."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def test_a_run_is_estimated_and_what_failed_is_tried_again(page: Page, models: Program) -> None:
    broken = models.pictures / NAMES[3]
    cut_off(broken)
    page.keyboard.press("Shift+T")
    window = dialog(page, "Auto-tag")
    press(window.get_by_role("button", name="Estimate the time"))
    expect(window).to_contain_text(re.compile(r"About \d+ s"), timeout=RUN_TIMEOUT_MS)
    expect(window).to_contain_text("25 results")
    expect(window).to_contain_text("Processor")
    press(window.get_by_role("button", name="Tag 25 pictures"))
    finish(window)
    expect(results(window)).to_have_count(24, timeout=RUN_TIMEOUT_MS)

    expect(window).to_contain_text("1 result failed. The files are unchanged.")
    press(window.get_by_role("button", name="Show which"))
    failures = window.get_by_role("list", name="Failures").get_by_role("listitem")
    expect(failures).to_have_count(1)
    expect(failures).to_contain_text(NAMES[3])
    save_picture(broken, {}, (256, 192), 3)
    press(window.get_by_role("button", name="Try them again"))
    expect(results(window)).to_have_count(25, timeout=RUN_TIMEOUT_MS)
    finish(window)
    expect(window).not_to_contain_text("failed")
    assert total(models.url, "tag:*") == 0, "nothing is applied before it is accepted"


def test_one_word_settles_a_tag_for_all_and_is_taken_back(page: Page, models: Program) -> None:
    page.keyboard.press("Shift+T")
    window = dialog(page, "Auto-tag")
    expect(results(window)).to_have_count(25)
    expect_accessible(page)
    keep = window.get_by_role("button", name=re.compile("Keep .* on all of them")).first
    name = re.sub("^Keep | on all of them$", "", keep.get_attribute("aria-label") or "")
    press(keep)
    wait_until_total(models.url, 25, f'tag:"{name}"')
    expect(window.get_by_role("button", name=f"Keep {name} on all of them")).to_have_count(0)
    page.keyboard.press("z")
    wait_until_total(models.url, 0, f'tag:"{name}"')
    press(window.get_by_role("button", name=f"Leave {name} out of all of them"))
    expect(results(window).first.locator(".tag.refused").filter(has_text=name)).to_have_count(1)
    press(window.get_by_role("button", name="Accept all 25"))
    wait_until_total(models.url, 25, "tag:*")
    assert total(models.url, f'tag:"{name}"') == 0


def test_thresholds_say_when_a_new_run_is_needed(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("j")
    dialog(page, "Jobs").get_by_role("button", name="Open").first.click()
    window = dialog(page, "Auto-tag")
    expect(window).to_contain_text("25 of 25")
    expect(window).not_to_contain_text("A new run finds those tags.")
    window.get_by_label("General").fill("0.2")
    expect(window).to_contain_text("General: this run kept nothing below 0.40. A new run finds those tags.")
    window.get_by_label("General").fill("0.6")
    expect(window).not_to_contain_text("A new run finds those tags.")


def test_a_models_tag_is_taken_off_a_picture_and_comes_back_with_an_undo(page: Page, models: Program) -> None:
    tiles(page).first.click()
    page.get_by_role("tab", name="Tags").click()
    panel = page.get_by_role("complementary", name="Details")
    refuse = panel.get_by_role("button", name=re.compile("Take off .*; models do not say it again here"))
    expect(refuse.first).to_be_visible()
    expect_accessible(page)
    first, second = [
        re.sub("^Take off |; models do not.*$", "", refuse.nth(place).get_attribute("aria-label") or "")
        for place in (0, 1)
    ]
    press(refuse.first)
    expect(panel.get_by_role("button", name=f"Take off {first};")).to_have_count(0)
    wait_until_total(models.url, 24, f'tag:"{first}"')
    panel.get_by_role("button", name=second, exact=False).first.click(modifiers=["Alt"])
    wait_until_total(models.url, 24, f'tag:"{second}"')
    page.get_by_role("gridcell").first.focus()
    page.keyboard.press("Control+z")
    wait_until_total(models.url, 25, f'tag:"{second}"')
    expect(panel.get_by_role("button", name=f"Take off {second};")).to_have_count(1)


def test_the_list_of_tags_tells_mine_from_those_of_models(page: Page) -> None:
    search(page, "path:01")
    expect(tiles(page)).to_have_count(1)
    tiles(page).first.click()
    page.get_by_role("tab", name="Tags").click()
    field = page.get_by_role("combobox", name="Add a tag")
    field.fill("my own")
    field.press("Enter")
    section = page.get_by_role("region", name="Tags", exact=True)
    listed = section.get_by_role("group", name="Tags").get_by_role("button")
    of_models = listed.filter(has_text=re.compile(r"\b2[45]$"))  # a number of pictures that only models gave them
    expect(listed.first).to_contain_text("my own")
    expect(of_models).to_have_count(0)
    mine = section.get_by_role("radio", name="Mine")
    expect(mine).to_be_checked()
    mine.press("ArrowRight")
    expect(section.get_by_role("radio", name="Models")).to_be_checked()
    expect(listed.filter(has_text="my own")).to_have_count(0)
    expect(of_models).not_to_have_count(0)
    page.reload()
    expect(section.get_by_role("radio", name="Models")).to_be_checked()
    expect(listed.filter(has_text="my own")).to_have_count(0)


def test_captions_are_estimated_paused_stopped_and_a_new_run_shows_its_own(
    page: Page, server: ChatServer, models: Program
) -> None:
    server.chat(says("Hills in the evening.", delay_s=1))
    page.keyboard.press("Shift+E")
    window = dialog(page, "Caption")
    press(window.get_by_role("button", name="Estimate the time"))
    expect(window).to_contain_text("How long it takes is not known yet.")
    assert server.bodies == [], "a server is asked only where a person wants it"
    press(window.get_by_role("button", name="Ask the server once"))
    expect(window).to_contain_text(re.compile(r"About \d+ s"), timeout=RUN_TIMEOUT_MS)
    assert len(server.bodies) == 1
    press(window.get_by_role("button", name="Caption 25 pictures"))
    expect(results(window).first).to_contain_text("Hills in the evening.", timeout=RUN_TIMEOUT_MS)
    press(window.get_by_role("button", name="Pause"))
    finish(window, "Paused")
    expect_rest(page, server)
    paused = len(server.bodies)
    press(window.get_by_role("button", name="Resume"))
    expect(window.get_by_role("button", name="Pause")).to_be_visible()
    while len(server.bodies) == paused:
        page.wait_for_timeout(100)
    press(window.get_by_role("button", name="Stop this run"))
    finish(window, "Stopped")
    expect_rest(page, server)
    assert len(server.bodies) < 26
    assert total(models.url, "caption:*") == 0
    first_run = results(window).count()

    server.chat(says("Night."))
    press(window.get_by_role("button", name="Estimate the time"))
    expect(window).to_contain_text("As fast as the last run of these models here.")
    press(window.get_by_role("button", name="Caption 25 pictures"))
    finish(window)
    expect(results(window)).to_have_count(25 - first_run, timeout=RUN_TIMEOUT_MS)
    expect(results(window).filter(has_text="Hills")).to_have_count(0)
    window.get_by_role("radio", name="This run").press("ArrowRight")
    expect(window.get_by_role("radio", name="All that wait (25)")).to_be_checked()
    expect(results(window)).to_have_count(25)
    page.keyboard.press("r")
    expect(results(window).first).to_contain_text("Rejected")
    server.chat(says("A better one."))
    page.keyboard.press("t")
    expect(results(window).nth(1)).to_contain_text("Asked again")
    expect(results(window)).to_have_count(26, timeout=RUN_TIMEOUT_MS)
    expect(results(window).last).to_contain_text("A better one.")


def test_on_a_phone_the_parts_stand_behind_each_other(browser: Browser, models: Program) -> None:
    with opened(browser, models.url, width=390, height=844, touch=True) as page:
        expect_thumbnails(page)
        page.keyboard.press("Shift+E")
        window = dialog(page, "Caption")
        expect(results(window).first).to_be_visible()
        expect(window.get_by_label("Instruction")).to_be_hidden()
        window.get_by_role("radio", name="What runs").tap()
        expect(window.get_by_label("Instruction")).to_be_visible()
        expect(results(window).first).to_be_hidden()
