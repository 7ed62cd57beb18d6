"""The vocabulary of tags over HTTP."""

from pathlib import Path

import pytest

from pictures import save_png
from web.test_images import Scan
from web.test_organising import ok, post
from web.visitor import C, Visitor, all_images


@pytest.fixture
def ids(client: Visitor, pictures: Path, scanned: Scan) -> list[int]:
    for number in range(3):
        save_png(pictures / f"{number}.png", texts={}, colour=number)
    scanned()
    return [image["id"] for image in all_images(client, expected=3)]


def test_the_map_is_read_changed_and_applied(client: Visitor, ids: list[int]) -> None:
    post(client, "tags/images", image_ids=ids[:2], add=["kitty"])
    post(client, "tags/images", image_ids=ids[1:3], add=["cat"])
    assert post(client, "vocabulary/text", text="# mine\nkitty = cat\nnasa = NASA\n")["changed"] == 2
    assert post(client, "vocabulary/aliases", alias="pup", canonical="dog")["changed"] == 1
    assert post(client, "vocabulary/aliases/delete", aliases=["NASA"])["changed"] == 1
    assert client.get(f"{C}/vocabulary/text").text == "kitty = cat\npup = dog\n"
    found = ok(client.get(f"{C}/vocabulary"))
    assert found["aliases"][0] == {"alias": "kitty", "canonical": "cat"}
    assert post(client, "vocabulary/spell", names=["Kitty", "long_hair", "a\0b"]) == ["cat", "long hair", "a\0b"]
    (change,) = ok(client.get(f"{C}/vocabulary/respellings"))
    assert (change["name"], change["canonical"], change["merges"]) == ("kitty", "cat", True)
    applied = post(client, "vocabulary/apply")
    assert [(tag["name"], tag["count"]) for tag in ok(client.get(f"{C}/tags"))] == [("cat", 3)]
    ok(client.post(f"{C}/undo", json={"journal": applied["journal"]}))
    assert [(tag["name"], tag["count"]) for tag in ok(client.get(f"{C}/tags"))] == [("cat", 2), ("kitty", 2)]


def test_a_circle_is_told(client: Visitor, ids: list[int]) -> None:
    post(client, "vocabulary/text", text="a = b")
    refused = client.post(f"{C}/vocabulary/text", json={"text": "b = a"})
    assert (refused.status_code, "circle" in refused.text) == (400, True)
