"""Scans in the background: queued once, worked off, stopped."""

import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from PIL import Image

from diffusion_toolkit.jobs import ask_cancel, run_worker, start_scan
from diffusion_toolkit.library.roots import Root, add_root
from diffusion_toolkit.library.scanning.runs import last_scan, running_scans
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
