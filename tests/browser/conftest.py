"""The whole program in its own processes, and a real browser in front of it."""

import os
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browser.find_browser import installed
from browser.gallery import make_gallery
from browser.opening import opened
from browser.program import Program, start, stop, wait_until_total
from pictures import make_library

Open = Callable[..., AbstractContextManager[Page]]
Shoot = Callable[[Page, str], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey may be overtaken by a busy machine once: it is tried again, and told in the report."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Generator[Program]:
    """The program over a library of 40 pictures."""
    folder = tmp_path_factory.mktemp("browser")
    pictures = make_library(folder / "my pictures")
    process, url = start(folder / "data", pictures)
    wait_until_total(url, 40, "steps>=1")
    yield Program(url=url, pictures=pictures, data_dir=folder / "data")
    stop(process)


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Generator[Program]:
    """The program over 60 pictures and a film that are worth a screenshot."""
    folder = tmp_path_factory.mktemp("gallery")
    pictures = make_gallery(folder / "my pictures")
    process, url = start(folder / "data", pictures)
    wait_until_total(url, 60, "steps>=1")
    yield Program(url=url, pictures=pictures, data_dir=folder / "data")
    stop(process)


@pytest.fixture
def open_page(browser: Browser, gallery: Program) -> Open:
    """Opens the gallery: `with open_page(width=390, theme="light") as page`."""
    return partial(opened, browser, gallery.url)


@pytest.fixture
def shoot(tmp_path_factory: pytest.TempPathFactory) -> Shoot:
    """Keeps a picture of the page for people to look at, in DTK_ARTIFACTS or in pytest's own folder."""
    given = os.environ.get("DTK_ARTIFACTS")
    folder = Path(given) if given else tmp_path_factory.getbasetemp() / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)

    def shot(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    return shot


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """The browser named by DTK_BROWSER, or one that is installed.

    It is closed after each module: while Playwright is open, its event loop runs, and other tests have their own.
    """
    path = next(installed(), None)
    if path is None:
        pytest.fail("No browser: run `make test`, or set DTK_BROWSER.")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, program: Program) -> Generator[Page]:
    """A fresh page of 1440 x 900; anything the page logs as an error fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(15_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(program.url)
    opened.wait_for_selector("#app > *", state="attached")  # the program hears keys
    yield opened
    context.close()
    assert errors == []
