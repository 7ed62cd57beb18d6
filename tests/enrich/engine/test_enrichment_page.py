"""Runs over HTTP and in the background: started, worked off by a worker, watched, paused, resumed, stopped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from diffusion_toolkit.catalog import Catalog, CatalogOptions
from diffusion_toolkit.enrich.engine.trials import tried_here
from diffusion_toolkit.enrich.stages import registry, tags
from diffusion_toolkit.errors import Cancelled
from diffusion_toolkit.jobs import enrichment as job
from diffusion_toolkit.jobs import run_worker
from diffusion_toolkit.jobs.enrichment import OVERTAKES, work_off
from diffusion_toolkit.media.cache import ThumbnailCache
from diffusion_toolkit.store.database import Collection, Database
from diffusion_toolkit.web import Library, WebOptions, create_app
from diffusion_toolkit.web.live import first_messages
from diffusion_toolkit.web.routes import enrichment as enrichment_routes
from enrich import networks
from enrich.engine.world import Greys, context, done, kind, library, said, start
from web.visitor import Visitor
from web.visitor import kind as kind_of

C = "/api/collections/main/enrichment"


@pytest.fixture
def shown(database: Database, tmp_path: Path) -> Iterator[Library]:
    """What the page shows, of which the stages are the tests' own."""

    def open_catalog(collection: Collection) -> Catalog:
        catalog = Catalog(collection, CatalogOptions())
        catalog.load()
        return catalog

    found = Library(
        database=database,
        data_dir=tmp_path,
        thumbnails=ThumbnailCache(tmp_path / "thumbnails"),
        open_catalog=open_catalog,
        start_scan=lambda *_: 0,
        stages=lambda: context(tmp_path),
    )
    yield found
    found.close()


@pytest.fixture
def visitor(shown: Library, tmp_path: Path) -> Iterator[Visitor]:
    """Who looks at the page."""
    app = create_app(shown, WebOptions(page_folder=tmp_path))
    with Visitor(app, headers={"Content-Type": "application/json"}).staying() as found:
        yield found


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Greys:
    stage = Greys()
    monkeypatch.setattr(registry, "KINDS", (kind(stage),))
    return stage


def test_a_run_is_started_worked_off_and_told(
    visitor: Visitor, collection: Collection, database: Database, tmp_path: Path, stage: Greys
) -> None:
    ids = library(collection, tmp_path / "pictures", 5)

    def no_threes(greys: list[int]) -> None:
        if 3 in greys:
            raise ValueError("no threes")

    stage.infer_first = no_threes
    answer = visitor.post(f"{C}/runs", json={"kind": "greys", "query": "ext:png", "sort": "name asc"})
    assert answer.status_code == 202
    run: dict[str, Any] = answer.json()["run"]
    assert (run["state"], run["total"], run["query"], run["stages"]) == ("waiting", 5, "ext:png", ["greys"])
    run_worker(database.url, wait=False, stages=lambda: context(tmp_path))
    told = visitor.get(f"{C}/runs/{run['id']}").json()
    assert (told["state"], told["done"], told["failed"], told["message"]) == ("done", 4, 1, None)
    assert len(said(collection)) == 4
    (failure,) = visitor.get(f"{C}/runs/{run['id']}/failures").json()
    assert failure == {
        "image_id": ids[3],
        "name": "003.png",
        "stage": "greys",
        "cause": "network",
        "message": "ValueError: no threes",
    }
    stage.infer_first = lambda greys: None
    resumed = visitor.post(f"{C}/runs/{run['id']}/resume", json={"retry_failed": True})
    assert (resumed.status_code, resumed.json()["run"]["state"]) == (202, "waiting")
    run_worker(database.url, wait=False, stages=lambda: context(tmp_path))
    assert visitor.get(f"{C}/runs", params={"kind": "greys"}).json()[0]["done"] == 5


def test_a_run_that_waits_is_paused_resumed_and_stopped(
    visitor: Visitor, collection: Collection, database: Database, tmp_path: Path, stage: Greys
) -> None:
    ids = library(collection, tmp_path / "pictures", 3)
    run = visitor.post(f"{C}/runs", json={"kind": "greys", "image_ids": ids}).json()["run"]
    assert visitor.post(f"{C}/first", json={"image_ids": ids[1:]}).json() == {"results": 2}
    assert visitor.post(f"{C}/runs/{run['id']}/pause").status_code == 204
    run_worker(database.url, wait=False, stages=lambda: context(tmp_path))
    assert said(collection) == {}
    assert visitor.post(f"{C}/runs/{run['id']}/resume", json={}).json()["run"]["state"] == "waiting"
    assert visitor.post(f"{C}/runs/{run['id']}/cancel").status_code == 204
    run_worker(database.url, wait=False, stages=lambda: context(tmp_path))
    assert (visitor.get(f"{C}/runs/{run['id']}").json()["state"], said(collection)) == ("cancelled", {})
    assert kind_of(visitor.post(f"{C}/runs/{run['id']}/resume", json={})) == "usage"
    assert visitor.get(f"{C}/runs/99").status_code == 404
    assert visitor.post(f"{C}/runs", json={"kind": "smells", "image_ids": ids}).status_code == 400


