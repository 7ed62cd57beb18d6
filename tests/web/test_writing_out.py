"""Writing out and reading sidecars over HTTP."""

from pathlib import Path

import pytest

from diffusion_toolkit.library.portable.xmp_ratings import foreign_curation
from diffusion_toolkit.web import Library
from pictures import save_png
from web.test_images import Scan
from web.test_organising import ok, post
from web.visitor import C, Visitor, all_images


@pytest.fixture
def ids(client: Visitor, pictures: Path, scanned: Scan) -> list[int]:
    for number in range(2):
        save_png(pictures / f"{number}.png", texts={}, colour=number)
    scanned()
    return sorted(image["id"] for image in all_images(client, expected=2))


def test_words_go_beside_pictures_and_into_them_and_back(client: Visitor, ids: list[int], pictures: Path) -> None:
    post(client, "tags/images", image_ids=ids, add=["long hair", "fox"])
    words = {"underscores": True, "first": ["ohwx"], "order": "name"}
    planned = post(client, "write-out/sidecars", image_ids=ids, words=words, dry_run=True)
    assert (planned["plan"]["pictures"], (pictures / "0.txt").exists()) == (2, False)
    went = post(client, "write-out/sidecars", image_ids=ids, words=words)
    assert (went["done"], went["failed"], (pictures / "0.txt").read_text()) == (2, 0, "ohwx, fox, long_hair\n")
    post(client, "undo", journal=went["journal"])
    assert not (pictures / "0.txt").exists()
    went = post(client, "write-out/pictures", image_ids=ids[:1], what="tags", keep_time=True)
    (described,) = (path for path in sorted(pictures.iterdir()) if foreign_curation(str(path)).tags)
    assert (went["done"], foreign_curation(str(described)).tags) == (1, ("long hair", "fox"))
    assert (
        client.post(f"{C}/write-out/sidecars", json={"image_ids": ids, "form": "json", "ending": ".txt"}).status_code
        == 400
    )


def test_sidecars_are_read_but_not_those_of_hidden_pictures(
    client: Visitor, ids: list[int], pictures: Path, library: Library
) -> None:
    for number in range(2):
        (pictures / f"{number}.txt").write_text("fox, snow:0.2")
    post(client, "curation", image_ids=ids[:1], set={"nsfw": True})
    library.set_nsfw_mode("hide")
    read = post(client, "read-sidecars", query="", threshold=0.5)
    assert (read["pictures"], read["changed"], read["problems"]) == (1, 1, [])
    library.set_nsfw_mode("show")
    assert ok(client.get(f"{C}/search", params={"q": "tag:fox", "after": read["token"]}))["total"] == 1
    assert post(client, "read-sidecars", image_ids=ids)["changed"] == 2
    post(client, "undo", journal=read["journal"])
    assert ok(client.get(f"{C}/search", params={"q": "tag:snow"}))["total"] == 2
