"""Prints the path of a Chromium or Chrome, and gets one when the machine has none.

Order: DTK_BROWSER, a browser already installed, Playwright's own, Debian's package when root.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
DOWNLOAD_TIMEOUT_S = 300


def installed() -> Iterator[str]:
    """Browsers that are on this machine already."""
    yield from (path for path in [os.environ.get("DTK_BROWSER")] if path)
    yield from (found for name in NAMES if (found := shutil.which(name)))
    yield from (path for path in PLACES if Path(path).exists())
    own = playwrights_own()
    if own and Path(own).exists():
        yield own


def playwrights_own() -> str | None:
    """Where Playwright keeps the Chromium of this version, whether or not it is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def download() -> None:
    """Fetch Playwright's Chromium."""
    quietly(sys.executable, "-m", "playwright", "install", "chromium-headless-shell", "chromium")


def debian_package() -> None:
    """Install Debian's Chromium when we are root."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        quietly("apt-get", "-qq", "update")
        quietly("apt-get", "-qq", "install", "--yes", "--no-install-recommends", "chromium")


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
