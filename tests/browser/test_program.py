"""The program as a whole: start, second start, sudden ends."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import orjson
import psutil
import psycopg
import pytest

from browser.program import start, stop, total, wait_until_total
from diffusion_toolkit.store.server import connect_embedded
from pictures import make_library


def test_a_second_serve_hands_its_folders_to_the_running_one_and_names_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "data of mine, größer"
    process, url = start(data_dir, make_library(tmp_path / "first", 5))
    try:
        wait_until_total(url, 5)
        second, second_url = start(data_dir, make_library(tmp_path / "second", 5))
        assert second.wait(timeout=60) == 0
        assert second_url == url
        wait_until_total(url, 10)
    finally:
        assert stop(process) == 0


def test_a_killed_server_leaves_nothing_running_and_the_next_start_goes_on(tmp_path: Path) -> None:
    pictures = make_library(tmp_path / "pictures", 20)
    process, url = start(tmp_path / "data", pictures)
    wait_until_total(url, 4, "castle")
    mine = psutil.Process(process.pid)
    family = [mine, *mine.children(recursive=True)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    command = [sys.executable, "-m", "diffusion_toolkit.cli", "search", "castle", "--count", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DTK_")}
    done = subprocess.run(
        [*command, "--data-dir", str(tmp_path / "data")], capture_output=True, check=True, env=environment
    )
    assert orjson.loads(done.stdout) == {"total": 4}


def test_a_killed_worker_is_replaced_and_scans_go_on(tmp_path: Path) -> None:
    pictures = make_library(tmp_path / "pictures", 5)
    process, url = start(tmp_path / "data", pictures)
    try:
        wait_until_total(url, 1, "castle")
        (worker,) = [
            child
            for child in psutil.Process(process.pid).children()
            if "diffusion_toolkit.jobs.worker" in child.cmdline()
        ]
        worker.kill()
        make_library(pictures / "more", 10)
        request = urllib.request.Request(
            f"{url}api/collections/main/scans", data=b"{}", headers={"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request).close()
        wait_until_total(url, 3, "castle")
    finally:
        stop(process)


def test_a_database_cut_off_is_found_again_by_server_worker_and_watcher(tmp_path: Path) -> None:
    pictures = make_library(tmp_path / "pictures", 5)
    process, url = start(tmp_path / "data", pictures)
    try:
        wait_until_total(url, 1, "castle")
        with (
            connect_embedded(tmp_path / "data") as server,
            psycopg.connect(server.url, autocommit=True) as connection,
        ):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        make_library(pictures / "more", 10)  # the watcher sees it
        wait_until_total(url, 3, "castle")
        ask(url, "POST", "tags", {"name": "after"})
        assert [tag["name"] for tag in ask(url, "GET", "tags")] == ["after"]
        (root,) = ask(url, "GET", "roots")
        ask(url, "PATCH", f"roots/{root['id']}", {"watched": False})
        make_library(pictures / "and more", 5)
        ask(url, "POST", "scans", {})  # the worker does it
        wait_until_total(url, 4, "castle")
        assert [(scan["state"], scan["message"]) for scan in ask(url, "GET", "scans")][:1] == [("done", None)]
    finally:
        assert stop(process) == 0


def ask(url: str, method: str, path: str, body: dict[str, object] | None = None) -> Any:
    """What the program answers."""
    request = urllib.request.Request(
        f"{url}api/collections/main/{path}",
        data=None if body is None else orjson.dumps(body),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request) as answer:
        return orjson.loads(answer.read())


@pytest.mark.parametrize("at_start", [True, False])
def test_folders_are_scanned_at_the_start_unless_that_is_switched_off(tmp_path: Path, at_start: bool) -> None:
    """A folder that is not watched, as watching finds by itself what came meanwhile."""
    data_dir, pictures = tmp_path / "data", make_library(tmp_path / "pictures", 5)
    data_dir.mkdir()
    (data_dir / "settings.toml").write_text(f"[scan]\nat_start = {str(at_start).lower()}\n", encoding="utf-8")
    process, url = start(data_dir, pictures)
    try:
        wait_until_total(url, 1, "castle")  # one that was never scanned is scanned all the same
        (root,) = ask(url, "GET", "roots")
        ask(url, "PATCH", f"roots/{root['id']}", {"watched": False})
    finally:
        stop(process)
    make_library(pictures / "while it was closed", 5)
    process, url = start(data_dir)
    try:
        if at_start:
            wait_until_total(url, 10)
        else:
            time.sleep(3)
            assert total(url) == 5
            ask(url, "POST", "scans", {})
            wait_until_total(url, 10)
    finally:
        stop(process)
