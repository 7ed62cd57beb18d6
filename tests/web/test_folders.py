"""Folders over HTTP: the tree, what is passed over, changes on the disk, scans of a part."""

from pathlib import Path
from typing import Any

from diffusion_toolkit.web import Library
from pictures import save_png
from web.conftest import Started
from web.test_images import Scan
from web.visitor import C, Visitor, kind


def tree(client: Visitor, library: Library) -> dict[str, dict[str, Any]]:
    """The folders by name, from a catalog that is up to date."""
    library.search("main").catalog.refresh()
    return {folder["name"]: folder for folder in client.get(f"{C}/folders").json()}


def test_the_tree_and_what_is_passed_over(client: Visitor, library: Library, pictures: Path, scanned: Scan) -> None:
    for place in ("a.png", "sub/b.png", "sub/deep/c.png"):
        save_png(pictures / place, texts={})
    scanned()
    folders = tree(client, library)
    assert {name: folder["images_below"] for name, folder in folders.items()} == {"pictures": 3, "sub": 2, "deep": 1}
    (pictures / "sub" / "new").mkdir()
    opened = client.get(f"{C}/folders/{folders['sub']['id']}").json()
    assert [folder["name"] for folder in opened["folders"]] == ["deep"]
    assert opened["never_scanned"] == [{"name": "new", "passed_over": False}]
    marks = {"folder_ids": [folders["sub"]["id"]], "excluded": "tree"}
    written = client.post(f"{C}/folders/marks", json=marks).json()
    assert client.get(f"{C}/search", params={"after": written["token"]}).json()["total"] == 1
    assert tree(client, library)["deep"]["is_excluded"]
    assert client.post(f"{C}/undo", json={"journal": written["journal"]}).status_code == 200
    assert tree(client, library)["sub"]["images_below"] == 2
    wrong: list[dict[str, Any]] = [
        {"folder_ids": [1]},
        {"folder_ids": [], "excluded": "no"},
        {"folder_ids": [folders["sub"]["id"]], "excluded": "no", "archived": "no"},
    ]
    for body in wrong:
        assert client.post(f"{C}/folders/marks", json=body).status_code == 400
    assert client.post(f"{C}/folders/marks", json={"folder_ids": [9999], "archived": "no"}).status_code == 404


def test_folders_are_made_renamed_moved_and_deleted(
    client: Visitor, library: Library, pictures: Path, scanned: Scan
) -> None:
    save_png(pictures / "a" / "x.png", texts={})
    scanned()
    top = tree(client, library)["pictures"]["id"]
    made = client.post(f"{C}/folders", json={"parent_id": top, "name": "made"})
    assert (made.status_code, (pictures / "made").is_dir()) == (201, True)
    a = tree(client, library)["a"]["id"]
    moved = client.request("PATCH", f"{C}/folders/{a}", json={"to_folder_id": made.json()["folder_id"]}).json()
    assert (pictures / "made" / "a" / "x.png").exists()
    assert client.get(f"{C}/search", params={"q": "in:made", "after": moved["token"]}).json()["total"] == 1
    renamed = client.request("PATCH", f"{C}/folders/{a}", json={"name": "z"})
    assert (renamed.status_code, (pictures / "made" / "z").is_dir()) == (200, True)
    for name in ("../out", "con", "x/y", "\0", ""):
        assert client.request("PATCH", f"{C}/folders/{a}", json={"name": name}).status_code == 400
    clash = client.post(f"{C}/folders", json={"parent_id": top, "name": "made"})
    assert (clash.status_code, "there already" in clash.json()["error"]["message"]) == (409, True)
    assert client.delete(f"{C}/folders/{top}?for_good=true").status_code == 403
    assert client.delete(f"{C}/folders/{a}?for_good=true").status_code == 200
    assert not (pictures / "made" / "z").exists()
    assert client.delete(f"{C}/folders/{a}?for_good=true").status_code == 404


def test_a_root_is_changed_and_pointed_to_its_new_place(
    client: Visitor, pictures: Path, scanned: Scan, tmp_path: Path
) -> None:
    save_png(pictures / "a.png", texts={})
    root = scanned().id
    changed = client.request("PATCH", f"{C}/roots/{root}", json={"recursive": False, "watched": False}).json()
    assert (changed["recursive"], changed["watched"]) == (False, False)
    (tmp_path / "empty").mkdir()
    refused = client.request("PATCH", f"{C}/roots/{root}", json={"path": str(tmp_path / "empty")})
    assert (refused.status_code, kind(refused)) == (403, "refused")
    pictures.rename(tmp_path / "moved")
    moved = client.request("PATCH", f"{C}/roots/{root}", json={"path": str(tmp_path / "moved")}).json()
    assert (moved["path"], moved["images"], moved["state"]) == (str(tmp_path / "moved"), 1, "available")


def test_a_part_is_scanned(client: Visitor, library: Library, pictures: Path, scanned: Scan, started: Started) -> None:
    save_png(pictures / "sub" / "b.png", texts={})
    root = scanned().id
    sub = tree(client, library)["sub"]["id"]
    assert client.post(f"{C}/scans", json={"folder_ids": [sub], "again": True}).status_code == 202
    assert (started.scans, started.folders) == ([("main", [root], ["quick", "deep"])], [[sub]])
    selection = client.get(f"{C}/search").json()["selection"]
    assert client.post(f"{C}/scans", json={"selection": selection}).status_code == 202
    assert started.scans[1] == ("main", [root], ["deep"])
    assert client.post(f"{C}/scans", json={"folder_ids": [9999]}).status_code == 404
    assert client.post(f"{C}/scans", json={"folder_ids": [sub], "image_ids": [1]}).status_code == 400
