"""What browsers are shown of files they cannot show, over HTTP; and the ranges that players ask for."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from diffusion_toolkit.library.roots import Root
from diffusion_toolkit.web.routes import renditions as routes
from media.films import film
from web.visitor import C, Visitor, all_images

Scan = Callable[[], Root]


def item(client: Visitor, name: str, among: int = 1) -> dict[str, Any]:
    return next(image for image in all_images(client, among) if image["name"] == name)


def address(image: dict[str, Any], what: str = "/rendition") -> str:
    return f"{C}/images/{image['id']}{what}"


def frames(data: bytes) -> tuple[str, list[np.ndarray[Any, Any]]]:
    """The codec of an MP4 and its pictures."""
    with av.open(io.BytesIO(data), "r", format="mov") as shown:
        stream = shown.streams.video[0]
        return stream.codec_context.name, [frame.to_ndarray(format="rgb24") for frame in shown.decode(stream)]


def near(pixel: np.ndarray[Any, Any], wanted: tuple[int, int, int]) -> bool:
    return bool(np.abs(pixel.astype(int) - wanted).max() < 24)


def test_items_say_what_a_browser_is_shown(client: Visitor, pictures: Path, scanned: Scan) -> None:
    Image.new("RGB", (8, 8)).save(pictures / "a.png")
    Image.new("RGB", (8, 8)).save(pictures / "a.tif")
    film(pictures / "a.mp4", "libx264")
    film(pictures / "a.webm", "libvpx-vp9")
    film(pictures / "a.avi", "mjpeg", "yuvj420p")
    film(pictures / "hevc.mp4", "libx265", options={"x265-params": "log-level=none"})
    film(pictures / "pcm.mov", "libx264", sound="pcm_s16le")
    scanned()
    kinds = {image["name"]: image["rendition"] for image in all_images(client, 7)}
    assert kinds == {
        "a.png": "original",
        "a.tif": "picture",
        "a.mp4": "original",
        "a.webm": "original",
        "a.avi": "video",
        "hevc.mp4": "original",  # a list knows no codecs, the details do
        "pcm.mov": "video",
    }
    details = {name: client.get(address(item(client, name, 7), "")).json() for name in kinds}
    assert details["hevc.mp4"]["rendition"] == "video"
    assert {name: detail["rendition"] for name, detail in details.items() if name != "hevc.mp4"} == {
        name: kind for name, kind in kinds.items() if name != "hevc.mp4"
    }
    assert details["a.avi"]["rendition_limit_s"] is None


def test_a_tiff_comes_as_webp_in_full_size(client: Visitor, pictures: Path, scanned: Scan) -> None:
    red = Image.new("RGB", (900, 700), (200, 30, 30))
    red.save(pictures / "plain.tif")
    red.convert("CMYK").save(pictures / "cmyk.tif", compression="tiff_lzw")
    red.save(pictures / "pages.tif", save_all=True, append_images=[Image.new("RGB", (30, 20))])
    Image.fromarray(np.full((700, 900), 40_000, np.uint16)).save(pictures / "deep.tif")
    scanned()
    for image in all_images(client, 4):
        answer = client.get(address(image), params={"v": image["version"]})
        assert answer.headers["Content-Type"] == "image/webp"
        assert "immutable" in answer.headers["Cache-Control"]
        shown = Image.open(io.BytesIO(answer.content))
        assert shown.size == (900, 700)
        colours = {"deep.tif": (156, 156, 156), "cmyk.tif": (191, 64, 61)}  # printing inks show no purer red
        wanted = colours.get(image["name"], (200, 30, 30))
        assert near(np.asarray(shown.convert("RGB"))[400, 400], wanted), image["name"]
        again = client.get(address(image), headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_players_may_search_in_what_was_made(client: Visitor, pictures: Path, scanned: Scan) -> None:
    film(pictures / "a.avi", "mjpeg", "yuvj420p")
    scanned()
    there = address(item(client, "a.avi"))
    whole = client.get(there)
    tag, data = whole.headers["ETag"], whole.content
    part = client.get(there, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, data[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(data)}"
    assert client.get(there, headers={"Range": "bytes=100-", "If-Range": tag}).content == data[100:]
    assert client.get(there, headers={"Range": "bytes=100-", "If-Range": '"other"'}).content == data
    outside = client.get(there, headers={"Range": f"bytes={len(data)}-"})
    assert (outside.status_code, outside.headers["Content-Range"]) == (416, f"bytes */{len(data)}")
    assert client.get(there, headers={"If-None-Match": tag}).status_code == 304


def test_players_may_search_in_the_file(client: Visitor, pictures: Path, scanned: Scan) -> None:
    data = film(pictures / "a.mp4", "libx264", sound="aac").read_bytes()
    scanned()
    there = address(item(client, "a.mp4"), "/file")
    first = client.get(there, headers={"Range": "bytes=0-"})
    assert (first.status_code, first.content) == (206, data)
    assert (first.headers["Accept-Ranges"], first.headers["Content-Type"]) == ("bytes", "video/mp4")
    tag = first.headers["ETag"]
    assert client.get(there, headers={"Range": "bytes=5-9", "If-Range": tag}).content == data[5:10]
    changed = client.get(there, headers={"Range": "bytes=5-9", "If-Range": '"older"'})
    assert (changed.status_code, changed.content) == (200, data)
    assert client.get(there, headers={"Range": f"bytes={len(data)}-"}).status_code == 416


def test_a_long_film_is_sent_while_it_is_made(
    client: Visitor, pictures: Path, scanned: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "WAIT_S", 0.0)
    film(pictures / "a.avi", "mjpeg", "yuvj420p", frames=240, size=(640, 360))
    scanned()
    there = address(item(client, "a.avi"))
    answer = client.get(there)
    assert answer.status_code == 200
    assert "Content-Length" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(frames(answer.content)[1]) >= 239
    later = client.get(there)
    assert later.headers["Accept-Ranges"] == "bytes"
    assert len(frames(later.content)[1]) >= 239


def test_what_cannot_be_shown_says_why_and_is_not_tried_again_at_once(
    client: Visitor, pictures: Path, scanned: Scan
) -> None:
    path = film(pictures / "a.avi", "mjpeg", "yuvj420p")
    path.write_bytes(path.read_bytes()[:4096])
    Image.new("RGB", (64, 64)).save(pictures / "a.tif")
    (pictures / "a.tif").write_bytes((pictures / "a.tif").read_bytes()[:100])
    scanned()
    for name in ("a.avi", "a.tif"):
        for _ in range(2):
            answer = client.get(address(item(client, name, 2)))
            assert answer.status_code == 422
            assert answer.json()["error"]["message"].startswith("It cannot be shown: ")
