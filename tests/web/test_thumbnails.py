"""Many thumbnails in one answer, and the colours that stand for those that are not there yet."""

import time
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from diffusion_toolkit.library.roots import Root
from pictures import parameters, save_png
from web.visitor import C, Visitor, all_images, kind

Scan = Callable[[], Root]
WAIT_S = 20


@pytest.fixture
def images(client: Visitor, pictures: Path, scanned: Scan) -> list[int]:
    """Numbers of three pictures."""
    for colour in (1, 2, 3):
        save_png(pictures / f"{colour}.png", texts={"parameters": parameters("a castle", seed=colour)}, colour=colour)
    scanned()
    return [int(image["id"]) for image in all_images(client, expected=3)]


def many(client: Visitor, ids: list[int], size: int = 128) -> list[str | None]:
    answer = client.get(f"{C}/thumbnails", params={"ids": ",".join(map(str, ids)), "size": size})
    assert answer.status_code == 200
    return answer.json()["webp"]


def test_those_that_were_made_come_in_one_answer(client: Visitor, images: list[int]) -> None:
    assert many(client, images) == [None, None, None]
    made = {number: client.get(f"{C}/images/{number}/thumbnail?size=128").content for number in images[1:]}
    found = many(client, [images[2], images[0], 2**31 - 1, images[1]])
    assert [text and b64decode(text) for text in found] == [made[images[2]], None, None, made[images[1]]]
    assert Image.open(BytesIO(made[images[1]])).format == "WEBP"
    assert many(client, images, size=256) == [None, None, None]


def test_nothing_hidden_is_among_them(client: Visitor, images: list[int]) -> None:
    for number in images:
        client.get(f"{C}/images/{number}/thumbnail?size=128")
    client.post(f"{C}/curation", json={"image_ids": images[:1], "set": {"nsfw": True}})
    assert client.request("PUT", "/api/nsfw-mode", json={"mode": "hide"}).status_code == 200
    assert [text is None for text in many(client, images)] == [True, False, False]


@pytest.mark.parametrize("ids", ["", "0", "-1", "a", "1,,2", "²", "4294967296", ",".join(["1"] * 101)])
def test_images_are_named_by_their_numbers(stranger: Visitor, ids: str) -> None:
    answer = stranger.get(f"{C}/thumbnails", params={"ids": ids})
    assert (answer.status_code, kind(answer)) == (400, "usage")


def test_a_picture_whose_thumbnail_was_seen_has_its_colour(client: Visitor, images: list[int]) -> None:
    client.get(f"{C}/images/{images[1]}/thumbnail?size=128")
    selection = client.get(f"{C}/search", params={"sort": "name asc"}).json()["selection"]
    address = f"{C}/selections/{selection}/colours"
    end = time.monotonic() + WAIT_S
    while not any(found := client.get(address).content) and time.monotonic() < end:
        time.sleep(0.02)
    assert (found[:3], found[6:]) == (bytes(3), bytes(3))
    assert tuple(found[3:6]) == pytest.approx((2 * 37, 2 * 91, 2 * 53), abs=4)
    assert client.get(address, params={"offset": 1, "limit": 1}).content == found[3:6]
    assert client.get(address, params={"offset": 9}).content == b""
