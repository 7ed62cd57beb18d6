"""Runs from plan to result: what is looked at and in which order; paused, resumed, stopped, held for review."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from diffusion_toolkit.enrich.engine import runs
from diffusion_toolkit.enrich.engine.estimate import estimate
from diffusion_toolkit.enrich.engine.runs import Wanted
from diffusion_toolkit.enrich.engine.stage import Options, StageContext
from diffusion_toolkit.enrich.executors.local import work
from diffusion_toolkit.enrich.stages import registry
from diffusion_toolkit.errors import Cancelled, NotFound, UsageError
from diffusion_toolkit.library.scan import scan
from diffusion_toolkit.library.scanning.options import DEEP, QUICK, ScanOptions
from diffusion_toolkit.store.database import Collection
from enrich.engine.world import ONE_DECODER, Greys, Use, context, done, grey, kind, library, said, start, worked


def test_each_picture_is_looked_at_once_and_what_is_seen_is_kept(
    collection: Collection, tmp_path: Path, use: Use
) -> None:
    stage = use()
    ids = library(collection, tmp_path / "pictures", 7)
    run = done(collection, ids, tmp_path)
    assert (run.state, run.total, run.done, run.failed, run.resumable) == ("done", 7, 7, 0, False)
    assert said(collection) == {image_id: (f"grey {value}",) for value, image_id in enumerate(ids)}
    assert stage.closed == 1
    again = done(collection, ids, tmp_path)
    assert (again.total, again.done) == (0, 0)
    assert sorted(value for batch in stage.batches for value in batch) == list(range(7))


def test_the_order_is_that_of_the_query_and_what_a_person_looks_at_comes_first(
    collection: Collection, tmp_path: Path, use: Use
) -> None:
    stage = use(fixed_batch=1)
    ids = library(collection, tmp_path / "pictures", 6)
    run_id = start(collection, ids[::-1], tmp_path)
    assert runs.look_first(collection, [ids[2]]) == 1
    worked(collection, run_id, tmp_path)
    assert [value for batch in stage.batches for value in batch] == [2, 5, 4, 3, 1, 0]


def test_another_version_and_another_picture_are_looked_at_again(
    collection: Collection, tmp_path: Path, use: Use
) -> None:
    use()
    ids = library(collection, tmp_path / "pictures", 3, (QUICK, DEEP))
    done(collection, ids, tmp_path)
    stage = use(version="2")
    assert done(collection, ids, tmp_path).done == 3
    grey(200).save(tmp_path / "pictures" / "001.png")
    with collection.begin() as connection:
        root_id = connection.scalar(sa.text("SELECT id FROM root"))
    for _ in scan(collection, root_id, ScanOptions(workers=1)):
        pass
    assert done(collection, ids, tmp_path).done == 1
    assert stage.batches[-1] == [200]
    assert done(collection, ids, tmp_path, again=True).done == 3


def test_held_results_become_proposals_and_nothing_is_applied(collection: Collection, tmp_path: Path, use: Use) -> None:
    use()
    ids = library(collection, tmp_path / "pictures", 3)
    run = done(collection, ids, tmp_path, held=True)
    assert (run.state, run.done, said(collection)) == ("done", 3, {})
    done(collection, ids, tmp_path, held=True, again=True)
    with collection.begin() as connection:
        rows = connection.execute(
            sa.text("SELECT image_id, kind, source, state, payload -> 'tags' -> 0 ->> 'name' FROM proposal ORDER BY 1")
        ).all()
    assert [tuple(row) for row in rows] == [
        (image_id, "tags", "grey", "waiting", f"grey {value}") for value, image_id in enumerate(ids)
    ]


def test_a_run_is_paused_and_goes_on_where_it_was(collection: Collection, tmp_path: Path, use: Use) -> None:
    seen = threading.Event()

    def slowly(greys: list[int]) -> None:
        seen.set()
        time.sleep(0.05)

    use(fixed_batch=1, infer_first=slowly)
    ids = library(collection, tmp_path / "pictures", 60)
    run_id = start(collection, ids, tmp_path)
    working = threading.Thread(target=worked, args=(collection, run_id, tmp_path))
    working.start()
    assert seen.wait(20)
    with pytest.raises(UsageError, match="being worked on"):
        runs.make_ready(collection, run_id)
    runs.pause(collection, run_id)
    working.join(20)
    paused = runs.get_run(collection, run_id)
    assert (paused.state, paused.resumable, paused.runners) == ("paused", True, ())
    assert 0 < paused.done < 60
    assert len(said(collection)) == paused.done
    stage = use()
    assert runs.make_ready(collection, run_id).state == "waiting"
    worked(collection, run_id, tmp_path)
    assert runs.get_run(collection, run_id).done == 60
    assert sum(len(batch) for batch in stage.batches) == 60 - paused.done


def test_a_wish_while_the_models_are_loaded_is_heard(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(greys: list[int]) -> None:
        time.sleep(0.1)

    def open_slowly(options: Options, context: StageContext) -> tuple[Greys, ...]:
        runs.pause(collection, run_id)
        return (stage,)

    stage = Greys(fixed_batch=1, infer_first=slowly)
    monkeypatch.setattr(registry, "KINDS", (replace(kind(stage), open=open_slowly),))
    run_id = start(collection, library(collection, tmp_path / "pictures", 40), tmp_path)
    worked(collection, run_id, tmp_path)
    run = runs.get_run(collection, run_id)
    assert (run.state, run.done < 40) == ("paused", True)


def test_a_cancelled_run_leaves_nothing_waiting(collection: Collection, tmp_path: Path, use: Use) -> None:
    use()
    ids = library(collection, tmp_path / "pictures", 4)
    done(collection, ids[:2], tmp_path)
    use(version="2")
    run_id = start(collection, ids, tmp_path)
    runs.cancel(collection, run_id)
    assert runs.get_run(collection, run_id).state == "cancelled"
    with collection.begin() as connection:
        states = list(connection.scalars(sa.text("SELECT state FROM enrich_item")))
    assert states == ["done", "done"]
    with pytest.raises(UsageError, match="has ended"):
        runs.pause(collection, run_id)
    with pytest.raises(UsageError, match="Nothing is left"):
        runs.make_ready(collection, run_id)


def test_a_stopped_process_leaves_the_rest_waiting(collection: Collection, tmp_path: Path, use: Use) -> None:
    def slowly(greys: list[int]) -> None:
        time.sleep(0.1)

    stage = use(fixed_batch=1, infer_first=slowly)
    ids = library(collection, tmp_path / "pictures", 40)
    run_id = start(collection, ids, tmp_path)
    with pytest.raises(Cancelled):
        for _ in work(collection, run_id, context(tmp_path), lambda: len(stage.batches) > 0, ONE_DECODER):
            pass
    run = runs.get_run(collection, run_id)
    assert (run.state, run.done < 40, run.runners) == ("waiting", True, ())
    use()
    worked(collection, run_id, tmp_path)
    assert runs.get_run(collection, run_id).done == 40


def test_a_newer_run_takes_over_what_waits(collection: Collection, tmp_path: Path, use: Use) -> None:
    use()
    ids = library(collection, tmp_path / "pictures", 5)
    all_id = start(collection, ids, tmp_path)
    assert done(collection, ids[:2], tmp_path).done == 2
    worked(collection, all_id, tmp_path)
    assert runs.get_run(collection, all_id).done == 3


def test_a_run_on_two_devices_says_nothing_of_the_pace_of_one(collection: Collection, tmp_path: Path, use: Use) -> None:
    def slowly(greys: list[int]) -> None:
        time.sleep(0.05)

    def basis() -> str:
        with collection.begin() as connection:
            connection.execute(sa.text("UPDATE enrich_run SET busy_s = 4"))
        images = np.array(ids, np.int32)
        return estimate(
            collection, Wanted(kind="greys", again=True), images, context(tmp_path), options=ONE_DECODER
        ).basis

    stage = use(fixed_batch=1, infer_first=slowly)
    ids = library(collection, tmp_path / "pictures", 30)
    run_id = start(collection, ids, tmp_path)
    with pytest.raises(Cancelled):
        for _ in work(collection, run_id, context(tmp_path), lambda: len(stage.batches) > 0, ONE_DECODER):
            pass
    use(device="directml")
    worked(collection, run_id, tmp_path)
    assert (runs.get_run(collection, run_id).done, basis()) == (30, "trial")
    done(collection, ids, tmp_path, again=True)
    assert basis() == "earlier_run"


def test_what_is_missing_is_counted_without_a_run(collection: Collection, tmp_path: Path, use: Use) -> None:
    use()
    ids = library(collection, tmp_path / "pictures", 5)
    done(collection, ids[:2], tmp_path)
    wanted = Wanted(kind="greys")
    assert runs.count_missing(collection, wanted, np.array(ids, np.int32), context(tmp_path)) == 3
    assert len(runs.list_runs(collection)) == 1
    with pytest.raises(NotFound):
        runs.get_run(collection, 99)
    with pytest.raises(UsageError, match="There are: greys"):
        runs.start(collection, Wanted(kind="smells"), np.array(ids, np.int32), context(tmp_path))
