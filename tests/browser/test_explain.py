"""Where values come from: asked by mouse or keyboard, answered from the file."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Shoot
from browser.test_journeys import search, tiles

pytestmark = pytest.mark.browser


def details(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Details")


def where_from(page: Page) -> Locator:
    return details(page).get_by_role("region", name="Where values come from")


def test_values_say_where_they_come_from_when_asked(page: Page, shoot: Shoot) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    search(page, "in:comfyui")
    expect(tiles(page)).to_have_count(8, timeout=30_000)
    tiles(page).first.click()
    why = details(page).get_by_role("button", name="Why? All values")
    expect(why).to_be_visible(timeout=30_000)
    expect(where_from(page)).to_have_count(0)
    assert not [url for url in asked if url.endswith("/raw")]
    why.focus()
    page.keyboard.press("Enter")
    expect(details(page).get_by_role("tab", name="Raw")).to_have_attribute("aria-selected", "true")
    answer = where_from(page)
    expect(answer).to_contain_text("png:prompt", timeout=30_000)
    expect(answer).to_contain_text(re.compile(r"Seed\s*node 3 KSampler · seed"))
    expect(answer).to_contain_text(re.compile(r"Prompt\s*node 6 CLIPTextEncode · text"))
    texts = details(page).get_by_role("group", name="Texts found")
    expect(texts.get_by_role("button", name="png:prompt")).to_have_attribute("aria-pressed", "true")
    answer.get_by_role("button", name="node 3 KSampler · seed").click()
    place = details(page).locator(".place")
    expect(place).to_contain_text(re.compile(r"seed:\s*\d+"))
    expect(place).to_be_in_viewport()
    where_from(page).scroll_into_view_if_needed()
    shoot(page, "explain-dark-1440")
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    shoot(page, "explain-light-1440")
    search(page, "steps:11")
    expect(tiles(page)).to_have_count(1)
    tiles(page).first.click()
    expect(answer).to_contain_text("png:parameters")
    answer.get_by_role("button", name="Steps", exact=True).click()
    expect(details(page).locator("mark")).to_contain_text("Steps: 11")
    details(page).get_by_role("tab", name="Details").click()
    expect(where_from(page)).to_have_count(0)
