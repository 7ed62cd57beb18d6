"""What comes in from outside and goes out again: files dropped on a folder, pictures and paths in the clipboard."""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import JSHandle, Locator, Page, expect

from browser.conftest import Open, Shoot
from browser.opening import expect_thumbnails, search, tiles
from browser.program import Program, wait_until_total
from browser.test_page_files import until
from pictures import save_png

pytestmark = pytest.mark.browser

MAKE_FILES = """files => { const data = new DataTransfer();
    for (const [name, content] of files)
        data.items.add(new File([Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0))], name));
    return data; }"""


def files_in_the_air(page: Page, files: dict[str, bytes]) -> JSHandle:
    """Files as a drag from outside brings them."""
    return page.evaluate_handle(MAKE_FILES, [[name, base64.b64encode(each).decode()] for name, each in files.items()])


def drag_over(target: Locator, data: JSHandle) -> None:
    target.dispatch_event("dragover", {"dataTransfer": data})


def drop(target: Locator, data: JSHandle) -> None:
    drag_over(target, data)
    target.dispatch_event("drop", {"dataTransfer": data})


def messages(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("messages", re.IGNORECASE))


@pytest.fixture
def fox(tmp_path: Path) -> bytes:
    save_png(tmp_path / "fox.png", texts={"parameters": "an outside fox\nSteps: 7"}, size=(96, 64))
    return (tmp_path / "fox.png").read_bytes()


def test_files_dropped_on_a_folder_are_copied_into_it_and_undone(
    open_page: Open, gallery: Program, shoot: Shoot, fox: bytes
) -> None:
    folder = gallery.pictures / "2025-11"
    with open_page() as page:
        expect_thumbnails(page)
        row = page.get_by_role("treeitem", name=re.compile("^2025-11"))
        data = files_in_the_air(
            page, {"fox.png": fox, "fox two.png": fox, "notes.txt": b"words", "forged.png": b"<html>"}
        )
        drag_over(row, data)
        expect(page.get_by_text("Copy into 2025-11")).to_be_visible()
        expect(row).to_have_attribute("data-drop", "yes")
        shoot(page, "outside-1-over-a-folder")
        drop(row, data)
        until(page, folder / "fox.png")
        until(page, folder / "fox two.png")
        expect(messages(page)).to_contain_text("Copied 2 files into 2025-11")
        expect(messages(page)).to_contain_text("2 were not copied. notes.txt")
        shoot(page, "outside-2-copied")
        assert (folder / "fox.png").read_bytes() == fox
        assert not (folder / "forged.png").exists()
        wait_until_total(gallery.url, 2, "outside fox")  # they are read after they are copied
        search(page, "outside fox")
        expect(tiles(page)).to_have_count(2)
        page.keyboard.press("Escape")
        page.keyboard.press("Control+z")
        until(page, folder / "fox.png", there=False)
        until(page, folder / "fox two.png", there=False)


def test_a_name_that_is_taken_is_asked_about(open_page: Open, gallery: Program, shoot: Shoot, fox: bytes) -> None:
    folder = gallery.pictures / "2025-10"
    taken = next(path for path in sorted(folder.iterdir()) if path.suffix == ".png")
    before = taken.read_bytes()
    with open_page() as page:
        expect_thumbnails(page)
        search(page, "in:2025-10")
        place = page.get_by_role("treeitem", name=re.compile("^2025-10"))
        place.click()
        expect(place).to_have_attribute("aria-selected", "true")  # the grid shows it now
        grid = page.get_by_role("grid", name="Pictures")
        data = files_in_the_air(page, {taken.name: fox})
        drop(grid, data)  # the grid shows the folder, so it takes them too
        dialog = page.get_by_role("alertdialog").or_(page.get_by_role("dialog", name="Not copied into the folder"))
        expect(dialog).to_contain_text(f"2025-10 already has {taken.name}.")
        shoot(page, "outside-3-taken")
        dialog.get_by_role("button", name="Keep both").click()
        kept = taken.with_name(f"{taken.stem} (2).png")
        until(page, kept)
        assert taken.read_bytes() == before
        expect(messages(page)).to_contain_text("Copied 1 file into 2025-10")
        messages(page).get_by_role("button", name=re.compile("Undo")).first.click()
        until(page, kept, there=False)


def test_files_dropped_elsewhere_are_only_looked_at(open_page: Open, fox: bytes) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        drop(page.get_by_role("grid", name="Pictures"), files_in_the_air(page, {"fox.png": fox}))
        expect(page.get_by_role("dialog")).to_contain_text("an outside fox")


def test_ctrl_c_copies_one_picture_and_the_paths_of_several(open_page: Open, gallery: Program) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        tiles(page).nth(2).click()
        page.keyboard.press("Control+c")
        expect(messages(page)).to_contain_text("Copied the picture")
        size = page.evaluate(
            """async () => { const [item] = await navigator.clipboard.read();
                const bitmap = await createImageBitmap(await item.getType('image/png'));
                return [bitmap.width, bitmap.height]; }"""
        )
        shown: list[int] = page.evaluate(
            """async () => { const id = document.querySelector('[role=gridcell][aria-selected=true]').dataset.id;
                const image = await (await fetch(`/api/collections/main/images/${id}`)).json();
                return [image.width, image.height]; }"""
        )
        assert size == shown
        tiles(page).nth(4).click(modifiers=["Control"])
        page.keyboard.press("Control+c")
        expect(messages(page)).to_contain_text("Copied 2 paths")
        paths = page.evaluate("navigator.clipboard.readText()").split("\n")
        assert len(paths) == 2
        assert all(Path(path).is_file() and path.startswith(str(gallery.pictures)) for path in paths)


def test_ctrl_c_leaves_marked_words_to_the_browser(open_page: Open) -> None:
    with open_page() as page:
        expect_thumbnails(page)
        tiles(page).nth(2).click()
        words = page.get_by_role("complementary", name="Details").locator("h2, .name").first
        expect(words).to_be_visible()
        words.evaluate("element => getSelection().selectAllChildren(element)")
        page.keyboard.press("Control+c")
        assert page.evaluate("navigator.clipboard.readText()").strip() == words.inner_text().strip()
