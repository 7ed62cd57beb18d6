"""Tags, albums, saved queries, words and the journal over HTTP."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from diffusion_toolkit.web.broadcast import Broadcaster
from pictures import parameters, save_png
from web.test_images import Scan
from web.visitor import C, Visitor, all_images, kind


@pytest.fixture
def ids(client: Visitor, pictures: Path, scanned: Scan) -> list[int]:
    for number, prompt in enumerate(("a castle", "a nude fox", "a tower", "a forest")):
        save_png(pictures / f"{number}.png", texts={"parameters": parameters(prompt, seed=number)}, colour=number)
    scanned()
    return [image["id"] for image in all_images(client, expected=4)]


def ok(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(client: Visitor, path: str, **body: Any) -> Any:
    return ok(client.post(f"{C}/{path}", json=body))


def patch(client: Visitor, path: str, **body: Any) -> Any:
    return client.request("PATCH", f"{C}/{path}", json=body)


def test_tags_of_ids_of_a_selection_and_of_a_query(client: Visitor, ids: list[int]) -> None:
    assert post(client, "tags/images", image_ids=ids[:1], add=["Fox"])["changed"] == 1
    selection = ok(client.get(f"{C}/search"))["selection"]
    assert post(client, "tags/images", selection=selection, add=["all"], **{"except": ids[:1]})["changed"] == 3
    post(client, "tags/images", query="castle OR tower", add=["built"], remove=["fox"])
    assert [(tag["name"], tag["count"]) for tag in ok(client.get(f"{C}/tags"))] == [
        ("all", 3),
        ("built", 2),
        ("Fox", 0),
    ]
    held = post(client, "tags/held", image_ids=ids)
    assert [(tag["name"], tag["amount"]) for tag in held] == [("all", "some"), ("built", "some")]
    assert [tag["name"] for tag in ok(client.get(f"{C}/images/{ids[2]}/tags"))] == ["all", "built"]
    for body in ({"add": ["x"]}, {"add": ["x"], "image_ids": ids, "query": ""}, {"image_ids": ids}):
        assert client.post(f"{C}/tags/images", json=body).status_code == 400


def test_the_list_of_tags_is_kept_in_order(client: Visitor, ids: list[int]) -> None:
    assert post(client, "tags/names", text="fox\ncat\n fox \ndog")["changed"] == 3
    numbers = {tag["name"]: tag["id"] for tag in ok(client.get(f"{C}/tags"))}
    assert ok(patch(client, f"tags/{numbers['fox']}", name="vixen"))["id"] == numbers["fox"]
    assert patch(client, f"tags/{numbers['cat']}", name="VIXEN").status_code == 400
    post(client, "tags/merge", tag_ids=[numbers["cat"]], into=numbers["dog"])
    assert client.get(f"{C}/tags/export").text == "dog\nvixen\n"
    assert ok(client.get(f"{C}/tags/export", params={"form": "json"})) == [
        {"name": "dog", "count": 0},
        {"name": "vixen", "count": 0},
    ]
    ok(client.delete(f"{C}/tags/{numbers['dog']}"))
    assert client.delete(f"{C}/tags/{numbers['dog']}").status_code == 404
    post(client, "tags", name="bird")
    post(client, "undo")
    post(client, "undo")
    assert client.get(f"{C}/tags/export").text == "dog\nvixen\n"
    assert post(client, "redo")["changed"] == 1
    assert client.get(f"{C}/tags/export").text == "vixen\n"


def test_albums_from_results_in_the_persons_order(client: Visitor, ids: list[int]) -> None:
    a, b, c, d = ids
    album = post(client, "albums", name="Best", images={"query": "castle OR tower", "sort": "name desc"})["id"]
    assert post(client, f"albums/{album}/add", image_ids=[d, b])["changed"] == 2
    post(client, f"albums/{album}/move", image_ids=[b], before=c)
    assert post(client, f"albums/{album}/remove", image_ids=[a])["changed"] == 1
    assert ok(client.get(f"{C}/albums/{album}"))["cover_id"] == b
    assert post(client, "albums/holding", image_ids=[a, b, c]) == [{"id": album, "name": "Best", "count": 2}]
    assert ok(client.get(f"{C}/images/{a}/albums")) == []
    ok(patch(client, f"albums/{album}", cover_id=d))
    ok(patch(client, f"albums/{album}", name="Finest"))
    [found] = ok(client.get(f"{C}/albums"))
    assert (found["name"], found["count"], found["cover_id"], found["smart"]) == ("Finest", 3, d, False)
    for wrong in ({}, {"name": "x", "query": "y"}, {"name": None}, {"query": "castle"}):
        assert client.request("PATCH", f"{C}/albums/{album}", json=wrong).status_code == 400
    ok(client.delete(f"{C}/albums/{album}"))
    assert ok(client.get(f"{C}/albums")) == []
    assert client.get(f"{C}/albums/{album}").status_code == 404


def test_a_smart_album_counts_live(client: Visitor, ids: list[int]) -> None:
    album = post(client, "albums", name="Top", query="rating>=8")["id"]
    other = post(client, "albums", name="Aaa")["id"]
    post(client, "curation", query="castle OR tower", set={"rating": 9})
    assert [(one["name"], one["count"]) for one in ok(client.get(f"{C}/albums"))] == [("Top", 2), ("Aaa", 0)]
    post(client, f"albums/{other}/place", before=album)
    assert [one["name"] for one in ok(client.get(f"{C}/albums"))] == ["Aaa", "Top"]
    assert [one["name"] for one in ok(client.get(f"{C}/albums", params={"order": "date"}))] == ["Aaa", "Top"]
    assert post(client, f"albums/{album}/convert")["changed"] == 2
    assert client.post(f"{C}/albums/{album}/convert").status_code == 400
    answer = client.post(f"{C}/albums", json={"name": "Wrong", "query": "rating>>5"})
    assert (kind(answer), answer.json()["error"]["position"]) == ("query", 8)


def test_saved_queries_and_the_one_of_the_start(client: Visitor) -> None:
    first = post(client, "saved-queries", name="Castles", query="castle", view={"size": 256})["id"]
    assert client.post(f"{C}/saved-queries", json={"name": "castles", "query": "fox"}).status_code == 400
    assert post(client, "saved-queries", name="castles", query="fox", overwrite=True)["id"] == first
    second = post(client, "saved-queries", name="Towers", query="tower", sort="name")["id"]
    post(client, f"saved-queries/{second}/place", before=first)
    ok(patch(client, f"saved-queries/{first}", name="Foxes"))
    assert client.request("PUT", f"{C}/saved-queries/default", json={"id": first}).status_code == 204
    found = ok(client.get(f"{C}/saved-queries"))
    assert [(one["name"], one["query"], one["sort"], one["is_default"]) for one in found] == [
        ("Towers", "tower", "name asc", False),
        ("Foxes", "fox", None, True),
    ]
    ok(client.delete(f"{C}/saved-queries/{second}"))
    assert len(ok(client.get(f"{C}/saved-queries"))) == 1


def test_words_that_mark_results(client: Visitor, ids: list[int]) -> None:
    post(client, "curation", image_ids=ids[1:2], set={"nsfw": False})
    assert ok(client.get(f"{C}/nsfw-words"))["words"] == ["nsfw", "nude", "naked"]
    answer = client.request("PUT", f"{C}/nsfw-words", json={"words": ["castle", " castle ", "tower"]})
    assert ok(answer)["words"] == ["castle", "tower"]
    assert post(client, "nsfw-words/mark", query="")["changed"] == 2
    assert ok(client.get(f"{C}/search", params={"q": "nsfw:true"}))["total"] == 2
    assert client.request("PUT", f"{C}/nsfw-words", json={"words": ["a*b"]}).status_code == 400


def test_the_journal_tells_what_was_done(client: Visitor, ids: list[int]) -> None:
    assert post(client, "viewed", image_ids=ids)["journal"] is None
    post(client, "curation", image_ids=ids, set={"rating": 8})
    written = post(client, "albums", name="Best", images={"image_ids": ids})
    post(client, "undo")
    first, second = ok(client.get(f"{C}/journal"))
    assert (first["id"], first["sentence"]) == (written["journal"], 'Made the album "Best" with 4 pictures')
    assert (first["undone_at"] > first["made_at"], second["sentence"], second["undone_at"]) == (
        True,
        "Rated 4 pictures 8",
        None,
    )


def test_other_pages_are_told_what_changed(
    app: FastAPI, client: Visitor, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int | None]] = []
    broadcaster: Broadcaster = app.state.broadcaster

    def publish(event: str, _: str, data: dict[str, Any]) -> None:
        told.append((event, data.get("token")))

    monkeypatch.setattr(broadcaster, "publish", publish)
    token = post(client, "tags/images", image_ids=ids, add=["fox"])["token"]
    assert ("tags", token) in told
    token = post(client, "undo")["token"]
    assert {(subject, token) for subject in ("curation", "tags", "albums", "queries")} <= set(told)
