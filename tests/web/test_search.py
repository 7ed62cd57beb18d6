"""Searching and selections over HTTP."""

from pathlib import Path

import pytest

from pictures import parameters, save_png
from web.test_images import Scan
from web.visitor import C, Visitor, kind


@pytest.fixture(autouse=True)
def library_of_five(client: Visitor, pictures: Path, scanned: Scan) -> None:
    for number in range(5):
        save_png(
            pictures / f"{number}.png",
            texts={"parameters": parameters(f"a castle number {number}", seed=number, steps=20 + number)},
            size=(96, 64) if number % 2 else (64, 64),
        )
    scanned()


def test_a_selection_gives_pages_shapes_and_places(client: Visitor, pictures: Path) -> None:
    found = client.get(f"{C}/search", params={"q": "castle", "sort": "name desc", "facets": "steps, sampler"}).json()
    assert found["total"] == 5
    assert {value["value"]: value["count"] for value in found["facets"]["steps"]} == {str(20 + n): 1 for n in range(5)}
    assert [value["count"] for value in found["facets"]["sampler"]] == [5]
    selection = f"{C}/selections/{found['selection']}"
    page = client.get(f"{selection}/items", params={"offset": 1, "limit": 2}).json()
    assert page["offset"] == 1
    assert [item["name"] for item in page["items"]] == ["3.png", "2.png"]
    layout = client.get(f"{selection}/layout")
    assert layout.headers["Content-Type"] == "application/octet-stream"
    assert len(layout.content) == 5
    assert layout.content[0] == 128
    size = client.get(f"{selection}/size").json()
    assert size == {"images": 5, "bytes": sum(file.stat().st_size for file in pictures.iterdir())}
    image = page["items"][0]["id"]
    assert client.get(f"{selection}/index", params={"image": image}).json() == {"index": 1}
    assert client.get(f"{selection}/index", params={"image": 999}).json() == {"index": None}
    facets = client.get(f"{selection}/facets", params={"keys": "steps", "limit": 2}).json()
    assert len(facets["steps"]) == 2


def test_where_images_stand_in_a_selection(client: Visitor) -> None:
    found = client.get(f"{C}/search", params={"q": "steps:>21", "sort": "name desc"}).json()["selection"]
    everything = client.get(f"{C}/search", params={"sort": "name"}).json()["selection"]
    ids = [item["id"] for item in client.get(f"{C}/selections/{everything}/items").json()["items"]]
    places = client.post(f"{C}/selections/{found}/places", json={"image_ids": ids})
    assert places.json() == {"places": [None, None, 2, 1, 0]}
    assert client.post(f"{C}/selections/none/places", json={"image_ids": ids}).status_code == 410


def test_items_say_what_they_show_and_whether_an_album_has_them(client: Visitor) -> None:
    found = client.get(f"{C}/search", params={"sort": "name"}).json()["selection"]
    items = client.get(f"{C}/selections/{found}/items").json()["items"]
    assert [item["words"] for item in items] == [f"a castle number {number}" for number in range(5)]
    assert not any(item["in_album"] for item in items)
    images = {"image_ids": [items[1]["id"]]}
    written = client.post(f"{C}/albums", json={"name": "Best", "images": images}).json()
    again = client.get(f"{C}/search", params={"sort": "name", "after": written["token"]}).json()["selection"]
    items = client.get(f"{C}/selections/{again}/items").json()["items"]
    assert [item["in_album"] for item in items] == [False, True, False, False, False]


def test_a_facet_names_the_query_that_narrows(client: Visitor) -> None:
    facets = client.get(f"{C}/search", params={"facets": "steps"}).json()["facets"]["steps"]
    for value in facets:
        assert client.get(f"{C}/search", params={"q": value["query"]}).json()["total"] == value["count"]


def test_groups_add_up(client: Visitor) -> None:
    found = client.get(f"{C}/search").json()
    groups = client.get(f"{C}/selections/{found['selection']}/groups").json()
    assert sum(group["count"] for group in groups) == 5
    assert set(groups[0]) == {"label", "key", "count"}


def test_a_selection_is_pinned_while_the_library_changes(client: Visitor) -> None:
    found = client.get(f"{C}/search", params={"q": "rating:none", "sort": "name"}).json()
    items = f"{C}/selections/{found['selection']}/items"
    before = [item["id"] for item in client.get(items).json()["items"]]
    written = client.post(f"{C}/curation", json={"image_ids": before[:2], "set": {"rating": 5}}).json()
    after = client.get(f"{C}/search", params={"q": "rating:none", "after": written["token"]}).json()
    assert after["total"] == 3
    assert [item["id"] for item in client.get(items).json()["items"]] == before


def test_a_wrong_query_says_where(client: Visitor) -> None:
    answer = client.get(f"{C}/search", params={"q": "castle, casttle:1"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["kind"], error["position"]) == ("query", 9)
    assert error["length"] >= 1
    assert error["message"]
    assert "fix" in error


def test_wrong_parameters_give_one_sentence(client: Visitor) -> None:
    for wrong in (
        {"sort": "colour"},
        {"facets": "colour"},
        {"after": "-1"},
        {"after": "x"},
        {"after": str(2**64)},
        {"q": "a" * 20_001},
    ):
        answer = client.get(f"{C}/search", params=wrong)
        assert (answer.status_code, kind(answer)) == (400, "usage"), wrong


def test_a_selection_that_is_gone(client: Visitor) -> None:
    for what in ("items", "layout", "groups", "facets?keys=steps", "index?image=1"):
        answer = client.get(f"{C}/selections/unknown/{what}")
        assert (answer.status_code, kind(answer)) == (410, "expired")


def test_pages_are_bounded(client: Visitor) -> None:
    found = client.get(f"{C}/search").json()["selection"]
    for offset, limit in ((-1, 5), (0, 501), (0, -1), (2**31, 5)):
        answer = client.get(f"{C}/selections/{found}/items", params={"offset": offset, "limit": limit})
        assert (answer.status_code, kind(answer)) == (400, "usage")


def test_a_page_beyond_the_end_is_empty(client: Visitor) -> None:
    found = client.get(f"{C}/search").json()["selection"]
    assert client.get(f"{C}/selections/{found}/items", params={"offset": 100}).json()["items"] == []


def test_collections_are_not_made_by_asking(client: Visitor) -> None:
    for name in ("other", "MAIN", "..", "main%00", "a" * 49, "collection_main"):
        assert client.get(f"/api/collections/{name}/search").status_code in (400, 404), name
    assert client.get("/api/status").json()["collections"] == ["main"]


def test_status(client: Visitor) -> None:
    status = client.get("/api/status").json()
    assert (status["collection"], status["images"]) == ("main", 5)
    assert status["revision"] >= 1
    assert (status["plugins"], status["plugin_failures"]) == ([], [])
