"""Files that a browser cannot show by itself are shown in the viewer; films play."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, expect

from browser.opening import SHOWS_PICTURE
from browser.program import start, stop, wait_until_total
from browser.test_journeys import expect_total, grid, tiles
from media.films import film

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).parents[1] / "artifacts"
SHOWN_MS = 30_000


def drawing(text: str) -> Image.Image:
    image = Image.new("RGB", (640, 400), (40, 90, 160))
    ImageDraw.Draw(image).text((40, 40), text, fill="white", font_size=64)
    return image


def make_files(folder: Path) -> Path:
    folder.mkdir()
    film(folder / "mjpeg.avi", "mjpeg", "yuvj420p", frames=48, size=(640, 360), sound="pcm_s16le")
    film(folder / "copied.mkv", "libx264", frames=48, size=(640, 360), sound="aac")
    film(folder / "prores.mov", "prores_ks", "yuv422p10le", frames=24, size=(640, 360))
    film(folder / "plain.mp4", "libx264", frames=48, size=(640, 360), black=20)
    film(folder / "vp9.webm", "libvpx-vp9", frames=24, size=(640, 360), sound="libopus")
    film(folder / "odd.mp4", "libx265", frames=24, size=(640, 360), options={"x265-params": "log-level=none"})
    drawing("TIFF").convert("CMYK").save(folder / "print.tif", compression="tiff_lzw")
    drawing("AVIF").save(folder / "small.avif")
    drawing("BMP").save(folder / "windows.bmp")
    frames = [Image.new("RGB", (640, 400)), *(drawing(f"GIF {number}") for number in range(3))]
    frames[0].save(folder / "moving.gif", save_all=True, append_images=frames[1:], duration=200, loop=0)
    return folder


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Generator[Page]:
    """The page of a library of its own, in which nothing may go wrong unseen."""
    folder = tmp_path_factory.mktemp("renditions")
    process, url = start(folder / "data", make_files(folder / "files"))
    wait_until_total(url, 10)
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(url)
    yield opened
    context.close()
    stop(process)
    assert errors == []


def viewer(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Viewer")


def open_in_viewer(page: Page, name: str) -> None:
    if viewer(page).is_visible():
        page.keyboard.press("Escape")
        expect(viewer(page)).to_have_count(0)
    grid(page).get_by_role("gridcell", name=re.compile(f"^{re.escape(name)}")).dblclick()
    expect(viewer(page)).to_contain_text(name)


def made_in_time(page: Page) -> None:
    """On a busy machine a film may be sent while it is made, in which players cannot search: open it again then."""
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 1", timeout=SHOWN_MS)
    again = """async () => { const film = document.querySelector('video');
        const whole = async () => (await fetch(film.src, { headers: { Range: 'bytes=0-9' } })).status === 206;
        while (!(await whole())) await new Promise((done) => setTimeout(done, 500)); film.load(); }"""
    page.evaluate(again)


def test_every_tile_has_a_thumbnail_and_films_their_length(page: Page) -> None:
    expect_total(page, 10)
    expect(tiles(page)).to_have_count(10)
    page.wait_for_function(
        f"""() => [...document.querySelectorAll('[role=gridcell] > canvas')].filter({SHOWS_PICTURE}).length === 10""",
        timeout=SHOWN_MS,
    )
    film = grid(page).get_by_role("gridcell", name="mjpeg.avi, video of 4 seconds")
    expect(film.locator("[data-length='0:04']")).to_be_visible()
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / "renditions-grid.png")


@pytest.mark.parametrize("name", ["mjpeg.avi", "copied.mkv", "prores.mov", "plain.mp4", "vp9.webm", "odd.mp4"])
def test_films_play_in_the_viewer(page: Page, name: str) -> None:
    open_in_viewer(page, name)
    made_in_time(page)
    video = viewer(page).locator("video")
    expect(video).to_be_visible()
    page.wait_for_function(
        "() => { const film = document.querySelector('video'); return film && film.readyState >= 2 && !film.error }",
        timeout=SHOWN_MS,
    )
    size = video.evaluate("film => [film.videoWidth, film.videoHeight]")
    assert size == [640, 360]
    assert 1.5 < video.evaluate("film => film.duration") < 4.5
    video.evaluate("film => { film.muted = true; film.currentTime = 1.5 }")
    page.wait_for_function("() => { const film = document.querySelector('video'); return !film.seeking }")
    assert video.evaluate("film => film.currentTime") == pytest.approx(1.5, abs=0.2)
    video.evaluate("film => film.play()")
    page.wait_for_function("() => document.querySelector('video').currentTime > 1.6")
    expect(viewer(page).get_by_text("Preparing")).to_have_count(0)
    page.screenshot(path=ARTIFACTS / f"renditions-{name}.png")


@pytest.mark.parametrize("name", ["print.tif", "small.avif", "windows.bmp", "moving.gif"])
def test_pictures_of_every_format_show_in_the_viewer(page: Page, name: str) -> None:
    open_in_viewer(page, name)
    if name.endswith(".gif"):
        viewer(page).get_by_role("button", name="Play the animation").click()  # it stands: motion is reduced here
    page.wait_for_function(
        """name => [...document.querySelectorAll(`[role=dialog] img[alt='${name}']`)].some((image) =>
            image.complete && image.naturalWidth === 640 && image.naturalHeight === 400)""",
        arg=name,
        timeout=SHOWN_MS,
    )  # its thumbnail may stand there before
    expect(viewer(page).get_by_role("img", name=name).last).to_be_visible()
    page.wait_for_timeout(300)  # the GIF is past its black beginning
    page.screenshot(path=ARTIFACTS / f"renditions-{name}.png")
