"""Prompts, tokens and models over HTTP."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI

from diffusion_toolkit.integrations.civitai import CivitaiOptions
from diffusion_toolkit.library.models.hashing import hash_models
from diffusion_toolkit.library.models.scan import scan_models
from diffusion_toolkit.library.roots import Root
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.model_files import add_civitai
from diffusion_toolkit.web import Library, WebOptions, create_app
from model_bytes import safetensors, save
from pictures import parameters, save_png
from web.conftest import JSON
from web.visitor import C, Visitor, all_images


def test_prompts_and_tokens(client: Visitor, pictures: Path, scanned: Callable[[], Root]) -> None:
    for number in range(3):
        text = parameters("a (red fox:1.2), snow", seed=number)
        save_png(pictures / f"{number}.png", texts={"parameters": text})
    save_png(pictures / "9.png", texts={"parameters": parameters("a lamp", seed=9)})
    scanned()
    page = client.get(f"{C}/prompts").json()
    assert [(item["text"], item["images"]) for item in page["items"]] == [("a (red fox:1.2), snow", 3), ("a lamp", 1)]
    fox = page["items"][0]
    assert client.get(f"{C}/search", params={"q": fox["query"]}).json()["total"] == 3
    assert client.get(f"{C}/prompts/{fox['id']}").json() == {"id": fox["id"], "text": fox["text"]}
    alike = client.get(f"{C}/prompts", params={"q": "fox red a snow", "mode": "similar", "minimum": 50}).json()
    assert [item["likeness"] for item in alike["items"]] == [100.0]
    image = all_images(client, expected=4)[0]["id"]
    client.post(f"{C}/curation", json={"image_ids": [image], "set": {"rating": 9, "nsfw": True}})
    rated = client.get(f"{C}/prompts", params={"hide": "nsfw"}).json()["items"]
    assert [item["images"] for item in rated] == [2, 1]
    tokens = client.get(f"{C}/tokens", params={"images": "fox"}).json()
    assert [(item["text"], item["weight"]) for item in tokens["items"]] == [("a red fox", 1.133), ("snow", 1.0)]
    assert (tokens["covered"], tokens["rated"], tokens["mean_rating"]) == (1.0, 1, 9.0)
    for wrong in ({"hide": "all"}, {"of": "noun"}, {"images": "(x"}, {"sort": "none"}, {"of": "word,tag"}):
        assert client.get(f"{C}/tokens", params=wrong).status_code in (400, 422), wrong
    assert client.get(f"{C}/prompts/99999").status_code == 404


def test_models_files_hashes_and_names(client: Visitor, collection: Collection, tmp_path: Path, pictures: Path) -> None:
    save(tmp_path / "models/checkpoints/lamp.safetensors", safetensors({"modelspec.architecture": "sdxl"}))
    save_png(tmp_path / "models/checkpoints/lamp.preview.png", texts={})
    added = client.post(f"{C}/model-roots", json={"path": str(tmp_path / "models")}).json()
    assert (added["files"], added["available"], added["scanned_at"]) == (0, True, None)
    for _ in (*scan_models(collection, added["id"]), *hash_models(collection)):
        pass
    page = client.get(f"{C}/model-files", params={"kinds": "checkpoint"}).json()
    (file,) = page["items"]
    assert (page["total"], page["kinds"]) == (1, {"checkpoint": 1})
    assert (file["base_model"], file["has_preview"]) == ("SDXL 1.0", True)
    assert (file["civitai_model"], file["civitai_version"]) == (None, None)
    with collection.begin() as connection:
        add_civitai(connection, file["id"], {"id": 7, "model_id": 5, "title": "Lamp"})
    (known_there,) = client.get(f"{C}/model-files").json()["items"]
    assert (known_there["civitai_model"], known_there["civitai_version"]) == (5, 7)
    picture = client.get(f"{C}/model-files/{file['id']}/preview", params={"size": 128})
    assert (picture.status_code, picture.headers["content-type"], picture.content[:4]) == (200, "image/webp", b"RIFF")
    assert client.get(f"{C}/model-files/{file['id']}").json()["metadata"] == {"modelspec.architecture": "sdxl"}
    assert client.get(f"{C}/model-files/999").status_code == 404
    assert client.get(f"{C}/model-files/999/preview").status_code == 404
    known = client.get(f"{C}/model-hashes/{file['autov2']}").json()
    assert (known["names"][0]["name"], known["file_ids"]) == ("lamp", [file["id"]])
    assert client.request("PUT", f"{C}/model-hashes/{file['autov2']}/name", json={"name": "Mine"}).json()["token"] > 0
    assert client.get(f"{C}/model-hashes/{file['sha256']}").json()["names"][0]["name"] == "Mine"
    content = {"hashes": {"checkpoint/x.ckpt": {"mtime": 1, "sha256": "ab" * 32}}}
    imported = client.post(f"{C}/model-names", json={"content": content})
    assert imported.json() == {"token": imported.json().get("token"), "names": 1, "added": 1}
    assert client.post(f"{C}/model-names", json={"content": [1]}).status_code == 422
    assert client.get(f"{C}/model-hashes/zz").status_code == 400
    assert client.delete(f"{C}/model-roots/{added['id']}").status_code == 204
    assert client.get(f"{C}/model-files").json()["items"] == []
    assert client.get(f"{C}/model-roots").json() == []


def test_models_that_pictures_were_made_with(client: Visitor, pictures: Path, scanned: Callable[[], Root]) -> None:
    text = "fox\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 8x8, Model hash: abcdef0123, Model: lamp_v2"
    save_png(pictures / "a.png", texts={"parameters": text})
    bare = text.replace(", Model: lamp_v2", "").replace("Seed: 1", "Seed: 2")
    save_png(pictures / "b.png", texts={"parameters": bare})
    scanned()
    titles = {use["title"]: use["images"] for use in client.get(f"{C}/models").json()}
    assert titles == {"lamp_v2": 1, "abcdef0123": 1}
    token = client.request("PUT", f"{C}/model-hashes/abcdef0123/name", json={"name": "Lamp"}).json()["token"]
    (use,) = client.get(f"{C}/models").json()
    assert (use["title"], use["images"], use["source"]) == ("Lamp", 2, "user")
    assert client.get(f"{C}/search", params={"q": use["query"], "after": token}).json()["total"] == 2


def test_work_on_models_is_started_and_cancelled(client: Visitor, collection: Collection) -> None:
    assert client.get(f"{C}/model-work").json() == []
    started = client.post(f"{C}/model-work", json={"kind": "scan"})
    assert (started.status_code, started.json()["job"] > 0) == (202, True)
    assert [(work["kind"], work["state"]) for work in client.get(f"{C}/model-work").json()] == [("scan", "waiting")]
    assert client.post(f"{C}/model-work/cancel", json={}).status_code == 204
    assert client.get(f"{C}/model-work").json()[0]["state"] == "cancelled"
    assert client.post(f"{C}/model-work", json={"kind": "other"}).status_code == 400


def test_civitai_is_never_asked_by_itself_and_its_trouble_is_told(
    library: Library, built_page: Path, collection: Collection
) -> None:
    library.civitai = CivitaiOptions(host="http://127.0.0.1:1", api_key="secret", attempts=1)
    client = Visitor(create_app(library, WebOptions(page_folder=built_page)), headers=JSON)
    notice = client.get(f"{C}/civitai")
    assert notice.json()["has_key"]
    assert "secret" not in notice.text
    assert "hash" in notice.json()["sent"]
    answer = client.post(f"{C}/model-hashes/abcdef0123/civitai", json={})
    assert answer.status_code == 424
    assert "nobody answers there" in answer.json()["error"]["message"]


def test_model_roots_are_added_on_the_machine_itself(library: Library, built_page: Path, tmp_path: Path) -> None:
    options = WebOptions(page_folder=built_page, host="0.0.0.0", token="t" * 32)
    app: FastAPI = create_app(library, options)
    far = Visitor(app, headers={**JSON, "Authorization": f"Bearer {'t' * 32}"})
    answer = far.post(f"{C}/model-roots", json={"path": str(tmp_path)})
    assert answer.status_code == 403
