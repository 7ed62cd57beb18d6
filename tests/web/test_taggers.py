"""Taggers over HTTP: which are here, and accepting what they say from a confidence on."""

from dataclasses import replace
from pathlib import Path

import pytest

from diffusion_toolkit.store.database import Database
from diffusion_toolkit.web import Library
from enrich import networks
from library.proposed import propose_tags
from pictures import save_png
from web.test_images import Scan
from web.test_organising import ok, post
from web.visitor import C, Visitor, all_images


def test_the_taggers_of_the_folder_are_listed_with_their_thresholds(
    client: Visitor, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = replace(library.stages(), models_folder=tmp_path / "models")
    monkeypatch.setattr(library, "stages", lambda: context)
    assert ok(client.get("/api/taggers")) == {"folder": str(tmp_path / "models"), "taggers": []}
    network = networks.place_joytag(tmp_path / "models" / "mine")
    networks.place_wd(tmp_path / "models" / "wd")
    joytag, wd = ok(client.get("/api/taggers"))["taggers"]
    assert joytag["size_bytes"] == network.stat().st_size
    assert joytag["name"].startswith("joytag:")
    assert wd["name"].startswith("wd-")
    assert set(joytag["thresholds"]) == {"general"}
    assert {"general", "character"} <= set(wd["thresholds"])
    assert all(0 < value < 1 for one in (joytag, wd) for value in one["thresholds"].values())


def test_accepting_from_a_confidence_on_leaves_the_others_out(
    client: Visitor, pictures: Path, scanned: Scan, database: Database
) -> None:
    save_png(pictures / "0.png", texts={}, colour=0)
    save_png(pictures / "1.png", texts={}, colour=1)
    scanned()
    ids = sorted(image["id"] for image in all_images(client, expected=2))
    propose_tags(database.collection("main"), "wd", {image: {"fox": 0.9, "snow": 0.5, "cat": 0.3} for image in ids})
    first, second = (item["id"] for item in ok(client.get(f"{C}/review"))["items"])
    assert client.post(f"{C}/review/accept", json={"thresholds": {"general": 1.5}}).status_code == 400
    done = post(client, "review/accept", ids=[first], thresholds={"general": 0.5})
    assert done["changed"] == 1
    after = {"after": done["token"]}
    assert ok(client.get(f"{C}/search", params={"q": "tag:fox", **after}))["total"] == 1
    assert ok(client.get(f"{C}/search", params={"q": "tag:snow OR tag:cat", **after}))["total"] == 0
    rest = post(client, "review/accept", ids=[second], thresholds={"character": 0.9})
    assert ok(client.get(f"{C}/search", params={"q": "tag:snow tag:cat", "after": rest["token"]}))["total"] == 1
