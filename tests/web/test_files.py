"""Files over HTTP: previews, answers per file, long work in the background, programs only for who sits here."""

import os
import stat
import sys
import time
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from diffusion_toolkit.jobs import run_worker
from diffusion_toolkit.library.files.opening import Program
from diffusion_toolkit.library.roots import Root, add_root
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.web import Library, WebOptions, create_app
from pictures import save_png
from web.conftest import JSON
from web.visitor import C, Visitor, all_images, kind


@pytest.fixture
def root(pictures: Path, collection: Collection) -> Root:
    """Three pictures in one folder, one in another."""
    for name in ("a/one.png", "a/two.png", "a/three.png", "b/four.png"):
        (pictures / name).parent.mkdir(exist_ok=True)
        save_png(pictures / name, texts={"parameters": f"a fox\nSteps: 20, Seed: {len(name)}, Model: {name[2:-4]}"})
    (pictures / "a/one.txt").write_text("a caption")
    found = add_root(collection, pictures)
    for _ in scan(collection, found.id, ScanOptions(phases=("quick",), workers=1)):
        pass
    return found


@pytest.fixture
def ids(client: Visitor, root: Root) -> dict[str, int]:
    """The images by name."""
    del root
    return {image["name"]: image["id"] for image in all_images(client, expected=4)}


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def post(client: Visitor, what: str, **body: Any) -> Any:
    answer = client.post(f"{C}/files/{what}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def total(client: Visitor, query: str, token: int) -> int:
    return client.get(f"{C}/search", params={"q": query, "after": token}).json()["total"]


def test_a_move_previewed_done_and_undone(client: Visitor, root: Root, ids: dict[str, int], pictures: Path) -> None:
    body: dict[str, Any] = {
        "image_ids": [ids["one.png"], ids["four.png"], 999],
        "to": {"root_id": root.id, "path": "b"},
    }
    preview = post(client, "move", **body, dry_run=True)
    assert preview["journal"] is None
    assert {key: preview["plan"][key] for key in ("pictures", "stay", "unknown")} == {
        "pictures": 1,
        "stay": 1,
        "unknown": 1,
    }
    assert preview["plan"]["items"] == [
        {
            "image_id": ids["four.png"],
            "source": str(pictures / "b/four.png"),
            "target": None,
            "with_it": [],
            "problem": "It is there already.",
            "taken": False,
        },
        {
            "image_id": ids["one.png"],
            "source": str(pictures / "a/one.png"),
            "target": str(pictures / "b/one.png"),
            "with_it": ["one.txt"],
            "problem": None,
            "taken": False,
        },
    ]
    assert names(pictures / "b") == ["four.png"]
    answer = post(client, "move", **body)
    assert (answer["total"], answer["done"], answer["failed"], answer["left"]) == (2, 1, 1, 0)
    assert answer["problems"] == [
        {
            "image_id": ids["four.png"],
            "path": str(pictures / "b/four.png"),
            "message": "It is there already.",
            "told": {"code": "file-there", "values": {}},
            "failed": True,
        }
    ]
    assert names(pictures / "b") == ["four.png", "one.png", "one.txt"]
    detail = client.get(f"{C}/images/{ids['one.png']}").json()
    assert detail["path"] == str(pictures / "b/one.png")
    assert client.get(f"{C}/images/{ids['one.png']}/file").status_code == 200
    undone = client.post(f"{C}/undo", json={"journal": answer["journal"]}).json()
    assert undone["image_ids"] == [ids["one.png"]]
    assert names(pictures / "a") == ["one.png", "one.txt", "three.png", "two.png"]


def test_a_whole_selection_except_some_is_copied(
    client: Visitor, root: Root, ids: dict[str, int], pictures: Path
) -> None:
    selection = client.get(f"{C}/search", params={"sort": "name asc"}).json()["selection"]
    answer = post(
        client, "copy", selection=selection, **{"except": [ids["four.png"]]}, to={"root_id": root.id, "path": "b"}
    )
    assert answer["done"] == 3
    assert names(pictures / "b") == ["four.png", "one.png", "one.txt", "three.png", "two.png"]
    assert total(client, "", answer["token"]) == 7


def test_new_names(client: Visitor, ids: dict[str, int], pictures: Path) -> None:
    assert post(client, "rename", image_ids=[ids["one.png"]], name="first")["done"] == 1
    assert names(pictures / "a") == ["first.png", "first.txt", "three.png", "two.png"]
    refused = client.post(f"{C}/files/rename", json={"image_ids": [ids["two.png"]], "name": "CON"})
    assert (refused.status_code, kind(refused)) == (400, "usage")
    taken = post(client, "rename", image_ids=[ids["two.png"]], name="three.png")
    assert (taken["done"], taken["failed"], taken["journal"]) == (0, 1, None)
    many = post(client, "rename", query="", sort="name asc", pattern="{index:2} {name}")
    assert many["done"] == 4
    assert names(pictures / "a") == ["01 first.png", "01 first.txt", "03 three.png", "04 two.png"]
    for body in (
        {"image_ids": [ids["one.png"]]},
        {"image_ids": [ids["one.png"]], "name": "a", "pattern": "{name}"},
        {"image_ids": list(ids.values()), "name": "a"},
        {"image_ids": [ids["one.png"]], "pattern": "{secret}"},
        {"name": "a"},
    ):
        assert client.post(f"{C}/files/rename", json=body).status_code == 400, body


def test_only_folders_of_the_library(client: Visitor, root: Root, ids: dict[str, int], tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    for to, status in (
        ({"root_id": root.id, "path": "../outside"}, 403),
        ({"root_id": root.id, "path": "nowhere"}, 404),
        ({"root_id": root.id, "path": str(tmp_path / "outside")}, 404),
        ({"root_id": 999, "path": ""}, 404),
        ({"folder_id": 999}, 404),
        ({"folder_id": 1, "root_id": 1}, 400),
        ({"path": "b"}, 400),
        ({}, 400),
    ):
        answer = client.post(f"{C}/files/move", json={"image_ids": [ids["one.png"]], "to": to})
        assert answer.status_code == status, (to, answer.text)


def test_a_folder_by_its_number(client: Visitor, ids: dict[str, int], pictures: Path, database: Database) -> None:
    with database.collection("main").begin() as connection:
        folder_id = connection.scalar(sa.text("SELECT id FROM folder WHERE path = 'b'"))
    assert post(client, "move", image_ids=[ids["two.png"]], to={"folder_id": folder_id})["done"] == 1
    assert "two.png" in names(pictures / "b")


def test_the_marked_are_counted_then_deleted(client: Visitor, ids: dict[str, int], pictures: Path) -> None:
    marked = [ids["one.png"], ids["two.png"]]
    client.post(f"{C}/curation", json={"image_ids": marked, "set": {"for_deletion": True}})
    assert client.get(f"{C}/files/marked").json() == {"count": 2}
    body = {"marked": True, "how": "for_good"}
    other = client.post(f"{C}/files/delete", json={**body, "expected": 3})
    assert other.status_code == 409
    assert post(client, "delete", **body, dry_run=True)["plan"]["pictures"] == 2
    assert len(names(pictures / "a")) == 4
    answer = post(client, "delete", **body, expected=2)
    assert answer["done"] == 2
    assert names(pictures / "a") == ["three.png"]
    assert total(client, "", answer["token"]) == 2
    assert client.post(f"{C}/files/delete", json=body).status_code == 400
    assert client.post(f"{C}/files/delete", json={**body, "image_ids": [1]}).status_code == 400


def test_an_entry_is_removed_and_taken_in_again(
    client: Visitor, root: Root, ids: dict[str, int], pictures: Path
) -> None:
    answer = post(client, "delete", image_ids=[ids["one.png"]], how="entry")
    assert (answer["done"], len(names(pictures / "a"))) == (1, 4)
    assert total(client, "", answer["token"]) == 3
    assert post(client, "take-in", root_id=root.id) == {"files": 1}
    undone = client.post(f"{C}/undo", json={"journal": answer["journal"]}).json()
    assert total(client, "", undone["token"]) == 4


def test_many_files_are_worked_off_in_the_background(
    client: Visitor,
    ids: dict[str, int],
    root: Root,
    pictures: Path,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("diffusion_toolkit.web.routes.files.MOST_AT_ONCE", 2)
    body = {"image_ids": [ids["one.png"], ids["two.png"], ids["three.png"]], "to": {"root_id": root.id, "path": "b"}}
    started = post(client, "move", **body)
    assert (started["done"], started["left"]) == (0, 3)
    place = f"{C}/files/actions/{started['journal']}"
    assert client.get(place).json()["left"] == 3
    run_worker(database_url, wait=False)
    ended = client.get(place).json()
    assert (ended["done"], ended["left"]) == (3, 0)
    assert len(names(pictures / "b")) == 5
    again = post(client, "move", **{**body, "to": {"root_id": root.id, "path": "a"}})
    cancelled = client.post(f"{C}/files/actions/{again['journal']}/cancel", json={}).json()
    assert (cancelled["done"], cancelled["failed"], cancelled["left"]) == (0, 3, 0)
    run_worker(database_url, wait=False)
    assert len(names(pictures / "b")) == 5
    assert client.get(f"{C}/files/actions/999").status_code == 404


def test_paths_to_copy(client: Visitor, ids: dict[str, int], pictures: Path) -> None:
    chosen = [ids["two.png"], ids["four.png"]]
    answer = post(client, "paths", image_ids=chosen)
    assert answer == {"paths": [str(pictures / "a/two.png"), str(pictures / "b/four.png")]}


class Neighbour(Visitor):
    """A visitor from an address of choice."""

    def __init__(self, app: FastAPI, address: str, **headers: str) -> None:
        super().__init__(app)
        client = cast(Any, TestClient)
        self._client = client(app, base_url=self.base_url, headers={**JSON, **headers}, client=(address, 50_000))


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    """Where the program of the list writes what it was given."""
    return tmp_path / "opened"


@pytest.fixture
def with_program(library: Library, built_page: Path, tmp_path: Path, opened: Path) -> FastAPI:
    """An app with one program on the list."""
    program = tmp_path / "editor"
    program.write_text(f'#!/bin/sh\n(echo "$@"; echo end) > {opened}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    programs = (Program(name="Editor", path=str(program), arguments=("--new", "%1")),)
    return create_app(library, WebOptions(page_folder=built_page, programs=programs))


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
def test_programs_open_only_for_who_sits_here(
    with_program: FastAPI, ids: dict[str, int], pictures: Path, opened: Path
) -> None:
    here = Neighbour(with_program, "127.0.0.1")
    body = {"image_ids": [ids["two.png"], ids["four.png"]], "program": "Editor"}
    assert here.get(f"{C}/files/programs").json() == {"here": True, "programs": [{"name": "Editor"}]}
    for away in (
        Neighbour(with_program, "192.168.1.7"),
        Neighbour(with_program, "127.0.0.1", **{"X-Forwarded-For": "10.0.0.1"}),
    ):
        assert away.get(f"{C}/files/programs").json()["here"] is False
        assert away.post(f"{C}/files/open", json=body).status_code == 403
        assert away.post(f"{C}/files/show", json={"image_id": ids["two.png"]}).status_code == 403
    other = Neighbour(with_program, "127.0.0.1", Origin="http://evil.example")
    assert other.post(f"{C}/files/open", json=body).status_code == 403
    for wrong, status in (("/bin/sh", 404), ("editor", 404)):
        assert here.post(f"{C}/files/open", json={**body, "program": wrong}).status_code == status
    assert here.post(f"{C}/files/open", json={**body, "arguments": ["x"]}).status_code == 400
    assert here.post(f"{C}/files/open", json={**body, "image_ids": [999]}).status_code == 404
    assert not opened.exists()
    assert here.post(f"{C}/files/open", json=body).status_code == 204
    deadline = time.monotonic() + 10
    while not opened.exists() or "end" not in opened.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert opened.read_text() == f"--new {pictures / 'a/two.png'} {pictures / 'b/four.png'}\nend\n"


def test_a_preview_says_whose_name_is_taken(client: Visitor, root: Root, ids: dict[str, int], pictures: Path) -> None:
    (pictures / "b" / "one.png").write_bytes(b"another")
    body = {"image_ids": [ids["one.png"]], "to": {"root_id": root.id, "path": "b"}, "dry_run": True}
    refused = post(client, "move", **body, clash="refuse")["plan"]
    assert (refused["pictures"], refused["stay"], refused["items"][0]["taken"]) == (0, 1, True)
    numbered = post(client, "move", **body)["plan"]
    assert (numbered["stay"], numbered["items"][0]["target"]) == (0, str(pictures / "b/one (2).png"))


@pytest.mark.skipif(sys.platform != "linux", reason="starts a small script")
def test_a_folder_opens_in_the_file_manager(
    with_program: FastAPI, ids: dict[str, int], pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Neighbour(with_program, "127.0.0.1")
    assert ids
    folders = {folder["name"]: folder["id"] for folder in here.get(f"{C}/folders").json()}
    out, opener = tmp_path / "shown", tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$1" > {out}\n')
    opener.chmod(opener.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(opener.parent))
    for wrong, status in (({}, 400), ({"image_id": 1, "folder_id": 1}, 400), ({"folder_id": 999}, 404)):
        assert here.post(f"{C}/files/show", json=wrong).status_code == status
    assert here.post(f"{C}/files/show", json={"folder_id": folders["b"]}).status_code == 204
    deadline = time.monotonic() + 10
    while not out.exists() or not out.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert out.read_text() == f"{pictures / 'b'}\n"
    away = Neighbour(with_program, "192.168.1.7")
    assert away.post(f"{C}/files/show", json={"folder_id": folders["b"]}).status_code == 403
