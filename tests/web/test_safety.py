"""Backups, export, import and offers over HTTP."""

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from diffusion_toolkit.store.database import Database
from pictures import save_png
from web.test_images import Scan
from web.visitor import C, Visitor, all_images

FILE = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def images(client: Visitor, pictures: Path, scanned: Scan) -> list[dict[str, Any]]:
    for number in range(3):
        save_png(pictures / f"{number}.png", texts={}, colour=number)
    scanned()
    return all_images(client, expected=3)


def rate(client: Visitor, images: list[dict[str, Any]], rating: int | None) -> int:
    body = {"image_ids": [image["id"] for image in images], "set": {"rating": rating}}
    token: int = client.post(f"{C}/curation", json=body).json()["token"]
    return token


def total(client: Visitor, query: str) -> int:
    found: int = client.get(f"{C}/search", params={"q": query}).json()["total"]
    return found


def test_a_backup_is_made_listed_and_restored(client: Visitor, images: list[dict[str, Any]]) -> None:
    rate(client, images, 8)
    made = client.post(f"{C}/backups").json()
    assert [backup["name"] for backup in client.get(f"{C}/backups").json()] == [made["name"]]
    rate(client, images, 2)
    assert total(client, "rating:2") == 3
    restored = client.post(f"{C}/backups/restore", json={"name": made["name"]})
    assert restored.json()["collection"] == "main"
    assert total(client, "rating:8") == 3
    names = [backup["name"] for backup in client.get(f"{C}/backups").json()]
    assert names == [restored.json()["before"]["name"], made["name"]]
    assert client.post(f"{C}/backups/restore", json={"name": "../settings.toml"}).status_code == 404


def test_curation_is_taken_away_and_brought_in(client: Visitor, images: list[dict[str, Any]]) -> None:
    rate(client, images[:2], 7)
    answer = client.get(f"{C}/curation.json.gz")
    assert "main.curation.json.gz" in answer.headers["content-disposition"]
    document = orjson.loads(gzip.decompress(answer.content))
    assert [picture["rating"] for picture in document["pictures"]] == [7, 7]
    rate(client, images, None)
    done = client.post(
        f"{C}/import", content=answer.content, headers={"Content-Type": "application/octet-stream"}
    ).json()
    assert (done["found"], done["changed"], done["unknown"]) == (2, 2, [])
    assert total(client, "rating:7") == 2
    client.post(f"{C}/undo", json={"journal": done["journal_id"]})
    assert total(client, "rating:7") == 0


def test_a_file_that_is_no_export(client: Visitor) -> None:
    sent: dict[str, Any] = {"content": b"{}", "headers": FILE}
    assert client.post(f"{C}/import", **sent).status_code == 400
    assert client.post(f"{C}/import?moved=nothing", **sent).status_code == 400
    assert client.post(f"{C}/import", json={}).status_code == 400
    assert client.post(f"{C}/backups", **sent).status_code == 400


def test_an_offer_is_accepted_or_declined(client: Visitor, images: list[dict[str, Any]], database: Database) -> None:
    lost, found, other = (image["id"] for image in images)
    rate(client, images[:1], 9)
    with database.collection("main").begin() as connection:
        connection.execute(sa.text("UPDATE image SET missing_since = now() WHERE id = :id"), {"id": lost})
        made = sa.text("INSERT INTO match_offer (missing_id, found_id, kind, distance) VALUES (:m, :f, 'likeness', 3)")
        connection.execute(made, [{"m": lost, "f": found}, {"m": lost, "f": other}])
    offers = client.get(f"{C}/matches").json()
    assert [(offer["missing_id"], offer["found_id"], offer["distance"]) for offer in offers] == [
        (lost, found, 3),
        (lost, other, 3),
    ]
    declined = client.post(f"{C}/matches/decline", json={"missing_id": lost, "found_id": other}).json()
    assert declined == {"declined": 1}
    accepted = client.post(f"{C}/matches/accept", json={"missing_id": lost, "found_id": found})
    assert accepted.json()["changed"] == 1
    assert total(client, f"rating:9 id:{found}") == 1
    assert client.get(f"{C}/matches").json() == []
    assert client.post(f"{C}/matches/accept", json={"missing_id": lost, "found_id": found}).status_code == 404
    assert client.post(f"{C}/matches/accept", json={"missing_id": lost}).status_code == 400
