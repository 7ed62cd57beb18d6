"""Models on the page: tagging with review by keyboard, captions by a server, testing its connection, writing out."""

import json
import re
from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.models_program import KEY, models_program, results
from browser.opening import expect_thumbnails, opened, tiles
from browser.program import Program, total, wait_until_total
from browser.screens import dialog
from integrations.chat_server import ChatServer, fails, says, serving

pytestmark = pytest.mark.browser

NAMES = ("first.png", "second.png")


@pytest.fixture(scope="module")
def server() -> Generator[ChatServer]:
    """A server that writes captions."""
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, server: ChatServer) -> Generator[Program]:
    """The program over two pictures."""
    with models_program(tmp_path_factory.mktemp("models"), list(NAMES), server) as program:
        yield program


@pytest.fixture
def page(browser: Browser, models: Program) -> Generator[Page]:
    with opened(browser, models.url) as page:
        expect_thumbnails(page)
        yield page


def by_palette(page: Page, words: str) -> None:
    """Run the first action that the palette finds."""
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").fill(words)
    expect(page.get_by_role("option").first).to_contain_text(re.compile(words, re.IGNORECASE))
    page.keyboard.press("Enter")


def test_two_pictures_are_tagged_reviewed_by_keys_and_undone(page: Page, models: Program) -> None:
    page.keyboard.press("Shift+T")
    window = dialog(page, "Auto-tag")
    expect(window.get_by_role("switch", name=re.compile("joytag"))).to_be_checked()
    window.get_by_label("General").fill("0.6")
    window.get_by_role("button", name="Tag 2 pictures").click()
    expect(results(window)).to_have_count(2, timeout=30_000)
    assert total(models.url, "tag:*") == 0, "nothing is applied before it is accepted"
    expect(window.get_by_role("region", name="Results").get_by_role("status").first).to_have_text("Finished")

    first, second = results(window).nth(0), results(window).nth(1)
    doubtful = first.locator(".tag.doubtful")
    expect(doubtful).not_to_have_count(0)
    window.get_by_label("Doubtful below").fill("0.55")
    expect(doubtful).to_have_count(0)
    window.get_by_label("General").fill("0.7")
    expect(first.locator(".tag.refused")).not_to_have_count(0)
    expect(first).to_have_attribute("aria-current", "true")

    first.locator(".tag").first.click()  # the surest tag is refused
    refused = first.locator(".tag.refused").first
    expect(refused).to_have_attribute("aria-pressed", "false")
    name = refused.evaluate("element => element.firstChild.textContent")
    page.keyboard.press("a")
    expect(first).to_contain_text("Accepted")
    expect(second).to_have_attribute("aria-current", "true")
    page.keyboard.press("r")
    expect(second).to_contain_text("Rejected")
    page.keyboard.press("z")
    expect(second.get_by_role("button", name="Accept", exact=False).first).to_be_visible()

    page.keyboard.press("e")
    field = second.get_by_role("textbox")
    field.fill("only this, and that")
    field.press("Enter")
    expect(second.locator(".tag.sure")).to_have_count(2)
    page.keyboard.press("a")
    expect(second).to_contain_text("Accepted")
    window.get_by_role("button", name="Done").click()
    wait_until_total(models.url, 1, 'tag:"only this" tag:"and that"')
    assert total(models.url, f'tag:"{name}" path:first') == 0


def test_sure_tags_are_accepted_at_once_and_rejected_results_come_back(page: Page, models: Program) -> None:
    page.keyboard.press("Shift+T")
    window = dialog(page, "Auto-tag")
    window.get_by_role("checkbox", name="Also pictures these models tagged").check()
    window.get_by_label("General").fill("0.5")
    window.get_by_role("button", name="Tag 2 pictures").click()
    expect(results(window)).to_have_count(2, timeout=30_000)
    expect(window.get_by_role("region", name="Results").get_by_role("status").first).to_have_text("Finished")
    second = results(window).nth(1)
    second.get_by_role("button", name=re.compile("^Reject ")).click()
    expect(second).to_contain_text("Rejected")
    window.get_by_label("Doubtful below").fill("0.7")
    first = results(window).nth(0)
    sure = first.locator(".tag.sure").first.evaluate("element => element.firstChild.textContent")
    window.get_by_role("button", name="Accept all from 0.70").click()
    expect(first.get_by_title(f"{sure} is applied already")).to_be_visible()
    expect(first.get_by_role("button", name="Accept", exact=False).first).to_be_visible()  # its doubtful tags wait
    wait_until_total(models.url, 1, f'tag:"{sure}"')  # which picture came first is the decoders' affair

    window.get_by_role("radio", name="Rejected").click()
    expect(results(window)).to_have_count(1)
    window.get_by_role("button", name=re.compile("^Review .* again$")).click()
    expect(results(window).first.get_by_role("button", name="Accept", exact=False).first).to_be_visible()
    window.get_by_role("radio", name="Accepted").click()
    expect(window).to_contain_text("Nothing was accepted yet.")  # as a whole, in this run
    window.get_by_role("radio", name="All", exact=True).click()
    expect(results(window)).to_have_count(2)
    expect(results(window).filter(has_text="Accepted")).to_have_count(2)
    window.get_by_role("radio", name="To review").click()
    expect(results(window)).to_have_count(2)
    page.keyboard.press("r")
    page.keyboard.press("r")
    expect(results(window).filter(has_text="Rejected")).to_have_count(2)


