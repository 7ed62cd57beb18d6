"""Pictures of every screen at three sizes in both themes, for people to judge: `python tests/browser/shots.py FOLDER`.

Options: names of screens to take only these. Starts the program over a gallery of its own.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Error, sync_playwright

from browser.find_browser import installed
from browser.gallery import make_gallery
from browser.opening import opened
from browser.program import start, stop, wait_until_total
from browser.screens import NOT_ON_A_PHONE, SCREENS

SIZES = ((1440, 900), (2560, 1440), (390, 844))


def main(target: Path, names: list[str]) -> int:
    """Take them; the number of screens that could not be shown."""
    target.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="dtk-shots-") as name, sync_playwright() as playwright:
        folder = Path(name)
        process, url = start(folder / "data", make_gallery(folder / "my pictures"))
        browser = playwright.chromium.launch(executable_path=next(installed()), args=["--no-sandbox", "--disable-gpu"])
        try:
            wait_until_total(url, 60, "steps>=1")
            for screen in names or SCREENS:
                for width, height in SIZES:
                    if width < 600 and screen in NOT_ON_A_PHONE:
                        continue
                    try:
                        with opened(browser, url, width=width, height=height, touch=width < 600) as page:
                            SCREENS[screen](page)
                            for theme in ("dark", "light"):
                                page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
                                page.wait_for_timeout(200)
                                page.screenshot(path=target / f"{screen}-{theme}-{width}.png")
                    except (AssertionError, Error) as error:
                        failed += 1
                        print(f"{screen} at {width}: {str(error).splitlines()[0]}", file=sys.stderr)
        finally:
            browser.close()
            stop(process)
    return failed


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
