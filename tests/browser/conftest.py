"""The whole program in its own processes, and a real browser in front of it."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browser.find_browser import installed
from browser.program import Program, start, stop
from pictures import make_library


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Generator[Program]:
    """The program over a library of 40 pictures."""
    folder = tmp_path_factory.mktemp("browser")
    pictures = make_library(folder / "my pictures")
    process, url = start(folder / "data", pictures)
    yield Program(url=url, pictures=pictures, data_dir=folder / "data")
    stop(process)


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
    yield opened
    context.close()
    assert errors == []
