"""Ratings and undo over HTTP."""

from pathlib import Path
from typing import Any

import pytest

from pictures import save_png
from web.test_images import Scan
from web.visitor import C, Visitor, all_images, kind


@pytest.fixture
def images(client: Visitor, pictures: Path, scanned: Scan) -> list[dict[str, Any]]:
    for number in range(4):
        save_png(pictures / f"{number}.png", texts={}, colour=number)
    scanned()
    return all_images(client, expected=4)


def total(client: Visitor, query: str, token: int) -> int:
    return client.get(f"{C}/search", params={"q": query, "after": token}).json()["total"]


def test_a_rating_is_seen_by_the_next_search_and_undone(client: Visitor, images: list[dict[str, Any]]) -> None:
    body = {"image_ids": [images[0]["id"]], "set": {"rating": 9, "favorite": True}}
    written = client.post(f"{C}/curation", json=body).json()
    assert written["changed"] == 1
    assert total(client, "rating:9 favorite", written["token"]) == 1
    undone = client.post(f"{C}/undo", json={"journal": written["journal"]}).json()
    assert undone["image_ids"] == [images[0]["id"]]
    assert total(client, "rating:none favorite:false", undone["token"]) == 4


def test_taking_a_rating_away_is_not_the_same_as_not_naming_it(client: Visitor, images: list[dict[str, Any]]) -> None:
    ids = [image["id"] for image in images]
    client.post(f"{C}/curation", json={"image_ids": ids, "set": {"rating": 4}})
    kept = client.post(f"{C}/curation", json={"image_ids": ids[:2], "set": {"favorite": True}}).json()
    assert total(client, "rating:4", kept["token"]) == 4
    taken = client.post(f"{C}/curation", json={"image_ids": ids[:1], "set": {"rating": None}}).json()
    assert total(client, "rating:4", taken["token"]) == 3


def test_a_whole_selection_except_some(client: Visitor, images: list[dict[str, Any]]) -> None:
    selection = client.get(f"{C}/search").json()["selection"]
    body = {"selection": selection, "except": [images[0]["id"], 999], "set": {"nsfw": True}}
    written = client.post(f"{C}/curation", json=body).json()
    assert written["changed"] == 3
    again = client.post(f"{C}/curation", json=body).json()
    assert (again["changed"], again["journal"]) == (0, None)


def test_undo_without_a_number_takes_the_last(client: Visitor, images: list[dict[str, Any]]) -> None:
    for rating in (1, 2):
        client.post(f"{C}/curation", json={"image_ids": [images[0]["id"]], "set": {"rating": rating}})
    undone = client.post(f"{C}/undo", json={}).json()
    assert total(client, "rating:1", undone["token"]) == 1
    client.post(f"{C}/undo", json={})
    answer = client.post(f"{C}/undo", json={})
    assert (answer.status_code, kind(answer)) == (404, "not_found")


WRONG: list[Any] = [
    {},
    {"set": {"rating": 5}},
    {"image_ids": [1], "selection": "x", "set": {"rating": 5}},
    {"image_ids": [1], "set": {}},
    {"image_ids": [1], "set": {"rating": 0}},
    {"image_ids": [1], "set": {"rating": 11}},
    {"image_ids": [1], "set": {"rating": "5"}},
    {"image_ids": [1], "set": {"rating": 5.5}},
    {"image_ids": [1], "set": {"favorite": None}},
    {"image_ids": [1], "set": {"favorite": 1}},
    {"image_ids": [1], "set": {"colour": "red"}},
    {"image_ids": [0], "set": {"rating": 5}},
    {"image_ids": [2**31], "set": {"rating": 5}},
    {"image_ids": "1", "set": {"rating": 5}},
    {"image_ids": [1], "set": {"rating": 5}, "where": "1=1"},
    [],
    None,
    "x",
]


def test_wrong_bodies_give_one_sentence_and_write_nothing(client: Visitor, images: list[dict[str, Any]]) -> None:
    for body in WRONG:
        answer = client.post(f"{C}/curation", json=body)
        assert (answer.status_code, kind(answer)) == (400, "usage"), body
        assert answer.json()["error"]["message"].endswith(".")
    assert client.post(f"{C}/undo", json={}).status_code == 404


def test_broken_json_gives_one_sentence(stranger: Visitor) -> None:
    for content in (b"{", b"\xff\xfe", b'{"set": NaN', b"[" * 100_000):
        answer = stranger.post(f"{C}/curation", content=content)
        assert (answer.status_code, kind(answer)) == (400, "usage")


def test_a_selection_that_is_gone(client: Visitor) -> None:
    answer = client.post(f"{C}/curation", json={"selection": "gone", "set": {"rating": 5}})
    assert (answer.status_code, kind(answer)) == (410, "expired")


def test_who_forgets_the_token_sees_the_last_write_all_the_same(client: Visitor, images: list[dict[str, Any]]) -> None:
    for rating in range(1, 9):
        body = {"image_ids": [image["id"] for image in images], "set": {"rating": rating}}
        client.post(f"{C}/curation", json=body)
        assert client.get(f"{C}/search", params={"q": f"rating:{rating}"}).json()["total"] == 4
