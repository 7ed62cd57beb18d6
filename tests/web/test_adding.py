"""Files from outside, put into a folder of the library: by content, never over another one, undone into the trash."""

import os
from pathlib import Path
from typing import Any

import pytest

from diffusion_toolkit.library.files import adding, disk
from diffusion_toolkit.library.files.operations import Step
from diffusion_toolkit.library.files.work import begin, settle
from diffusion_toolkit.library.roots import Root, add_root
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.paths import stored_name
from diffusion_toolkit.store import file_operations
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.file_operations import NewOperation
from diffusion_toolkit.web import Library
from pictures import save_png
from web.visitor import C, Visitor, kind

FILE = {"Content-Type": "application/octet-stream"}
MODIFIED = 1_700_000_000.5


@pytest.fixture
def root(pictures: Path, collection: Collection) -> Root:
    """A folder of one picture."""
    save_png(pictures / "cat.png", texts={})
    found = add_root(collection, pictures)
    look(collection, found)
    return found


@pytest.fixture
def picture(tmp_path: Path) -> bytes:
    save_png(tmp_path / "outside.png", texts={"parameters": "a fox\nSteps: 20"})
    return (tmp_path / "outside.png").read_bytes()


@pytest.fixture(autouse=True)
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path / "share/Trash/files"


def look(collection: Collection, root: Root) -> None:
    for _ in scan(collection, root.id, ScanOptions(workers=1)):
        pass


def folder_of(client: Visitor) -> int:
    folder: int = client.get(f"{C}/roots").json()[0]["folder_id"]
    return folder


def add(client: Visitor, content: bytes, **asked: Any) -> Any:
    return client.post(
        f"{C}/files/add", params={"folder_id": folder_of(client), **asked}, content=content, headers=FILE
    )


def left(library: Library) -> list[str]:
    return os.listdir(library.data_dir / "incoming")


def test_files_are_added_as_one_action_and_undone_into_the_trash(
    client: Visitor, library: Library, collection: Collection, root: Root, pictures: Path, picture: bytes, trash: Path
) -> None:
    first = add(client, picture, name="füchse 狐.png", modified=MODIFIED)
    assert first.status_code == 200, first.text
    journal = first.json()["journal"]
    second = add(client, picture, name="other.png", journal=journal).json()
    assert (second["journal"], second["done"], second["failed"]) == (journal, 2, 0)
    assert (pictures / "füchse 狐.png").read_bytes() == picture
    assert (pictures / "füchse 狐.png").stat().st_mtime == MODIFIED
    assert (pictures / "füchse 狐.png").stat().st_mode & 0o777 == (pictures / "cat.png").stat().st_mode & 0o777
    assert left(library) == []
    action = client.get(f"{C}/journal").json()[0]
    assert (action["id"], action["changed"]) == (journal, 2)
    look(collection, root)
    assert client.get(f"{C}/search", params={"q": "fox", "after": second["token"]}).json()["total"] == 2
    undone = client.post(f"{C}/undo", json={"journal": journal}).json()
    assert sorted(os.listdir(pictures)) == ["cat.png"]
    assert sorted(os.listdir(trash)) == ["füchse 狐.png", "other.png"]
    assert client.get(f"{C}/search", params={"q": "fox", "after": undone["token"]}).json()["total"] == 0


def test_a_name_that_is_taken_is_never_overwritten(client: Visitor, root: Root, pictures: Path, picture: bytes) -> None:
    before = (pictures / "cat.png").read_bytes()
    names = ["cat.png", "dog.png", "notes.txt", "../up.png"]
    checked = client.post(f"{C}/files/add/check", json={"folder_id": folder_of(client), "names": names}).json()
    assert checked["taken"] == ["cat.png"]
    assert [each["name"] for each in checked["refused"]] == ["notes.txt", "../up.png"]
    refused = add(client, picture, name="cat.png")
    assert refused.status_code == 409
    assert "cat.png" in refused.json()["error"]["message"]
    assert add(client, picture, name="cat.png", clash="number").json()["done"] == 1
    assert (pictures / "cat.png").read_bytes() == before
    assert (pictures / "cat (2).png").read_bytes() == picture


