"""What goes wrong costs what it is about: a killed runner, a picture a model raises on, memory, a full disk, files."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from diffusion_toolkit.enrich.engine import batches, patience, runs
from diffusion_toolkit.enrich.engine.stage import StageFailed
from diffusion_toolkit.enrich.runtimes.onnx import OutOfMemory
from diffusion_toolkit.errors import DiskFull
from diffusion_toolkit.store import enrichment_items as items
from diffusion_toolkit.store.database import Collection
from enrich.engine.world import Use, done, library, said, start, worked


def test_a_killed_runner_costs_nothing_but_time(collection: Collection, tmp_path: Path, use: Use) -> None:
    stage = use()
    ids = library(collection, tmp_path / "pictures", 8)
    run_id = start(collection, ids, tmp_path)
    command = [sys.executable, "-m", "enrich.engine.dying", collection.database.psycopg_url, str(run_id), str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline() == b"hangs\n"
        assert runs.get_run(collection, run_id).state == "running"
        dying.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while (run := runs.get_run(collection, run_id)).state == "running" and time.monotonic() < deadline:
        time.sleep(0.1)  # until the server has seen that the connection is gone
    assert (run.state, run.message, run.resumable) == ("failed", "Interrupted.", True)
    before = said(collection)
    assert 0 < len(before) == run.done < 8
    runs.make_ready(collection, run_id)
    worked(collection, run_id, tmp_path)
    run = runs.get_run(collection, run_id)
    assert (run.state, run.done, run.failed) == ("done", 8, 0)
    assert said(collection) == {image_id: (f"grey {value}",) for value, image_id in enumerate(ids)}
    looked_again = {value for batch in stage.batches for value in batch}
    assert looked_again == {value for value, image_id in enumerate(ids) if image_id not in before}


def test_what_kills_every_runner_is_given_up_and_nothing_else(collection: Collection, tmp_path: Path, use: Use) -> None:
    use()
    ids = library(collection, tmp_path / "pictures", 12)
    run_id = start(collection, ids, tmp_path)
    sizes: list[int] = []
    for tries, most in ((0, 64), (1, 8), (2, 1)):
        with collection.begin() as connection:  # a runner without its session lock is a dead one
            runner = items.add_runner(connection, run_id, "dead")
            claimed = items.claim(connection, run_id, runner, tries=tries, most=most)
            sizes.append(len(claimed))
        with collection.begin() as connection:
            assert items.take_back(connection, collection) == len(claimed)
    assert sizes == [12, 8, 1]
    worked(collection, run_id, tmp_path)
    run = runs.get_run(collection, run_id)
    assert (run.done, run.failed) == (11, 1)
    (failure,) = runs.failures(collection, run_id)
    assert (failure.image_id, failure.cause) == (ids[0], "process")
    assert "ended 3 times" in failure.message


def test_a_claim_that_was_lost_writes_nothing(collection: Collection, tmp_path: Path, use: Use) -> None:
    use()
    ids = library(collection, tmp_path / "pictures", 2)
    run_id = start(collection, ids, tmp_path)
    with collection.begin() as connection:
        late = items.add_runner(connection, run_id, "late")
        claimed = items.claim(connection, run_id, late, tries=0, most=1)
    worked(collection, run_id, tmp_path)
    with collection.begin() as connection:
        looked_at = [(each.image_id, each.digest) for each in claimed]
        assert items.finish(connection, late, "greys", "1", looked_at) == []
        assert items.fail(connection, late, "greys", "1", [(ids[0], None, "network", "too late")]) == 0
    assert runs.get_run(collection, run_id).done == 2
    assert runs.failures(collection) == []


def test_the_picture_that_a_model_raises_on_fails_alone(collection: Collection, tmp_path: Path, use: Use) -> None:
    def no_fives(greys: list[int]) -> None:
        if 5 in greys:
            raise ZeroDivisionError("no fives")

    stage = use(fixed_batch=8, infer_first=no_fives)
    ids = library(collection, tmp_path / "pictures", 8)
    run = done(collection, ids, tmp_path)
    assert (run.state, run.done, run.failed) == ("done", 7, 1)
    (failure,) = runs.failures(collection, run.id)
    assert (failure.image_id, failure.name, failure.cause) == (ids[5], "005.png", "network")
    assert failure.message == "ZeroDivisionError: no fives"
    assert len(stage.batches) <= 4  # by halves, not one by one
    assert done(collection, ids, tmp_path).total == 0
    use()
    assert done(collection, ids, tmp_path, retry_failed=True).done == 1
    assert runs.failures(collection) == []


def test_what_failed_in_a_run_is_tried_again_in_it(collection: Collection, tmp_path: Path, use: Use) -> None:
    def fails(greys: list[int]) -> None:
        raise ValueError("not today")

    use(infer_first=fails)
    ids = library(collection, tmp_path / "pictures", 3)
    run = done(collection, ids, tmp_path)
    assert (run.state, run.failed) == ("done", 3)
    use()
    assert runs.make_ready(collection, run.id, retry_failed=True).failed == 0
    worked(collection, run.id, tmp_path)
    assert (runs.get_run(collection, run.id).done, runs.failures(collection)) == (3, [])


def test_a_stage_that_fails_on_everything_stops_the_run(
    collection: Collection, tmp_path: Path, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(greys: list[int]) -> None:
        raise RuntimeError("the card fell off")

    monkeypatch.setattr(batches, "MOST_IN_A_ROW", 3)
    use(infer_first=fails)
    ids = library(collection, tmp_path / "pictures", 8)
    run_id = start(collection, ids, tmp_path)
    with pytest.raises(StageFailed, match="3 pictures in a row: RuntimeError: the card fell off"):
        worked(collection, run_id, tmp_path)
    run = runs.get_run(collection, run_id)
    assert (run.state, run.resumable) == ("failed", True)
    assert "the card fell off" in (run.message or "")
    use()
    runs.make_ready(collection, run_id, retry_failed=True)
    worked(collection, run_id, tmp_path)
    assert runs.get_run(collection, run_id).done == 8


def test_a_device_without_memory_gets_smaller_batches(collection: Collection, tmp_path: Path, use: Use) -> None:
    refused: list[int] = []

    def small(greys: list[int]) -> None:
        if len(greys) > 3:
            refused.append(len(greys))
            raise OutOfMemory("The batch does not fit.")

    stage = use(fixed_batch=8, infer_first=small)
    ids = library(collection, tmp_path / "pictures", 24)
    run = done(collection, ids, tmp_path)
    assert (run.state, run.done, run.failed) == ("done", 24, 0)
    assert len(refused) <= 3  # eight, and the two halves of these: never so many again
    assert sum(map(len, stage.batches)) == 24


def test_a_full_disk_is_waited_for_and_then_ends_the_run(
    collection: Collection, tmp_path: Path, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0.05, 0.05))
    use()
    ids = library(collection, tmp_path / "pictures", 5)
    run_id = start(collection, ids, tmp_path)
    fill(collection, "true")
    with pytest.raises(DiskFull):
        worked(collection, run_id, tmp_path)
    run = runs.get_run(collection, run_id)
    assert (run.state, run.done, run.failed, said(collection)) == ("failed", 0, 0, {})
    assert "No space is left" in (run.message or "")
    # Free again after two more commits that fail.
    fill(collection, "nextval('commits') < 3")
    runs.make_ready(collection, run_id)
    worked(collection, run_id, tmp_path)
    assert (runs.get_run(collection, run_id).done, len(said(collection))) == (5, 5)


@pytest.mark.parametrize(("event", "table"), [("UPDATE", "enrich_item"), ("INSERT", "image_tags")])
def test_a_disk_that_is_full_for_a_moment_costs_nothing(
    collection: Collection, tmp_path: Path, use: Use, monkeypatch: pytest.MonkeyPatch, event: str, table: str
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0.05, 0.05))
    use()
    ids = library(collection, tmp_path / "pictures", 5)
    run_id = start(collection, ids, tmp_path)
    fill(collection, "nextval('commits') < 3", event, table)
    worked(collection, run_id, tmp_path)
    run = runs.get_run(collection, run_id)
    assert (run.state, run.done, run.failed, len(said(collection))) == ("done", 5, 0, 5)


def test_a_result_that_cannot_be_written_fails_alone(collection: Collection, tmp_path: Path, use: Use) -> None:
    ids = library(collection, tmp_path / "pictures", 6)

    def not_the_third(some: list[int]) -> None:
        if ids[2] in some:
            raise ValueError("no such word")

    use(write_first=not_the_third)
    run = done(collection, ids, tmp_path)
    assert (run.state, run.done, run.failed) == ("done", 5, 1)
    (failure,) = runs.failures(collection)
    assert (failure.image_id, failure.cause) == (ids[2], "answer")
    assert "no such word" in failure.message


def test_files_that_are_damaged_or_gone_fail_and_are_told(collection: Collection, tmp_path: Path, use: Use) -> None:
    use()
    folder = tmp_path / "pictures"
    ids = library(collection, folder, 4)
    data = (folder / "001.png").read_bytes()
    (folder / "001.png").write_bytes(data[: len(data) // 2])
    (folder / "002.png").unlink()
    run = done(collection, ids, tmp_path)
    assert (run.state, run.done, run.failed) == ("done", 2, 2)
    damaged, gone = runs.failures(collection, run.id)
    assert (damaged.name, damaged.cause) == ("001.png", "file")
    assert "damaged" in damaged.message
    assert (gone.name, gone.message) == ("002.png", "The file is not there.")


def test_a_drive_that_goes_away_fails_no_picture(collection: Collection, tmp_path: Path, use: Use) -> None:
    use()
    folder = tmp_path / "pictures"
    ids = library(collection, folder, 3)
    run_id = start(collection, ids, tmp_path)
    folder.rename(tmp_path / "away")
    with pytest.raises(StageFailed, match="pictures is not connected"):
        worked(collection, run_id, tmp_path)
    (tmp_path / "away").rename(folder)
    runs.make_ready(collection, run_id)
    worked(collection, run_id, tmp_path)
    assert (runs.get_run(collection, run_id).done, runs.failures(collection)) == (3, [])


def test_a_model_that_is_taken_away_stops_its_run(collection: Collection, tmp_path: Path, use: Use) -> None:
    use()
    ids = library(collection, tmp_path / "pictures", 2)
    run_id = start(collection, ids, tmp_path)
    use(name="blues")
    with pytest.raises(StageFailed, match='"greys" cannot be done any more'):
        worked(collection, run_id, tmp_path)
    use()
    runs.make_ready(collection, run_id)
    worked(collection, run_id, tmp_path)
    assert runs.get_run(collection, run_id).done == 2


def fill(collection: Collection, when: str, event: str = "INSERT", table: str = "image_tags") -> None:
    """Let PostgreSQL say that its disk is full when this happens."""
    function = (
        "CREATE OR REPLACE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {when} THEN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END IF;"
        " RETURN NULL; END $$"
    )
    with collection.begin() as connection:
        connection.execute(sa.text("CREATE SEQUENCE IF NOT EXISTS commits"))
        connection.execute(sa.text(function))
        connection.execute(
            sa.text(
                f"CREATE OR REPLACE TRIGGER no_space AFTER {event} ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION no_space()"
            )
        )
