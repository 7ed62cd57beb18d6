"""The launcher stops what it started when its starter dies before the start is complete."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from diffusion_toolkit.store import launcher

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="not used on Windows")

SLEEPER = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"


def launch(mode: str, *command: str) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-I", "-S", launcher.__file__, mode, "-", "-", *command]
    return subprocess.Popen(arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE)


def started(path: Path) -> psutil.Process:
    while not path.exists() or not path.read_text():
        time.sleep(0.01)
    return psutil.Process(int(path.read_text()))


def test_a_starter_that_dies_takes_the_server_along(tmp_path: Path) -> None:
    process = launch("serve", sys.executable, "-c", SLEEPER, str(tmp_path / "pid"))
    child = started(tmp_path / "pid")
    process.communicate(timeout=30)  # closes its input, as the end of the starter does
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_an_accepted_server_goes_on(tmp_path: Path) -> None:
    process = launch("serve", sys.executable, "-c", SLEEPER, str(tmp_path / "pid"))
    child = started(tmp_path / "pid")
    try:
        assert process.stdin is not None
        process.stdin.write(b"ok\n")
        process.stdin.close()
        assert process.wait(timeout=30) == 0
        assert child.is_running()
    finally:
        child.kill()
        assert process.stderr is not None
        process.stderr.close()


def test_a_server_that_ends_at_once_is_told(tmp_path: Path) -> None:
    process = launch("serve", sys.executable, "-c", "raise SystemExit(3)")
    assert process.wait(timeout=30) == 3
    process.communicate()


def test_a_program_that_cannot_run_is_named(tmp_path: Path) -> None:
    _, said = launch("run", str(tmp_path / "absent")).communicate(timeout=30)
    assert b"FATAL:  cannot run" in said


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can become another user")
def test_another_user_passes_the_closed_folders_of_root(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "file").write_text("x")
    code = f"import os; print(os.getuid(), os.path.getsize({str(closed / 'file')!r}))"
    command = [sys.executable, "-I", "-S", launcher.__file__, "run", "65534", "65534", "/proc/self/exe", "-c", code]
    if not Path("/proc/self/exe").exists():
        pytest.skip("capabilities are Linux's")
    command[7] = sys.executable
    assert subprocess.check_output(command).split() == [b"65534", b"1"]