def test_what_it_would_take_is_as_the_last_run_did_it(
    visitor: Visitor, collection: Collection, tmp_path: Path, stage: Greys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrichment_routes, "tried_apart", tried_here)  # the tests' stages are of this process
    ids = library(collection, tmp_path / "pictures", 20)
    asked = {"kind": "greys", "image_ids": ids, "again": True}
    told = visitor.post(f"{C}/estimate", json=asked).json()
    assert (told["results"], told["tried"], told["failed"], told["device"]) == (20, 20, 0, "cpu")
    assert (told["basis"], told["seconds"] > 0, said(collection)) == ("trial", True, {})
    run_id = done(collection, ids, tmp_path).id
    stage.batches.clear()
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE enrich_run SET busy_s = 4 WHERE id = :id"), {"id": run_id})
    told = visitor.post(f"{C}/estimate", json=asked).json()
    assert (told["basis"], told["rate_per_s"], told["seconds"], told["device"]) == ("earlier_run", 5.0, 4.0, "cpu")
    assert (told["tried"], stage.batches) == (0, [])
    nothing = visitor.post(f"{C}/estimate", json={"kind": "greys", "image_ids": ids}).json()
    assert (nothing["results"], nothing["seconds"]) == (0, 0.0)
    stage.name = "others"
    assert visitor.post(f"{C}/estimate", json=asked).json()["basis"] == "trial"


def test_models_are_tried_in_a_process_of_their_own(
    visitor: Visitor, collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_here(*_: object) -> None:
        raise AssertionError("A network is loaded in the process of the page.")

    monkeypatch.setattr(tags, "open_tagger", not_here)
    ids = library(collection, tmp_path / "pictures", 4)
    asked = {"kind": "tags", "image_ids": ids, "options": {"models": ["joytag"]}}
    assert visitor.post(f"{C}/estimate", json=asked).status_code == 404
    networks.place_joytag(tmp_path / "joytag")
    told = visitor.post(f"{C}/estimate", json=asked).json()
    assert (told["basis"], told["results"], told["tried"], told["failed"]) == ("trial", 4, 4, 0)
    assert (told["device"], told["rate_per_s"] > 0) == ("cpu", True)


def test_who_arrives_is_told_of_the_runs(shown: Library, collection: Collection, tmp_path: Path, stage: Greys) -> None:
    assert "enrichment" not in dict(first_messages(shown, "main"))
    run_id = start(collection, library(collection, tmp_path / "pictures", 2), tmp_path)
    (told,) = cast("list[dict[str, object]]", dict(first_messages(shown, "main"))["enrichment"])
    assert (told["id"], told["kind"], told["state"], told["total"]) == (run_id, "greys", "waiting", 2)


def test_a_worker_goes_on_with_what_was_interrupted(
    collection: Collection, database: Database, tmp_path: Path, stage: Greys
) -> None:
    ids = library(collection, tmp_path / "pictures", 2)
    start(collection, ids, tmp_path)
    run_worker(database.url, wait=False, stages=lambda: context(tmp_path))
    assert len(said(collection)) == 2


def test_a_small_run_overtakes_a_large_one(
    collection: Collection, database: Database, tmp_path: Path, stage: Greys, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = library(collection, tmp_path / "pictures", 20)
    monkeypatch.setattr(job, "GLANCE_S", 0.0)
    large = start(collection, ids, tmp_path)
    small = start(collection, ids[-1:], tmp_path)
    assert len(ids) > OVERTAKES
    job.start_enrichment(database, "main", small)
    overtaken = job.Overtaken(collection, large)
    with pytest.raises(Cancelled):
        list(work_off(collection, large, context(tmp_path), overtaken))
    assert overtaken.is_so
    assert not job.Overtaken(collection, small)()
    for _ in range(2):  # one at a time
        run_worker(database.url, wait=False, stages=lambda: context(tmp_path))
    assert len(said(collection)) == 20
