"""Prints the path of a Chromium or Chrome, and gets one when the machine has none.

Order: DTK_BROWSER, a browser already installed, Playwright's own, Debian's package when root. Chromium's headless shell
comes before whole browsers: a page in it is the same, and a fresh profile costs a fifth of the time.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
DOWNLOAD_TIMEOUT_S = 300


def installed(*, whole: bool = False) -> Iterator[str]:
    """Browsers that are on this machine already, the best first. whole: those that people use come before shells."""
    yield from (path for path in [os.environ.get("DTK_BROWSER")] if path)
    for find in (whole_browsers, shells) if whole else (shells, whole_browsers):
        yield from find()


def shells() -> Iterator[str]:
    """Headless shells, on the path or Playwright's own."""
    yield from (found for name in SHELLS if (found := shutil.which(name)))
    own = playwrights_own()
    revision = own.relative_to(folder := own.parents[2]).parts[0].rpartition("-")[2]
    for name in ("chrome-headless-shell*", "headless_shell*"):
        yield from map(str, folder.glob(f"chromium_headless_shell-{revision}/*/{name}"))


def whole_browsers() -> Iterator[str]:
    """Browsers with windows: on the path, in their usual places, or Playwright's own."""
    yield from (found for name in WHOLE if (found := shutil.which(name)))
    yield from (path for path in PLACES if Path(path).exists())
    own = playwrights_own()
    if own.exists():
        yield str(own)


def playwrights_own() -> Path:
    """Where Playwright keeps the Chromium of this version, whether or not it is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def download() -> None:
    """Fetch Playwright's headless shell."""
    quietly(sys.executable, "-m", "playwright", "install", "chromium-headless-shell")


def debian_package() -> None:
    """Install Debian's headless shell when we are root, or all of Chromium where there is no such package."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        quietly("apt-get", "-qq", "update")
        for name in ("chromium-headless-shell", "chromium"):
            quietly("apt-get", "-qq", "install", "--yes", "--no-install-recommends", name)
            if next(installed(), None):
                return


def quietly(*command: str) -> None:
    """Run a command with its output on standard error; its failure is not the end."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, stdout=sys.stderr, check=False, timeout=DOWNLOAD_TIMEOUT_S, env=environment)
    except subprocess.TimeoutExpired:
        print(f"{command[0]} took too long.", file=sys.stderr)


def main() -> int:
    """Print the path; 1 when there is no browser and none can be had."""
    for get in (None, download, debian_package):
        if get:
            print("No Chromium found; getting one ...", file=sys.stderr)
            get()
        browser = next(installed(), None)
        if browser:
            print(browser)
            return 0
    print("No Chromium or Chrome could be found or installed. Install one, or set DTK_BROWSER.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
