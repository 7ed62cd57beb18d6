"""Scans that are stopped, killed, or meet each other."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from scan_pictures import BOTH, DEEP, QUICK, by_name, images, logged_read, png, run, slow_read, write

from diffusion_toolkit.errors import Cancelled, NotFound
from diffusion_toolkit.library.roots import add_root, list_roots, remove_root
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.library.scanning.runs import ask_to_stop, last_scan, running_scans
from diffusion_toolkit.store.database import Collection, Database

FILES = 300
SCANNER = """
import sys
from scan_pictures import logged_read
from diffusion_toolkit.library.scan import ScanOptions, scan
from diffusion_toolkit.store.database import Collection, Database
if __name__ == "__main__":
    collection = Collection(Database(sys.argv[1]), "main")
    for _ in scan(collection, int(sys.argv[2]), ScanOptions(workers=2, deep_batch=40, read=logged_read)):
        pass
"""


def make_files(folder: Path, count: int = FILES) -> None:
    for number in range(count):
        content = png(f"prompt {number // 4}", seed=number, shade=number % 256)
        write(folder / f"{number % 3}" / f"{number:04d}.png", content, mtime_s=1_700_000_000 + number)


def content_of(collection: Collection) -> list[dict[str, Any]]:
    """Everything but ids and time stamps."""
    dropped = {"id", "folder_id", "added_at", "changed_in"}
    rows = [
        {name: value for name, value in row.items() if name not in dropped and not name.endswith("_id")}
        for row in images(collection)
    ]
    return sorted(rows, key=lambda row: (row["folder"], row["name"]))


def test_a_killed_scan_goes_on_as_if_nothing_had_been(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, log = tmp_path / "library", tmp_path / "readings"
    make_files(folder)
    log.touch()
    killed, whole = database.collection("main"), database.collection("whole")
    root = add_root(killed, folder)
    environment = {**os.environ, "DTK_TEST_READ_LOG": str(log), "PYTHONPATH": os.pathsep.join(sys.path)}
    script = write(tmp_path / "scanner.py", SCANNER.encode())
    process = subprocess.Popen([sys.executable, str(script), database.url, str(root.id)], env=environment)
    deadline = time.monotonic() + 60
    while log.read_text().count("\n") < 100 and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()
    while running_scans(killed):  # until the server notices
        assert time.monotonic() < deadline
    died = last_scan(killed, root.id)
    assert died is not None
    assert (died.state, died.message) == ("failed", "Interrupted.")
    monkeypatch.setenv("DTK_TEST_READ_LOG", str(log))
    run(killed, folder, ScanOptions(workers=2, deep_batch=40, read=logged_read))
    readings = Counter(log.read_text().split())
    assert len(readings) == FILES
    assert sum(readings.values()) - FILES <= 40
    assert max(readings.values()) <= 2
    run(whole, folder, BOTH)
    assert content_of(killed) == content_of(whole)
    with killed.begin() as one, whole.begin() as other:
        prompts = sa.text("SELECT text FROM prompt ORDER BY identity")
        assert list(one.scalars(prompts)) == list(other.scalars(prompts))
    ended = last_scan(killed, root.id)
    assert ended is not None
    assert ended.state == "done"


def test_a_stopped_scan_keeps_what_it_did_and_goes_on_later(collection: Collection, tmp_path: Path) -> None:
    make_files(tmp_path, 60)
    root = add_root(collection, tmp_path)
    run(collection, tmp_path, QUICK)
    some = scan(
        collection, root.id, replace(DEEP, deep_batch=20), lambda: by_name(collection)["0/0000.png"]["phase"] == 1
    )
    with pytest.raises(Cancelled):
        list(some)
    ended = last_scan(collection, root.id)
    assert ended is not None
    assert ended.state == "cancelled"
    read = sum(row["phase"] for row in images(collection))
    assert 0 < read < 60
    assert list(scan(collection, root.id, DEEP))[-1].done == 60 - read
    assert all(row["phase"] == 1 for row in images(collection))


def test_a_scan_is_stopped_from_elsewhere(collection: Collection, tmp_path: Path) -> None:
    make_files(tmp_path, 200)
    root = add_root(collection, tmp_path)
    run(collection, tmp_path, QUICK)
    ended = threading.Event()

    def work() -> None:
        with pytest.raises(Cancelled):
            list(scan(collection, root.id, ScanOptions(workers=1, deep_batch=10, read=slow_read)))
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not running_scans(collection):
        time.sleep(0.02)
    assert ask_to_stop(collection) == 1
    assert ended.wait(10)
    thread.join()
    assert not running_scans(collection)


def test_a_scan_that_nobody_listens_to_any_more_ends(collection: Collection, tmp_path: Path) -> None:
    make_files(tmp_path, 30)
    root = add_root(collection, tmp_path)
    progress = scan(collection, root.id, replace(BOTH, deep_batch=4))
    next(progress)
    del progress
    assert not running_scans(collection)
    assert run(collection, tmp_path)["files"] == 30


def test_a_second_scan_of_a_root_joins_the_first(collection: Collection, tmp_path: Path) -> None:
    make_files(tmp_path, 120)
    root = add_root(collection, tmp_path)
    first: list[int] = []
    options = ScanOptions(workers=1, deep_batch=20, read=slow_read)

    def work() -> None:
        first.extend(progress.counts["new"] for progress in scan(collection, root.id, options))

    thread = threading.Thread(target=work)
    thread.start()
    while not (running := running_scans(collection)) or running[0].stage == "quick":
        time.sleep(0.02)
    joined = list(scan(collection, root.id, BOTH))
    thread.join()
    assert joined[-1].counts["new"] == first[-1] == 120
    assert joined[-1].stage == "deep"
    with collection.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM scan_run")) == 1
    assert all(row["phase"] == 1 for row in images(collection))


def test_a_scan_that_joined_a_quick_one_reads_the_rest(collection: Collection, tmp_path: Path) -> None:
    make_files(tmp_path, 40)
    root = add_root(collection, tmp_path)
    slow = scan(collection, root.id, replace(QUICK, quick_batch=1))
    next(slow)
    joined = scan(collection, root.id, BOTH)
    thread = threading.Thread(target=lambda: list(slow))
    assert next(joined).stage == "quick"
    thread.start()
    counts = list(joined)[-1].counts
    thread.join()
    assert len(by_name(collection)) == 40
    assert all(row["phase"] == 1 for row in images(collection))
    assert counts["failed"] == 0


def test_removing_a_root_stops_its_scan(collection: Collection, tmp_path: Path) -> None:
    make_files(tmp_path, 100)
    root = add_root(collection, tmp_path)
    run(collection, tmp_path, QUICK)
    ended: list[type[BaseException]] = []

    def work() -> None:
        try:
            list(scan(collection, root.id, ScanOptions(workers=1, deep_batch=10, read=slow_read)))
        except (Cancelled, NotFound) as error:
            ended.append(type(error))

    thread = threading.Thread(target=work)
    thread.start()
    while not running_scans(collection):
        time.sleep(0.02)
    remove_root(collection, root.id)
    thread.join(10)
    assert ended
    assert not list_roots(collection)
    assert not images(collection)


def test_progress_tells_rate_and_time_left(collection: Collection, tmp_path: Path) -> None:
    make_files(tmp_path, 60)
    root = add_root(collection, tmp_path)
    seen = [
        progress for progress in scan(collection, root.id, replace(BOTH, deep_batch=20)) if progress.stage == "deep"
    ]
    assert [progress.done for progress in seen] == [0, 10, 20, 30, 40, 50, 60]
    assert {progress.total for progress in seen} == {60}
    assert seen[3].rate_per_s > 0
    assert seen[3].remaining_s is not None
    assert seen[-1].counts["new"] == 60


def test_ctrl_c_is_for_the_scan_not_for_its_readers(collection: Collection, tmp_path: Path) -> None:
    make_files(tmp_path, 20)
    root = add_root(collection, tmp_path)

    def interrupt() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(scan(collection, root.id, BOTH, interrupt))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    ended = last_scan(collection, root.id)
    assert ended is not None
    assert ended.state == "cancelled"
