"""The sidebar, its dialogs and its pages: folders, albums, tags, prompts, history."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.program import Program
from browser.test_journeys import search, tiles

pytestmark = pytest.mark.browser


def tree(page: Page, name: str) -> Locator:
    return page.get_by_role("tree", name=name, exact=True)


def row(page: Page, section: str, name: str) -> Locator:
    return tree(page, section).get_by_role("treeitem", name=re.compile(rf"^{re.escape(name)}(,|$)"))


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog").or_(page.get_by_role("alertdialog"))


def test_folders_are_made_renamed_and_deleted_by_keyboard(page: Page, program: Program) -> None:
    top = row(page, "Folders", "my pictures")
    top.focus()
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="New folder…").click()
    expect(page.get_by_label("Name of the folder")).to_be_focused()
    page.keyboard.type("made here")
    page.keyboard.press("Enter")
    expect(row(page, "Folders", "made here")).to_be_visible()
    assert (program.pictures / "made here").is_dir()
    row(page, "Folders", "made here").focus()
    page.keyboard.press("F2")
    expect(page.get_by_label("Name of the folder")).to_be_focused()
    page.keyboard.type("another name")
    page.keyboard.press("Enter")
    expect(row(page, "Folders", "another name")).to_be_visible()
    expect(dialog(page)).to_have_count(0, timeout=20_000)
    row(page, "Folders", "another name").focus()
    page.keyboard.press("Delete")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.get_by_label("Delete for good instead").check()
    page.get_by_role("button", name="Delete folder").click()
    expect(row(page, "Folders", "another name")).to_have_count(0)
    assert not (program.pictures / "another name").exists()


def test_a_folder_shows_its_pictures_and_backspace_goes_up(page: Page) -> None:
    top = row(page, "Folders", "my pictures")
    top.focus()
    page.keyboard.press("ArrowRight")
    expect(row(page, "Folders", "comfyui")).to_be_focused()
    page.keyboard.press("Enter")
    expect(tiles(page)).to_have_count(8)
    expect(row(page, "Folders", "comfyui")).to_have_attribute("aria-selected", "true")
    tiles(page).first.click()
    page.keyboard.press("Backspace")
    expect(top).to_have_attribute("aria-selected", "true")


def test_a_tag_is_given_searched_and_taken_back(page: Page) -> None:
    search(page, "steps:12")
    expect(tiles(page)).to_have_count(1)
    tiles(page).first.click()
    page.keyboard.press("t")
    expect(dialog(page).get_by_role("combobox")).to_be_focused()
    page.keyboard.type("dawn")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name="dawn")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(tiles(page).first).to_be_focused()
    search(page, "")
    sidebar = page.get_by_role("navigation", name="Library", exact=True)
    chip = sidebar.get_by_role("button", name=re.compile("^dawn"))
    chip.click()
    expect(tiles(page)).to_have_count(1)
    expect(chip).to_have_attribute("aria-pressed", "true")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Control+z")
    expect(sidebar.get_by_role("button", name=re.compile(r"^dawn 1"))).to_have_count(0)


def test_a_picture_goes_into_a_new_album_by_key(page: Page) -> None:
    search(page, "steps:15")
    expect(tiles(page)).to_have_count(1)
    tiles(page).first.click()
    page.keyboard.press("a")
    expect(dialog(page).get_by_role("combobox")).to_be_focused()
    page.keyboard.type("By key")
    page.keyboard.press("Enter")
    expect(row(page, "Albums", "By key")).to_have_accessible_name(re.compile("By key, 1 picture"))
    row(page, "Albums", "By key").click()
    expect(tiles(page)).to_have_count(1)
    row(page, "Albums", "By key").focus()
    page.keyboard.press("Delete")
    expect(row(page, "Albums", "By key")).to_have_count(0)


def test_prompts_are_counted_and_lead_to_their_pictures(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()
    assert "page=prompts" in page.url
    page.get_by_label("Find in prompts").fill("castle")
    expect(page.get_by_role("tab", name=re.compile("Prompts 8"))).to_be_visible()
    page.get_by_role("button", name="Show 1 picture").click()
    expect(tiles(page)).to_have_count(1)
    page.go_back()
    expect(page.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Prompts", exact=True)).to_have_count(0)


def test_what_arranges_pictures_stands_there_while_they_do(page: Page) -> None:
    bar = page.get_by_role("banner")
    expect(bar.get_by_role("radiogroup")).to_be_visible()
    expect(bar.get_by_role("button", name="Filter")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Prompts", exact=True)).to_be_visible()
    expect(bar.get_by_role("radiogroup")).to_have_count(0)
    expect(bar.get_by_role("button", name="Filter")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(bar.get_by_role("button", name="Filter")).to_be_visible()


def test_the_history_takes_an_older_action_back(page: Page) -> None:
    search(page, "steps:17")
    expect(tiles(page)).to_have_count(1)
    tiles(page).first.click()
    page.keyboard.press("7")
    expect(tiles(page).first).to_have_accessible_name(re.compile("rated 7"))
    page.wait_for_timeout(600)
    page.keyboard.press("g")
    page.keyboard.press("h")
    newest = page.get_by_role("listitem").filter(has=page.get_by_role("button", name=re.compile("^Undo:"))).first
    newest.get_by_role("button").click()
    page.keyboard.press("Escape")
    expect(tiles(page).first).not_to_have_accessible_name(re.compile("rated 7"))


def copy_to(page: Page, folder: str) -> None:
    tiles(page).first.click()
    page.keyboard.press("m")
    field = dialog(page).get_by_role("combobox")
    expect(field).to_be_focused()
    field.fill(folder)
    expect(page.get_by_role("option", name=re.compile(f"^{folder}"))).to_be_visible()
    page.keyboard.press("Control+Enter")


def test_a_name_that_is_taken_is_asked_about(page: Page, program: Program) -> None:
    copied, numbered = (program.pictures / "comfyui" / name for name in ("00010-1010.png", "00010-1010 (2).png"))
    search(page, "steps:20 in:txt2img")
    expect(tiles(page)).to_have_count(1)
    messages = page.get_by_role("region", name="Messages")
    copy_to(page, "comfyui")
    expect(messages).to_contain_text("Copied 1 picture to comfyui")
    assert copied.exists()
    copy_to(page, "comfyui")
    question = page.get_by_role("alertdialog", name="Not copied")
    expect(question).to_contain_text("comfyui already has 00010-1010.png.")
    question.get_by_role("button", name="Keep both").click()
    expect(question).to_have_count(0)
    expect(row(page, "Folders", "my pictures")).to_be_visible()
    page.wait_for_timeout(500)
    assert numbered.exists()
    for gone in (numbered, copied):
        page.keyboard.press("Control+z")
        expect(messages).to_contain_text("Undid: Copied 1 picture to comfyui")
        page.wait_for_timeout(500)
        assert not gone.exists()
