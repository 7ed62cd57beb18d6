"""Jobs that move files go on where the database left them, and what waited for a drive is settled when it is back."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from diffusion_toolkit.jobs.files import QUEUE, start_files
from diffusion_toolkit.jobs.queue import open_queue
from diffusion_toolkit.jobs.upkeep import Upkeep
from diffusion_toolkit.jobs.worker import run_worker
from diffusion_toolkit.library.files import disk, work
from diffusion_toolkit.library.files.moving import plan_move
from diffusion_toolkit.library.files.places import folder_called
from diffusion_toolkit.library.files.plan import operations
from diffusion_toolkit.library.files.work import begin, outcome
from diffusion_toolkit.library.roots import add_root
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.store.database import Collection
from diffusion_toolkit.store.locks import RootLock
from pictures import save_png


def cut(collection: Collection) -> None:
    with psycopg.connect(collection.database.psycopg_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def planned(collection: Collection, folder: Path, to: Path) -> int:
    """A job that moves every picture of one root into another."""
    for number in range(3):
        save_png(folder / f"{number}.png", texts={}, colour=number)
    save_png(to / "x.png", texts={}, colour=9)
    for each in (folder, to):
        for _ in scan(collection, add_root(collection, each).id, ScanOptions(phases=("quick",))):
            pass
    query = sa.text("SELECT image.id FROM image JOIN folder ON folder.id = folder_id WHERE root_id = 1")
    with collection.begin() as connection:
        ids = list(connection.scalars(query))
    plan = plan_move(collection, ids, folder_called(collection, str(to)))
    return begin(collection, plan.action, operations(collection, plan), plan.sentence, job=True)


def test_a_job_cut_off_from_the_database_goes_on(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_id = planned(collection, tmp_path / "one", tmp_path / "two")
    real, cuts = disk.keep, [1]

    def keep(folder: str) -> None:
        real(folder)
        if cuts[0]:
            cuts[0] -= 1
            cut(collection)

    monkeypatch.setattr(disk, "keep", keep)
    monkeypatch.setattr(work, "RETRY_S", (0.01, 0.1))
    monkeypatch.setattr(work, "BATCH", 1)  # two files are left when the first is moved
    start_files(collection.database, "main", journal_id)
    run_worker(collection.database.url, wait=False)
    assert (outcome(collection, journal_id).left, cuts) == (2, [0])
    with open_queue(collection.database) as app:
        waiting = [dict(job.task_kwargs) for job in app.job_manager.list_jobs(queue=QUEUE, status="todo")]
    assert waiting == [{"collection": "main", "journal": journal_id}]
    run_worker(collection.database.url, wait=False)
    went = outcome(collection, journal_id)
    assert (went.done, went.failed, went.left) == (3, 0, 0)
    assert len(list((tmp_path / "two").iterdir())) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="open files keep a drive there on Windows")
def test_a_move_that_waits_for_its_drive_is_settled_by_itself(collection: Collection, tmp_path: Path) -> None:
    two = tmp_path / "two"
    journal_id = planned(collection, tmp_path / "one", two)
    with collection.begin() as connection:
        connection.execute(sa.text("UPDATE file_operation SET state = 'running'"))
    (tmp_path / "one/1.png").rename(two / "1.png")
    two.rename(tmp_path / "away")
    upkeep = Upkeep(collection.database, None, round_s=0.05)
    upkeep.start()
    try:
        wait_until(
            lambda: all("can be reached again" in each.message for each in outcome(collection, journal_id).problems)
        )
        assert outcome(collection, journal_id).left == 3
        (tmp_path / "away").rename(two)
        wait_until(lambda: outcome(collection, journal_id).done == 1)
    finally:
        upkeep.stop()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


def test_a_lock_is_taken_again_after_its_connection_was_cut(collection: Collection) -> None:
    ours, theirs = RootLock(collection, 0, "upkeep"), RootLock(collection, 0, "upkeep")
    assert (ours.take(), ours.take(), theirs.take()) == (True, True, False)
    cut(collection)
    for lock in (theirs, ours):
        with pytest.raises(Exception, match="does not answer"):
            lock.take()
    assert (theirs.take(), ours.take()) == (True, False)
    theirs.close()
    assert ours.take()
    ours.close()
