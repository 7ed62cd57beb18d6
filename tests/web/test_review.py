"""Review over HTTP: pages, words on one and on all, hidden pictures, asking again."""

from pathlib import Path

import pytest

from diffusion_toolkit.store.database import Database
from diffusion_toolkit.web import Library
from library.proposed import propose_captions, propose_tags
from pictures import save_png
from web.test_images import Scan
from web.test_organising import ok, post
from web.visitor import C, Visitor, all_images


@pytest.fixture
def ids(client: Visitor, pictures: Path, scanned: Scan) -> list[int]:
    for number in range(3):
        save_png(pictures / f"{number}.png", texts={}, colour=number)
    scanned()
    return sorted(image["id"] for image in all_images(client, expected=3))


def test_results_are_listed_edited_and_decided(client: Visitor, ids: list[int], database: Database) -> None:
    collection = database.collection("main")
    propose_tags(collection, "wd", {image: {"fox": 0.5, "snow": 0.3} for image in ids})
    propose_captions(collection, {ids[0]: "a fox"})
    page = ok(client.get(f"{C}/review", params={"limit": 2}))
    assert (page["total"], [item["image_id"] for item in page["items"]]) == (4, ids[:2])
    rest = ok(client.get(f"{C}/review", params={"after": page["next"]}))
    assert (rest["next"], [item["kind"] for item in rest["items"]]) == (None, ["tags", "caption"])
    caption = rest["items"][1]["id"]
    numbers = [item["id"] for item in page["items"]]
    assert ok(client.request("PUT", f"{C}/review/{caption}/caption", json={"text": "a red fox"}))["changed"] == 1
    assert ok(client.request("PUT", f"{C}/review/{numbers[0]}/tags", json={"tags": ["snow", "mine"]}))["changed"] == 1
    assert client.request("PUT", f"{C}/review/{numbers[0]}/caption", json={"text": "x"}).status_code == 400
    assert client.request("PUT", f"{C}/review/99/tags", json={"tags": ["x"]}).status_code == 404
    tags = ok(client.get(f"{C}/review/tags"))
    assert [(tag["name"], tag["count"]) for tag in tags] == [("snow", 3), ("fox", 2)]
    taken = post(client, "review/tag", name="snow", decision="take", **{"except": [numbers[1]]})
    assert taken["changed"] == 2
    assert post(client, "review/accept", ids=[caption])["changed"] == 1
    assert post(client, "review/reject", kind="tags")["changed"] == 2
    assert ok(client.get(f"{C}/review"))["total"] == 0
    assert ok(client.get(f"{C}/search", params={"q": "tag:snow", "after": taken["token"]}))["total"] == 2
    assert ok(client.get(f"{C}/search", params={"q": "tag:mine"}))["total"] == 1
    assert ok(client.get(f"{C}/search", params={"q": "caption:red"}))["total"] == 1
    post(client, "undo", journal=taken["journal"])
    assert ok(client.get(f"{C}/search", params={"q": "tag:snow"}))["total"] == 0


def test_sure_tags_are_accepted_and_what_was_decided_is_listed(
    client: Visitor, ids: list[int], database: Database, library: Library
) -> None:
    propose_tags(database.collection("main"), "wd", {image: {"fox": 0.95} for image in ids[:2]})
    propose_tags(database.collection("main"), "joytag", {ids[2]: {"snow": 0.4}})
    assert post(client, "review/accept-sure", kind="tags", sure_from=0.9)["changed"] == 2
    assert post(client, "review/reject")["changed"] == 1

    def listed(state: str) -> list[int]:
        page = ok(client.get(f"{C}/review", params={"state": state}))
        assert page["total"] == len(page["items"])
        return [item["image_id"] for item in page["items"]]

    assert (listed("waiting"), listed("accepted"), listed("rejected")) == ([], ids[:2], [ids[2]])
    assert post(client, "review/reopen", ids=[*range(1, 9)])["changed"] == 1
    assert (listed("waiting"), listed("rejected")) == ([ids[2]], [])
    assert client.get(f"{C}/review", params={"state": "retry"}).status_code == 400
    assert client.post(f"{C}/review/accept-sure", json={"sure_from": 1.5}).status_code == 400
    post(client, "curation", image_ids=ids[:1], set={"nsfw": True})
    library.set_nsfw_mode("hide")
    assert listed("accepted") == [ids[1]]


