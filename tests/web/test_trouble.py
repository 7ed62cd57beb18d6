"""A drive pulled out, a database cut off, a full drive while somebody looks: told, and over when it is over."""

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from diffusion_toolkit.errors import NoSpace
from diffusion_toolkit.library.roots import check_roots
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.web import receiving
from pictures import save_png
from web.test_images import Scan
from web.visitor import C, Visitor, all_images, kind

FILE = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def images(client: Visitor, pictures: Path, scanned: Scan) -> list[dict[str, Any]]:
    for number in range(3):
        save_png(pictures / f"{number}.png", texts={}, colour=number)
    scanned()
    return all_images(client, expected=3)


def cut(database: Database) -> None:
    """End every connection of the program, as a server that restarts does."""
    with psycopg.connect(database.psycopg_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def told(answer: Any) -> str:
    """The code of why something was not done."""
    code: str = answer.json()["error"]["told"]["code"]
    return code


@pytest.mark.parametrize("mount_point", [False, True])
def test_a_drive_pulled_out_while_its_pictures_are_looked_at(
    client: Visitor, images: list[dict[str, Any]], pictures: Path, collection: Collection, mount_point: bool
) -> None:
    kept, fresh = (f"{C}/images/{image['id']}" for image in images[:2])
    assert client.get(f"{kept}/thumbnail").status_code == 200
    away = pictures.with_name("away")
    pictures.rename(away)
    if mount_point:
        pictures.mkdir()
    for noticed in (False, True):
        if noticed:
            check_roots(collection)
        assert client.get(f"{kept}/thumbnail").status_code == 200
        for what in ("/file", "/thumbnail", "/rendition", "/explain"):
            answer = client.get(f"{fresh}{what}")
            assert answer.status_code == 404, what
            assert told(answer) == ("folder-away" if noticed else "file-vanished"), what
        everything = client.get(f"{C}/search", params={"q": "unavailable:true OR unavailable:false"}).json()
        assert everything["total"] == 3
    assert [root["state"] for root in client.get(f"{C}/roots").json()] == ["unavailable"]
    rated = client.post(f"{C}/curation", json={"image_ids": [image["id"] for image in images], "set": {"rating": 5}})
    assert rated.json()["changed"] == 3
    if mount_point:
        pictures.rmdir()
    away.rename(pictures)
    check_roots(collection)
    assert client.get(f"{fresh}/thumbnail").status_code == 200
    assert client.get(f"{C}/search", params={"q": "rating:5"}).json()["total"] == 3


def test_a_database_cut_off_again_and_again(client: Visitor, images: list[dict[str, Any]], database: Database) -> None:
    everything = [image["id"] for image in images]
    refused = 0
    for rating in range(1, 9):
        cut(database)
        for path in ("search", "albums", "tags", "roots", "scans", f"images/{everything[0]}", "prompts", "actions"):
            assert client.get(f"{C}/{path}").status_code in (200, 404), path
        cutter = threading.Timer(0.002 * rating, cut, [database])
        cutter.start()
        answer = client.post(f"{C}/curation", json={"image_ids": everything, "set": {"rating": rating}})
        cutter.join()
        if answer.status_code != 200:
            assert (answer.status_code, kind(answer), told(answer)) == (503, "store", "database-away")
            refused += 1
            answer = client.post(f"{C}/curation", json={"image_ids": everything, "set": {"rating": rating}})
        after = {"q": f"rating:{rating}", "after": answer.json()["token"]}
        assert client.get(f"{C}/search", params=after).json()["total"] == 3
    assert client.post(f"{C}/undo", json={}).json()["changed"] == 3
    assert client.get(f"{C}/search", params={"q": "rating:7"}).json()["total"] == 3


def test_a_database_that_is_away_is_told(stranger: Visitor) -> None:
    for path in ("search", "albums", "roots"):
        answer = stranger.get(f"{C}/{path}")
        assert (answer.status_code, kind(answer), told(answer)) == (503, "store", "database-away")


def test_no_room_for_what_is_sent(client: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(receiving, "receive_into", full)
    for path in (f"{C}/import", "/api/inspect?name=a.png"):
        answer = client.post(path, content=b"picture", headers=FILE)
        assert (answer.status_code, told(answer)) == (NoSpace.http_status, "upload-no-room")