def test_a_window_without_results_says_so_and_closes_with_escape(page: Page) -> None:
    by_palette(page, "auto-tag")
    window = dialog(page, "Auto-tag")
    expect(window).to_contain_text("2 pictures to tag")
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)


def test_one_picture_is_captioned_by_the_server_and_accepted(page: Page, server: ChatServer, models: Program) -> None:
    server.chat(says("A lighthouse above the sea."), says("A second try."))
    tiles(page).first.click()
    page.keyboard.press("Shift+E")
    window = dialog(page, "Caption")
    window.get_by_label("Type").select_option("straightforward")
    window.get_by_label("Instruction").fill("Name the weather.")
    window.get_by_role("button", name="Caption now").click()
    field = window.get_by_role("textbox", name="Caption", exact=True)
    expect(field).to_have_value("A lighthouse above the sea.")
    assert "Name the weather." in json.dumps(server.bodies[-1])
    window.get_by_role("button", name="Try again").click()
    expect(field).to_have_value("A second try.")
    field.fill("A second try, mended.")
    window.get_by_role("button", name="Accept").click()
    expect(window).to_contain_text("This caption is kept.")
    wait_until_total(models.url, 1, "caption:mended")


def test_many_captions_wait_for_review(page: Page, server: ChatServer, models: Program) -> None:
    server.chat(says("Hills in the evening."))
    page.keyboard.press("Shift+E")
    window = dialog(page, "Caption")
    window.get_by_role("checkbox", name="Also where a person wrote it").check()
    window.get_by_role("button", name="Caption 2 pictures").click()
    expect(results(window)).to_have_count(2, timeout=30_000)
    expect(results(window).first).to_contain_text("Hills in the evening.")
    captioned = NAMES[0] if total(models.url, "caption:mended path:first") else NAMES[1]
    window.get_by_role("button", name=f"Go to {captioned}").click()
    page.keyboard.press("r")
    expect(results(window).filter(has_text=captioned)).to_contain_text("Rejected")
    window.get_by_role("button", name="Accept all 1").click()
    expect(results(window).filter(has_text="Accepted")).to_have_count(1)
    wait_until_total(models.url, 1, "caption:evening")


def test_the_settings_test_the_server_and_say_its_errors(page: Page, server: ChatServer) -> None:
    server.chat(says("A red circle."))
    page.keyboard.press("Control+,")
    page.get_by_role("button", name="Captions").click()
    expect(page.get_by_label("Address of the server", exact=True)).to_have_value(server.url)
    assert KEY not in page.content()
    page.get_by_role("button", name="Test connection").click()
    section = page.get_by_role("region", name="Captions")
    expect(section).to_contain_text(re.compile("It works: first answered"))
    page.get_by_role("button", name="second").click()
    expect(page.get_by_label("Model of the server", exact=True)).to_have_value("second")
    page.get_by_role("button", name="Send sample image").click()
    expect(section).to_contain_text("A red circle.")
    server.chat(fails(401, "This key is not known here"))
    page.get_by_role("button", name="Test connection").click()
    expect(section).to_contain_text("the chosen one does not answer")
    expect(section).to_contain_text(re.compile("key", re.IGNORECASE))


CAPTION = """async (captions) => {
  const base = '/api/collections/main';
  const { selection } = await (await fetch(`${base}/search?q=&sort=name%20asc`)).json();
  const { items } = await (await fetch(`${base}/selections/${selection}/items`)).json();
  for (const item of items) {
    const body = JSON.stringify({ image_ids: [item.id], set: { caption: captions[item.name] } });
    await fetch(`${base}/curation`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  }
}"""


def test_captions_are_written_beside_pictures_and_read_again(page: Page, models: Program) -> None:
    captions = dict(zip(NAMES, ("A second try, mended.", "Hills in the evening."), strict=True))
    page.evaluate(CAPTION, captions)
    page.keyboard.press("Control+a")
    expect(page.get_by_role("toolbar", name="Selection")).to_contain_text("2")
    by_palette(page, "write tags")
    window = dialog(page, re.compile("Write tags and captions of 2"))
    window.get_by_role("radio", name="Caption", exact=True).click()
    window.get_by_role("button", name="Write 2 files").click()
    expect(window).to_have_count(0)
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Wrote 2 files")
    texts = [(models.pictures / name).with_suffix(".txt") for name in NAMES]
    assert [text.read_text("utf-8").strip() for text in texts] == list(captions.values())
    texts[0].write_text("from a file, night", encoding="utf-8")
    by_palette(page, "read side")
    window = dialog(page, re.compile("Read the sidecars"))
    window.get_by_label("Form").select_option("tags")
    window.get_by_role("button", name="Read sidecars").click()
    expect(window).to_contain_text("2 pictures have words beside them")
    wait_until_total(models.url, 1, 'tag:night tag:"from a file"')