def test_review_is_narrowed_to_one_run(client: Visitor, ids: list[int], database: Database, library: Library) -> None:
    collection = database.collection("main")
    propose_tags(collection, "wd", {image: {"fox": 0.5} for image in ids}, run_id=1)
    propose_tags(collection, "joytag", {image: {"fox": 0.6, "snow": 0.4} for image in ids[:2]}, run_id=2)
    assert [(each["run_id"], each["source"], each["waiting"]) for each in ok(client.get(f"{C}/review/counts"))] == [
        (2, "joytag", 2),
        (1, "wd", 3),
    ]
    of_two = {"run_id": 2}
    assert ok(client.get(f"{C}/review", params=of_two))["total"] == 2
    assert [(tag["name"], tag["count"]) for tag in ok(client.get(f"{C}/review/tags", params=of_two))] == [
        ("fox", 2),
        ("snow", 2),
    ]
    assert post(client, "review/tag", run_ids=[2], name="fox", decision="take")["changed"] == 2
    assert [(tag["name"], tag["count"]) for tag in ok(client.get(f"{C}/review/tags"))] == [("fox", 3), ("snow", 2)]
    assert post(client, "review/reject", run_ids=[2])["changed"] == 2
    assert ok(client.get(f"{C}/review", params=of_two))["total"] == 0
    assert ok(client.get(f"{C}/review"))["total"] == 3
    post(client, "curation", image_ids=ids[:1], set={"nsfw": True})
    library.set_nsfw_mode("hide")
    assert [each["waiting"] for each in ok(client.get(f"{C}/review/counts"))] == [2]


def test_hidden_pictures_are_not_told_of_and_not_decided(
    client: Visitor, ids: list[int], database: Database, library: Library
) -> None:
    propose_tags(database.collection("main"), "wd", {image: {"fox": 0.5} for image in ids})
    secret = ok(client.get(f"{C}/review"))["items"][0]
    post(client, "curation", image_ids=[secret["image_id"]], set={"nsfw": True})
    library.set_nsfw_mode("hide")
    assert ok(client.get(f"{C}/review"))["total"] == 2
    assert [tag["count"] for tag in ok(client.get(f"{C}/review/tags"))] == [2]
    assert client.request("PUT", f"{C}/review/{secret['id']}/tags", json={"tags": ["x"]}).status_code == 404
    assert post(client, "review/accept", ids=[secret["id"]])["changed"] == 0
    assert post(client, "review/accept")["changed"] == 2
    library.set_nsfw_mode("show")
    assert [item["id"] for item in ok(client.get(f"{C}/review"))["items"]] == [secret["id"]]


def test_review_can_be_narrowed_to_some_runs(client: Visitor, ids: list[int], database: Database) -> None:
    collection = database.collection("main")
    for run_id, image in enumerate(ids, start=1):
        propose_tags(collection, "wd", {image: {"fox": 0.5}}, run_id=run_id)
    runs = [item["run_id"] for item in ok(client.get(f"{C}/review", params={"run_id": 2}))["items"]]
    assert runs == [2]
    two = ok(client.get(f"{C}/review", params={"run_id": [1, 3]}))
    assert (two["total"], [item["run_id"] for item in two["items"]]) == (2, [1, 3])
    assert [tag["count"] for tag in ok(client.get(f"{C}/review/tags", params={"run_id": [1, 3]}))] == [2]
    assert client.get(f"{C}/review", params={"run_id": 0}).status_code == 400
    assert post(client, "review/tag", name="fox", decision="refuse", run_ids=[1, 3])["changed"] == 2
    assert post(client, "review/accept", run_ids=[])["changed"] == 0
    assert [item["run_id"] for item in ok(client.get(f"{C}/review"))["items"]] == [2]


def test_what_nobody_knows_how_to_make_cannot_be_asked_again(
    client: Visitor, ids: list[int], database: Database
) -> None:
    propose_tags(database.collection("main"), "wd", {ids[0]: {"fox": 0.5}})
    assert client.post(f"{C}/review/retry", json={}).status_code == 404
    assert ok(client.get(f"{C}/review"))["total"] == 1
