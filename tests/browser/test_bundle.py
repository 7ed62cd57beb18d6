"""What the first view costs, and that nothing of a whole journey leaves the machine."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from browser.conftest import Open
from browser.opening import expect_thumbnails, expect_total, grid, search, tiles
from browser.program import Program
from diffusion_toolkit.web.options import OWN_PAGE

pytestmark = pytest.mark.browser

FIRST_VIEW_BYTES = 250_000
LOADED = re.compile(r'<(?:script|link)\b[^>]*?\b(?:src|href)="/?(assets/[^"]+\.(?:js|css))"')
STATIC_IMPORT = re.compile(r'(?:^|[;}\s])(?:import|export)(?:[\w\s{}$,*]*?\bfrom)?\s*["\']\./([\w.-]+\.js)["\']')


def gzipped(content: bytes) -> int:
    return len(gzip.compress(content, 9))


def loaded_by(page: Path) -> set[Path]:
    """The files that index.html names, and all that these import at once."""
    found: set[Path] = set()
    waiting = [page / name for name in LOADED.findall((page / "index.html").read_text("utf-8"))]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            if path.suffix == ".js":
                waiting += [path.parent / name for name in STATIC_IMPORT.findall(path.read_text("utf-8"))]
    return found


def test_the_files_of_the_first_view_are_small() -> None:
    files = loaded_by(OWN_PAGE)
    assert any(path.suffix == ".css" for path in files)
    sizes = {path.name: gzipped(path.read_bytes()) for path in files}
    assert sum(sizes.values()) < FIRST_VIEW_BYTES, sizes


def test_no_file_names_another_place() -> None:
    known = re.compile(r"https?://(?:www\.w3\.org/|127\.0\.0\.1|localhost|svelte\.dev/e/)")
    named = {
        url
        for path in OWN_PAGE.rglob("*")
        if path.suffix in {".js", ".css", ".html", ".svg"}
        for url in (found[0] for found in re.finditer(r"https?://[\w.-]+[^\s\"'`)<]*", path.read_text("utf-8")))
        if not known.match(url)
    }
    assert {urlsplit(url).hostname for url in named} <= {"civitai.com"}, named


def test_what_the_browser_fetches_for_the_first_view_is_small(open_page: Open) -> None:
    fetched: dict[str, int] = {}

    def note(response: Response) -> None:
        if response.request.resource_type in {"script", "stylesheet"}:
            fetched[response.url] = gzipped(response.body())

    with open_page() as page:
        page.on("response", note)
        page.reload()
        expect_thumbnails(page)
        assert len(fetched) >= 2
        assert sum(fetched.values()) < FIRST_VIEW_BYTES, fetched


def test_no_request_of_a_journey_leaves_the_machine(open_page: Open, gallery: Program) -> None:
    asked: list[str] = []
    sockets: list[str] = []
    with open_page() as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: sockets.append(socket.url))
        for step in journey(page):
            expect(page.locator("body")).to_be_visible()
            assert {urlsplit(url).netloc for url in asked} <= {urlsplit(gallery.url).netloc}, step
    assert len(asked) > 20
    assert sockets == []


def journey(page: Page) -> Iterator[str]:
    """Through everything that loads something."""
    expect_thumbnails(page)
    yield "opened"
    search(page, "fox")
    expect_total(page, 10)
    yield "searched"
    tiles(page).first.dblclick()
    viewer = page.get_by_role("dialog", name="Viewer")
    expect(viewer).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("2 of 10")
    yield "looked at pictures"
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "read the keys"
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+,")
    expect(page.get_by_role("heading", name="Settings").first).to_be_visible()
    yield "opened the settings"
    page.go_back()
    expect(grid(page)).to_be_visible()
    yield "came back"
