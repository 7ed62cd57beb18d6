"""Starts and stops the whole program as a user does."""

import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import orjson

START_TIMEOUT_S = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A running `dtk serve`: its address, its pictures and its data."""

    url: str
    pictures: Path
    data_dir: Path


def start(data_dir: Path, *folders: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start `dtk serve` as a user does; the process and the address it prints."""
    command = [sys.executable, "-m", "diffusion_toolkit.cli", "serve", *map(str, folders)]
    command += ["--data-dir", str(data_dir), "--port", "0", "--no-browser", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DTK_")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert process.stdout
    line = process.stdout.readline()
    return process, orjson.loads(line)["url"]


def stop(process: subprocess.Popen[bytes]) -> int:
    """Stop it as Ctrl+C does; its exit code."""
    process.terminate()
    return process.wait(timeout=START_TIMEOUT_S)


def total(url: str, query: str = "") -> int:
    """How many pictures the program finds."""
    with urllib.request.urlopen(f"{url}api/collections/main/search?q={quote(query)}") as answer:
        return orjson.loads(answer.read())["total"]


def wait_until_total(url: str, expected: int, query: str = "", timeout_s: float = 60) -> None:
    """Until it finds so many."""
    end = time.monotonic() + timeout_s
    while (found := total(url, query)) != expected:
        assert time.monotonic() < end, f"{found} instead of {expected}"
        time.sleep(0.1)
