"""Opens the page as a visitor does, and sees to it that nothing goes wrong unseen and nothing leaves the machine."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, Request, expect

Theme = Literal["dark", "light"]

CANNOT_BE_LOADED = re.compile("Failed to load resource")
"""A refusal that the page has asked for and says where it happens; Chromium logs it as well."""


@contextmanager
def opened(
    browser: Browser,
    url: str,
    *,
    width: int = 1440,
    height: int = 900,
    theme: Theme = "dark",
    touch: bool = False,
    motion: Literal["reduce", "no-preference"] = "reduce",
) -> Generator[Page]:
    """A fresh profile that shows the address. Errors, and requests to anywhere else, fail the test."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        reduced_motion=motion,
        color_scheme=theme,
        has_touch=touch,
        is_mobile=touch,
        locale="en-GB",
        accept_downloads=False,
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(15_000)
    context.add_init_script(_in_theme(theme))
    home = urlsplit(url).netloc
    wrong: list[str] = []
    strangers: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).netloc != home and not request.url.startswith(("data:", "blob:")):
            strangers.append(request.url)

    context.on("request", note)  # a route would hold every request up while the test waits for something else
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda said: (
            wrong.append(said.text) if said.type == "error" and not CANNOT_BE_LOADED.search(said.text) else None
        ),
    )
    page.goto(url)
    page.wait_for_selector("#app > *", state="attached")  # the program hears keys
    yield page
    context.close()
    assert strangers == [], "requests left the machine"
    assert wrong == []


def _in_theme(theme: Theme) -> str:
    """The page remembers its theme in the browser; a fresh profile is given one before the page reads it."""
    return f"""try {{ const key = 'diffusion-toolkit.view';
        const kept = JSON.parse(localStorage.getItem(key) ?? '{{}}');
        if (!kept.theme) localStorage.setItem(key, JSON.stringify({{ ...kept, theme: '{theme}' }})) }} catch {{}}"""


def grid(page: Page) -> Locator:
    """The grid of pictures."""
    return page.get_by_role("grid", name="Pictures")


def tiles(page: Page) -> Locator:
    """Its tiles."""
    return grid(page).get_by_role("gridcell")


def search(page: Page, query: str) -> None:
    """Ask as a person does: into the field, Enter."""
    field = page.get_by_label("Search", exact=True)
    field.fill(query)
    field.press("Enter")


def expect_total(page: Page, total: int) -> None:
    """The library says that the result has so many pictures."""
    expect(page.get_by_role("status").first).to_contain_text(re.compile(rf"\b{total:,}\b"), timeout=30_000)


SHOWS_PICTURE = """(canvas) => canvas !== null && canvas.width > 0
    && canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[3] > 0"""
"""Whether the thumbnail of a tile is drawn."""


def expect_thumbnails(page: Page) -> None:
    """Every tile in view has its picture."""
    page.wait_for_function(
        f"""() => {{ const shows = {SHOWS_PICTURE};
            const cells = [...document.querySelectorAll('[role=gridcell]')];
            const seen = cells.filter((cell) => {{ const box = cell.getBoundingClientRect();
                return box.bottom > 60 && box.top < innerHeight - 60; }});
            return seen.length > 0 && seen.every((cell) => shows(cell.querySelector('canvas'))) }}""",
        timeout=30_000,
    )