@pytest.mark.parametrize(
    "name", ["up/../../x.png", "..", "x.txt", "x", "con.png", "a\tb.png", ".png", "x.png ", "._x.png"]
)
def test_names_that_no_file_should_have_are_refused(
    client: Visitor, root: Root, pictures: Path, picture: bytes, name: str
) -> None:
    assert add(client, picture, name=name).status_code == 400
    assert os.listdir(pictures) == ["cat.png"]


@pytest.mark.parametrize("content", [b"", b"<html><script>", b"PK\x03\x04" + b"\0" * 100, b"#!/bin/sh\n"])
def test_what_is_no_picture_is_refused_whatever_its_name(
    client: Visitor, library: Library, root: Root, pictures: Path, content: bytes
) -> None:
    answer = add(client, content, name="fox.png")
    assert (answer.status_code, kind(answer)) == (422, "unreadable")
    assert os.listdir(pictures) == ["cat.png"]
    assert left(library) == []


def test_other_sites_and_other_bodies_are_refused(client: Visitor, root: Root, pictures: Path, picture: bytes) -> None:
    at, asked = f"{C}/files/add", {"folder_id": str(folder_of(client)), "name": "fox.png"}
    assert (
        client.post(at, params=asked, content=picture, headers=FILE | {"Origin": "http://elsewhere"}).status_code == 403
    )
    assert client.post(at, params=asked, content=picture, headers={"Content-Type": "text/plain"}).status_code == 400
    assert client.post(at, params=asked | {"folder_id": "999"}, content=picture, headers=FILE).status_code == 404
    assert (
        client.post(at, params=asked, content=picture, headers=FILE | {"Content-Length": str(2**40)}).status_code == 413
    )
    assert os.listdir(pictures) == ["cat.png"]


def test_a_full_drive_takes_nothing(
    client: Visitor, root: Root, pictures: Path, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diffusion_toolkit.web.routes.adding.SPARE_BYTES", 2**60)
    assert add(client, picture, name="fox.png").status_code == 507
    assert os.listdir(pictures) == ["cat.png"]


def begun(collection: Collection, root: Root, received: Path, target: Path) -> None:
    """An addition that a crash ended after it began."""
    operation = NewOperation(
        kind=adding.KIND,
        image_id=None,
        source_path=stored_name(str(received)),
        target_path=stored_name(str(target)),
        details={
            "files": [Step(source=str(received), target=str(target)).as_json()],
            "root_id": root.id,
            "folder": "",
            "name": target.name,
        },
    )
    journal_id = begin(collection, adding.ACTION, [operation], "Added 1 file")
    with collection.begin() as connection:
        assert len(file_operations.start(connection, journal_id, 1)) == 1


@pytest.mark.parametrize("arrived", [True, False, None])
def test_a_crash_leaves_the_file_in_its_folder_or_not_at_all(
    library: Library, collection: Collection, root: Root, pictures: Path, picture: bytes, arrived: bool | None
) -> None:
    received = adding.receiving(library.data_dir) / "0.png"
    received.write_bytes(picture)
    target = pictures / "fox.png"
    begun(collection, root, received, target)
    if arrived:
        disk.copy(str(received), str(target), str(target) + ".part")  # as across drives, before the first one goes
    elif arrived is None:
        target.write_bytes(b"somebody else's")
    assert settle(collection) == 1
    assert left(library) == []
    assert target.exists() == (arrived is not False)
    if arrived is None:
        assert target.read_bytes() == b"somebody else's"


def test_what_a_crash_left_unfinished_goes_after_a_day(library: Library) -> None:
    old, new = (adding.receiving(library.data_dir) / name for name in ("old.png", "new.png"))
    for path in (old, new):
        path.write_bytes(b"")
    os.utime(old, (1, 1))
    adding.receiving(library.data_dir)
    assert left(library) == ["new.png"]
