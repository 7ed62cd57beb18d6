"""The query language over HTTP: completion, canonical text, filter panels, what is hidden."""

from pathlib import Path

import pytest

from diffusion_toolkit.query import FIELDS
from pictures import parameters, save_png
from web.test_images import Scan
from web.visitor import C, Visitor


@pytest.fixture(autouse=True)
def library_of_three(client: Visitor, pictures: Path, scanned: Scan) -> None:
    for number in range(3):
        text = parameters("a castle, blue eyes\nNegative prompt: blurry", seed=number, steps=20 + number)
        save_png(pictures / f"{number}.png", texts={"parameters": text}, size=(64, 64))
    scanned()


def test_a_query_is_completed(client: Visitor) -> None:
    found = client.get(f"{C}/complete", params={"text": "castle, steps:2", "cursor": 15}).json()
    assert (found["start"], found["end"]) == (14, 15)
    assert [(item["text"], item["count"], item["kind"]) for item in found["items"]] == [
        (str(20 + number), 1, "value") for number in range(3)
    ]
    words = client.get(f"{C}/complete", params={"text": "cast"}).json()["items"]
    assert ("castle", "word") in [(item["text"], item["kind"]) for item in words]
    assert len(client.get(f"{C}/complete", params={"limit": 3}).json()["items"]) == 3
    assert client.get(f"{C}/complete", params={"text": 'model:"'}).status_code == 200
    assert client.get(f"{C}/complete", params={"cursor": -1}).status_code in (400, 422)


def test_a_query_is_written_out_and_taken_apart(client: Visitor) -> None:
    params = {"q": "castle negative prompt: blurry, lowres", "preset": "classic"}
    found = client.get(f"{C}/query", params=params).json()
    assert found["query"] == "castle, negative:blurry, negative:lowres"
    assert [line["field"] for line in found["filters"]] == ["prompt", "negative", "negative"]
    again = client.post(f"{C}/query", json={"filters": found["filters"], "rest": found["rest"]}).json()
    assert again == found
    rows = [{"property": "text", "value": "a"}, {"operation": "or", "property": "x", "value": "b"}]
    made = client.post(f"{C}/query", json={"rows": rows, "rest": "fox"}).json()
    assert made["query"] == 'fox, (node.*.text:"a" OR node.*.x:"b")'
    assert client.get(f"{C}/query", params={"q": "date:3/4/2026", "month_first": True}).json()["query"] == (
        "date:2026-03-04"
    )


def test_wrong_queries_and_lines_say_what_is_wrong(client: Visitor) -> None:
    error = client.get(f"{C}/query", params={"q": "castle, modle:x"}).json()["error"]
    assert (error["position"], error["fix"]) == (9, "castle, model:x")
    wrong = client.post(f"{C}/query", json={"filters": [{"field": "rating", "operator": ">", "value": "x"}]})
    assert wrong.status_code == 400
    assert "a number is expected" in wrong.json()["error"]["message"]
    assert client.post(f"{C}/query", json={"filters": [{"field": "rating", "colour": 1}]}).status_code in (400, 422)


def test_the_language_describes_itself(client: Visitor) -> None:
    found = client.get("/api/query/fields").json()
    fields = {field["name"]: field for field in found["fields"]}
    assert set(fields) == {"prompt", *(name for name, field in FIELDS.items() if not field.hidden)}
    assert fields["type"]["choices"] == ["image", "video"]
    assert fields["rating"]["operators"][:2] == ["=", "<>"]
    assert {"date", "random", "rating"} <= {sort["name"] for sort in found["sorts"]}
    assert "model" in found["facets"]


def test_hidden_pictures_are_counted(client: Visitor) -> None:
    ids = [item["id"] for item in items(client, client.get(f"{C}/search", params={"sort": "name"}).json()["selection"])]
    client.post(f"{C}/curation", json={"image_ids": ids[:1], "set": {"nsfw": True}})
    client.post(f"{C}/curation", json={"image_ids": ids[:2], "set": {"for_deletion": True}})
    found = client.get(f"{C}/search", params={"hide": "nsfw, deleted,unavailable"}).json()
    assert (found["total"], found["hidden"]) == (1, {"nsfw": 1, "deleted": 2})
    found = client.get(f"{C}/search", params={"hide": "nsfw", "q": "nsfw:true"}).json()
    assert (found["total"], found["hidden"]) == (1, {})
    assert client.get(f"{C}/search", params={"hide": "colours"}).status_code == 400


def test_search_takes_the_classic_preset_and_gives_hints(client: Visitor) -> None:
    params = {"q": "castle negative prompt: blurry, eyes", "preset": "classic"}
    assert client.get(f"{C}/search", params=params).json()["total"] == 0
    assert client.get(f"{C}/search", params={**params, "preset": "standard"}).json()["total"] == 3
    assert client.get(f"{C}/search", params={"q": "zebra", "nodes": "default", "raw": True}).json()["total"] == 0
    assert client.get(f"{C}/search", params={"q": "blurry", "raw": True}).json()["total"] == 3
    found = client.get(f"{C}/search", params={"q": 'sampler:"Eulr a"'}).json()
    assert [hint["query"] for hint in found["hints"]] == ['sampler:"euler a"']


def items(client: Visitor, selection: str) -> list[dict[str, int]]:
    found: list[dict[str, int]] = client.get(f"{C}/selections/{selection}/items").json()["items"]
    return found
