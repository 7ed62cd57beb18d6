"""NSFW mode with teeth: while it hides, no answer of the server tells anything of a picture that is marked."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from diffusion_toolkit.settings import load
from diffusion_toolkit.web.passphrase import GuessGuard, TooSoon, fits, kept_form
from pictures import save_png
from web.test_images import Scan
from web.visitor import C, Visitor, all_images, kind

MODE = "/api/nsfw-mode"


def parameters(prompt: str) -> dict[str, str]:
    return {"parameters": f"{prompt}\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Model: {prompt[:5]}"}


@pytest.fixture
def images(client: Visitor, pictures: Path, scanned: Scan) -> list[dict[str, Any]]:
    """Three pictures; the second one is marked."""
    for number, prompt in enumerate(["castle hill", "velvet nymph", "castle tower"]):
        save_png(pictures / f"{number}.png", texts=parameters(prompt), colour=number)
    scanned()
    found = all_images(client, expected=3)
    client.post(f"{C}/curation", json={"image_ids": [found[1]["id"]], "set": {"nsfw": True}})
    return found


def set_mode(client: Visitor, mode: str, **more: str) -> Any:
    return client.request("PUT", MODE, json={"mode": mode, **more})


def search(client: Visitor, q: str = "", **more: str) -> dict[str, Any]:
    return client.get(f"{C}/search", params={"q": q, "sort": "name asc", **more}).json()


def test_no_query_and_no_count_finds_what_is_hidden(client: Visitor, images: list[dict[str, Any]]) -> None:
    assert search(client, "nsfw:true")["total"] == 1
    assert set_mode(client, "hide").json() == {"mode": "hide", "has_passphrase": False}
    for query in ("", "nsfw:true", "velvet", "NOT castle", "unavailable:false velvet"):
        assert search(client, query)["total"] == (2 if not query else 0), query
    facets = search(client, facets="model")["facets"]["model"]
    assert [value["value"] for value in facets] == ["castl"]
    assert client.get("/api/status").json()["images"] == 2
    assert client.get("/api/status").json()["nsfw_mode"] == "hide"
    prompts = client.get(f"{C}/prompts").json()
    assert "velvet" not in str(prompts)
    set_mode(client, "show")
    assert search(client, "velvet")["total"] == 1


def addresses(app: FastAPI) -> list[str]:
    """Every address of one image that can be read: also those that are yet to come."""
    prefix = "/api/collections/{collection}/images/{image_id}"
    paths = app.openapi()["paths"].items()
    return [path.removeprefix(prefix) for path, does in paths if path.startswith(prefix) and "get" in does]


def test_no_address_of_a_hidden_picture_answers(app: FastAPI, client: Visitor, images: list[dict[str, Any]]) -> None:
    shown, hidden = images[0]["id"], images[1]["id"]
    parts = addresses(app)
    assert {"", "/file", "/thumbnail", "/explain"} <= set(parts)
    before = {part: client.get(f"{C}/images/{shown}{part}").status_code for part in parts}
    set_mode(client, "hide")
    for part in parts:
        assert client.get(f"{C}/images/{hidden}{part}").status_code == 404, part
        assert client.get(f"{C}/images/{shown}{part}").status_code == before[part], part
    assert client.get(f"{C}/images/{hidden}/file", params={"v": images[1]["version"]}).status_code == 404
    assert client.post(f"{C}/files/paths", json={"image_ids": [shown, hidden]}).json()["paths"] == [images[0]["path"]]
    assert kind(client.get(f"{C}/curation.json.gz")) == "refused"
    changed = client.post(f"{C}/curation", json={"image_ids": [hidden], "set": {"rating": 3}}).json()["changed"]
    assert changed == 0


def test_neither_covers_nor_completion_tell_of_what_is_hidden(
    client: Visitor, pictures: Path, scanned: Scan, images: list[dict[str, Any]]
) -> None:
    graph = {"1": {"class_type": "VelvetSampler", "inputs": {"velvet_steps": 20}}}
    save_png(pictures / "graph.png", texts={"prompt": json.dumps(graph)}, colour=9)
    scanned()
    (marked,) = [image for image in all_images(client, expected=4) if image["name"] == "graph.png"]
    client.post(f"{C}/curation", json={"image_ids": [marked["id"]], "set": {"nsfw": True}})
    hidden, shown = images[1]["id"], images[2]["id"]
    both, hers = (client.post(f"{C}/albums", json={"name": name}).json()["id"] for name in ("both", "hers"))
    client.post(f"{C}/albums/{both}/add", json={"image_ids": [hidden, shown]})
    client.post(f"{C}/albums/{hers}/add", json={"image_ids": [hidden]})
    client.post(f"{C}/albums", json={"name": "smart", "query": "rating:none", "sort": "date"})

    def seen() -> tuple[dict[str, int | None], str]:
        covers = {album["name"]: album["cover_id"] for album in client.get(f"{C}/albums").json()}
        offers = [client.get(f"{C}/complete", params={"text": text}).text for text in ("vel", "node:Vel", "node.*.vel")]
        return covers, " ".join(offers)

    covers, offers = seen()
    assert covers == {"both": hidden, "hers": hidden, "smart": marked["id"]}
    assert all(name in offers for name in ("velvet", "VelvetSampler", "velvet_steps"))
    set_mode(client, "hide")
    covers, offers = seen()
    assert covers == {"both": shown, "smart": shown}
    assert "elvet" not in offers
    assert client.post(f"{C}/viewed", json={"image_ids": [hidden, shown]}).json()["changed"] == 1


def test_neither_tags_nor_albums_nor_hints_name_what_only_hidden_pictures_have(
    client: Visitor, images: list[dict[str, Any]]
) -> None:
    hidden, shown = images[1]["id"], images[2]["id"]
    for ids, names in (([hidden], ["velvet", "both"]), ([shown], ["both", "stone"])):
        client.post(f"{C}/tags/images", json={"image_ids": ids, "add": names})
    client.post(f"{C}/tags", json={"name": "nobody has it"})
    for name, ids in (("velvet ones", [hidden]), ("mixed", [hidden, shown]), ("empty", [])):
        client.post(f"{C}/albums", json={"name": name, "images": {"image_ids": ids}})
    client.post(f"{C}/albums", json={"name": "velvet now", "query": "velvet"})
    client.post(f"{C}/albums", json={"name": "none now", "query": "lighthouse"})

    def told() -> tuple[set[str], set[str], list[Any]]:
        lists = (client.get(f"{C}/{kind}").json() for kind in ("tags", "albums"))
        tags, albums = ({each["name"] for each in found} for found in lists)
        return tags, albums, search(client, "tag:velvit")["hints"]

    tags, albums, hints = told()
    assert tags == {"velvet", "both", "stone", "nobody has it"}
    assert albums == {"velvet ones", "mixed", "empty", "velvet now", "none now"}
    assert len(hints) == 1
    set_mode(client, "hide")
    tags, albums, hints = told()
    assert tags == {"both", "stone", "nobody has it"}
    assert albums == {"mixed", "empty", "none now"}
    assert hints == []
    assert "velvet" not in client.get(f"{C}/tags/export").text
    actions = client.get(f"{C}/journal").json()
    assert "velvet" not in str(actions)
    assert 'Tagged 1 picture "…", "both"' in {action["sentence"] for action in actions}
    set_mode(client, "show")
    assert len(told()[0]) == 4
    assert "velvet" in client.get(f"{C}/journal").text


def test_results_of_before_cannot_be_asked_for(client: Visitor, images: list[dict[str, Any]]) -> None:
    old = search(client)["selection"]
    set_mode(client, "hide")
    assert client.get(f"{C}/selections/{old}/items").status_code == 410


def test_what_is_marked_while_hiding_leaves_at_once(client: Visitor, images: list[dict[str, Any]]) -> None:
    set_mode(client, "hide")
    kept = search(client)["selection"]
    client.post(f"{C}/curation", json={"image_ids": [images[2]["id"]], "set": {"nsfw": True}})
    assert search(client)["total"] == 1
    assert client.get(f"{C}/images/{images[2]['id']}/thumbnail").status_code == 404
    items = client.get(f"{C}/selections/{kept}/items").json()["items"]
    assert [(item["name"], item["words"]) for item in items if item["nsfw"]] == [("", None)]


def test_hiding_ends_only_with_the_passphrase(client: Visitor, tmp_path: Path) -> None:
    answer = client.request("PUT", f"{MODE}/passphrase", json={"passphrase": "open sesame"})
    assert answer.json() == {"mode": "blur", "has_passphrase": True}
    assert "sesame" not in (tmp_path / "settings.toml").read_text()
    assert set_mode(client, "hide").status_code == 200
    assert kind(set_mode(client, "show")) == "refused"
    assert kind(set_mode(client, "show", passphrase="wrong")) == "refused"
    assert kind(client.request("PUT", f"{MODE}/passphrase", json={"passphrase": None})) == "refused"
    assert kind(client.request("PATCH", "/api/settings", json={"values": {"nsfw.mode": "show"}})) == "refused"
    assert client.get(MODE).json()["mode"] == "hide"
    assert load(data_dir=tmp_path).nsfw.mode == "hide"
    assert set_mode(client, "blur", passphrase="open sesame").json()["mode"] == "blur"


def test_the_cache_of_the_browser_is_emptied(client: Visitor) -> None:
    assert set_mode(client, "hide").headers["clear-site-data"] == '"cache"'
    assert "clear-site-data" not in set_mode(client, "blur").headers


def test_guesses_have_to_wait() -> None:
    guard, kept = GuessGuard(), kept_form("right")
    assert fits("right", kept)
    assert not fits("wrong", kept)
    assert not fits("right", "nonsense")
    for _ in range(3):
        with pytest.raises(Exception, match="not the passphrase"):
            guard.check("wrong", kept)
    with pytest.raises(TooSoon):
        guard.check("right", kept)
    guard.check(None, None)
