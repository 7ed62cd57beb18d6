"""Folders and scans over HTTP."""

from pathlib import Path
from typing import Any

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
