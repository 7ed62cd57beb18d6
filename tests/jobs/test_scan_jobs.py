"""Scans in the background: queued once, worked off, stopped."""

import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from PIL import Image

from diffusion_toolkit.errors import Cancelled, NotFound, UsageError
from diffusion_toolkit.jobs import ask_cancel, cancel_scan, pause_scan, resume_scan, run_worker, start_scan
from diffusion_toolkit.library.roots import Root, add_root
from diffusion_toolkit.library.scan import scan
from diffusion_toolkit.library.scanning.options import ScanOptions
from diffusion_toolkit.library.scanning.runs import ask_to_pause, last_scan, not_paused, running_scans
from diffusion_toolkit.store.database import Collection, Database


@pytest.fixture
def root(collection: Collection, tmp_path: Path) -> Root:
    """A root of forty pictures."""
    for number in range(40):
        Image.new("L", (8, 8), number).save(tmp_path / f"{number}.png")
    return add_root(collection, tmp_path)


def waiting(database: Database) -> int:
    """Jobs that wait in the queue."""
    with psycopg.connect(database.psycopg_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE status = 'todo'"
        ).fetchone()
    return row[0] if row else 0


@contextmanager
def worker(database: Database) -> Generator[subprocess.Popen[bytes]]:
    """A worker process."""
    environment = {**os.environ, "DTK_WORKER_DATABASE_URL": database.url, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "diffusion_toolkit.jobs.worker"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(condition: object, seconds: float = 30) -> None:
    """Wait until the condition holds."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.05)


def test_a_root_waits_only_once(database: Database, root: Root) -> None:
    first = start_scan(database, "main", [root.id], ("quick", "deep"))
    assert start_scan(database, "main", [root.id], ("quick", "deep")) == first
    assert waiting(database) == 1


def test_a_worker_scans_both_phases_and_ends_with_its_input(
    database: Database, collection: Collection, root: Root
) -> None:
    start_scan(database, "main", [root.id], ("quick", "deep"))
    with worker(database) as process:
        until(lambda: (run := last_scan(collection, root.id)) and (run.state, run.stage) == ("done", "deep"))
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) is not None
    with collection.begin() as connection:
        read = connection.exec_driver_sql("SELECT count(*) FROM image WHERE phase = 1").scalar()
    assert read == 40


def test_a_worker_reads_with_the_plugins_it_is_given(
    database: Database, collection: Collection, root: Root, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "all.py").write_text(
        "from diffusion_toolkit.generators import Generator, Recipe\n"
        "GENERATOR = Generator(slug='all', title='All', sources=(), api_version=1,\n"
        "    read=lambda container: Recipe(generator='all', source='png:all'))"
    )
    for phase in ("quick", "deep"):
        start_scan(database, "main", [root.id], (phase,))
        run_worker(database.url, wait=False, plugin_folder=str(folder))
    with collection.begin() as connection:
        found = connection.exec_driver_sql(
            "SELECT DISTINCT generator.name FROM image LEFT JOIN generator ON generator.id = generator_id"
        )
        assert [name for (name,) in found] == ["all"]


def test_waiting_scans_can_be_cancelled(database: Database, collection: Collection, root: Root) -> None:
    start_scan(database, "main", [root.id], ("quick", "deep"))
    ask_cancel(collection)
    assert waiting(database) == 0
    run_worker(database.url, wait=False)
    assert last_scan(collection, root.id) is None


def test_a_job_for_a_root_that_is_gone_does_no_harm(database: Database, collection: Collection, root: Root) -> None:
    start_scan(database, "main", [999, root.id], ("quick",))
    run_worker(database.url, wait=False)
    ended = last_scan(collection, root.id)
    assert ended is not None
    assert (ended.state, ended.counts["new"]) == ("done", 40)


def test_the_address_of_the_database_is_not_among_the_arguments(database: Database) -> None:
    with worker(database) as process:
        assert database.url not in " ".join(map(str, process.args if isinstance(process.args, list) else []))
    assert not running_scans(Collection(database, "main"))


def working(database: Database) -> Thread:
    """A worker in this process that works off what is there."""
    thread = Thread(target=run_worker, args=(database.url,), kwargs={"wait": False})
    thread.start()
    return thread


@pytest.fixture
def long_root(collection: Collection, tmp_path: Path) -> Root:
    """A root whose reading takes some seconds."""
    folder = tmp_path.with_name(f"{tmp_path.name} long")
    folder.mkdir()
    Image.new("L", (8, 8)).save(folder / "0.png")
    content = (folder / "0.png").read_bytes()
    for number in range(1, 1500):
        (folder / f"{number}.png").write_bytes(content)
    return add_root(collection, folder)


def read_count(collection: Collection) -> int:
    with collection.begin() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM image WHERE phase = 1").scalar() or 0


def test_a_scan_is_paused_gives_its_place_and_goes_on(
    database: Database, collection: Collection, long_root: Root
) -> None:
    start_scan(database, "main", [long_root.id], ("quick", "deep"))
    with collection.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE image IN SHARE MODE")  # it cannot end before it is paused
        thread = working(database)
        until(lambda: last_scan(collection, long_root.id))
        begun = last_scan(collection, long_root.id)
        assert begun is not None
        pause_scan(collection, begun.id)
        assert not_paused(collection, [long_root.id]) == []  # before it has stopped, too
    thread.join(30)
    assert not thread.is_alive()
    paused = last_scan(collection, long_root.id)
    assert paused is not None
    assert (paused.state, paused.phases[-1], waiting(database)) == ("paused", "deep", 0)
    assert read_count(collection) < 1500
    assert not_paused(collection, [long_root.id]) == []
    resume_scan(collection, paused.id)
    resumed = last_scan(collection, long_root.id)
    assert resumed is not None
    assert resumed.state == "waiting"
    for _ in paused.phases:
        run_worker(database.url, wait=False)
    ended = last_scan(collection, long_root.id)
    assert ended is not None
    assert (ended.state, ended.stage, read_count(collection)) == ("done", "deep", 1500)
    with pytest.raises(UsageError, match="paused"):
        resume_scan(collection, ended.id)
    with pytest.raises(UsageError, match="runs"):
        pause_scan(collection, ended.id)


def test_a_pause_at_the_end_of_a_phase_holds_the_next_one_back(collection: Collection, root: Root) -> None:
    options = ScanOptions(phases=("quick",), later=("deep",), folder_ids=(7,))
    steps = scan(collection, root.id, options)
    next(steps)
    ask_to_pause(collection, running_scans(collection)[0].id)
    with pytest.raises(Cancelled, match="Paused"):
        list(steps)
    paused = last_scan(collection, root.id)
    assert paused is not None
    assert (paused.state, paused.phases, paused.folder_ids) == ("paused", ["quick", "deep"], [7])


def test_a_paused_scan_that_waits_to_go_on_is_cancelled(database: Database, collection: Collection, root: Root) -> None:
    steps = scan(collection, root.id, ScanOptions(phases=("quick",), later=("deep",)))
    next(steps)
    run_id = running_scans(collection)[0].id
    ask_to_pause(collection, run_id)
    with pytest.raises(Cancelled):
        list(steps)
    resume_scan(collection, run_id)
    assert waiting(database) == 1
    cancel_scan(collection, run_id)
    assert waiting(database) == 0
    ended = last_scan(collection, root.id)
    assert ended is not None
    assert ended.state == "cancelled"
    with pytest.raises(NotFound):
        cancel_scan(collection, 10_000)


def test_cancelling_one_scan_leaves_those_of_other_roots(
    database: Database, collection: Collection, root: Root, long_root: Root
) -> None:
    start_scan(database, "main", [root.id, long_root.id], ("quick",))
    steps = scan(collection, root.id, ScanOptions(phases=("quick",), later=("deep",)))
    next(steps)
    cancel_scan(collection, running_scans(collection)[0].id)
    with pytest.raises(Cancelled):
        list(steps)
    assert waiting(database) == 1
    run_worker(database.url, wait=False)
    other = last_scan(collection, long_root.id)
    assert other is not None
    assert (other.state, other.counts["new"]) == ("done", 1500)


def test_a_pause_of_a_phase_that_just_ended_is_one_of_the_next(
    database: Database, collection: Collection, root: Root
) -> None:
    start_scan(database, "main", [root.id], ("quick", "deep"))
    for _ in scan(collection, root.id, ScanOptions(phases=("quick",))):
        pass
    ended = last_scan(collection, root.id)
    assert ended is not None
    pause_scan(collection, ended.id)  # its next phase waits in the queue
    paused = last_scan(collection, root.id)
    assert paused is not None
    assert (paused.state, paused.phases, waiting(database)) == ("paused", ["quick", "deep"], 0)
    resume_scan(collection, paused.id)
    for _ in range(2):
        run_worker(database.url, wait=False)
    assert read_count(collection) == 40
