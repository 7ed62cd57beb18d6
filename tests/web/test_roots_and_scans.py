"""Folders and scans over HTTP."""

from pathlib import Path
from typing import Any

import pytest

from diffusion_toolkit.errors import Cancelled
from diffusion_toolkit.library.scan import scan
from diffusion_toolkit.library.scanning.options import ScanOptions
from diffusion_toolkit.store.database import Collection
from pictures import save_png
from web.conftest import Started
from web.test_images import Scan
from web.visitor import C, Visitor, kind


def test_a_folder_is_added_listed_and_removed(client: Visitor, pictures: Path) -> None:
    assert client.get(f"{C}/roots").json() == []
    answer = client.post(f"{C}/roots", json={"path": str(pictures)})
    assert answer.status_code == 201
    root = answer.json()
    assert root == {
        "id": root["id"],
        "path": str(pictures),
        "state": "available",
        "images": 0,
        "scanned_at": None,
        "recursive": True,
        "watched": True,
        "watching": "off",
        "folder_id": root["folder_id"],
        "watching_reason": "No watcher runs; `dtk serve` starts one.",
    }
    assert client.get(f"{C}/roots").json() == [root]
    assert client.delete(f"{C}/roots/{root['id']}").status_code == 204
    assert client.get(f"{C}/roots").json() == []
    assert client.delete(f"{C}/roots/{root['id']}").status_code == 404


def test_a_scanned_folder_counts_its_images(client: Visitor, pictures: Path, scanned: Scan) -> None:
    save_png(pictures / "a.png", texts={})
    scanned()
    (root,) = client.get(f"{C}/roots").json()
    assert root["images"] == 1
    assert root["scanned_at"] > 1.7e9
    (run,) = client.get(f"{C}/scans").json()
    assert (run["root_id"], run["root_path"], run["state"]) == (root["id"], str(pictures), "done")
    assert run["counts"]["new"] == 1


def test_a_folder_that_is_not_there(client: Visitor, tmp_path: Path) -> None:
    answer = client.post(f"{C}/roots", json={"path": str(tmp_path / "nowhere")})
    assert (answer.status_code, kind(answer)) == (404, "not_found")
    for path in ("", "\0", "a\0b", "x" * 5000):
        assert client.post(f"{C}/roots", json={"path": path}).status_code in (400, 404)


@pytest.mark.parametrize("path", [".", "..", "pictures", "./pictures"])
def test_a_folder_is_named_from_the_top(
    client: Visitor, pictures: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(pictures.parent)
    known = client.post(f"{C}/roots", json={"path": str(pictures)}).json()["id"]
    for answer in (
        client.post(f"{C}/roots", json={"path": path}),
        client.request("PATCH", f"{C}/roots/{known}", json={"path": path, "force": True}),
        client.post(f"{C}/model-roots", json={"path": path}),
    ):
        assert (answer.status_code, kind(answer)) == (400, "usage")
    assert [root["path"] for root in client.get(f"{C}/roots").json()] == [str(pictures)]


def test_scans_are_started_for_all_or_some(client: Visitor, pictures: Path, started: Started) -> None:
    root = client.post(f"{C}/roots", json={"path": str(pictures)}).json()["id"]
    answer = client.post(f"{C}/scans", json={})
    assert (answer.status_code, answer.json()) == (202, {"job": 1})
    client.post(f"{C}/scans", json={"root_ids": [root, root], "phases": ["quick"]})
    assert started.scans == [("main", [root], ["quick", "deep"]), ("main", [root], ["quick"])]


def test_wrong_scans_are_not_started(client: Visitor, started: Started) -> None:
    assert client.post(f"{C}/scans", json={"root_ids": [999]}).status_code == 404
    wrong: list[dict[str, Any]] = [{"phases": ["fast"]}, {"phases": []}, {"root_ids": ["1"]}, {"root": 1}]
    for body in wrong:
        assert client.post(f"{C}/scans", json=body).status_code == 400
    assert started.scans == []


def test_a_scan_is_paused_resumed_and_cancelled_by_its_number(
    client: Visitor, collection: Collection, pictures: Path
) -> None:
    save_png(pictures / "a.png", texts={})
    root = client.post(f"{C}/roots", json={"path": str(pictures)}).json()["id"]
    steps = scan(collection, root, ScanOptions(phases=("quick",), later=("deep",)))
    next(steps)
    (run,) = client.get(f"{C}/scans").json()
    at = f"{C}/scans/{run['id']}"
    assert client.post(f"{at}/resume", json={}).status_code == 400
    assert client.post(f"{at}/pause", json={}).status_code == 204
    with pytest.raises(Cancelled):
        list(steps)
    assert client.get(f"{C}/scans").json()[0]["state"] == "paused"
    assert client.post(f"{at}/pause", json={}).status_code == 400
    assert client.post(f"{at}/resume", json={}).status_code == 202
    assert client.get(f"{C}/scans").json()[0]["state"] == "waiting"
    assert client.post(f"{at}/cancel", json={}).status_code == 204
    assert client.get(f"{C}/scans").json()[0]["state"] == "cancelled"
    for what in ("pause", "resume", "cancel"):
        assert client.post(f"{C}/scans/999999/{what}", json={}).status_code == 404


def test_work_on_models_is_paused_and_resumed(client: Visitor) -> None:
    assert client.post(f"{C}/model-work/pause", json={"kind": "hash"}).status_code == 400
    client.post(f"{C}/model-work", json={"kind": "hash"})
    assert client.post(f"{C}/model-work/pause", json={"kind": "hash"}).status_code == 204
    assert [work["state"] for work in client.get(f"{C}/model-work").json()] == ["paused"]
    assert client.post(f"{C}/model-work/resume", json={"kind": "hash"}).status_code == 202
    assert [work["state"] for work in client.get(f"{C}/model-work").json()] == ["waiting"]
