"""Work on models in the background: queued once, recorded, stopped."""

from pathlib import Path

import pytest

from diffusion_toolkit.errors import UsageError
from diffusion_toolkit.integrations.civitai import CivitaiOptions
from diffusion_toolkit.jobs import (
    cancel_model_work,
    pause_model_work,
    resume_model_work,
    run_worker,
    start_model_work,
)
from diffusion_toolkit.jobs.models import WantedWork, run_model_work
from diffusion_toolkit.library.models.roots import add_model_root
from diffusion_toolkit.library.models.work import ModelWork, ask_to_stop, model_work
from diffusion_toolkit.store import model_files as store
from diffusion_toolkit.store.database import Collection, Database
from model_bytes import safetensors, save


@pytest.fixture
def folder(collection: Collection, tmp_path: Path) -> Path:
    """A model root of three LoRAs."""
    for name in "abc":
        save(tmp_path / f"models/loras/{name}.safetensors", safetensors({"ss_output_name": name}))
    add_model_root(collection, tmp_path / "models")
    return tmp_path / "models"


def work(collection: Collection) -> dict[str, ModelWork]:
    return {each.kind: each for each in model_work(collection)}


def test_a_worker_scans_and_hashes_what_was_queued_once(
    database: Database, collection: Collection, folder: Path
) -> None:
    assert work(collection) == {}
    first = start_model_work(database, "main", "scan")
    assert start_model_work(database, "main", "scan") == first
    start_model_work(database, "main", "hash")
    assert {kind: each.state for kind, each in work(collection).items()} == {"scan": "waiting", "hash": "waiting"}
    for _ in range(2):  # one at a time
        run_worker(database.url, wait=False)
    done = work(collection)
    assert (done["scan"].state, done["scan"].counts["new"], done["hash"].state) == ("done", 3, "done")
    assert done["hash"].counts == {"hashed": 3, "changed": 0, "failed": 0}
    with collection.begin() as connection:
        assert all(row.sha256 for row in store.files(connection))


def test_waiting_work_is_cancelled_and_running_work_stops(
    database: Database, collection: Collection, folder: Path
) -> None:
    start_model_work(database, "main", "scan")
    cancel_model_work(collection)
    run_worker(database.url, wait=False)
    assert work(collection)["scan"].state == "cancelled"
    with collection.begin() as connection:
        assert store.files(connection) == []
    run_model_work(collection, WantedWork(kind="scan"), lambda: True)
    assert work(collection)["scan"].state == "cancelled"
    ask_to_stop(collection)
    run_model_work(collection, WantedWork(kind="scan"))
    assert work(collection)["scan"].state in ("cancelled", "done")


def test_work_is_paused_and_goes_on(database: Database, collection: Collection, folder: Path) -> None:
    start_model_work(database, "main", "scan")
    pause_model_work(collection, "scan")
    run_worker(database.url, wait=False)
    assert work(collection)["scan"].state == "paused"
    resume_model_work(collection, "scan")
    assert work(collection)["scan"].state == "waiting"
    run_worker(database.url, wait=False)
    assert work(collection)["scan"].state == "done"
    with pytest.raises(UsageError):
        pause_model_work(collection, "scan")
    with pytest.raises(UsageError):
        resume_model_work(collection, "scan")


def test_running_work_that_is_paused_remembers_what_it_was_about(
    database: Database, collection: Collection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_model_work(collection, WantedWork(kind="scan"))
    with collection.begin() as connection:
        ids = sorted(row.id for row in store.files(connection))
    monkeypatch.setattr("diffusion_toolkit.library.models.work.EVERY_S", 0.0)
    asked = iter([False])

    def pause_once() -> bool:
        if not next(asked, True):
            pause_model_work(collection, "hash")
        return False

    run_model_work(collection, WantedWork(kind="hash", ids=ids[:2]), pause_once)
    assert work(collection)["hash"].state == "paused"
    resume_model_work(collection, "hash")
    run_worker(database.url, wait=False)
    with collection.begin() as connection:
        assert sorted(row.id for row in store.files(connection) if row.sha256) == ids[:2]


def test_paused_work_can_be_cancelled(database: Database, collection: Collection, folder: Path) -> None:
    start_model_work(database, "main", "scan")
    pause_model_work(collection, "scan")
    cancel_model_work(collection)
    assert work(collection)["scan"].state == "cancelled"


def test_a_failure_is_told_and_other_roots_go_on(collection: Collection, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    add_model_root(collection, tmp_path / "more")
    save(tmp_path / "more/vae/d.safetensors", safetensors())
    folder.rename(tmp_path / "away")
    run_model_work(collection, WantedWork(kind="scan"))
    scan = work(collection)["scan"]
    assert scan.state == "failed"
    assert "cannot be reached" in (scan.message or "")
    with collection.begin() as connection:
        assert [row.name for row in store.files(connection)] == ["d"]


def test_civitai_that_cannot_be_reached_is_told(collection: Collection, folder: Path) -> None:
    run_model_work(collection, WantedWork(kind="scan"))
    run_model_work(collection, WantedWork(kind="hash"))
    nobody = CivitaiOptions(host="http://127.0.0.1:1", attempts=1, pause_s=0)
    run_model_work(collection, WantedWork(kind="civitai", civitai=nobody))
    asked = work(collection)["civitai"]
    assert (asked.state, asked.counts["failed"]) == ("failed", 2)
    assert "127.0.0.1:1 cannot be reached" in (asked.message or "")
