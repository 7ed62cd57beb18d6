"""Captions over HTTP: providers, instructions, tests of servers, one caption now, and many in the background."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

import gguf_bytes
from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.enrich.captions.instructions import TYPES
from diffusion_toolkit.enrich.captions.writers import shared_writers
from diffusion_toolkit.enrich.engine.runner import working
from diffusion_toolkit.jobs import run_worker
from diffusion_toolkit.library.curate import Change, curate
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.settings import load
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.web import Library, WebOptions, create_app
from enrich.engine.world import library
from integrations.chat_server import KEY, ChatServer, fails, lists, says, serving
from web.test_files import Neighbour
from web.visitor import C, Visitor, kind

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving() as found:
        yield found


@pytest.fixture
def app(database: Database, tmp_path: Path, server: ChatServer) -> Iterator[FastAPI]:
    """The page of a library whose settings name the server."""
    (tmp_path / "settings.toml").write_text(
        f'[captions]\nprovider = "server"\n[captions.server]\nurl = "{server.url}"\napi_key = "{KEY}"\n'
    )

    def open_catalog(collection: Collection) -> Catalog:
        catalog = Catalog(collection, CatalogOptions())
        catalog.load()
        catalog.follow()
        return catalog

    shown = Library(
        database=database,
        data_dir=tmp_path,
        thumbnails=ThumbnailCache(tmp_path / "thumbnails"),
        open_catalog=open_catalog,
        start_scan=lambda *_: 0,
    )
    yield create_app(shown, WebOptions(page_folder=tmp_path))
    shown.close()
    shared_writers().close()


@pytest.fixture
def visitor(app: FastAPI) -> Iterator[Visitor]:
    with Visitor(app, headers=JSON).staying() as found:
        yield found


def test_providers_say_whether_they_can_be_asked(visitor: Visitor, tmp_path: Path) -> None:
    local, remote = visitor.get("/api/captions/providers").json()
    assert (local["name"], local["ready"], local["choices"], local["loaded"]) == ("joycaption", False, [], False)
    assert "dtk models pull joycaption" in local["problem"]
    assert (remote["name"], remote["ready"], remote["problem"]) == ("server", True, None)
    gguf_bytes.joycaption(tmp_path / "models")
    (local, _) = visitor.get("/api/captions/providers").json()
    assert (local["ready"], local["model"], local["choices"]) == (True, "joycaption:tongue", ["joycaption:tongue"])


def test_instructions_are_listed_changed_and_restored(visitor: Visitor) -> None:
    def listed() -> dict[str, dict[str, Any]]:
        return {each["name"]: each for each in visitor.get("/api/captions/instructions").json()["types"]}

    found = visitor.get("/api/captions/instructions").json()
    assert [each["name"] for each in found["types"]] == [each.name for each in TYPES]
    assert (len(found["wishes"]), found["lengths"][0]) == (27, "any")
    assert found["modes"] == ["overwrite", "append", "refine"]
    assert found["defaults"]["provider"] == "server"
    address = "/api/captions/instructions"
    changed = visitor.request("PUT", f"{address}/booru", json={"text": "Tags{limit}. <|eot_id|>"}).json()
    assert changed == {
        "name": "booru",
        "title": "Booru-like tags",
        "text": "Tags{limit}.",
        "default": listed()["booru"]["default"],
    }
    assert visitor.request("PUT", f"{address}/poem", json={"text": "A poem."}).json()["default"] is None
    assert listed()["poem"]["text"] == "A poem."
    assert kind(visitor.request("PUT", f"{address}/A%20B", json={"text": "x"})) == "usage"
    assert visitor.delete(f"{address}/poem").status_code == 204
    assert visitor.delete(f"{address}/poem").status_code == 404
    assert "poem" not in listed()


def test_a_server_is_tested_and_its_models_are_listed(visitor: Visitor, server: ChatServer) -> None:
    found = visitor.post("/api/captions/server/test", json={}).json()
    assert (found["works"], found["models"], found["model"], found["problem"]) == (
        True,
        ["first", "second"],
        "first",
        None,
    )
    assert visitor.post("/api/captions/server/models", json={}).json() == {"models": ["first", "second"]}
    assert {headers["authorization"] for headers in server.headers} == {f"Bearer {KEY}"}
    server.chat(fails(401, f"Unknown key {KEY}"))
    told = visitor.post("/api/captions/server/test", json={"model": "second"})
    assert (told.json()["works"], told.json()["failed"], told.json()["model"]) == (False, "chat", "second")
    assert KEY not in told.text
    server.list(fails(500, KEY))
    told = visitor.post("/api/captions/server/models", json={})
    assert (told.status_code, KEY in told.text) == (424, False)


def test_the_key_goes_to_no_other_server_and_only_who_sits_here_names_one(app: FastAPI, server: ChatServer) -> None:
    here, away = Neighbour(app, "127.0.0.1"), Neighbour(app, "192.168.1.7")
    with serving() as other:
        asked = {"url": other.url}
        assert here.post("/api/captions/server/test", json=asked).json()["works"]
        assert all("authorization" not in headers for headers in other.headers)
        here.post("/api/captions/server/models", json=asked | {"api_key": "of-the-other"})
        assert other.headers[-1]["authorization"] == "Bearer of-the-other"
        seen = len(other.paths)
        assert kind(away.post("/api/captions/server/test", json=asked)) == "refused"
        moved = away.request("PATCH", "/api/settings", json={"values": {"captions.server.url": other.url}})
        assert kind(moved) == "refused"
        assert len(other.paths) == seen
    assert away.post("/api/captions/server/test", json={"url": server.url}).json()["works"]
    assert kind(here.post("/api/captions/server/test", json={"url": "ftp://x"})) == "usage"


def test_the_key_is_never_given_back(visitor: Visitor) -> None:
    for path in ("/api/settings", "/api/captions/providers", "/api/captions/instructions"):
        assert KEY not in visitor.get(path).text
    listed = {each["name"]: each for each in visitor.get("/api/settings").json()["settings"]}
    assert (listed["captions.server.api_key"]["kind"], listed["captions.server.api_key"]["is_set"]) == ("secret", True)
    assert not listed["captions.server.url"]["pending"]


def test_the_sample_picture_is_captioned(visitor: Visitor, server: ChatServer) -> None:
    found = visitor.post("/api/captions/sample", json={"how": {"type": "booru", "length": "20"}}).json()
    assert (found["text"], found["provider"], found["model"], found["kept"]) == (
        "A red ball.",
        "server",
        "first",
        False,
    )
    assert "in at most 20 words" in found["instruction"]
    assert server.bodies[-1]["messages"][1]["content"][0]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    server.chat(says(""))
    told = visitor.post("/api/captions/sample", json={})
    assert (told.status_code, "wrote nothing" in told.text) == (424, True)
    server.list(lists()).chat(says("x"))
    assert visitor.post("/api/captions/sample", json={"how": {"type": "limerick"}}).status_code == 400


def test_one_picture_is_captioned_now_and_kept_if_wanted(
    visitor: Visitor, collection: Collection, tmp_path: Path, server: ChatServer
) -> None:
    (image_id,) = library(collection, tmp_path / "pictures", 1)
    address = f"{C}/images/{image_id}"
    assert visitor.post(f"{address}/caption", json={}).json()["text"] == "A red ball."
    assert visitor.get(address).json()["caption"] is None
    kept = visitor.post(f"{address}/caption", json={"keep": True}).json()
    assert kept["kept"]
    shown = visitor.get(address).json()
    assert (shown["caption"], shown["model_caption"], shown["captioned"]) == ("A red ball.", "A red ball.", False)
    found = visitor.get(f"{C}/search", params={"q": "caption:ball", "after": kept["token"]}).json()
    assert found["total"] == 1
    curate(collection, [image_id], Change(caption="Mine."))
    refined = visitor.post(f"{address}/caption", json={"keep": True, "how": {"mode": "refine"}}).json()
    assert refined["kept"] is False
    assert refined["instruction"].endswith("\nMine.")
    assert visitor.get(address).json()["caption"] == "Mine."
    over = visitor.post(f"{address}/caption", json={"keep": True, "how": {"over_people": True}}).json()
    assert over["kept"]
    (history, *_) = visitor.get(f"{address}/captions").json()
    assert (history["source"], history["model"], history["tokens"], history["mode"]) == (
        "server",
        "first",
        4,
        "overwrite",
    )
    assert visitor.post(f"{C}/images/{image_id + 1}/caption", json={}).status_code == 404


def test_many_pictures_are_captioned_in_the_background(
    visitor: Visitor, collection: Collection, database: Database, tmp_path: Path
) -> None:
    ids = library(collection, tmp_path / "pictures", 3)
    started = visitor.post(f"{C}/captions/runs", json={"query": "", "how": {"type": "casual", "length": "short"}})
    assert started.status_code == 202
    run = started.json()["run"]
    assert (run["kind"], run["total"], run["options"]["provider"]) == ("caption", 3, "server")
    assert run["options"]["instruction"].startswith("Give a short description")
    assert KEY not in started.text
    run_worker(database.url, wait=False, stages=lambda: load(data_dir=tmp_path).stage_context)
    told = visitor.get(f"{C}/enrichment/runs/{run['id']}").json()
    assert (told["state"], told["done"]) == ("done", 3)
    assert visitor.get(f"{C}/images/{ids[0]}").json()["caption"] == "A red ball."


def test_a_server_is_timed_only_when_asked_for_and_a_run_tells_the_next_one(
    visitor: Visitor, collection: Collection, tmp_path: Path, server: ChatServer
) -> None:
    ids = library(collection, tmp_path / "pictures", 20)
    asked = {"image_ids": ids, "how": {"type": "casual"}}
    told = visitor.post(f"{C}/captions/estimate", json=asked).json()
    assert (told["results"], told["basis"], told["seconds"], len(server.bodies)) == (20, "unknown", None, 0)
    server.chat(says("A red ball.", delay_s=0.2))
    told = visitor.post(f"{C}/captions/estimate", json=asked | {"ask_server": True}).json()
    assert (told["basis"], told["tried"], len(server.bodies)) == ("asked", 1, 1)
    assert 20 * 0.2 / 4 <= told["seconds"] < 20
    assert told["device"] == server.address.removeprefix("http://")
    run = visitor.post(f"{C}/captions/runs", json=asked).json()["run"]["id"]
    with collection.begin() as connection:
        ran = "UPDATE enrich_run SET done = 20, busy_s = 10, device = 'there' WHERE id = :run"
        connection.execute(sa.text(ran), {"run": run})
    told = visitor.post(f"{C}/captions/estimate", json=asked | {"how": {"type": "descriptive"}}).json()
    assert (told["basis"], told["seconds"], told["device"], len(server.bodies)) == ("earlier_run", 10.0, "there", 1)
    other = {"image_ids": ids, "how": {"model": "second"}}
    assert visitor.post(f"{C}/captions/estimate", json=other).json()["basis"] == "unknown"


def test_a_model_of_this_machine_is_not_loaded_beside_a_run_that_has_it(
    visitor: Visitor, collection: Collection, tmp_path: Path
) -> None:
    gguf_bytes.joycaption(tmp_path / "models")
    (image_id,) = library(collection, tmp_path / "pictures", 1)
    how = {"how": {"provider": "joycaption", "length": "short"}}
    started = visitor.post(f"{C}/captions/runs", json=how | {"image_ids": [image_id]}).json()["run"]["id"]
    with working(collection, started):
        for path in (f"{C}/images/{image_id}/caption", "/api/captions/sample"):
            answer = visitor.post(path, json=how)
            assert (answer.status_code, kind(answer)) == (400, "usage")
            assert "pause it first" in answer.json()["error"]["message"]
        assert visitor.post("/api/captions/sample", json={}).status_code == 200  # a server has room for both
    told = visitor.post(f"{C}/captions/estimate", json=how | {"image_ids": [image_id], "again": True}).json()
    assert (told["basis"], told["tried"], shared_writers().is_loaded) == ("trial", 1, False)
    captioned = visitor.post(f"{C}/images/{image_id}/caption", json=how)
    assert (captioned.status_code, shared_writers().is_loaded) == (200, True)
    visitor.post(f"{C}/captions/runs", json=how | {"image_ids": [image_id], "again": True})
    assert not shared_writers().is_loaded


def test_a_hidden_picture_is_not_captioned(
    app: FastAPI, visitor: Visitor, collection: Collection, tmp_path: Path
) -> None:
    (image_id,) = library(collection, tmp_path / "pictures", 1)
    curate(collection, [image_id], Change(nsfw=True))
    app.state.library.set_nsfw_mode("hide")
    assert visitor.post(f"{C}/images/{image_id}/caption", json={}).status_code == 404
    assert visitor.post(f"{C}/captions/runs", json={"image_ids": [image_id]}).json()["run"]["total"] == 0
